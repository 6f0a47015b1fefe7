/** One cell of the learning study: the rounds as workers train them, in one process. */
import type { PackedSequences } from '@commonweights/trainer/data/packed-sequences.js';
import type { Engine } from '@commonweights/trainer/engines/engine.js';
import type { OuterRecipe } from '@commonweights/trainer/exchange/recipe.js';
import { initialParams } from '@commonweights/trainer/program/initial-params.js';
import { llamaLayout } from '@commonweights/trainer/program/llama.js';
import {
  trainAlone,
  trainDataParallel,
  trainTogether,
  type Cohort,
} from '@commonweights/trainer/run/simulated-cohort.js';
import {
  evaluatedSequences,
  studyBatch,
  studyModel,
  studyOptimizer,
  studyWarmup,
  type Cell,
  type Measured,
} from './learning-cells.js';

export interface StudyData {
  readonly train: PackedSequences;
  readonly heldOut: PackedSequences;
}

const plain: OuterRecipe = { kind: 'diloco', codec: 'fp32', learningRate: 1, momentum: 0 };

export async function measureCell(engine: Engine, data: StudyData, cell: Cell): Promise<Measured> {
  const before = process.cpuUsage();
  const result = await train(cohortOf(engine, data, cell), cell);
  const used = process.cpuUsage(before);
  return { cell, ...result, cpuSeconds: Math.round((used.user + used.system) / 1e5) / 10 };
}

async function train(cohort: Cohort, cell: Cell): Promise<Omit<Measured, 'cell' | 'cpuSeconds'>> {
  const { workers, steps, peak } = cell;
  if (cell.kind === 'alone') {
    return { loss: (await trainAlone(cohort, { steps, peaks: [peak] }))[0]! };
  }
  if (cell.kind === 'ddp') {
    return { loss: (await trainDataParallel(cohort, { steps, workers, peaks: [peak] }))[0]! };
  }
  const rounds = steps / cell.innerSteps!;
  if (!Number.isInteger(rounds)) {
    throw new Error(`BAD_CELL: ${steps} steps are no whole rounds of ${cell.innerSteps}`);
  }
  const seats = Array.from({ length: workers }, (_, seat) => seat);
  const result = await trainTogether(cohort, {
    ...{ rounds, seatsOf: () => seats, skipsTrace: true },
    ...(cell.overlap ? { overlap: cell.overlap } : {}),
  });
  const bytes = result.rounds.reduce((sum, round) => sum + round.updateBytes, 0) / rounds;
  return {
    loss: result.heldOutLoss,
    updateBytes: Math.round(bytes),
    denseBytes: 4 * cohort.initial.length,
  };
}

function cohortOf(engine: Engine, { train, heldOut }: StudyData, cell: Cell): Cohort {
  const { steps, peak, seed } = cell;
  const inner = {
    ...{ optimizer: studyOptimizer, batchSize: studyBatch, segments: 1 },
    ...{ stepsPerRound: cell.innerSteps ?? 1, localResetInterval: steps + 1 },
    schedule: {
      ...({ kind: 'warmup-linear', peak, final: peak / 20 } as const),
      ...{ warmupSteps: studyWarmup, totalSteps: steps },
    },
  };
  const spec = { model: studyModel, inner, outer: cell.outer ?? plain, data: { seed } };
  const initial = initialParams({ model: studyModel, layout: llamaLayout(studyModel) }, seed);
  return { engine, spec, initial, train, heldOut, evaluatedSequences };
}
