/** The part of `@yowasp/clang` that is used; its own declarations leave `runClang` out. */
declare module '@yowasp/clang' {
  type Tree = { [name: string]: Tree | string | Uint8Array };

  interface RunOptions {
    stdout?: (bytes: Uint8Array | null) => void;
    stderr?: (bytes: Uint8Array | null) => void;
    fetchProgress?: (event: { totalLength: number; doneLength: number }) => void;
  }

  type Run = (args: string[], files: Tree, options: RunOptions) => Promise<Tree> | Tree | undefined;

  /** One tool of LLVM. */
  export const runLLVM: Run;
  /** The compiler driver, which runs compiler and linker as its arguments ask. */
  export const runClang: Run;
  /** Thrown when a tool ends with a status other than 0. */
  export class Exit extends Error {
    code: number;
  }
  export const version: string;
}
