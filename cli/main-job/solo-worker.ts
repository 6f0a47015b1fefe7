/**
 * What the run is compared with: one worker alone, for the same wall time, on a machine like each
 * worker's. It takes as many plain AdamW steps as fit, with the schedule stretched over them, on the
 * same data in the same order, and exchanges nothing. A process of its own, since it computes for
 * as long as a good part of the run.
 */
import { FolderStore } from '@commonweights/dataset-registry/store/folder-store.js';
import type { Digest } from '@commonweights/dataset-registry/digest/digest.js';
import { zeroLocalState } from '@commonweights/trainer/checkpoint/local-state.js';
import { exactEngines } from '@commonweights/trainer/engines/exact-engines.js';
import { sliceBatches } from '@commonweights/trainer/data/slice.js';
import { evaluateHeldOut } from '@commonweights/trainer/run/evaluate.js';
import { openRun } from '@commonweights/trainer/run/open-run.js';
import { learningRateAt } from '@commonweights/trainer/run/run-spec.js';

export interface SoloTask {
  readonly spec: Digest;
  readonly blobsDir: string;
  readonly steps: number;
  readonly peak: number;
}

export type SoloMessage =
  | { kind: 'step'; step: number }
  | { kind: 'done'; loss: number }
  | { kind: 'failed'; message: string };

const tell = (message: SoloMessage) => process.send?.(message);
const task = await new Promise<SoloTask>((resolve) =>
  process.once('message', (it) => resolve(it as SoloTask)),
);
try {
  tell({ kind: 'done', loss: await trainAlone(task) });
} catch (error) {
  tell({ kind: 'failed', message: (error as Error).message });
}
process.disconnect?.();

async function trainAlone({ spec: digest, blobsDir, steps, peak }: SoloTask): Promise<number> {
  const opened = await openRun({
    spec: digest,
    blobs: new FolderStore(blobsDir),
    engine: exactEngines(),
  });
  const { spec, program, initial, train, heldOut, engine } = opened;
  const session = await engine.compile(program);
  await session.load({ params: initial.params, ...zeroLocalState(program.layout, spec.outer) });
  const { batchSize, stepsPerRound: innerSteps } = spec.inner;
  const schedule = {
    ...spec.inner.schedule,
    peak,
    warmupSteps: Math.min(spec.inner.schedule.warmupSteps, Math.floor(steps / 4)),
    totalSteps: steps,
  };
  for (let step = 0; step < steps; step++) {
    const slice = Math.floor(step / innerSteps);
    const batches = sliceBatches(
      { sequences: train, seed: spec.data.seed, innerSteps, batchSize },
      slice,
    );
    const tokens = batches[step % innerSteps]!;
    await session.step({ tokens, learningRate: learningRateAt(schedule, step) });
    if (step % 25 === 24) tell({ kind: 'step', step });
  }
  const end = await session.export();
  const { loss } = await evaluateHeldOut({
    session,
    params: end.params,
    heldOut,
    sequences: spec.evaluation.sequences,
    batchSize,
  });
  await session.dispose();
  return loss;
}
