/**
 * `commonweights run rehearse`: the first rounds of a draft on this machine, and what follows for
 * the whole run, before anybody is asked to pay for it. Publishes and proposes nothing.
 */
import type { Command } from 'commander';
import { digestOf } from '@commonweights/dataset-registry/digest/digest.js';
import type { Forecast, Worth } from '@commonweights/trainer/run/rehearse.js';
import { decimal, wholeNumber, withExamples, withJson } from '../arguments.js';
import { openBlobs } from '../blob-folder.js';
import { readDraft } from '../draft-file.js';
import { defaultExactEngine, exactEngineHelp } from '../exact-engine-option.js';
import { readJsonFile } from '../input-file.js';
import { formatBytes, formatFacts } from '../output.js';
import { requirePublished } from '../parent-release.js';
import { describePrice } from '../price-words.js';
import { does, type Session } from '../session.js';
import type { Terminal } from '../terminal.js';
import { readDataset } from './dataset-record.js';

interface Flags {
  readonly rounds: number;
  readonly workers?: number;
  readonly worth?: boolean;
  readonly mbps: number;
  readonly engine: string;
}

export function addRunRehearse(run: Command, terminal: Terminal): void {
  does<Flags>(
    withExamples(
      withJson(run.command('rehearse <draft>'))
        .description('train the first rounds here and forecast the run')
        .option('--rounds <count>', 'rounds to rehearse', wholeNumber(1, 64), 3)
        .option('--workers <count>', 'workers (default: the most)', wholeNumber(1, 64))
        .option('--engine <name>', exactEngineHelp, defaultExactEngine)
        .option('--worth', 'also train one worker alone, and data parallel, to compare')
        .option('--mbps <speed>', 'assumed line of a worker, Mbit/s', decimal(0.1, 100_000), 20),
      'commonweights run rehearse small-run.json',
      'commonweights run rehearse small-run.json --rounds 4 --worth --json > rehearsal.json',
      'commonweights run propose small-run.json --rehearsal rehearsal.json',
    ),
    terminal,
    (session, [file], flags) => rehearseDraft(session, file!, flags),
  );
}

async function rehearseDraft(session: Session, file: string, flags: Flags): Promise<void> {
  const draft = readDraft(file, await readJsonFile(session.terminal.cwd, file));
  const dataset = await readDataset(session.reader(), draft.data.dataset);
  await requirePublished(session.reader(), draft);
  const blobs = await openBlobs(session, 'read');
  const [{ prepareRun }, { rehearse }, { exactEngineNamed }] = await Promise.all([
    import('@commonweights/trainer/run/prepare-run.js'),
    import('@commonweights/trainer/run/rehearse.js'),
    import('@commonweights/trainer/engines/exact-engines.js'),
  ]);
  const engine = exactEngineNamed(flags.engine);
  const rounds = Math.min(flags.rounds, draft.rounds);
  const progress = session.startProgress('rehearsing', { total: rounds, unit: 'rounds' });
  try {
    const prepared = await prepareRun({
      ...{ draft, manifest: dataset.manifest, engine },
      // Nothing of a rehearsal is for others yet: what would be published is only named.
      blobs: {
        get: (digest, options) => blobs.get(digest, options),
        publish: async (bytes) => digestOf(bytes),
      },
    });
    const forecast = await rehearse(prepared, engine, {
      ...{ rounds, workers: flags.workers ?? draft.maxWorkers, worth: flags.worth === true },
      megabitsPerSecond: flags.mbps,
      now: () => performance.now(),
      onProgress: (done, what) => progress.update(done, what),
    });
    progress.finish(`${forecast.rehearsedRounds} rounds rehearsed`);
    session.print(forecast, () => describe(forecast, describePrice(prepared.terms)));
  } catch (error) {
    progress.fail('not rehearsed');
    throw error;
  }
}

function describe(it: Forecast, price: string): string {
  const { seconds, bytes, chain, cost, loss } = it;
  const facts = formatFacts([
    ['spec', it.spec],
    ['rehearsed', `${it.rehearsedRounds} of ${it.rounds} rounds, ${it.workers} workers`],
    [
      'a round',
      `${seconds.round.toFixed(1)} s: training ${seconds.training.toFixed(1)}, aggregating ` +
        `${seconds.aggregating.toFixed(1)}, transfer ${seconds.transferring.toFixed(1)}, ` +
        `chain ${seconds.chain}`,
    ],
    ['the run', `${(seconds.run / 3600).toFixed(2)} h`],
    ['a worker moves', `${formatBytes(bytes.up)} up, ${formatBytes(bytes.down)} down a round`],
    ['a joiner fetches', formatBytes(bytes.join)],
    ['chain fees', `${shortNear(chain.feesYocto)} for ${chain.calls.toFixed(1)} calls a round`],
    ['budget', BigInt(cost.budgetYocto)],
    ['pay, all verified', BigInt(cost.payYocto)],
    ['gas of all workers', shortNear(cost.feesYocto)],
    ['price', price],
    ['loss', [loss.before, ...loss.afterEachRound].map((one) => one.toFixed(3)).join(' → ')],
    [
      'loss at the end',
      `${loss.atTheEnd.low.toFixed(3)} to ${loss.atTheEnd.high.toFixed(3)} nats per token`,
    ],
    ['worth of a worker', it.worth ? describeWorth(it.worth) : 'not rehearsed; ask with --worth'],
  ]);
  return `${facts}\nAssumed:\n${it.assumes.map((line) => `  - ${line}\n`).join('')}`;
}

function describeWorth({ run, alone, dataParallel, ofAWorker }: Worth): string {
  const losses =
    `run ${run.toFixed(3)}, one alone ${alone.toFixed(3)}, ` +
    `data parallel ${dataParallel.toFixed(3)}`;
  return ofAWorker === null
    ? `too few rounds to tell: rehearse more (${losses})`
    : `${ofAWorker.toFixed(2)} (${losses})`;
}

function shortNear(yocto: string): string {
  return `${(Number(yocto) / 1e24).toPrecision(3)} NEAR`;
}
