/**
 * `commonweights checkpoint …`: models of other people as the one file that everything here reads, and
 * as blobs that a run can go on from.
 */
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Command } from 'commander';
import { digestOf } from '@commonweights/dataset-registry/digest/digest.js';
import { withExamples, withJson } from '../arguments.js';
import { openBlobs } from '../blob-folder.js';
import { CliError } from '../errors.js';
import { exitCodes } from '../exit-codes.js';
import { formatBytes } from '../output.js';
import { does, type Session } from '../session.js';
import type { Terminal } from '../terminal.js';

interface ImportFlags {
  readonly to: string;
}

export function addCheckpointCommands(program: Command, terminal: Terminal): void {
  const checkpoint = program.command('checkpoint').description('weights from elsewhere');
  does<ImportFlags>(
    withExamples(
      withJson(checkpoint.command('import <dir>'))
        .description('read a LlamaForCausalLM folder (shards, bfloat16 or float16 too) as float32')
        .requiredOption('--to <dir>', 'an empty folder, or one that is not there'),
      'commonweights checkpoint import ./downloaded --to ./model',
    ),
    terminal,
    (session, [dir], flags) => importCheckpoint(session, dir!, flags),
  );
  does(
    withExamples(
      withJson(checkpoint.command('publish <dir>')).description(
        'offer an imported model to workers, so that a run can go on from it',
      ),
      'commonweights checkpoint publish ./model',
    ),
    terminal,
    (session, [dir]) => publishCheckpoint(session, dir!),
  );
}

/** Only what workers will accept: weights of the config's very shapes, in our one encoding. */
async function publishCheckpoint(session: Session, name: string): Promise<void> {
  const [huggingFace, state] = await Promise.all([
    import('@commonweights/trainer/checkpoint/hugging-face.js'),
    import('@commonweights/trainer/checkpoint/state.js'),
  ]);
  const { readFolder } = await import('@commonweights/trainer/release/read-folder.js');
  const files = await readFolder(resolve(session.terminal.cwd, name));
  const { config, layout, params } = huggingFace.readHuggingFace(files);
  const bytes = state.encodeState({ params, momentum: null }, layout);
  if (digestOf(files.get(huggingFace.WEIGHTS_FILE) ?? new Uint8Array()) !== digestOf(bytes)) {
    throw new CliError(
      exitCodes.badInput,
      `NOT_IMPORTED: ${name} holds weights as others write them; run "commonweights checkpoint ` +
        'import" on it and publish what that makes',
    );
  }
  const blobs = await openBlobs(session, 'write');
  const weights = await blobs.publish(bytes);
  const tokenizerFile = files.get(huggingFace.TOKENIZER_FILE);
  const tokenizer = tokenizerFile ? await blobs.publish(tokenizerFile) : null;
  const { vocabSize, ...model } = config;
  void vocabSize;
  session.print({ weights, tokenizer, model }, () =>
    [
      `weights    ${weights}\n`,
      `tokenizer  ${tokenizer ?? '–'}\n`,
      'Go on from it with this in a run draft, in place of "initialSeed":\n',
      `  "parent": ${JSON.stringify({ weights })},\n`,
      `  "model": ${JSON.stringify(model)}\n`,
    ].join(''),
  );
}

async function importCheckpoint(session: Session, name: string, flags: ImportFlags): Promise<void> {
  const [{ CONFIG_FILE, describingFiles, readHuggingFace, TOKENIZER_FILE, WEIGHTS_FILE }, state] =
    await Promise.all([
      import('@commonweights/trainer/checkpoint/hugging-face.js'),
      import('@commonweights/trainer/checkpoint/state.js'),
    ]);
  const { readFolder } = await import('@commonweights/trainer/release/read-folder.js');
  const target = resolve(session.terminal.cwd, flags.to);
  await requireEmpty(target);
  const files = await readFolder(resolve(session.terminal.cwd, name));
  const { config, layout, params } = readHuggingFace(files);
  const weights = state.encodeState({ params, momentum: null }, layout);
  const tokenizer = files.get(TOKENIZER_FILE);
  const described = describingFiles(config, tokenizer ?? new TextEncoder().encode('{}'));
  const written = [
    { path: WEIGHTS_FILE, bytes: weights },
    ...(tokenizer
      ? [{ path: TOKENIZER_FILE, bytes: tokenizer }, ...described]
      : described.filter(({ path }) => path === CONFIG_FILE)),
  ];
  await mkdir(target, { recursive: true });
  for (const { path, bytes } of written) await writeFile(join(target, path), bytes);
  const root = digestOf(weights);
  session.print({ root, parameters: layout.length, config, dir: target }, () =>
    [
      `${layout.length} parameters in ${formatBytes(weights.length)}: ${config.layers} layers of width ` +
        `${config.hiddenSize}, context ${config.contextLength}\n`,
      `state root ${root}\n`,
      tokenizer ? '' : 'It has no tokenizer.json, so it can be trained on but not talk.\n',
    ].join(''),
  );
}

async function requireEmpty(dir: string): Promise<void> {
  const found = await readdir(dir).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  if (found.length === 0) return;
  throw new CliError(
    exitCodes.usage,
    `USAGE: ${dir} is not empty; name a folder that is, so that nothing is mixed up`,
  );
}
