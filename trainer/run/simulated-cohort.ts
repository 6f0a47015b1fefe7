/**
 * A run's training in one process: every worker's round by the very functions that workers run,
 * their updates through the real codec, the outer step as everybody takes it. What is left out is
 * the network and the chain. A rehearsal forecasts a run with it, and bench/recipe.ts compares
 * recipes by it.
 */
import { encodeState } from '../checkpoint/state.js';
import { decodeLocalState, zeroLocalState, type LocalState } from '../checkpoint/local-state.js';
import type { Snapshot } from '../checkpoint/snapshot.js';
import type { PackedSequences } from '../data/packed-sequences.js';
import { sliceBatches } from '../data/slice.js';
import type { Engine, InnerState, Session } from '../engines/engine.js';
import { aggregate } from '../exchange/aggregate.js';
import { compress, pseudoGradient } from '../exchange/compress.js';
import { initialOuterState, outerStep, type OuterState } from '../exchange/outer-step.js';
import { decodeUpdate } from '../exchange/update-codec.js';
import { buildLlamaProgram } from '../program/build-llama-program.js';
import type { LlamaConfig, TrainingProgram } from '../program/training-program.js';
import { trainRound, trainSegment, type RoundInput, type RoundSpec } from '../worker/round.js';
import { evaluateHeldOut } from './evaluate.js';
import { learningRateAt } from './run-spec.js';

/** What a cohort trains: the part of a run spec that decides the numbers. */
export interface CohortSpec extends RoundSpec {
  readonly model: LlamaConfig;
}

export interface Cohort {
  readonly engine: Engine;
  readonly spec: CohortSpec;
  /** Parameters that all of it starts from. */
  readonly initial: Float32Array;
  readonly train: PackedSequences;
  readonly heldOut: PackedSequences;
  /** Held-out sequences that a loss is measured on. */
  readonly evaluatedSequences: number;
}

export interface CohortPlan {
  readonly rounds: number;
  /** Seats that train in a round, in order. */
  seatsOf(round: number): readonly number[];
  /** A round that is rewound once: nobody's update counts, local states start over. */
  readonly rewoundRound?: number;
  /** An update is applied one round late, so that its exchange is hidden behind that round. */
  readonly overlap?: Overlap;
  /**
   * Leaves out snapshots, digests and the way through their bytes: the losses are the same to the
   * last bit, a round of few steps costs a third, and snapshots count 0 bytes.
   */
  readonly skipsTrace?: boolean;
  /** Measures the held-out loss after each round, not only after the last. */
  readonly evaluatesEachRound?: boolean;
  /** A clock in milliseconds; without one every time is 0. */
  now?(): number;
  onRound?(round: SimulatedRound): void;
}

/**
 * Where a round starts while the updates of the one before are still on their way. `late`: from the
 * agreed state without them. `own`: from that state after an outer step by the worker's own update,
 * which it has at once and everybody can compute when it is revealed.
 */
export type Overlap = 'late' | 'own';

export interface SimulatedRound {
  readonly round: number;
  readonly updates: number;
  /** Means over the workers. */
  readonly updateBytes: number;
  readonly snapshotBytes: number;
  readonly stateBytes: number;
  /** One worker's inner steps, snapshots and encoding. */
  readonly trainMs: number;
  /** One worker's decoding of all updates, aggregation and outer step. */
  readonly aggregateMs: number;
  readonly heldOutLoss: number | null;
}

export interface CohortResult {
  readonly rounds: readonly SimulatedRound[];
  readonly heldOutLoss: number;
}

/** The run: rounds of inner steps on each worker, then one exchange. */
export async function trainTogether(cohort: Cohort, plan: CohortPlan): Promise<CohortResult> {
  const { spec } = cohort;
  const program = programOf(spec);
  const session = await cohort.engine.compile(program);
  try {
    let outer = initialOuterState(cohort.initial, spec.outer);
    let onTheirWay: OnTheirWay | null = null;
    let locals = new Map<number, LocalState>();
    let nextSlice = 0;
    let rewindDue = plan.rewoundRound;
    const rounds: SimulatedRound[] = [];
    for (let round = 1; round <= plan.rounds; round++) {
      if ((round - 1) % spec.inner.localResetInterval === 0) locals = new Map();
      const seats = plan.seatsOf(round);
      const sent = await trainSeats(cohort, {
        ...{ program, session, locals, seats, now: plan.now ?? (() => 0) },
        ...{ ordinal: round - 1, firstSlice: nextSlice, skipsTrace: plan.skipsTrace === true },
        startOf: startsOf({ outer, onTheirWay, spec, overlap: plan.overlap }),
      });
      nextSlice += seats.length;
      if (round === rewindDue) {
        rewindDue = undefined;
        locals = new Map();
        round--;
        continue;
      }
      const started = plan.now?.() ?? 0;
      const decoded = sent.updates.map((bytes) => decodeUpdate(bytes, program.layout, spec.outer));
      const mean = aggregate(decoded, spec.outer.aggregation);
      const now = { mean, updates: new Map(seats.map((seat, i) => [seat, decoded[i]!])) };
      // With overlap the round before is applied now, and this one after the next, or at the end.
      const arrived = plan.overlap ? [onTheirWay, round === plan.rounds ? now : null] : [now];
      for (const it of arrived) {
        if (it) outer = outerStep({ ...outer, mean: it.mean, recipe: spec.outer });
      }
      onTheirWay = now;
      const aggregateMs = (plan.now?.() ?? 0) - started;
      const heldOutLoss = plan.evaluatesEachRound
        ? await evaluate(cohort, { session, params: outer.params })
        : null;
      const simulated = { ...sent.means, round, updates: seats.length, aggregateMs, heldOutLoss };
      rounds.push({ ...simulated, stateBytes: encodeState(outer, program.layout).length });
      plan.onRound?.(rounds.at(-1)!);
    }
    const last = rounds.at(-1)?.heldOutLoss;
    const heldOutLoss = last ?? (await evaluate(cohort, { session, params: outer.params }));
    return { rounds, heldOutLoss };
  } finally {
    await session.dispose();
  }
}

/** A round's updates before they are applied. */
interface OnTheirWay {
  readonly mean: Float32Array;
  /** By seat, decoded. */
  readonly updates: ReadonlyMap<number, Float32Array>;
}

/** The parameters that a seat starts its round from. */
function startsOf(it: {
  outer: OuterState;
  onTheirWay: OnTheirWay | null;
  spec: CohortSpec;
  overlap: Overlap | undefined;
}): (seat: number) => Float32Array {
  const { outer, spec } = it;
  return (seat) => {
    const own = it.overlap === 'own' ? it.onTheirWay?.updates.get(seat) : undefined;
    return own ? outerStep({ ...outer, mean: own, recipe: spec.outer }).params : outer.params;
  };
}

interface SeatsRound {
  readonly program: TrainingProgram;
  readonly session: Session;
  startOf(seat: number): Float32Array;
  /** Of each seat that has trained; changed to what it carries into the next round. */
  readonly locals: Map<number, LocalState>;
  readonly seats: readonly number[];
  readonly ordinal: number;
  readonly firstSlice: number;
  readonly skipsTrace: boolean;
  now(): number;
}

async function trainSeats({ spec, train }: Cohort, it: SeatsRound) {
  const { layout } = it.program;
  const updates: Uint8Array[] = [];
  let [updateBytes, snapshotBytes, trainMs] = [0, 0, 0];
  for (const [i, seat] of it.seats.entries()) {
    const started = it.now();
    const input: RoundInput = {
      ...{ round: it.ordinal + 1, ordinal: it.ordinal, spec, layout, session: it.session },
      ...{ sequences: train, startParams: it.startOf(seat), slice: it.firstSlice + i },
    };
    const local = it.locals.get(seat) ?? zeroLocalState(layout, spec.outer);
    const sent = it.skipsTrace
      ? await trainUntraced(input, local)
      : await trainTraced(input, local);
    trainMs += it.now() - started;
    it.locals.set(seat, sent.local);
    updates.push(sent.update);
    updateBytes += sent.update.length;
    snapshotBytes += sent.snapshotBytes;
  }
  const count = it.seats.length;
  const means = {
    updateBytes: updateBytes / count,
    snapshotBytes: snapshotBytes / count,
    trainMs: trainMs / count,
  };
  return { updates, means };
}

interface Sent {
  readonly update: Uint8Array;
  readonly local: LocalState;
  readonly snapshotBytes: number;
}

/** By the very function that workers run. */
async function trainTraced(input: RoundInput, local: LocalState): Promise<Sent> {
  const { update, localOut, snapshots } = await trainRound(input, local);
  return {
    update: update.bytes,
    local: decodeLocalState(localOut.bytes, input.layout, input.spec.outer),
    snapshotBytes: snapshots[0]!.length,
  };
}

async function trainUntraced(input: RoundInput, local: LocalState): Promise<Sent> {
  const { layout, startParams: start, spec } = input;
  let state: Snapshot = { params: start, local };
  for (let segment = 0; segment < spec.inner.segments; segment++) {
    state = (await trainSegment(input, state, segment)).state;
  }
  const { errorFeedback, ...moments } = state.local;
  const pseudo = pseudoGradient({ start, end: state.params });
  const sent = compress({ pseudoGradient: pseudo, errorFeedback, layout, recipe: spec.outer });
  return {
    update: sent.bytes,
    local: { ...moments, errorFeedback: sent.errorFeedback },
    snapshotBytes: 0,
  };
}

/** Plain training by one worker: for the baselines that a run is compared with. */
interface PlainPlan {
  readonly steps: number;
  /** Peak learning rates; the best counts. */
  readonly peaks: readonly number[];
}

/** One worker alone with its own schedule, for as many steps as its wall time allows. */
export function trainAlone(cohort: Cohort, plan: PlainPlan): Promise<number[]> {
  return trainPlainly(cohort, plan, cohort.spec.inner.batchSize);
}

/** One exchange per step and no cost for it: the bound of what so many workers could reach. */
export function trainDataParallel(
  cohort: Cohort,
  plan: PlainPlan & { readonly workers: number },
): Promise<number[]> {
  return trainPlainly(cohort, plan, plan.workers * cohort.spec.inner.batchSize);
}

/** Held-out losses, one for each peak. */
async function trainPlainly(cohort: Cohort, plan: PlainPlan, batchSize: number): Promise<number[]> {
  const { spec, train } = cohort;
  const program = programOf(spec, batchSize);
  const session = await cohort.engine.compile(program);
  const losses: number[] = [];
  try {
    for (const peak of plan.peaks) {
      await session.load(freshState(cohort.initial));
      const schedule = shortened({ ...spec.inner.schedule, peak }, plan.steps);
      const slices = { sequences: train, seed: spec.data.seed, innerSteps: 1, batchSize };
      for (let step = 0; step < plan.steps; step++) {
        const tokens = sliceBatches(slices, step)[0]!;
        await session.step({ tokens, learningRate: learningRateAt(schedule, step) });
      }
      const { params } = await session.export();
      losses.push(await evaluate(cohort, { session, params }, batchSize));
    }
  } finally {
    await session.dispose();
  }
  return losses;
}

/** A schedule that ends after `steps`, warming up for at most a quarter of them. */
export function shortened<S extends { warmupSteps: number; totalSteps: number }>(
  schedule: S,
  steps: number,
): S {
  const warmupSteps = Math.min(schedule.warmupSteps, Math.floor(steps / 4));
  return { ...schedule, warmupSteps, totalSteps: steps };
}

/**
 * What each worker's pay buys: (loss of one alone − loss of the run) ÷ (loss of one alone − loss of
 * `ddp`), all in equal wall time. 1: nothing is lost to rare exchange; 0: one alone does as well.
 */
export function worthOfWorker(losses: { run: number; alone: number; ddp: number }): number {
  return (losses.alone - losses.run) / (losses.alone - losses.ddp);
}

async function evaluate(
  { heldOut, evaluatedSequences: sequences, spec }: Cohort,
  it: { session: Session; params: Float32Array },
  batchSize = spec.inner.batchSize,
): Promise<number> {
  return (await evaluateHeldOut({ ...it, heldOut, sequences, batchSize })).loss;
}

export function programOf(spec: CohortSpec, batchSize = spec.inner.batchSize): TrainingProgram {
  const { optimizer, plan = {} } = spec.inner;
  return buildLlamaProgram({ model: spec.model, optimizer, batchSize, plan });
}

function freshState(params: Float32Array): InnerState {
  const zeros = new Float32Array(params.length);
  return { params, firstMoment: zeros, secondMoment: zeros, steps: 0 };
}
