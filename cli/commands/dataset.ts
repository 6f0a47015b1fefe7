/** `commonweights dataset`: what models are made of, with its lineage on chain. */
import type { Command } from 'commander';
import { readDatasetEffects } from '@commonweights/dao-contracts/client/dataset-effects.js';
import { readAll } from '@commonweights/dao-contracts/client/page.js';
import { findAncestors } from '@commonweights/dataset-registry/lineage/ancestry.js';
import { withExamples, withJson } from '../arguments.js';
import { openBlobs } from '../blob-folder.js';
import { CliError } from '../errors.js';
import { exitCodes } from '../exit-codes.js';
import { countItems, formatBytes, formatFacts, formatTable, formatTime } from '../output.js';
import { describeDataEffects } from '../proposal-differences.js';
import { does, type Session } from '../session.js';
import type { Terminal } from '../terminal.js';
import { tokenizerTools } from '../tokenizer-tools.js';
import { addDatasetAdd } from './dataset-add.js';
import { addDatasetCroissant } from './dataset-croissant.js';
import { addDatasetDerive } from './dataset-derive.js';
import { addDatasetEarnings } from './dataset-earnings.js';
import { addDatasetProve } from './dataset-prove.js';
import { blockedAmong, readDataset } from './dataset-record.js';
import { addDatasetReproduce } from './dataset-reproduce.js';
import { addDatasetStatus } from './dataset-status.js';

export function addDatasetCommands(program: Command, terminal: Terminal): void {
  const dataset = program.command('dataset').description('datasets and their lineage');
  addDatasetAdd(dataset, terminal);
  addDatasetDerive(dataset, terminal);
  addDatasetReproduce(dataset, terminal);
  addDatasetStatus(dataset, terminal);
  addDatasetProve(dataset, terminal);
  addDatasetCroissant(dataset, terminal);
  addDatasetEarnings(dataset, terminal);
  does(
    withExamples(
      withJson(dataset.command('list')).description('all registered datasets'),
      'commonweights dataset list',
    ),
    terminal,
    list,
  );
  does(
    withExamples(
      withJson(dataset.command('show <id>')).description('a record and all it descends from'),
      'commonweights dataset show sotu-packed@1',
    ),
    terminal,
    (session, [id]) => show(session, id!),
  );
  does<{ reproduce?: boolean }>(
    withExamples(
      withJson(dataset.command('verify <id>'))
        .description("fetch a dataset's bytes and hold them against its record")
        .option('--reproduce', 'also derive it anew from its parents and compare'),
      'commonweights dataset verify sotu-clean@1 --reproduce',
    ),
    terminal,
    (session, [id], flags) => verify(session, id!, flags.reproduce === true),
  );
}

async function list(session: Session): Promise<void> {
  const datasets = await readAll((page) => session.reader().listDatasets(page));
  session.print(datasets, () => {
    if (datasets.length === 0)
      return 'No datasets yet; add one with "commonweights dataset add".\n';
    const rows = datasets.map((one) => [
      one.id,
      one.status,
      one.items,
      formatBytes(one.bytes),
      one.licenceConcluded,
      one.parents.map((parent) => parent.dataset).join(', ') || '–',
    ]);
    return formatTable(['id', 'status', 'items', 'size', 'licence', 'from'], rows);
  });
}

async function show(session: Session, id: string): Promise<void> {
  const client = session.reader();
  const view = await readDataset(client, id);
  const all = await readAll((page) => client.listDatasets(page));
  const { records } = findAncestors(id, all);
  const [disputes, effects] = await Promise.all([
    readAll((page) => client.listDatasetDisputes({ id, ...page })),
    readDatasetEffects(client, id),
  ]);
  const ancestors = records.map((one) => one.id);
  const others = new Set(ancestors.filter((one) => one !== id));
  const blocked = blockedAmong(all.filter((one) => others.has(one.id)));
  const facts = () =>
    formatFacts([
      ['dataset', `${view.id}: ${view.title}`],
      ['status', view.status],
      ...blocked.map((one): [string, string] => [
        'warning',
        `it descends from what no new run may train on: ${one}`,
      ]),
      ['size', `${countItems(view.items)}, ${formatBytes(view.bytes)}`],
      // What a bounty decided is its items; the files that hold them, its publisher names.
      [`manifest (${view.bounty === null ? 'proven' : 'declared'})`, view.manifest],
      [
        view.bounty === null ? 'items root (proven)' : `items root (bounty ${view.bounty})`,
        view.itemsRoot,
      ],
      ['registered', `${formatTime(view.registeredAtMs)} by ${view.publisher}`],
      ['source (declared)', view.source],
      ['collected (declared)', view.collectedAt],
      ['licence (declared)', view.licenceDeclared],
      ['licence (concluded)', view.licenceConcluded],
      [
        view.bounty === null ? 'contributors (declared)' : `contributors (bounty ${view.bounty})`,
        view.contributors.map((one) => `${one.account} ${one.weightBps / 100} %`).join(', '),
      ],
      ['approved by a vote', view.approved ? 'yes' : 'no'],
      ['to leave out', view.optOut],
      ...records
        .filter(({ parents }) => parents.length > 0)
        .map((one, i): [string, string] => [
          i === 0 ? 'lineage' : '',
          `${one.parents.map((parent) => parent.dataset).join(' + ')} → ${one.id}`,
        ]),
    ]);
  session.print({ ...view, ancestors, blocked, disputeList: disputes, ...effects }, () => {
    const told = disputes.map((one) => [
      one.dispute,
      one.by,
      one.verdict ?? 'open',
      formatTime(one.openedAtMs),
      one.evidence,
    ]);
    const table =
      told.length > 0
        ? `\n${formatTable(['dispute', 'by', 'verdict', 'opened', 'evidence'], told)}`
        : '';
    return `${facts()}${describeDataEffects(effects)}${table}`;
  });
}

/** The bytes against the record; a difference is a failure, each one named. */
async function verify(session: Session, id: string, reproduce: boolean): Promise<void> {
  const client = session.reader();
  const record = await readDataset(client, id);
  const store = await openBlobs(session, 'read');
  const { verifyDataset, reproduceDataset } =
    await import('@commonweights/dataset-registry/transforms/derive.js');
  const progress = session.startProgress(`checking ${id}`);
  let differences: string[];
  try {
    ({ differences } = await verifyDataset(store, record));
    if (reproduce && differences.length === 0) {
      progress.update(1, 'deriving it anew');
      const parents = await Promise.all(
        record.parents.map(({ dataset }) => readDataset(client, dataset)),
      );
      const tools = await tokenizerTools();
      ({ differences } = await reproduceDataset({ store, record, parents, tools }));
    }
  } catch (error) {
    progress.fail('not checked');
    throw error;
  }
  if (differences.length > 0) {
    progress.fail('the bytes are not those of the record');
    throw new CliError(
      exitCodes.badInput,
      `DATASET_DIFFERS: ${id}: ${differences.join('; ')}; do not use it, and dispute it`,
    );
  }
  progress.finish(reproduce ? 'reproduced' : 'its bytes are those of the record');
  session.print({ id, verified: true, reproduced: reproduce }, () => `${id} is what it says\n`);
}
