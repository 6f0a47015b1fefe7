/** Vectors of what workers exchange: updates as bytes, what is refused, the mean, the outer step. */
import { aggregate } from '@commonweights/trainer/exchange/aggregate.js';
import type { AggregationRule } from '@commonweights/trainer/exchange/aggregation-rule.js';
import { compress } from '@commonweights/trainer/exchange/compress.js';
import { outerStep } from '@commonweights/trainer/exchange/outer-step.js';
import type { OuterRecipe } from '@commonweights/trainer/exchange/recipe.js';
import { decodeUpdate } from '@commonweights/trainer/exchange/update-codec.js';
import type { TensorLayout } from '@commonweights/trainer/program/layout.js';
import { drawBlock, keyOf } from '@commonweights/trainer/program/counter-random.js';
import { floatsFromHex, floatsToHex, fromHex, refusalOf, toHex, topic } from './vector-topic.js';

const int8 = { kind: 'diloco', codec: 'int8', learningRate: 0.7, momentum: 0.9 } as const;
const fp32 = { ...int8, codec: 'fp32' } as const;
const sparse = {
  kind: 'sparseloco',
  k: 4,
  chunk: 32,
  feedbackDecay: 0.95,
  learningRate: 1,
} as const;

/** A layout of tensors of these lengths. */
function layoutOf(lengths: readonly number[]): TensorLayout {
  let offset = 0;
  const slots = lengths.map((length, i) => {
    offset += length;
    return { name: `tensor ${i}`, shape: [length], offset: offset - length, length };
  });
  return { slots, length: offset };
}

/** Floats between −1 and 1 (times `scale`), a few of them zero. */
function someFloats(length: number, seed: number, scale = 1): Float32Array {
  const out = new Uint32Array(4);
  const key = keyOf(seed, 1);
  return Float32Array.from({ length }, (_, i) => {
    drawBlock(key, i, out);
    return out[1]! % 11 === 0 ? 0 : scale * (out[0]! / 2 ** 31 - 1);
  });
}

interface Encoding {
  tensors: number[];
  recipe: OuterRecipe;
  gradient: string;
  feedback: string | null;
}

function encode({ tensors, recipe, gradient, feedback }: Encoding) {
  return compress({
    pseudoGradient: floatsFromHex(gradient),
    errorFeedback: feedback === null ? null : floatsFromHex(feedback),
    layout: layoutOf(tensors),
    recipe,
  });
}

const encodings = (): Encoding[] => {
  const dense = [5, 3, 1_020];
  return [
    { recipe: fp32, tensors: [2, 3], gradient: floatsToHex([1, -0, 0, 1e-45, -3.4e38]) },
    { recipe: int8, tensors: [4], gradient: floatsToHex([1, -0.5, 1 / 254, -1 / 253]) },
    { recipe: int8, tensors: [3], gradient: floatsToHex([0, -0, 1e-37]) },
    { recipe: int8, tensors: dense, gradient: floatsToHex(someFloats(1_028, 1)) },
    { recipe: sparse, tensors: [40, 30], gradient: floatsToHex(someFloats(70, 2)) },
    { recipe: sparse, tensors: [40, 30], gradient: floatsToHex(new Float32Array(70)) },
    { recipe: sparse, tensors: [1, 69], gradient: floatsToHex(new Float32Array(70).fill(-2)) },
  ]
    .map((it) => ({ ...it, feedback: null as string | null }))
    .concat({
      recipe: sparse,
      tensors: [40, 30],
      gradient: floatsToHex(someFloats(70, 3, 0.1)),
      feedback: floatsToHex(someFloats(70, 4)),
    });
};

/** Bytes that nobody may have written, each one change away from an update. */
function refusedBytes(): { tensors: number[]; recipe: OuterRecipe; bytes: string; why: string }[] {
  const [asFloats, asInt8, , , asSparse] = encodings();
  const variant = (from: Encoding, why: string, change: (bytes: Uint8Array) => Uint8Array) => {
    const { tensors, recipe } = from;
    return { tensors, recipe, why, bytes: toHex(change(encode(from).bytes.slice())) };
  };
  const withBytes = (at: number, hex: string) => (bytes: Uint8Array) => {
    bytes.set(fromHex(hex), at < 0 ? bytes.length + at : at);
    return bytes;
  };
  const longer = (bytes: Uint8Array) => new Uint8Array([...bytes, 0]);
  const shorter = (bytes: Uint8Array) => bytes.slice(0, -1);
  return [
    variant(asInt8!, 'another magic', withBytes(0, '58')),
    variant(asInt8!, 'another version', withBytes(4, '02')),
    variant(asInt8!, 'a reserved byte that is not zero', withBytes(6, '01')),
    variant(asInt8!, 'another kind', withBytes(5, '02')),
    variant(asInt8!, 'another length', withBytes(8, '05')),
    variant(asInt8!, 'one byte too many', longer),
    variant(asInt8!, 'one byte too few', shorter),
    variant(asInt8!, 'a magnitude that is not finite', withBytes(24, '0000807f')),
    variant(asInt8!, 'a negative magnitude', withBytes(24, '000080bf')),
    variant(asInt8!, 'a magnitude of −0', withBytes(24, '00000080')),
    variant(asInt8!, 'levels that do not use the whole range', withBytes(28, '7e')),
    variant(asInt8!, 'a level of −128', withBytes(29, '80')),
    variant(asFloats!, 'a NaN', withBytes(24, '0000c07f')),
    variant(asFloats!, 'an infinity', withBytes(28, '000080ff')),
    variant(asSparse!, 'a stream length that is too large', withBytes(24, 'ffffff7f')),
    variant(asSparse!, 'a stream that continues', (bytes) => {
      const length = new DataView(bytes.buffer).getUint32(24, true);
      new DataView(bytes.buffer).setUint32(24, length + 1, true);
      return new Uint8Array([...bytes.slice(0, 28 + length), 0, ...bytes.slice(28 + length)]);
    }),
    variant(asSparse!, 'a stream that decodes to the same and is not the one encoding', (bytes) => {
      const length = new DataView(bytes.buffer).getUint32(24, true);
      bytes[28 + length - 1]! ^= 1;
      return bytes;
    }),
    variant(asSparse!, 'bytes behind the codebooks', longer),
    variant(asSparse!, 'codebooks that end early', shorter),
    variant(asSparse!, 'a codebook entry of −0', withBytes(-4, '00000080')),
    variant(asSparse!, 'a codebook entry that is not finite', withBytes(-4, '0000807f')),
    variant(asSparse!, 'a codebook that is not ascending', withBytes(-4, '0000c8c2')),
  ];
}

export const exchangeTopics = [
  topic({
    name: 'updates',
    about:
      'tensors: lengths of the layout; gradient and feedback: float32. bytes: the update; decoded: ' +
      'what every receiver reads from it; feedback: what the worker keeps (null: keeps none).',
    inputs: encodings,
    compute: (input) => {
      const { bytes, errorFeedback } = encode(input);
      return {
        bytes: toHex(bytes),
        decoded: floatsToHex(decodeUpdate(bytes, layoutOf(input.tensors), input.recipe)),
        feedback: errorFeedback && floatsToHex(errorFeedback),
      };
    },
  }),
  topic({
    name: 'refused-updates',
    about: 'Bytes that no encoder writes for this layout and recipe, and that must be refused.',
    inputs: refusedBytes,
    compute: ({ tensors, recipe, bytes }) =>
      refusalOf(() => decodeUpdate(fromHex(bytes), layoutOf(tensors), recipe)),
  }),
  topic({
    name: 'aggregate',
    about:
      'The mean update of updates in seat order. clipped-mean: each scaled down to the lower ' +
      'median of the L2 norms; trimmed-mean: per element; centred-clipping: around a moving centre.',
    inputs: (): { updates: string[]; rule: AggregationRule }[] => {
      const some = [1, 2, 3, 4].map((seed) => floatsToHex(someFloats(9, seed, seed)));
      const long = [5, 6, 7].map((seed) => floatsToHex(someFloats(300, seed, 1 / seed)));
      return [
        { updates: some.slice(0, 1), rule: { kind: 'clipped-mean' } },
        { updates: some.slice(0, 3), rule: { kind: 'clipped-mean' } },
        { updates: some, rule: { kind: 'clipped-mean' } },
        { updates: long, rule: { kind: 'clipped-mean' } },
        { updates: some, rule: { kind: 'trimmed-mean', trimBps: 2_500 } },
        { updates: some, rule: { kind: 'trimmed-mean', trimBps: 0 } },
        { updates: some, rule: { kind: 'centred-clipping', iterations: 1 } },
        { updates: long, rule: { kind: 'centred-clipping', iterations: 3 } },
      ];
    },
    compute: ({ updates, rule }) => floatsToHex(aggregate(updates.map(floatsFromHex), rule)),
  }),
  topic({
    name: 'outer-step',
    about: 'The next parameters and outer momentum; every element one float64 expression, rounded.',
    inputs: (): {
      params: string;
      momentum: string | null;
      mean: string;
      recipe: OuterRecipe;
    }[] => [
      {
        params: floatsToHex(someFloats(8, 1)),
        momentum: floatsToHex(new Float32Array(8)),
        mean: floatsToHex(someFloats(8, 2, 0.01)),
        recipe: int8,
      },
      {
        params: floatsToHex(someFloats(8, 3)),
        momentum: floatsToHex(someFloats(8, 4, 0.1)),
        mean: floatsToHex(someFloats(8, 5, 0.01)),
        recipe: { ...int8, learningRate: 1, momentum: 0.3 },
      },
      {
        params: floatsToHex(someFloats(8, 6)),
        momentum: null,
        mean: floatsToHex(someFloats(8, 7, 0.01)),
        recipe: { ...sparse, learningRate: 0.65 },
      },
    ],
    compute: ({ params, momentum, mean, recipe }) => {
      const next = outerStep({
        params: floatsFromHex(params),
        momentum: momentum === null ? null : floatsFromHex(momentum),
        mean: floatsFromHex(mean),
        recipe,
      });
      return {
        params: floatsToHex(next.params),
        momentum: next.momentum && floatsToHex(next.momentum),
      };
    },
  }),
];
