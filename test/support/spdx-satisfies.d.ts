/** The type of an SPDX package that ships none; only what tests use. */
declare module 'spdx-satisfies' {
  export default function satisfies(expression: string, allowed: readonly string[]): boolean;
}
