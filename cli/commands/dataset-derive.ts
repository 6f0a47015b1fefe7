/** `commonweights dataset derive`: a dataset from others, by a transform anybody can run again. */
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import type { DatasetView } from '@commonweights/dao-contracts/client/views.js';
import { allLicences } from '@commonweights/dao-contracts/rules/licence.js';
import { digestOf, type Digest } from '@commonweights/dataset-registry/digest/digest.js';
import {
  explainBadLicence,
  keepsTo,
  licenceLengthMax,
} from '@commonweights/dataset-registry/lineage/licence.js';
import { originOf } from '@commonweights/dataset-registry/lineage/origin.js';
import {
  decodeDatasetRecord,
  type DatasetRecord,
} from '@commonweights/dataset-registry/lineage/record.js';
import type {
  Transform,
  TransformName,
} from '@commonweights/dataset-registry/transforms/transform.js';
import { wholeNumber, withExamples, withJson } from '../arguments.js';
import { openBlobs, publishing } from '../blob-folder.js';
import { CliError } from '../errors.js';
import { exitCodes } from '../exit-codes.js';
import { readJsonFile } from '../input-file.js';
import { countItems, formatBytes } from '../output.js';
import { storageDeposit } from '../proposal-bond.js';
import { does, type Session } from '../session.js';
import type { Terminal } from '../terminal.js';
import { tokenizerTools } from '../tokenizer-tools.js';
import { readersHelp, readersName, readersOf } from '../readers.js';
import { refuseTaken } from './dataset-add.js';
import { blockedAmong, checkDeclared, readDataset, readLineage } from './dataset-record.js';

interface DeriveFlags {
  readonly transform: string;
  readonly params?: string;
  readonly module?: string;
  readonly readers?: string;
  readonly title?: string;
  readonly concluded?: string;
  readonly vocab?: number;
  readonly tokenizer?: string;
  readonly context?: number;
  readonly heldout?: number;
  readonly seed?: number;
  readonly part?: string;
  readonly by?: string;
}

/** Words only: the transforms themselves load when one runs. */
const transformsHelp = `
Transforms (the same parents and parameters give the same bytes, so anybody can run them again):
  clean              one form for what looks the same; drops the too short, symbols and duplicates
  filter             keeps what reads like prose of a language
  redact             marks addresses, numbers and secrets of people
  split              one side of a seeded cut
  decontaminate      the first parent without what shares a passage with the others
  mix                several parents in given proportions (--params)
  leave-out          without the items that the parents' opt-out lists name
  tokenise-and-pack  token sequences to train on, some documents held out
  module             one of your own: an ES module with a function "transform" (--module, --params)
What an opt-out list of a parent, or of what it descends from, names is refused by all but leave-out.
`;

export function addDatasetDerive(dataset: Command, terminal: Terminal): void {
  does<DeriveFlags>(
    withExamples(
      withJson(dataset.command('derive <id> <parents...>'))
        .description('derive <name>@<version> from one or several datasets')
        .requiredOption('--transform <name>', 'one of those below')
        .option('--params <file>', 'all parameters as JSON, in place of defaults and flags')
        .option('--readers <list>', readersHelp, readersName)
        .option('--module <file>', 'module: what to run, without anything that it could reach')
        .option('--title <text>', 'what it is (default: the name)')
        .option('--concluded <spdx>', "licence that you conclude (default: all parents', with AND)")
        .option('--vocab <n>', 'tokenise-and-pack: tokens (2048)', wholeNumber(257, 65_536))
        .option('--tokenizer <digest>', "tokenise-and-pack: another model's, in place of --vocab")
        .option('--context <n>', 'tokenise-and-pack: sequence (128)', wholeNumber(1, 1 << 20))
        .option('--heldout <bps>', 'share held out, in 1/10000 (500)', wholeNumber(1, 9_999))
        .option('--seed <n>', 'decides which documents (1)', wholeNumber(0, 2 ** 32))
        .option('--part <side>', 'split: train or heldout (train)')
        .option('--by <field>', 'split: keep what has the same value together'),
      'commonweights dataset derive sotu-clean@1 sotu@1 --transform clean',
      'commonweights dataset derive sotu-packed@1 sotu-clean@1 --transform tokenise-and-pack',
      'commonweights dataset derive test@1 sotu-clean@1 --transform split --part heldout --by name',
      'commonweights dataset derive sotu@2 sotu@1 --transform leave-out',
      'commonweights dataset derive shout@1 sotu@1 --transform module --module ./shout.js',
      'commonweights dataset derive train@1 sotu-clean@1 test@1 --transform decontaminate',
    ).addHelpText('after', transformsHelp),
    terminal,
    (session, [id, ...parents], flags) => derive(session, { id: id!, parents }, flags),
  );
}

async function derive(
  session: Session,
  it: { id: string; parents: readonly string[] },
  flags: DeriveFlags,
): Promise<void> {
  const client = await session.signer();
  await refuseTaken(client, it.id);
  const parents = await Promise.all(it.parents.map((parent) => readDataset(client, parent)));
  const lineage = await readLineage(client, parents);
  const blocked = blockedAmong(lineage);
  if (blocked.length > 0) {
    session.note(`  warning: ${blocked.join(', ')}: no run may train on what comes of it`);
  }
  const optOuts = lineage.flatMap(({ id: dataset, optOut }) =>
    optOut === null ? [] : [{ dataset, list: optOut }],
  );
  const lists = [...new Set(optOuts.map(({ list }) => list))].sort();
  const module = await readModule(session, flags);
  const transform = await readTransform(session, { flags, lists, parents: it.parents, module });
  const { evidence, ...origin } = originOf(parents);
  const declared = {
    id: it.id,
    version: it.id.slice(it.id.indexOf('@') + 1),
    title: flags.title ?? it.id.split('@')[0]!,
    ...origin,
    ...licencesOf(parents, flags),
    contributors: [],
  };
  checkDeclared(declared, it.parents);
  const readers = readersOf(session, flags.readers);
  const store = publishing(await openBlobs(session, 'write', undefined, readers));
  const isPrivate = readers !== undefined;
  const { deriveDataset } = await import('@commonweights/dataset-registry/transforms/derive.js');
  const progress = session.startProgress(`${transform.name} over ${it.parents.join(', ')}`);
  let record: DatasetRecord;
  try {
    const tools = await tokenizerTools();
    const given = { store, transform, parents, optOuts, tools, isPrivate };
    const measure = await deriveDataset({ ...given, ...(module && { module }) });
    record = decodeDatasetRecord({ ...declared, ...measure, evidence });
    await client.registerDataset({ record, depositYocto: storageDeposit(record) });
  } catch (error) {
    progress.fail('not registered');
    throw error;
  }
  progress.finish(`${countItems(record.items)}, ${formatBytes(record.bytes)}`);
  session.print(record, () => `${record.id} is registered, manifest ${record.manifest}\n`);
}

/** Whoever uses the result uses all parents, and keeps to the licences of all of them. */
function licencesOf(
  parents: readonly DatasetView[],
  { concluded }: DeriveFlags,
): Pick<DatasetRecord, 'licenceDeclared' | 'licenceConcluded'> {
  const broken =
    concluded !== undefined &&
    explainBadLicence(concluded) === null &&
    parents.find(({ licenceConcluded }) => !keepsTo(concluded, licenceConcluded));
  if (broken) {
    throw new CliError(
      exitCodes.badInput,
      `LICENCE_NOT_KEPT: you conclude ${JSON.stringify(concluded)}, and ${broken.id} is under ` +
        `${JSON.stringify(broken.licenceConcluded)}, which that does not keep to; leave out ` +
        '--concluded to keep to all of them',
    );
  }
  return {
    licenceDeclared: joinLicences(parents.map(({ licenceDeclared }) => licenceDeclared)),
    licenceConcluded:
      concluded ?? joinLicences(parents.map(({ licenceConcluded }) => licenceConcluded)),
  };
}

/** Error: `LICENCES_TOO_LONG`. */
function joinLicences(licences: readonly string[]): string {
  const all = allLicences(licences);
  if (all.length <= licenceLengthMax) return all;
  throw new CliError(
    exitCodes.badInput,
    `LICENCES_TOO_LONG: together they are "${all}", at most ${licenceLengthMax} characters fit ` +
      'one record; derive from fewer datasets',
  );
}

/** `lists`: what `leave-out` takes if it is told nothing else. Error: `NOTHING_TO_LEAVE_OUT`. */
async function readTransform(
  session: Session,
  it: {
    flags: DeriveFlags;
    lists: readonly Digest[];
    parents: readonly string[];
    module: Uint8Array | undefined;
  },
): Promise<Transform> {
  const { flags, lists } = it;
  const { decodeTransform, defaultParams, transformNames } =
    await import('@commonweights/dataset-registry/transforms/transform.js');
  const defaultsFor = (known: TransformName, { tokenizer }: DeriveFlags): object => {
    // A tokenizer that is there is not trained to a size.
    const { vocabSize, ...others } = defaultParams(known) as { vocabSize?: number };
    void vocabSize;
    return tokenizer === undefined ? defaultParams(known) : others;
  };
  const name = transformNames.find((one) => one === flags.transform);
  if (name === 'leave-out' && flags.params === undefined && lists.length === 0) {
    throw new CliError(
      exitCodes.badInput,
      `NOTHING_TO_LEAVE_OUT: neither ${it.parents.join(' nor ')} nor what they descend from names a ` +
        'list of what to leave out; its publisher does with "commonweights dataset opt-out", and ' +
        'other lists are named with --params',
    );
  }
  // The refusal of an unknown name lists the known ones.
  const given =
    flags.params === undefined ? undefined : await readJsonFile(session.terminal.cwd, flags.params);
  const asked = (): unknown => {
    if (it.module) return { module: digestOf(it.module), params: given ?? {} };
    if (given !== undefined) return given;
    if (name === 'leave-out') return { lists };
    return name ? { ...defaultsFor(name, flags), ...ownParams(name, flags) } : {};
  };
  return decodeTransform({ name: flags.transform, version: 1, params: asked() });
}

/** Its own file, and with the transform that runs one: error `USAGE` otherwise. */
async function readModule(session: Session, flags: DeriveFlags): Promise<Uint8Array | undefined> {
  const isModule = flags.transform === 'module';
  if (isModule !== (flags.module !== undefined)) {
    const what = isModule ? 'names its file with --module' : 'takes no --module';
    throw new CliError(exitCodes.usage, `USAGE: --transform ${flags.transform} ${what}`);
  }
  if (flags.module === undefined) return undefined;
  return new Uint8Array(await readFile(resolve(session.terminal.cwd, flags.module)));
}

/** Flags that stand for single parameters of a transform. */
function ownParams(name: TransformName, flags: DeriveFlags): Record<string, unknown> {
  const own: Readonly<Partial<Record<TransformName, Record<string, unknown>>>> = {
    'tokenise-and-pack': {
      vocabSize: flags.vocab,
      tokenizer: flags.tokenizer,
      contextLength: flags.context,
      heldoutBps: flags.heldout,
      seed: flags.seed,
    },
    split: { heldoutBps: flags.heldout, seed: flags.seed, part: flags.part, by: flags.by },
  };
  const given = Object.entries(own[name] ?? {}).filter(([, value]) => value !== undefined);
  return Object.fromEntries(given);
}
