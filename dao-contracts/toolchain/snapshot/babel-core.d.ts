/** The part of `@babel/core` 7 that is used; the package comes without declarations. */
declare module '@babel/core' {
  interface Statement {
    type: string;
    declaration?: Statement | null;
    id?: { name: string } | null;
    params?: unknown[];
    decorators?: unknown[] | null;
    /** Of a class. */
    body?: { body: { key?: { name?: string }; decorators?: unknown[] | null }[] };
  }

  export interface ProgramPath {
    node: { body: Statement[] };
    scope: { hasOwnBinding(name: string): boolean; rename(name: string): void };
  }

  export function transformAsync(
    text: string,
    options: {
      filename: string;
      babelrc: boolean;
      configFile: boolean;
      parserOpts: { plugins: string[] };
      generatorOpts: { retainLines: boolean };
      plugins: unknown[];
    },
  ): Promise<{ code?: string | null } | null>;
}
