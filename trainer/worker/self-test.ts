/**
 * What a machine must show before it puts down a stake: that it takes a few inner steps of this run,
 * and the same steps again to the very same state. It also brings the engine up to speed, so that
 * nobody else waits in the first round while this machine compiles.
 */
import { digestOf, type Digest } from '@commonweights/dataset-registry/digest/digest.js';
import { residualBillionths } from '../auditor/residual.js';
import { zeroLocalState } from '../checkpoint/local-state.js';
import { encodeSnapshot, type Snapshot } from '../checkpoint/snapshot.js';
import { sliceBatches } from '../data/slice.js';
import type { Engine, Session } from '../engines/engine.js';
import type { OpenRun } from '../run/open-run.js';
import { learningRateAt } from '../run/run-spec.js';

export interface SelfTest {
  /** Compiling included. */
  readonly elapsedMs: number;
  /** An inner step once the engine is warm: the fastest of those taken. */
  readonly stepMs: number;
}

/** Few, since a large model takes seconds for each; more than one, so that moments matter too. */
export const testedSteps = 2;
/** An engine may use up so small a part of the tolerance by not repeating itself. */
const ownShareOfTolerance = 8;

/**
 * Errors: `ENGINE_UNRELIABLE` when an exact engine ends the same steps in another state, or any
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
  const { spec, program, initial } = opened;
  for (let repetition = 0; repetition < 2; repetition++) {
    const { params } = initial;
    await session.load({ params, ...zeroLocalState(program.layout, spec.outer) });
    for (const [step, tokens] of firstBatches(opened).entries()) {
      const stepAt = now();
      await session.step({ tokens, learningRate: learningRateAt(spec.inner.schedule, step) });
      stepMs = Math.min(stepMs, now() - stepAt);
    }
    const { params: end, ...moments } = await session.export();
    const local = { ...zeroLocalState(program.layout, spec.outer), ...moments };
    const state = { params: end, local };
    ends.push(digestOf(encodeSnapshot(state, program.layout)));
    if (spec.tolerance) states.push(state);
  }
  if (engine.class === 'exact' && ends[0] !== ends[1]) {
    throw new Error(
      `ENGINE_UNRELIABLE: ${engine.name} took the same ${testedSteps} steps twice and ended in ` +
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
    `ENGINE_UNRELIABLE: ${name} took the same ${testedSteps} steps twice and ended ${apart} ` +
      `billionths apart, ${most} may be; use another engine, its audits would fail`,
  );
}

function firstBatches({ spec, train }: Pick<OpenRun, 'spec' | 'train'>): Int32Array[] {
  const { stepsPerRound: innerSteps, batchSize } = spec.inner;
  const from = { sequences: train, seed: spec.data.seed, innerSteps, batchSize };
  return sliceBatches(from, 0).slice(0, testedSteps);
}
