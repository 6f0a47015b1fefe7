/** The part of `@babel/core` 7 that is used; the package comes without declarations. */
declare module '@babel/core' {
  interface Statement {
    type: string;
    declaration?: Statement | null;
    id?: { name: string } | null;
    params?: unknown[];
  }

  export interface ProgramPath {
    node: { body: Statement[] };
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
