/**
 * `commonweights checkpoint …`: models of other people as the one file that everything here reads, and
 * as blobs that a run can go on from.
 */
import { mkdir, mkdtemp, readdir, readFile, rename, rm, rmdir, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { Command } from 'commander';
import { wholeNumber, withExamples, withJson } from '../arguments.js';
import { openBlobs } from '../blob-folder.js';
import { CliError } from '../errors.js';
import { exitCodes } from '../exit-codes.js';
import { formatBytes } from '../output.js';
import { does, type Session } from '../session.js';
import type { Terminal } from '../terminal.js';
import { addCheckpointEvaluate } from './checkpoint-evaluate.js';

interface ImportFlags {
  readonly to: string;
  readonly shardMb?: number;
}

export function addCheckpointCommands(program: Command, terminal: Terminal): void {
  const checkpoint = program.command('checkpoint').description('weights from elsewhere');
  does<ImportFlags>(
    withExamples(
      withJson(checkpoint.command('import <dir>'))
        .description('read a LlamaForCausalLM folder (shards, bfloat16 or float16 too) as float32')
        .requiredOption('--to <dir>', 'an empty folder, or one that is not there')
        .option(
          '--shard-mb <n>',
          'files of at most so many MB and an index (default: one file, whose digest is a root)',
          wholeNumber(1, 1_000_000),
        ),
      'commonweights checkpoint import ./downloaded --to ./model',
      'commonweights checkpoint import ./model --to ./shards --shard-mb 500',
    ),
    terminal,
    (session, [dir], flags) => importCheckpoint(session, dir!, flags),
  );
  does(
    withExamples(
      withJson(checkpoint.command('publish <dir>')).description(
        'offer a model to workers, in one file or in shards, so that a run can go on from it',
      ),
      'commonweights checkpoint publish ./model',
      'commonweights checkpoint publish ./shards',
    ),
    terminal,
    (session, [dir]) => publishCheckpoint(session, dir!),
  );
  addCheckpointEvaluate(checkpoint, terminal);
}

/**
 * Only what workers will accept: weights of the config's very shapes, in our one encoding, however
 * the folder holds them. The digest is the one that `import` into one file prints.
 */
async function publishCheckpoint(session: Session, name: string): Promise<void> {
  const [huggingFace, state] = await Promise.all([
    import('@commonweights/trainer/checkpoint/hugging-face.js'),
    import('@commonweights/trainer/checkpoint/state.js'),
  ]);
  const { readFolder } = await import('@commonweights/trainer/release/read-folder.js');
  const files = await readFolder(resolve(session.terminal.cwd, name));
  const { config, layout, params } = huggingFace.readHuggingFace(files);
  const bytes = state.encodeState({ params, momentum: null }, layout);
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
  const [{ CONFIG_FILE, describingFiles, TOKENIZER_FILE, WEIGHTS_FILE }, { importLlama }, disk] =
    await Promise.all([
      import('@commonweights/trainer/checkpoint/hugging-face.js'),
      import('@commonweights/trainer/checkpoint/import-llama.js'),
      import('@commonweights/trainer/checkpoint/model-files.js'),
    ]);
  const target = resolve(session.terminal.cwd, flags.to);
  await requireEmpty(target);
  const source = resolve(session.terminal.cwd, name);
  const tokenizer = await readIfThere(join(source, TOKENIZER_FILE));
  const theirs = new disk.FolderOnDisk(source);
  // Beside the target, so that what fails half-way leaves nothing that looks like a model.
  await mkdir(dirname(target), { recursive: true });
  const partial = await mkdtemp(`${target}.partial-`);
  const ours = new disk.WrittenFolder(partial);
  const shards = flags.shardMb === undefined ? {} : { shardBytesMax: flags.shardMb * 1e6 };
  const progress = session.startProgress(`importing ${name}`);
  let imported;
  try {
    imported = await importLlama(theirs, ours, shards);
    const described = describingFiles(imported.config, tokenizer ?? new TextEncoder().encode('{}'));
    const small = tokenizer
      ? [{ path: TOKENIZER_FILE, bytes: tokenizer }, ...described]
      : described.filter(({ path }) => path === CONFIG_FILE);
    for (const { path, bytes } of small) await writeFile(join(partial, path), bytes);
    // Empty, or not there: anything else by now is somebody's.
    await rmdir(target).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') throw error;
    });
    await rename(partial, target);
  } catch (error) {
    progress.fail('not imported');
    throw error;
  } finally {
    await theirs.close();
    await rm(partial, { recursive: true, force: true });
  }
  const { config, parameters, written } = imported;
  const bytes = written.reduce((sum, path) => sum + ours.sizes.get(path)!, 0);
  progress.finish(formatBytes(bytes));
  const root = ours.digests.get(WEIGHTS_FILE) ?? null;
  session.print({ root, parameters, config, files: written, dir: target }, () =>
    [
      `${parameters} parameters in ${formatBytes(bytes)}: ${config.layers} layers of width ` +
        `${config.hiddenSize}, context ${config.contextLength}\n`,
      root ? `state root ${root}\n` : `${written.length} files, ${written.at(-1)} names them\n`,
      tokenizer ? '' : 'It has no tokenizer.json, so it can be trained on but not talk.\n',
    ].join(''),
  );
}

async function readIfThere(file: string): Promise<Uint8Array | null> {
  return readFile(file).then(
    (bytes) => new Uint8Array(bytes),
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return null;
      throw error;
    },
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
