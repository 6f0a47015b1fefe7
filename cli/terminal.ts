/**
 * The command's surroundings, as arguments: where it prints, its environment and folder, and how it
 * is told to stop. Tests run the whole command line in their own process with another one.
 */
import type { ProgressStream } from './progress.js';

export interface Terminal {
  /** What was asked for; nothing else goes here, so that it can be piped. */
  readonly stdout: { write(text: string): unknown };
  /** Progress, notes and the sentence of a failure. */
  readonly stderr: ProgressStream;
  readonly env: NodeJS.ProcessEnv;
  readonly cwd: string;
  /** Aborts on Ctrl-C. */
  readonly signal: AbortSignal;
}
