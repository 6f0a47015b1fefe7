/** Vectors of what every worker computes by itself: random numbers, data order, rates, weights. */
import { PackedSequences, packTokens } from '@commonweights/trainer/data/packed-sequences.js';
import { permute } from '@commonweights/trainer/data/permutation.js';
import { sliceBatches, slicesPerEpoch } from '@commonweights/trainer/data/slice.js';
import { biasCorrections } from '@commonweights/trainer/program/adamw.js';
import { buildLlamaProgram } from '@commonweights/trainer/program/build-llama-program.js';
import { drawBlock, keyOf } from '@commonweights/trainer/program/counter-random.js';
import { initialParams } from '@commonweights/trainer/program/initial-params.js';
import { learningRateAt, type LearningRateSchedule } from '@commonweights/trainer/run/run-spec.js';
import { doubleToHex, floatsToHex, topic } from './vector-topic.js';

export const tinyModel = {
  family: 'llama',
  vocabSize: 12,
  hiddenSize: 8,
  intermediateSize: 12,
  layers: 1,
  heads: 2,
  kvHeads: 1,
  contextLength: 4,
  ropeTheta: 10_000,
  rmsNormEps: 1e-5,
  tiedEmbeddings: true,
} as const;

export const tinyOptimizer = {
  beta1: 0.9,
  beta2: 0.95,
  epsilon: 1e-8,
  weightDecay: 0.1,
  clipNorm: 1,
  embeddingRate: 1,
};

const word = (value: number) => value.toString(16).padStart(8, '0');

export const trainingTopics = [
  topic({
    name: 'random-blocks',
    about:
      'Philox 4×32-10: key = (seed mod 2^32, seed div 2^32), counter = (index mod 2^32, index div ' +
      '2^32, stream, 0); the four words of the block as hex.',
    inputs: () => [
      { seed: 0, stream: 0, index: 0 },
      { seed: 1, stream: 0x77656967, index: 0 },
      { seed: 1, stream: 0x77656967, index: 1 },
      { seed: 2 ** 53 - 1, stream: 0x6f726472, index: 2 ** 53 - 1 },
      { seed: 2 ** 32, stream: 0xffffffff, index: 2 ** 32 },
    ],
    compute: ({ seed, stream, index }) => {
      const out = new Uint32Array(4);
      drawBlock(keyOf(seed, stream), index, out);
      return { words: Array.from(out, word) };
    },
  }),
  topic({
    name: 'permutation',
    about:
      'Order of an epoch: a four-round Feistel network over two halves of h bits (the least h with ' +
      '4^h ≥ count and h ≥ 1), walked until below count; round function: first word of the block ' +
      '(epoch · 4 + round) · 2^16 + right half, stream 0x6f726472.',
    inputs: () => [
      { count: 1, seed: 5, epoch: 0, indices: [0] },
      { count: 10, seed: 5, epoch: 0, indices: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9] },
      { count: 10, seed: 5, epoch: 1, indices: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9] },
      { count: 1_000_003, seed: 2 ** 33 + 7, epoch: 3, indices: [0, 1, 999_999, 1_000_002] },
      { count: 2 ** 32, seed: 0, epoch: 0, indices: [0, 1, 2 ** 32 - 1] },
    ],
    compute: ({ indices, ...order }) => ({
      values: indices.map((index) => permute(order, index)),
    }),
  }),
  topic({
    name: 'slices',
    about:
      'Which sequences a slice trains on, by inner step. Sequence i is the tokens from ' +
      'i·contextLength to (i+1)·contextLength inclusive; first: the first token of each sequence ' +
      'where token t of the file is t.',
    inputs: () => [
      { tokens: 101, contextLength: 4, seed: 3, innerSteps: 2, batchSize: 3, slices: [0, 1, 3, 4] },
      { tokens: 64, contextLength: 1, seed: 9, innerSteps: 1, batchSize: 8, slices: [0, 6, 7, 8] },
    ],
    compute: ({ tokens, contextLength, seed, innerSteps, batchSize, slices }) => {
      const bytes = packTokens(Array.from({ length: tokens }, (_, i) => i));
      const sequences = new PackedSequences(bytes, contextLength);
      const spec = { sequences, seed, innerSteps, batchSize };
      const row = contextLength + 1;
      const firsts = (batch: Int32Array) => Array.from(batch.filter((_, i) => i % row === 0));
      return {
        sequences: sequences.count,
        slicesPerEpoch: slicesPerEpoch(spec),
        first: slices.map((slice) => sliceBatches(spec, slice).map(firsts)),
      };
    },
  }),
  topic({
    name: 'learning-rates',
    about:
      'The rate of an inner step, counted over the whole run: computed in float64 (double), given ' +
      'to the program as float32 (single).',
    inputs: () => {
      const schedule = { kind: 'warmup-linear' as const, peak: 3e-3, final: 1e-4 };
      const steps = [0, 1, 6, 7, 8, 50, 99, 100, 1_000];
      const cases: { schedule: LearningRateSchedule; steps: number[] }[] = [
        { schedule: { ...schedule, warmupSteps: 7, totalSteps: 100 }, steps },
        { schedule: { ...schedule, final: 0, warmupSteps: 0, totalSteps: 3 }, steps: [0, 1, 2, 3] },
        {
          schedule: { ...schedule, peak: 0.1, warmupSteps: 3, totalSteps: 10 },
          steps: [0, 1, 2, 5],
        },
        {
          schedule: { ...schedule, kind: 'warmup-cosine', warmupSteps: 7, totalSteps: 100 },
          steps,
        },
        {
          schedule: {
            ...schedule,
            kind: 'warmup-stable-decay',
            warmupSteps: 7,
            totalSteps: 100,
            decaySteps: 49,
          },
          steps: [...steps, 51, 52],
        },
      ];
      return cases;
    },
    compute: ({ schedule, steps }) => {
      const rates = steps.map((step) => learningRateAt(schedule, step));
      return {
        double: rates.map(doubleToHex),
        single: rates.map((rate) => floatsToHex([rate])),
      };
    },
  }),
  topic({
    name: 'bias-corrections',
    about:
      '1 − β₁ᵗ and 1 − β₂ᵗ of the AdamW step that takes the count of steps to t, rounded to float32.',
    inputs: () => [
      { beta1: 0.9, beta2: 0.95, steps: [1, 2, 3, 10, 1_000] },
      { beta1: 0.9, beta2: 0.999, steps: [1, 7, 100_000] },
    ],
    compute: ({ beta1, beta2, steps }) =>
      steps.map((step) => {
        const { first, second } = biasCorrections({ ...tinyOptimizer, beta1, beta2 }, step);
        return [floatsToHex([first]), floatsToHex([second])];
      }),
  }),
  topic({
    name: 'initial-params',
    about:
      'Initial weights of a tiny model, in layout order: each the sum of twelve 10-bit draws of ' +
      'block i (its place in the flat vector; stream 0x77656967), centred, over √(2^20 − 1), times ' +
      'the deviation of its tensor; norm gains are 1.',
    inputs: () => [
      { model: tinyModel, seed: 7 },
      { model: { ...tinyModel, tiedEmbeddings: false, layers: 2 }, seed: 0xffffffff },
    ],
    compute: ({ model, seed }) => {
      const program = buildLlamaProgram({ model, optimizer: tinyOptimizer, batchSize: 1 });
      const params = initialParams(program, seed);
      return {
        layout: program.layout.slots.map(({ name, shape, offset }) => ({ name, shape, offset })),
        params: floatsToHex(params),
      };
    },
  }),
];
