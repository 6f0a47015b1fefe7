/** `commonweights generate`: text from a pulled release, on this machine. */
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { decimal, wholeNumber, withExamples, withJson } from '../arguments.js';
import { CliError } from '../errors.js';
import { exitCodes } from '../exit-codes.js';
import { does, type Session } from '../session.js';
import type { Terminal } from '../terminal.js';

interface GenerateFlags {
  readonly prompt: string;
  readonly tokens: number;
  readonly temperature: number;
  readonly topK: number;
  readonly topP: number;
  readonly seed: number;
}

export function addGenerateCommand(program: Command, terminal: Terminal): void {
  does<GenerateFlags>(
    withExamples(
      withJson(program.command('generate <dir>'))
        .description('go on with a prompt, using the weights in a folder')
        .option('--prompt <text>', 'where to begin', 'The')
        .option('--tokens <n>', 'at most so many', wholeNumber(1, 100_000), 100)
        .option('--temperature <t>', '0 always takes the likeliest', decimal(0, 100), 0.8)
        .option('--top-k <k>', 'draw among the k likeliest', wholeNumber(1, 1_000_000), 40)
        .option('--top-p <p>', 'draw among the likeliest that make up p', decimal(0, 1), 1)
        .option('--seed <n>', 'the same seed gives the same text here', wholeNumber(0, 2 ** 32), 1),
      'commonweights generate ./model --prompt "My fellow citizens"',
      'commonweights generate ./model --prompt "We" --tokens 50 --temperature 0 --json',
    ),
    terminal,
    (session, [dir], flags) => generateText(session, dir!, flags),
  );
}

async function generateText(session: Session, name: string, flags: GenerateFlags): Promise<void> {
  const dir = resolve(session.terminal.cwd, name);
  const [{ sampleFrom }, { readFolder }] = await Promise.all([
    import('../sample-text.js'),
    import('@commonweights/trainer/release/read-folder.js'),
  ]);
  if (flags.prompt === '') {
    throw new CliError(exitCodes.usage, 'USAGE: --prompt is empty; give some text to go on from');
  }
  const { stdout, signal } = session.terminal;
  const streams = !session.wantsJson;
  if (streams) stdout.write(flags.prompt);
  const text = await sampleFrom(await readFolder(dir), {
    ...flags,
    signal,
    onText: (part) => void (streams && stdout.write(part)),
  });
  session.print({ prompt: flags.prompt, text }, () => '\n');
}
