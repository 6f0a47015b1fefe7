/** Types of the two SPDX packages, which ship none; only what `licence.ts` uses. */
declare module 'spdx-expression-parse' {
  export default function parse(expression: string): object;
}
declare module 'spdx-satisfies' {
  export default function satisfies(expression: string, allowed: readonly string[]): boolean;
}
