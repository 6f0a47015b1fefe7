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

  it('keeps the lowest indices of a chunk of equal values', () => {
    expect([...selectTopK(new Float32Array(10), { k: 3, chunk: 8 })]).to.deep.equal([0, 1, 2, 8]);
  });
});
