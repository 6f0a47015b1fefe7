/**
 * Recipes that `bench/recipe.ts` compares: model, inner optimizer and schedule, outer recipe. The
 * first is the main job's, read from its draft; the others are a family around an earlier one, each
 * different in what its name says.
 */
import { draftOf, packing, soloPeak } from '@commonweights/cli/main-job/recipe.js';
import type { OuterRecipe } from '@commonweights/trainer/exchange/recipe.js';
import type { AdamWConfig, LlamaConfig } from '@commonweights/trainer/program/training-program.js';
import type { LearningRateSchedule } from '@commonweights/trainer/run/run-spec.js';

export interface Recipe {
  readonly name: string;
  readonly model: LlamaConfig;
  readonly optimizer: AdamWConfig;
  readonly batchSize: number;
  /** H: inner steps of a worker in a round. */
  readonly innerSteps: number;
  readonly rounds: number;
  readonly schedule: LearningRateSchedule;
  readonly outer: OuterRecipe;
  /** Peak learning rates tried for one worker alone, and for data parallelism. */
  readonly alonePeaks: readonly number[];
  readonly ddpPeaks: readonly number[];
}

interface Choice {
  readonly width: number;
  readonly layers: number;
  readonly batch: number;
  readonly innerSteps: number;
  readonly rounds: number;
  readonly peak: number;
  readonly embeddingRate: number;
  readonly outer: OuterRecipe;
  readonly alonePeaks: readonly number[];
  readonly ddpPeaks: readonly number[];
}

const averaging: OuterRecipe = { kind: 'diloco', codec: 'int8', learningRate: 1, momentum: 0.3 };

const first: Choice = {
  width: 96,
  layers: 3,
  batch: 4,
  innerSteps: 20,
  rounds: 20,
  peak: 8e-3,
  embeddingRate: 20,
  outer: averaging,
  alonePeaks: [6e-3, 9e-3, 13e-3],
  ddpPeaks: [4e-3, 8e-3],
};

const narrow: Choice = { ...first, width: 64, layers: 2 };

export const recipes: readonly Recipe[] = [
  mainJob(),
  describe('first', first),
  describe('half-batch', { ...first, batch: 2, innerSteps: 40, peak: 3e-3 }),
  describe('sparse', {
    ...first,
    outer: { kind: 'sparseloco', k: 512, chunk: 4096, feedbackDecay: 0.95, learningRate: 1 },
  }),
  describe('no-embedding-rate', { ...first, embeddingRate: 1, alonePeaks: [4e-3, 8e-3] }),
  describe('narrow', { ...narrow, peak: 4e-3, innerSteps: 50, rounds: 12 }),
  describe('narrow-single', {
    ...narrow,
    batch: 1,
    innerSteps: 40,
    rounds: 25,
    peak: 3e-3,
    alonePeaks: [1e-3, 2e-3],
  }),
];

function mainJob(): Recipe {
  const { model, inner, outer, rounds } = draftOf(1);
  return {
    name: 'main-job',
    model: { ...model, vocabSize: packing.vocab },
    optimizer: inner.optimizer,
    batchSize: inner.batchSize,
    innerSteps: inner.stepsPerRound,
    rounds,
    schedule: inner.schedule,
    outer,
    alonePeaks: [soloPeak],
    ddpPeaks: [inner.schedule.peak],
  };
}

function describe(name: string, choice: Choice): Recipe {
  const { width, innerSteps, rounds, peak } = choice;
  return {
    name,
    model: {
      family: 'llama',
      vocabSize: 1024,
      hiddenSize: width,
      intermediateSize: Math.floor((width * 8) / 3 / 32) * 32,
      layers: choice.layers,
      heads: width / 32,
      kvHeads: width / 32,
      contextLength: 64,
      ropeTheta: 10_000,
      rmsNormEps: 1e-5,
      tiedEmbeddings: true,
    },
    optimizer: {
      beta1: 0.9,
      beta2: 0.99,
      epsilon: 1e-8,
      weightDecay: 0.1,
      clipNorm: 1,
      embeddingRate: choice.embeddingRate,
    },
    batchSize: choice.batch,
    innerSteps,
    rounds,
    schedule: {
      kind: 'warmup-linear',
      peak,
      final: peak / 20,
      warmupSteps: 40,
      totalSteps: innerSteps * rounds,
    },
    outer: choice.outer,
    alonePeaks: choice.alonePeaks,
    ddpPeaks: choice.ddpPeaks,
  };
}
