/** `commonweights dataset derive`: a dataset from others, by a transform anybody can run again. */
import type { Command } from 'commander';
import {
  decodeDatasetRecord,
  type DatasetRecord,
} from '@commonweights/dataset-registry/lineage/record.js';
import type { Transform } from '@commonweights/dataset-registry/transforms/transform.js';
import { wholeNumber, withExamples, withJson } from '../arguments.js';
import { openBlobs, publishing } from '../blob-folder.js';
import { readJsonFile } from '../input-file.js';
import { formatBytes } from '../output.js';
import { storageDeposit } from '../proposal-bond.js';
import { does, type Session } from '../session.js';
import type { Terminal } from '../terminal.js';
import { tokenizerTools } from '../tokenizer-tools.js';
import { refuseTaken } from './dataset-add.js';
import { readDataset } from './dataset-record.js';

interface DeriveFlags {
  readonly transform: string;
  readonly params?: string;
  readonly title?: string;
  readonly concluded?: string;
  readonly vocab: number;
  readonly context: number;
  readonly heldout: number;
  readonly seed: number;
}

export function addDatasetDerive(dataset: Command, terminal: Terminal): void {
  does<DeriveFlags>(
    withExamples(
      withJson(dataset.command('derive <id> <parents...>'))
        .description('derive <name>@<version> from one or several datasets')
        .requiredOption('--transform <name>', 'clean, or tokenise-and-pack')
        .option('--params <file>', 'all parameters as JSON, in place of the flags below')
        .option('--title <text>', 'what it is (default: the name)')
        .option('--concluded <spdx>', "licence that you conclude (default: the first parent's)")
        .option('--vocab <n>', 'tokenise-and-pack: tokens', wholeNumber(257, 65_536), 2048)
        .option('--context <n>', 'tokenise-and-pack: sequence length', wholeNumber(1, 1 << 20), 128)
        .option('--heldout <bps>', 'tokenise-and-pack: held out', wholeNumber(1, 9_999), 500)
        .option('--seed <n>', 'tokenise-and-pack: which are held out', wholeNumber(0, 2 ** 32), 1),
      'commonweights dataset derive sotu-clean@1 sotu@1 --transform clean',
      'commonweights dataset derive sotu-packed@1 sotu-clean@1 --transform tokenise-and-pack',
    ),
    terminal,
    (session, [id, ...parents], flags) => derive(session, { id: id!, parents }, flags),
  );
}

async function derive(
  session: Session,
  it: { id: string; parents: readonly string[] },
  flags: DeriveFlags,
): Promise<void> {
  const transform = await readTransform(session, flags);
  const client = await session.signer();
  await refuseTaken(client, it.id);
  const parents = await Promise.all(it.parents.map((parent) => readDataset(client, parent)));
  const first = parents[0]!;
  const store = publishing(await openBlobs(session, 'write'));
  const { deriveDataset } = await import('@commonweights/dataset-registry/transforms/derive.js');
  const progress = session.startProgress(`${transform.name} over ${it.parents.join(', ')}`);
  let record: DatasetRecord;
  try {
    const tools = await tokenizerTools();
    const measure = await deriveDataset({ store, transform, parents, tools });
    record = decodeDatasetRecord({
      id: it.id,
      version: it.id.slice(it.id.indexOf('@') + 1),
      title: flags.title ?? it.id.split('@')[0]!,
      source: first.source,
      collectedAt: first.collectedAt,
      licenceDeclared: first.licenceDeclared,
      licenceConcluded: flags.concluded ?? first.licenceConcluded,
      evidence: first.evidence,
      contributors: [],
      ...measure,
    });
    await client.registerDataset({ record, depositYocto: storageDeposit(record) });
  } catch (error) {
    progress.fail('not registered');
    throw error;
  }
  progress.finish(`${record.items} items, ${formatBytes(record.bytes)}`);
  session.print(record, () => `${record.id} is registered, manifest ${record.manifest}\n`);
}

async function readTransform(session: Session, flags: DeriveFlags): Promise<Transform> {
  const [{ decodeTransform }, { cleanDefaults }] = await Promise.all([
    import('@commonweights/dataset-registry/transforms/transform.js'),
    import('@commonweights/dataset-registry/transforms/clean.js'),
  ]);
  const packing = {
    vocabSize: flags.vocab,
    contextLength: flags.context,
    heldoutBps: flags.heldout,
    seed: flags.seed,
  };
  const params =
    flags.params !== undefined
      ? await readJsonFile(session.terminal.cwd, flags.params)
      : flags.transform === 'clean'
        ? cleanDefaults
        : packing;
  return decodeTransform({ name: flags.transform, version: 1, params });
}
