/**
 * A rehearsal: a run's first rounds, on this machine, before anybody votes on it. Real engine, real
 * codec, all workers in one process; and from it a forecast of time, bytes, fees, cost and loss.
 * A forecast is a claim by who rehearsed: it names the spec by digest, so that others can repeat it.
 */
import type { Digest } from '@commonweights/dataset-registry/digest/digest.js';
import type { Engine } from '../engines/engine.js';
import { chainSecondsPerRound, chainUseOf } from './chain-fees.js';
import { extrapolateLoss, type LossRange } from './extrapolate-loss.js';
import type { PreparedRun } from './prepare-run.js';
import {
  shortened,
  trainAlone,
  trainDataParallel,
  trainTogether,
  worthOfWorker,
  type Cohort,
  type SimulatedRound,
} from './simulated-cohort.js';

export interface RehearsalOptions {
  readonly rounds: number;
  readonly workers: number;
  /** Also trains one worker alone and data parallel, to say what a worker is worth. */
  readonly worth: boolean;
  /** Assumed speed of a worker's line, both ways. */
  readonly megabitsPerSecond: number;
  now(): number;
  onProgress?(done: number, what: string): void;
}

/** JSON: money is a decimal string of yoctoNEAR, times are seconds, losses nats per token. */
export interface Forecast {
  readonly version: 1;
  /** Digest of the spec that was rehearsed. */
  readonly spec: Digest;
  readonly engine: string;
  readonly workers: number;
  readonly rehearsedRounds: number;
  readonly rounds: number;
  /** Of one worker and round. */
  readonly seconds: {
    readonly training: number;
    readonly aggregating: number;
    readonly transferring: number;
    readonly chain: number;
    readonly round: number;
    readonly run: number;
  };
  /** Of one worker and round, on average; `join` once. */
  readonly bytes: { readonly up: number; readonly down: number; readonly join: number };
  readonly chain: { readonly calls: number; readonly teraGas: number; readonly feesYocto: string };
  readonly cost: {
    /** What the vote locks. */
    readonly budgetYocto: string;
    /** Rewards and audit fees when every update is verified. */
    readonly payYocto: string;
    /** Gas of all workers, which they pay. */
    readonly feesYocto: string;
  };
  readonly loss: {
    readonly before: number;
    readonly afterEachRound: readonly number[];
    readonly atTheEnd: LossRange;
  };
  readonly worth: Worth | null;
  readonly assumes: readonly string[];
}

/** Losses after the rehearsed rounds with a schedule as long as they are. */
export interface Worth {
  readonly run: number;
  readonly alone: number;
  readonly dataParallel: number;
  /** Null: one alone comes so near to data parallel that the rounds were too few to tell. */
  readonly ofAWorker: number | null;
}

/** A worker alone may want another rate than the run's: these multiples of its peak are tried. */
const alonePeaks = [0.5, 1, 2];

/** Errors: `BAD_REHEARSAL`, `NON_FINITE`, `TOO_LITTLE_DATA`. */
export async function rehearse(
  run: PreparedRun,
  engine: Engine,
  options: RehearsalOptions,
): Promise<Forecast> {
  const { spec, terms } = run;
  const { workers } = options;
  const rounds = Math.min(options.rounds, spec.rounds);
  checkCounts({ rounds, workers });
  const { train, heldOut } = run;
  const cohort: Cohort = {
    ...{ engine, spec, train, heldOut, initial: run.initial.params },
    evaluatedSequences: spec.evaluation.sequences,
  };
  const seats = Array.from({ length: workers }, (_, seat) => seat);
  const before = (await trainTogether(cohort, { rounds: 0, seatsOf: () => seats })).heldOutLoss;
  options.onProgress?.(0, `held-out loss ${before.toFixed(4)}`);
  const result = await trainTogether(cohort, {
    ...{ rounds, seatsOf: () => seats, evaluatesEachRound: true, now: () => options.now() },
    onRound: ({ round, heldOutLoss }) =>
      options.onProgress?.(round, `held-out loss ${heldOutLoss!.toFixed(4)}`),
  });
  const seconds = secondsOf(run, result.rounds, options);
  const bytes = bytesOf(run, result.rounds, workers);
  const chain = chainUseOf({ workers, auditedClaimsBps: spec.auditedClaimsBps });
  const afterEachRound = result.rounds.map((round) => round.heldOutLoss!);
  return {
    version: 1,
    spec: terms.spec,
    engine: engine.name,
    workers,
    rehearsedRounds: rounds,
    rounds: spec.rounds,
    seconds,
    bytes,
    chain: { calls: chain.calls, teraGas: chain.teraGas, feesYocto: `${chain.feesYocto}` },
    cost: costOf(run, workers, chain.feesYocto),
    loss: {
      before,
      afterEachRound,
      atTheEnd: extrapolateLoss([before, ...afterEachRound], spec.rounds),
    },
    worth: options.worth ? await findWorth(cohort, { rounds, workers, seconds }) : null,
    assumes: assumptionsOf(options),
  };
}

function checkCounts(it: { rounds: number; workers: number }): void {
  for (const [what, count] of Object.entries(it)) {
    if (Number.isSafeInteger(count) && count >= 1 && count <= 64) continue;
    throw new Error(`BAD_REHEARSAL: ${count} ${what}; rehearse with 1 to 64`);
  }
}

function secondsOf(
  run: PreparedRun,
  rounds: readonly SimulatedRound[],
  { workers, megabitsPerSecond }: RehearsalOptions,
): Forecast['seconds'] {
  const training = mean(rounds, (round) => round.trainMs) / 1000;
  const aggregating = mean(rounds, (round) => round.aggregateMs) / 1000;
  const { up, down } = bytesOf(run, rounds, workers);
  const transferring = ((up + down) * 8) / (megabitsPerSecond * 1e6);
  const round = training + aggregating + transferring + chainSecondsPerRound;
  return {
    ...{ training, aggregating, transferring, chain: chainSecondsPerRound, round },
    run: round * run.spec.rounds,
  };
}

/** Everybody fetches everybody's update; an audited claim's snapshot goes up and down once. */
function bytesOf(
  { spec }: PreparedRun,
  rounds: readonly SimulatedRound[],
  workers: number,
): Forecast['bytes'] {
  const update = mean(rounds, (round) => round.updateBytes);
  const snapshots = (mean(rounds, (round) => round.snapshotBytes) * spec.auditedClaimsBps) / 10_000;
  return {
    up: Math.round(update + snapshots),
    down: Math.round((workers - 1) * update + snapshots),
    join: Math.round(mean(rounds, (round) => round.stateBytes)),
  };
}

function costOf(run: PreparedRun, workers: number, feesYocto: bigint): Forecast['cost'] {
  const { rounds, auditedClaimsBps, economics } = run.spec;
  const updates = BigInt(rounds) * BigInt(workers);
  const audits = (updates * BigInt(auditedClaimsBps)) / 10_000n;
  const pay = updates * BigInt(economics.rewardYocto) + audits * BigInt(economics.auditFeeYocto);
  return {
    budgetYocto: `${run.budgetYocto}`,
    payYocto: `${pay}`,
    feesYocto: `${updates * feesYocto}`,
  };
}

/** All in equal wall time: one worker alone trains while others exchange and wait. */
async function findWorth(
  cohort: Cohort,
  it: { rounds: number; workers: number; seconds: Forecast['seconds'] },
): Promise<Worth> {
  const { inner } = cohort.spec;
  const { rounds, workers } = it;
  const steps = rounds * inner.stepsPerRound;
  const schedule = shortened(inner.schedule, steps);
  const short: Cohort = {
    ...cohort,
    spec: { ...cohort.spec, inner: { ...inner, schedule } },
    // Data parallel is evaluated in batches of all workers together, and all on the same text.
    evaluatedSequences: Math.max(cohort.evaluatedSequences, workers * inner.batchSize),
  };
  const seats = Array.from({ length: workers }, (_, seat) => seat);
  const run = (await trainTogether(short, { rounds, seatsOf: () => seats })).heldOutLoss;
  const peaks = alonePeaks.map((factor) => factor * schedule.peak);
  const { round, training } = it.seconds;
  const aloneSteps = training > 0 ? Math.floor((steps * round) / training) : steps;
  const bounded = Math.min(aloneSteps, steps * aloneStepsMax);
  const alone = Math.min(...(await trainAlone(short, { steps: bounded, peaks })));
  const dataParallel = Math.min(...(await trainDataParallel(short, { steps, peaks, workers })));
  const tells = alone - dataParallel >= lossGapMin;
  const ofAWorker = tells ? worthOfWorker({ run, alone, ddp: dataParallel }) : null;
  return { run, alone, dataParallel, ofAWorker };
}

/** Nats per token; of less than that, seeds and learning rates are as likely the cause. */
const lossGapMin = 0.1;

/** Where a round is seconds and the chain's share most of it, the rehearsal must still end. */
const aloneStepsMax = 3;

function assumptionsOf({ megabitsPerSecond, worth }: RehearsalOptions): string[] {
  return [
    'every worker computes as fast as this machine did, alone on it',
    `lines of ${megabitsPerSecond} Mbit/s, up and down one after the other`,
    `${chainSecondsPerRound} seconds a round for the chain, and no failed round`,
    'gas at the minimum price of the network',
    'loss at the end, low: each doubling of the rounds goes on bringing what the last rehearsed ' +
      'doubling brought; high: each brings half of the one before',
    ...(worth
      ? [
          'worth: schedules as long as the rehearsed rounds, the best of ' +
            `${alonePeaks.join(', ')} times the peak rate for one alone and for data parallel, ` +
            `one alone for at most ${aloneStepsMax} times the steps`,
        ]
      : []),
  ];
}

function mean(rounds: readonly SimulatedRound[], of: (round: SimulatedRound) => number): number {
  return rounds.reduce((sum, round) => sum + of(round), 0) / rounds.length;
}
