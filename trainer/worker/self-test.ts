/**
 * What a machine must show before it puts down a stake: that it takes an inner step of this run, and
 * the same step again to the very same state. It also brings the engine up to speed, so that nobody
 * else waits in the first round while this machine compiles.
 */
import { digestOf, type Digest } from '@commonweights/dataset-registry/digest/digest.js';
import { residualBillionths } from '../auditor/residual.js';
import { zeroLocalState } from '../checkpoint/local-state.js';
import { encodeSnapshot, type Snapshot } from '../checkpoint/snapshot.js';
import { sliceBatches } from '../data/slice.js';
import type { Engine, InnerState, Session } from '../engines/engine.js';
import type { OpenRun } from '../run/open-run.js';
import { learningRateAt } from '../run/run-spec.js';

export interface SelfTest {
  /** Compiling included. */
  readonly elapsedMs: number;
  /** An inner step once the engine is warm: the faster of the two. */
  readonly stepMs: number;
}

/** Takes made-up moments to the size of moments: far below weights, never all zero. */
const madeUpMoment = 1 / 128;
/** An engine may use up so small a part of the tolerance by not repeating itself. */
const ownShareOfTolerance = 8;

/**
 * Errors: `ENGINE_UNRELIABLE` when an exact engine ends the same step in another state, or any
 * engine in one too far off for the run's tolerance, and those of `Session.step`.
 */
export async function selfTest(
  engine: Pick<Engine, 'name' | 'class'>,
  session: Session,
  opened: Omit<OpenRun, 'heldOut' | 'engine'>,
  now: () => number = Date.now,
): Promise<SelfTest> {
  const startedAt = now();
  let stepMs = Infinity;
  const ends: Digest[] = [];
  /** Tolerance class only: two models more in memory for a moment. */
  const states: Snapshot[] = [];
  const { spec, program } = opened;
  const start = testedState(opened.initial.params);
  const batch = firstBatch(opened);
  for (let repetition = 0; repetition < 2; repetition++) {
    await session.load(start);
    const stepAt = now();
    await session.step(batch);
    stepMs = Math.min(stepMs, now() - stepAt);
    const { params, ...moments } = await session.export();
    const local = { ...zeroLocalState(program.layout, spec.outer), ...moments };
    const state = { params, local };
    ends.push(digestOf(encodeSnapshot(state, program.layout)));
    if (spec.tolerance) states.push(state);
  }
  if (engine.class === 'exact' && ends[0] !== ends[1]) {
    throw new Error(
      `ENGINE_UNRELIABLE: ${engine.name} took the same step twice and ended in ` +
        `${ends[0]} and ${ends[1]}; check this machine's memory and cooling, its audits would fail`,
    );
  }
  if (spec.tolerance && states.length === 2) checkRepeats(engine.name, opened, states);
  return { elapsedMs: now() - startedAt, stepMs };
}

/** Two ends of its own have to be far closer than an auditor's and its may be. */
function checkRepeats(
  name: string,
  { spec, program, initial }: Omit<OpenRun, 'heldOut' | 'engine'>,
  [worker, auditor]: readonly Snapshot[],
): void {
  const local = zeroLocalState(program.layout, spec.outer);
  const start = { params: initial.params, local };
  const apart = residualBillionths({ start, worker: worker!, auditor: auditor! });
  const most = Math.floor(spec.tolerance!.toleranceBillionths / ownShareOfTolerance);
  if (apart <= most) return;
  throw new Error(
    `ENGINE_UNRELIABLE: ${name} took the same step twice and ended ${apart} billionths apart, ` +
      `${most} may be; use another engine, its audits would fail`,
  );
}

/**
 * The state of a step that is not the first: with moments, so that one step tests what many compute.
 * They are made up, since a step from zero to get some would be half of the test's time again.
 */
export function testedState(params: Float32Array): InnerState {
  const firstMoment = params.map((weight) => weight * madeUpMoment);
  const secondMoment = firstMoment.map((moment) => moment * moment);
  return { params, firstMoment, secondMoment, steps: 1 };
}

function firstBatch({ spec, train }: Pick<OpenRun, 'spec' | 'train'>) {
  const { stepsPerRound: innerSteps, batchSize } = spec.inner;
  const from = { sequences: train, seed: spec.data.seed, innerSteps, batchSize };
  const [tokens] = sliceBatches(from, 0);
  return { tokens: tokens!, learningRate: learningRateAt(spec.inner.schedule, 0) };
}
