/** The type of an SPDX package that ships none; only what `licence.ts` uses. */
declare module 'spdx-expression-parse' {
  /** Throws unless it is an expression. */
  export default function parse(expression: string): unknown;
}
