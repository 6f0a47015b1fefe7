/** `commonweights dataset add`: text into blobs, and its record on chain. */
import { resolve } from 'node:path';
import type { Command } from 'commander';
import type { DaoClient } from '@commonweights/dao-contracts/client/client.js';
import {
  decodeDatasetRecord,
  type DatasetRecord,
} from '@commonweights/dataset-registry/lineage/record.js';
import type { BlobStore } from '@commonweights/dataset-registry/store/blob-store.js';
import { withExamples, withJson } from '../arguments.js';
import { blobFinder, openBlobs, publishing } from '../blob-folder.js';
import { CliError } from '../errors.js';
import { exitCodes } from '../exit-codes.js';
import { countItems } from '../output.js';
import { storageDeposit } from '../proposal-bond.js';
import { storeResumably, type ResumableImport } from '../resumable-import.js';
import { does, type Session } from '../session.js';
import type { Terminal } from '../terminal.js';
import { readersHelp, readersName, readersOf } from '../readers.js';
import { checkDeclared } from './dataset-record.js';

interface AddFlags {
  readonly title?: string;
  readonly source?: string;
  readonly collected?: string;
  readonly licence?: string;
  readonly concluded?: string;
  readonly text?: string;
  readonly keep?: string;
  readonly records?: string;
  readonly readers?: string;
}

/** The name of the text that comes with an npm package, in place of a path. */
const builtIn = 'sotu';

export function addDatasetAdd(dataset: Command, terminal: Terminal): void {
  does<AddFlags>(
    withExamples(
      withJson(dataset.command('add <id> <from>'))
        .description(
          'register a folder of .txt, .md, .jsonl, .csv (packed as .gz or .zst, too) and .parquet ' +
            'files, or one of them, what a Croissant description (.json) names, or the built-in "sotu" (State ' +
            'of the Union addresses, public domain) as <name>@<version>',
        )
        .option('--title <text>', 'what it is (default: the name)')
        .option('--source <uri>', 'where it came from')
        .option(
          '--collected <date>',
          'when it was collected: YYYY-MM-DD, or first/last day (default: today)',
        )
        .option('--licence <spdx>', 'licence that the source declares')
        .option('--concluded <spdx>', 'licence that you conclude (default: the declared one)')
        .option('--text <column>', 'CSV, Parquet: the column with the text (default: text)')
        .option(
          '--keep <columns>',
          'CSV, Parquet: other columns to keep, like id,year (default: all; "": none)',
        )
        .option('--records <ids>', 'Croissant: which of its record sets, by comma (default: all)')
        .option('--readers <list>', readersHelp, readersName),
      'commonweights dataset add sotu@1 sotu',
      'commonweights dataset add titanic@1 ./croissant.json --records passengers --text name',
      'commonweights dataset add letters@1 ./letters --licence CC0-1.0 --source https://a.example',
      'commonweights dataset add mails@1 mails.csv.gz --text body --keep id,year --licence MIT ' +
        '--source https://a.example',
    ),
    terminal,
    (session, [id, from], flags) => add(session, { id: id!, from: from! }, flags),
  );
}

async function add(
  session: Session,
  it: { id: string; from: string },
  flags: AddFlags,
): Promise<void> {
  const imported = await importText(session, it.from, flags);
  const licenceDeclared = flags.licence ?? imported.licence;
  const source = flags.source ?? imported.source;
  if (licenceDeclared === null || source === null) {
    const said = imported.licenceText ? `; it says ${JSON.stringify(imported.licenceText)}` : '';
    throw new CliError(
      exitCodes.usage,
      'USAGE: whose text is this and may it be used? Say it with --source and --licence ' +
        `(an SPDX expression like CC0-1.0)${said}`,
    );
  }
  const declared = {
    id: it.id,
    version: it.id.slice(it.id.indexOf('@') + 1),
    title: flags.title ?? imported.title ?? it.id.split('@')[0]!,
    source,
    collectedAt: flags.collected ?? imported.collectedAt ?? new Date().toISOString().slice(0, 10),
    licenceDeclared,
    licenceConcluded: flags.concluded ?? licenceDeclared,
    contributors: [...imported.contributors],
  };
  checkDeclared(declared);
  const client = await session.signer();
  await refuseTaken(client, it.id);
  const readers = readersOf(session, flags.readers);
  const store = publishing(await openBlobs(session, 'write', undefined, readers));
  const evidence = imported.evidence && (await store.put(imported.evidence));
  const label = `storing ${it.from}`;
  const isSalted = readers !== undefined;
  const stored = await imported.store(session, { id: it.id, label, store, isSalted });
  const record = decodeDatasetRecord({ ...declared, ...stored.measure, evidence, parents: [] });
  await client.registerDataset({ record, depositYocto: storageDeposit(record) });
  await stored.forget();
  session.print(record, () => `${record.id} is registered with ${countItems(record.items)}\n`);
}

/** Before anything is stored: a name is taken for ever. */
export async function refuseTaken(client: DaoClient, id: string): Promise<void> {
  if (!(await client.getDataset({ id }))) return;
  throw new CliError(
    exitCodes.refused,
    `ALREADY_EXISTS: dataset ${id} is registered; publish under a new version`,
  );
}

interface Imported {
  store(
    session: Session,
    it: { id: string; label: string; store: BlobStore; isSalted: boolean },
  ): Promise<ResumableImport>;
  readonly source: string | null;
  readonly licence: string | null;
  readonly evidence: Uint8Array | null;
  readonly title: string | null;
  readonly collectedAt: string | null;
  readonly contributors: DatasetRecord['contributors'];
  /** Where it names one that is no SPDX expression. */
  readonly licenceText: string | null;
}

/** What files do not say of themselves. */
const unsaid = {
  ...{ source: null, licence: null, evidence: null, title: null, collectedAt: null },
  ...{ contributors: [], licenceText: null },
};

async function importText(session: Session, from: string, flags: AddFlags): Promise<Imported> {
  if (from === builtIn) return importBuiltIn();
  if (/\.json$/i.test(from)) return importCroissant(session, from, flags);
  if (flags.records !== undefined) {
    throw new CliError(exitCodes.usage, 'USAGE: --records are of a Croissant description, a .json');
  }
  const { ImportSource } =
    await import('@commonweights/dataset-registry/transforms/import-source.js');
  // Before anything is asked or stored: is it there?
  const source = await ImportSource.open(resolve(session.terminal.cwd, from), {
    ...(flags.text === undefined ? {} : { textColumn: flags.text }),
    ...(flags.keep === undefined ? {} : { keepColumns: flags.keep.split(',').filter(Boolean) }),
  });
  tellPassedOver(session, source.passedOver);
  return {
    store: (session, it) => storeResumably(session, { ...it, source }),
    ...unsaid,
  };
}

/** A folder's author may have meant them. */
function tellPassedOver(session: Session, names: readonly string[]): void {
  if (names.length === 0) return;
  const shown = names.slice(0, passedOverShown).map((name) => JSON.stringify(name));
  const more = names.length - shown.length;
  session.note(
    `  not read, since they are of another kind or links: ${shown.join(', ')}` +
      (more > 0 ? ` and ${more} more` : ''),
  );
}

const passedOverShown = 5;

/** What a description says of its data is its maker's word, as `--source` and `--licence` are; it is kept. */
async function importCroissant(session: Session, from: string, flags: AddFlags): Promise<Imported> {
  if (flags.keep !== undefined) {
    throw new CliError(exitCodes.usage, 'USAGE: a Croissant description says itself what to keep');
  }
  const { openCroissant } =
    await import('@commonweights/dataset-registry/transforms/import-croissant.js');
  const { plan, source, document } = await openCroissant(resolve(session.terminal.cwd, from), {
    ...(flags.records === undefined ? {} : { recordSets: flags.records.split(',') }),
    ...(flags.text === undefined ? {} : { textColumn: flags.text }),
    network: session.network.name,
    findBlob: await blobFinder(session),
  });
  return {
    store: (session, it) => storeResumably(session, { ...it, source }),
    ...{ source: plan.source, licence: plan.licence, licenceText: plan.licenceText },
    ...{ title: plan.title, collectedAt: plan.collectedAt, contributors: [...plan.contributors] },
    evidence: document,
  };
}

async function importBuiltIn(): Promise<Imported> {
  const { importStateOfTheUnion } =
    await import('@commonweights/dataset-registry/transforms/import-sotu.js');
  const { items, source, licenceDeclared, evidence } = await importStateOfTheUnion();
  return {
    store: async (_, { store, isSalted }) => {
      const [{ storeItemStream }, { saltItem }] = await Promise.all([
        import('@commonweights/dataset-registry/transforms/store-item-stream.js'),
        import('@commonweights/dataset-registry/transforms/salt.js'),
      ]);
      const stored = isSalted ? items.map(saltItem) : items;
      return { measure: await storeItemStream(store, stored), forget: async () => {} };
    },
    ...{ ...unsaid, source, licence: licenceDeclared, evidence },
  };
}
