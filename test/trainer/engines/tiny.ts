/** A model small enough that whole training runs fit into a test. */
import { buildLlamaProgram } from '@commonweights/trainer/program/build-llama-program.js';
import type {
  AdamWConfig,
  LlamaConfig,
  TrainingProgram,
} from '@commonweights/trainer/program/training-program.js';

export const tinyModel: LlamaConfig = {
  family: 'llama',
  vocabSize: 64,
  hiddenSize: 16,
  intermediateSize: 24,
  layers: 2,
  heads: 4,
  kvHeads: 2,
  contextLength: 8,
  ropeTheta: 10000,
  rmsNormEps: 1e-5,
  tiedEmbeddings: false,
};

export const tinyOptimizer: AdamWConfig = {
  beta1: 0.9,
  beta2: 0.95,
  epsilon: 1e-8,
  weightDecay: 0.1,
  clipNorm: 1,
};

export function tinyProgram(change: Partial<LlamaConfig> = {}): TrainingProgram {
  const model = { ...tinyModel, ...change };
  return buildLlamaProgram({ model, optimizer: tinyOptimizer, batchSize: 3 });
}

/** Batch `index` of an endless text with some structure. */
export function tinyBatch(program: TrainingProgram, index: number): Int32Array {
  const length = program.batchSize * (program.model.contextLength + 1);
  const { vocabSize } = program.model;
  return Int32Array.from({ length }, (_, i) => ((i * i + 7 * i + 3 * index) % 31) % vocabSize);
}
