/**
 * The command's surroundings, as arguments: where it prints, its environment and folder, and how it
 * is told to stop. Tests run the whole command line in their own process with another one. All that
 * is printed goes through here, and nothing gets through that a terminal would obey.
 */
import { plainLines, plainText } from './inert-text.js';

/** As much of a stream of the process as is needed; it obeys whatever is written to it. */
export interface RawStream {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
}

interface Surroundings {
  readonly env: NodeJS.ProcessEnv;
  readonly cwd: string;
  /** Aborts on Ctrl-C. */
  readonly signal: AbortSignal;
}

export interface RawTerminal extends Surroundings {
  readonly stdout: RawStream;
  readonly stderr: RawStream;
}

/** A stream that shows text and obeys none of it. */
export interface TextStream {
  /** Text of any number of lines. */
  write(text: string): void;
  /** One line, whatever is in it, and its end. */
  writeLine(line: string): void;
  /** One line over the one that is there, without its end; for terminals. */
  redraw(line: string): void;
  readonly isTTY: boolean;
  readonly columns: number | undefined;
}

export interface Terminal extends Surroundings {
  /** What was asked for; nothing else goes here, so that it can be piped. */
  readonly stdout: TextStream;
  /** Progress, notes and the sentence of a failure. */
  readonly stderr: TextStream;
}

export function openTerminal(raw: RawTerminal): Terminal {
  return { ...raw, stdout: openTextStream(raw.stdout), stderr: openTextStream(raw.stderr) };
}

export function openTextStream(raw: RawStream): TextStream {
  return {
    write: (text) => void raw.write(plainLines(text)),
    writeLine: (line) => void raw.write(`${plainText(line)}\n`),
    redraw: (line) => void raw.write(`\r\u001b[2K${plainText(line)}`),
    isTTY: raw.isTTY === true,
    // A window changes its width.
    get columns() {
      return raw.columns;
    },
  };
}
