/** The type of an SPDX package that ships none; only what `licence.ts` uses. */
declare module 'spdx-expression-parse' {
  export type LicenceTree =
    | { license: string; plus?: true; exception?: string }
    | { left: LicenceTree; conjunction: 'and' | 'or'; right: LicenceTree };
  /** Throws unless it is an expression. */
  export default function parse(expression: string): LicenceTree;
}
