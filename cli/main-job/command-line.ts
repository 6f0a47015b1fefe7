/**
 * The main job does what a person would do at a terminal: it runs `commonweights` commands and shows
 * each one before it runs. In this process, since starting one a command would take longer than
 * most of them do.
 */
import { runCommonweights } from '../commonweights.js';
import type { RawTerminal } from '../terminal.js';

export interface CommandLine {
  /** Runs a command and returns what it printed; throws what it said when it failed. */
  run(args: readonly string[]): Promise<string>;
  /** The same with `--json`, parsed. */
  json<T>(args: readonly string[]): Promise<T>;
  /** Runs a command that may fail; what it printed and its exit code. */
  attempt(args: readonly string[]): Promise<{ exitCode: number; stdout: string; stderr: string }>;
}

export function openCommandLine(it: {
  cwd: string;
  signal: AbortSignal;
  tell(line: string): void;
}): CommandLine {
  const attempt = async (args: readonly string[]) => {
    it.tell(`$ commonweights ${args.map(quote).join(' ')}`);
    let stdout = '';
    let stderr = '';
    const terminal: RawTerminal = {
      stdout: { write: (text) => void (stdout += text) },
      stderr: { write: (text) => void (stderr += text), isTTY: false },
      env: process.env,
      cwd: it.cwd,
      signal: it.signal,
    };
    const exitCode = await runCommonweights(args, terminal);
    return { exitCode, stdout, stderr };
  };
  const run = async (args: readonly string[]) => {
    const { exitCode, stdout, stderr } = await attempt(args);
    if (exitCode === 0) return stdout;
    throw new Error(stderr.trim().split('\n').at(-1) || `exit code ${exitCode}`);
  };
  return {
    attempt,
    run,
    json: async <T>(args: readonly string[]) => JSON.parse(await run([...args, '--json'])) as T,
  };
}

/** So that a shell that is given the line back reads the same argument. */
function quote(arg: string): string {
  if (/^[\w@./:=-]+$/.test(arg)) return arg;
  return /^[\w@./:=,;?<>()' -]*$/.test(arg) ? `"${arg}"` : `'${arg.replaceAll("'", `'\\''`)}'`;
}
