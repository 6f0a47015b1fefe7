/** Types of the two SPDX packages, which ship none; only what `licence.ts` uses. */
declare module 'spdx-expression-parse' {
  export type SpdxNode =
    | { license: string; plus?: true; exception?: string }
    | { conjunction: 'and' | 'or'; left: SpdxNode; right: SpdxNode };
  export default function parse(expression: string): SpdxNode;
}
declare module 'spdx-satisfies' {
  export default function satisfies(expression: string, allowed: readonly string[]): boolean;
}
