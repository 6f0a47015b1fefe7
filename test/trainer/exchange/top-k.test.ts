import { expect } from 'chai';
import fc from 'fast-check';
import { keptOfChunk, selectTopK } from '@commonweights/trainer/exchange/top-k.js';
import { anySparse, anyUpdate, gradientLike } from './model-like.js';

/** The definition: sort each chunk by magnitude, then by index. */
function slowly(values: Float32Array, shape: { k: number; chunk: number }): number[] {
  const kept: number[] = [];
  for (let start = 0; start < values.length; start += shape.chunk) {
    const chunk = [...values.subarray(start, start + shape.chunk).keys()];
    chunk.sort((a, b) => Math.abs(values[start + b]!) - Math.abs(values[start + a]!) || a - b);
    const wanted = keptOfChunk(chunk.length, shape);
    kept.push(
      ...chunk
        .slice(0, wanted)
        .sort((a, b) => a - b)
        .map((i) => start + i),
    );
  }
  return kept;
}

const BITS = [
  0, 0x80000000, 1, 0x80000001, 0x3f800000, 0x3f800001, 0xbf800000, 0x7f7fffff, 0xff7fffff,
];

describe('top-k', () => {
  it('keeps the largest magnitudes of each chunk, ties to the lowest index', () => {
    fc.assert(
      fc.property(anyUpdate(anySparse), ({ recipe, vector }) => {
        if (recipe.kind !== 'sparseloco') return;
        expect([...selectTopK(vector, recipe)]).to.deep.equal(slowly(vector, recipe));
      }),
    );
  });

  it('does not depend on how magnitudes differ from chunk to chunk', () => {
    const values = gradientLike(64 * 40, 9);
    for (let i = 0; i < values.length; i++) values[i]! *= 10 ** ((i >> 6) % 7);
    const shape = { k: 5, chunk: 64 };
    expect([...selectTopK(values, shape)]).to.deep.equal(slowly(values, shape));
  });

  it('ranks a chunk whatever the bits in which its elements differ', () => {
    const anyChunk = fc.uint8Array({ minLength: 4, maxLength: 48 }).map((picks) => {
      // Few distinct magnitudes, of both signs, a bit or many apart: many ties at any rank.
      const bits = Uint32Array.from(picks, (pick) => BITS[pick % BITS.length]!);
      return new Float32Array(bits.buffer);
    });
    fc.assert(
      fc.property(anyChunk, fc.integer({ min: 1, max: 4 }), (values, k) => {
        const shape = { k, chunk: 8 };
        expect([...selectTopK(values, shape)]).to.deep.equal(slowly(values, shape));
      }),
      { numRuns: 500 },
    );
  });

  it('keeps the lowest indices of a chunk of equal values', () => {
    expect([...selectTopK(new Float32Array(10), { k: 3, chunk: 8 })]).to.deep.equal([0, 1, 2, 8]);
  });
});
