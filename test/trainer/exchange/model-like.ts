/** Layouts and vectors for the exchange tests: small enough to be fast, shaped like a model's. */
import fc from 'fast-check';
import type { OuterRecipe } from '@commonweights/trainer/exchange/recipe.js';
import type { TensorLayout } from '@commonweights/trainer/program/layout.js';

export function layoutOf(lengths: readonly number[]): TensorLayout {
  let offset = 0;
  const slots = lengths.map((length, i) => {
    const slot = { name: `tensor.${i}`, shape: [length], offset, length };
    offset += length;
    return slot;
  });
  return { slots, length: offset };
}

export const anyLayout = fc
  .array(fc.integer({ min: 1, max: 90 }), { minLength: 1, maxLength: 6 })
  .map(layoutOf);

export const anySparse = fc
  .integer({ min: 1, max: 64 })
  .chain((chunk) => fc.record({ chunk: fc.constant(chunk), k: fc.integer({ min: 1, max: chunk }) }))
  .map(({ chunk, k }): OuterRecipe => ({
    kind: 'sparseloco',
    k,
    chunk,
    feedbackDecay: 0.95,
    learningRate: 1,
  }));

export const anyDense = fc
  .constantFrom('fp32' as const, 'int8' as const)
  .map((codec): OuterRecipe => ({ kind: 'diloco', codec, learningRate: 0.7, momentum: 0.9 }));

export const anyRecipe = fc.oneof(anySparse, anyDense);

/** Finite floats of every size, with zeros of both signs, subnormals and ties among them. */
const anyValue = fc.oneof(
  fc.float({ noNaN: true, noDefaultInfinity: true, min: -(2 ** 100), max: 2 ** 100 }),
  fc.constantFrom(0, -0, 1, -1, 1.401298464324817e-45, -1e-40, 2, 2),
);

export function anyVector(length: number): fc.Arbitrary<Float32Array> {
  return fc
    .array(anyValue, { minLength: length, maxLength: length })
    .map((values) => Float32Array.from(values));
}

/** A recipe, a layout and a vector that fit each other. */
export function anyUpdate(recipe: fc.Arbitrary<OuterRecipe> = anyRecipe) {
  return fc
    .record({ recipe, layout: anyLayout })
    .chain(({ recipe, layout }) =>
      anyVector(layout.length).map((vector) => ({ recipe, layout, vector })),
    );
}

/** Reproducible, heavy-tailed like real pseudo-gradients. */
export function gradientLike(length: number, seed: number): Float32Array {
  let state = seed >>> 0 || 1;
  const uniform = () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    state >>>= 0;
    return state / 2 ** 32;
  };
  const values = new Float32Array(length);
  for (let i = 0; i < length; i++) {
    const bell = uniform() + uniform() + uniform() + uniform() - 2;
    values[i] = bell * bell * bell * 1e-3;
  }
  return values;
}

export function bitsOf(values: Float32Array): Uint32Array {
  return new Uint32Array(values.buffer, values.byteOffset, values.length);
}
