import { expect } from 'chai';
import fc from 'fast-check';
import { aggregate } from '@commonweights/trainer/exchange/aggregate.js';
import {
  aggregateInChunks,
  type StreamedUpdate,
} from '@commonweights/trainer/exchange/aggregate-stream.js';
import type { AggregationRule } from '@commonweights/trainer/exchange/aggregation-rule.js';
import { compress } from '@commonweights/trainer/exchange/compress.js';
import { AGGREGATED_TOGETHER } from '@commonweights/trainer/exchange/limits.js';
import { outerStep, stepChunk } from '@commonweights/trainer/exchange/outer-step.js';
import type { OuterRecipe } from '@commonweights/trainer/exchange/recipe.js';
import { l2Norm, TreeSquares, treeSumSquares } from '@commonweights/trainer/exchange/tree-sum.js';
import { decodeUpdate } from '@commonweights/trainer/exchange/update-codec.js';
import {
  inspectUpdate,
  readUpdate,
  type UpdateBytes,
} from '@commonweights/trainer/exchange/update-stream.js';
import { blankState, encodeState } from '@commonweights/trainer/checkpoint/state.js';
import { anyUpdate, anyVector, bitsOf, gradientLike, layoutOf } from './model-like.js';

type Of = Pick<Parameters<typeof compress>[0], 'layout' | 'recipe'>;

const rules: AggregationRule[] = [
  { kind: 'clipped-mean' },
  { kind: 'trimmed-mean', trimBps: 2_500 },
  { kind: 'centred-clipping', iterations: 1 },
  { kind: 'centred-clipping', iterations: 3 },
];

function encode(vector: Float32Array, { layout, recipe }: Of): Uint8Array {
  return compress({ pseudoGradient: vector, errorFeedback: null, layout, recipe }).bytes;
}

/** As from a disk: what was asked for is noted. */
class Noted implements UpdateBytes {
  most = 0;
  constructor(private readonly bytes: Uint8Array) {}

  get length(): number {
    return this.bytes.length;
  }

  async read(start: number, end: number): Promise<Uint8Array> {
    this.most = Math.max(this.most, end - start);
    return this.bytes.slice(start, end);
  }
}

function streamed(bytes: Uint8Array, of: Of, source = new Noted(bytes)): StreamedUpdate {
  const inspected = inspectUpdate(bytes, of.layout, of.recipe);
  return { norm: inspected.norm, open: () => readUpdate(source, inspected, of) };
}

async function streamedMean(
  updates: readonly StreamedUpdate[],
  it: { length: number; rule: AggregationRule },
): Promise<Float32Array> {
  const mean = new Float32Array(it.length);
  await aggregateInChunks(updates, it, (start, part) => mean.set(part, start));
  return mean;
}

const sparse = (chunk: number, k: number): OuterRecipe => ({
  ...{ kind: 'sparseloco', chunk, k, feedbackDecay: 0.95, learningRate: 0.7 },
});
const dense = (codec: 'fp32' | 'int8'): OuterRecipe => ({
  ...{ kind: 'diloco', codec, learningRate: 0.7, momentum: 0.9 },
});

describe('aggregation chunk by chunk', () => {
  it('gives what whole updates give, for every rule, bit for bit', async () => {
    const some = anyUpdate().chain(({ recipe, layout }) =>
      fc
        .array(anyVector(layout.length), { minLength: 1, maxLength: 5 })
        .map((vectors) => ({ recipe, layout, vectors })),
    );
    const check = async (
      { vectors, ...of }: Of & { vectors: Float32Array[] },
      rule: AggregationRule,
    ): Promise<void> => {
      const bytes = vectors.map((vector) => encode(vector, of));
      const whole = bytes.map((one) => decodeUpdate(one, of.layout, of.recipe));
      const updates = bytes.map((one) => streamed(one, of));
      const mean = await streamedMean(updates, { length: of.layout.length, rule });
      expect(bitsOf(mean)).to.deep.equal(bitsOf(aggregate(whole, rule)));
      for (const [i, update] of updates.entries()) expect(update.norm).to.equal(l2Norm(whole[i]!));
    };
    await fc.assert(fc.asyncProperty(some, fc.constantFrom(...rules), check));
  });

  const layout = layoutOf([20_000, 128, 3 * AGGREGATED_TOGETHER, 5]);
  // Chunks of the codec that begin and end anywhere in those that are aggregated together.
  for (const recipe of [
    sparse(4_096, 64),
    sparse(5_003, 700),
    sparse(65_536, 9),
    dense('int8'),
    dense('fp32'),
  ]) {
    const name = recipe.kind === 'diloco' ? recipe.codec : `${recipe.k} of ${recipe.chunk}`;
    it(`ends on the same root as whole updates over many chunks, ${name}`, async () => {
      const of = { layout, recipe };
      const bytes = [1, 2, 3, 4].map((seed) => encode(gradientLike(layout.length, seed), of));
      const sources = bytes.map((one) => new Noted(one));
      const updates = bytes.map((one, i) => streamed(one, of, sources[i]));
      const start = {
        params: gradientLike(layout.length, 9),
        momentum: recipe.kind === 'diloco' ? gradientLike(layout.length, 8) : null,
      };
      for (const rule of rules) {
        const { state, bytes: file } = blankState(layout, recipe);
        await aggregateInChunks(updates, { length: layout.length, rule }, (at, mean) =>
          stepChunk({ ...start, start: at, mean, recipe }, state),
        );
        const whole = bytes.map((one) => decodeUpdate(one, layout, recipe));
        const next = outerStep({ ...start, mean: aggregate(whole, rule), recipe });
        expect(file).to.deep.equal(encodeState(next, layout));
      }
      const perElement = recipe.kind === 'sparseloco' ? 16 : 4;
      const most = Math.max(...sources.map((one) => one.most));
      expect(most).to.be.at.most(Math.max(65_536, perElement * AGGREGATED_TOGETHER));
    });
  }

  it('refuses what the decoder refuses, and nothing else', () => {
    const some = anyUpdate().chain((it) =>
      fc.record({ it: fc.constant(it), at: fc.nat(), to: fc.nat({ max: 255 }) }),
    );
    const isRefused = (act: () => unknown): boolean => {
      try {
        act();
      } catch (error) {
        expect((error as Error).message).to.match(/^BAD_UPDATE: /);
        return true;
      }
      return false;
    };
    fc.assert(
      fc.property(some, ({ it: { vector, layout: slots, recipe }, at, to }) => {
        const bytes = encode(vector, { layout: slots, recipe });
        bytes[at % bytes.length] = to;
        expect(isRefused(() => inspectUpdate(bytes, slots, recipe))).to.equal(
          isRefused(() => decodeUpdate(bytes, slots, recipe)),
        );
      }),
    );
  });

  it('refuses none and too many', async () => {
    const of = { length: 1, rule: rules[0]! };
    const messageOf = (error: Error) => error.message;
    expect(await streamedMean([], of).catch(messageOf)).to.match(/^NO_UPDATES/);
    const one: StreamedUpdate = { norm: 1, open: () => ({ next: async () => {} }) };
    const many = Array.from({ length: 65 }, () => one);
    expect(await streamedMean(many, of).catch(messageOf)).to.match(/^TOO_MANY_UPDATES/);
  });
});

describe('a sum of squares in pieces', () => {
  it('has the bits of the whole', () => {
    const lengths = fc.array(fc.nat({ max: 700 }), { maxLength: 8 });
    fc.assert(
      fc.property(lengths, fc.nat(), (pieces, seed) => {
        const whole = gradientLike(
          pieces.reduce((all, one) => all + one, 0),
          seed,
        );
        const sum = new TreeSquares();
        let at = 0;
        for (const length of pieces) sum.add(whole.subarray(at, (at += length)));
        expect(sum.sum()).to.equal(treeSumSquares(whole));
      }),
    );
  });
});
