/**
 * `commonweights dataset reproduce`: a whole chain from its sources. Each source's bytes are held against its
 * record, each derivation is run again from its parents; what a bounty decided, reviewers did, and no
 * computation repeats it.
 */
import type { Command } from 'commander';
import type { DatasetView } from '@commonweights/dao-contracts/client/views.js';
import { findAncestors } from '@commonweights/dataset-registry/lineage/ancestry.js';
import { withExamples, withJson } from '../arguments.js';
import { openBlobs } from '../blob-folder.js';
import { CliError } from '../errors.js';
import { exitCodes } from '../exit-codes.js';
import { formatTable } from '../output.js';
import { does, type Session } from '../session.js';
import type { Terminal } from '../terminal.js';
import { tokenizerTools } from '../tokenizer-tools.js';
import { readDataset, readLineage } from './dataset-record.js';

type Shown = 'verified' | 'decided' | 'reproduced';

const meanings: Readonly<Record<Shown, string>> = {
  verified: 'a source: its bytes are those of its record',
  decided: 'a bounty: its bytes are those of its record, reviewers chose them',
  reproduced: 'its parents and its transform give its bytes',
};

export function addDatasetReproduce(dataset: Command, terminal: Terminal): void {
  does(
    withExamples(
      withJson(dataset.command('reproduce <id>')).description(
        'run the derivations of a dataset and of all that it descends from again, and compare roots',
      ),
      'commonweights dataset reproduce sotu-packed@1',
    ),
    terminal,
    (session, [id]) => reproduce(session, id!),
  );
}

/** Error: `DATASET_DIFFERS` with the first dataset that is not what its record says. */
async function reproduce(session: Session, id: string): Promise<void> {
  const client = session.reader();
  const lineage = await readLineage(client, [await readDataset(client, id)]);
  const byId = new Map(lineage.map((one) => [one.id, one]));
  const store = await openBlobs(session, 'read');
  const { verifyDataset, reproduceDataset } =
    await import('@commonweights/dataset-registry/transforms/derive.js');
  const progress = session.startProgress(`reproducing ${id}`);
  const found: { id: string; shown: Shown }[] = [];
  try {
    for (const { id: one } of findAncestors(id, lineage).records) {
      const record: DatasetView = byId.get(one)!;
      progress.update(found.length, one);
      const parents = record.parents.map(({ dataset }) => byId.get(dataset)!);
      const isDerived = parents.length > 0 && record.bounty === null;
      const { differences } = isDerived
        ? await reproduceDataset({ store, record, parents, tools: await tokenizerTools() })
        : await verifyDataset(store, record);
      if (differences.length > 0) {
        throw new CliError(
          exitCodes.badInput,
          `DATASET_DIFFERS: ${one}: ${differences.join('; ')}; do not use it, and dispute it`,
        );
      }
      const source = record.bounty === null ? 'verified' : 'decided';
      found.push({ id: one, shown: isDerived ? 'reproduced' : source });
    }
  } catch (error) {
    progress.fail('not reproduced');
    throw error;
  }
  progress.finish(`${found.length} datasets`);
  session.print({ id, datasets: found }, () =>
    formatTable(
      ['dataset', 'shown', ''],
      found.map((one) => [one.id, one.shown, meanings[one.shown]]),
    ),
  );
}
