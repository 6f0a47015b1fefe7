import { expect } from 'chai';
import fc from 'fast-check';
import { compress, pseudoGradient } from '@commonweights/trainer/exchange/compress.js';
import { decodeUpdate, updateBytesMax } from '@commonweights/trainer/exchange/update-codec.js';
import { decodeDense, encodeDense } from '@commonweights/trainer/exchange/dense-codec.js';
import { decodeSparse, encodeSparse } from '@commonweights/trainer/exchange/sparse-codec.js';
import type { OuterRecipe } from '@commonweights/trainer/exchange/recipe.js';
import type { TensorLayout } from '@commonweights/trainer/program/layout.js';
import { digestOf } from '@commonweights/dataset-registry/digest/digest.js';
import { anyRecipe, anySparse, anyUpdate, bitsOf, gradientLike, layoutOf } from './model-like.js';

const sparse: OuterRecipe = {
  kind: 'sparseloco',
  k: 64,
  chunk: 4096,
  feedbackDecay: 0.95,
  learningRate: 1,
};

describe('the update codec', () => {
  it('keeps within its bound', () => {
    fc.assert(
      fc.property(anyUpdate(), ({ recipe, layout, vector }) => {
        const sent = compress({ pseudoGradient: vector, errorFeedback: null, layout, recipe });
        expect(sent.bytes.length).to.be.at.most(updateBytesMax(layout, recipe));
      }),
    );
  });

  it('encodes what it decoded to the same bytes', () => {
    fc.assert(
      fc.property(anyUpdate(), ({ recipe, layout, vector }) => {
        const { bytes } = compress({
          pseudoGradient: vector,
          errorFeedback: null,
          layout,
          recipe,
        });
        expect(reencode(bytes, layout, recipe)).to.deep.equal(bytes);
      }),
    );
  });

  it('loses nothing in fp32', () => {
    const recipe: OuterRecipe = { kind: 'diloco', codec: 'fp32', learningRate: 1, momentum: 0 };
    fc.assert(
      fc.property(anyUpdate(fc.constant(recipe)), ({ layout, vector }) => {
        const sent = compress({ pseudoGradient: vector, errorFeedback: null, layout, recipe });
        const received = decodeUpdate(sent.bytes, layout, recipe);
        expect(bitsOf(received)).to.deep.equal(bitsOf(vector));
      }),
    );
  });

  it('stays within half a level of each value in int8', () => {
    const recipe: OuterRecipe = { kind: 'diloco', codec: 'int8', learningRate: 1, momentum: 0 };
    const layout = layoutOf([3000, 2000]);
    const vector = gradientLike(5000, 7);
    const { bytes } = compress({ pseudoGradient: vector, errorFeedback: null, layout, recipe });
    const decoded = decodeUpdate(bytes, layout, recipe);
    const largest = vector.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    for (let i = 0; i < vector.length; i++) {
      expect(Math.abs(decoded[i]! - vector[i]!)).to.be.at.most((0.5001 * largest) / 127);
    }
  });

  it('keeps in the error feedback exactly what nobody decodes', () => {
    fc.assert(
      fc.property(anyUpdate(anySparse), ({ recipe, layout, vector }) => {
        if (recipe.kind !== 'sparseloco') return;
        const first = { pseudoGradient: vector, errorFeedback: null, layout, recipe };
        const before = compress(first).errorFeedback!;
        const { bytes, errorFeedback } = compress({ ...first, errorFeedback: before });
        const decoded = decodeUpdate(bytes, layout, recipe);
        const whole = vector.map((value, i) => recipe.feedbackDecay * before[i]! + value);
        expect(bitsOf(errorFeedback!)).to.deep.equal(
          bitsOf(whole.map((value, i) => value - decoded[i]!)),
        );
      }),
    );
  });

  it('treats missing error feedback as zeros and changes nothing that it was given', () => {
    fc.assert(
      fc.property(anyUpdate(anySparse), ({ recipe, layout, vector }) => {
        const before = vector.slice();
        const zeros = new Float32Array(layout.length);
        const a = compress({ pseudoGradient: vector, errorFeedback: null, layout, recipe });
        const b = compress({ pseudoGradient: vector, errorFeedback: zeros, layout, recipe });
        expect(a.bytes).to.deep.equal(b.bytes);
        expect(bitsOf(a.errorFeedback!)).to.deep.equal(bitsOf(b.errorFeedback!));
        expect(bitsOf(vector)).to.deep.equal(bitsOf(before));
      }),
    );
  });

  it('decays error feedback once a round', () => {
    const layout = layoutOf([4]);
    const recipe: OuterRecipe = { ...sparse, k: 1, chunk: 4 } as OuterRecipe;
    const round = compress({
      pseudoGradient: Float32Array.of(8, 1, 1, 1),
      errorFeedback: Float32Array.of(0, 0, 2, 0),
      layout,
      recipe,
    });
    expect([...decodeUpdate(round.bytes, layout, recipe)]).to.deep.equal([8, 0, 0, 0]);
    expect([...round.errorFeedback!]).to.deep.equal([0, 1, Math.fround(0.95 * 2 + 1), 1]);
  });

  it('sends less than 0.15 bits per parameter at 64 of 4096', () => {
    const layout = layoutOf([262_144, 65_536, 128, 131_072]);
    const vector = gradientLike(layout.length, 3);
    const { bytes } = compress({
      pseudoGradient: vector,
      errorFeedback: null,
      layout,
      recipe: sparse,
    });
    expect((8 * bytes.length) / layout.length).to.be.below(0.15);
  });

  it('writes the same bytes on every machine', () => {
    const layout = layoutOf([10_000, 3, 7000]);
    const vector = gradientLike(layout.length, 11);
    const digests = [sparse, dense('fp32'), dense('int8')].map((recipe) =>
      digestOf(compress({ pseudoGradient: vector, errorFeedback: null, layout, recipe }).bytes),
    );
    expect(digests).to.deep.equal(VECTOR_DIGESTS);
  });

  it('refuses NaN and infinities wherever they stand', () => {
    fc.assert(
      fc.property(
        anyUpdate(),
        fc.nat(),
        fc.constantFrom(NaN, Infinity, -Infinity),
        ({ recipe, layout, vector }, at, value) => {
          vector[at % vector.length] = value;
          const worker = { pseudoGradient: vector, errorFeedback: null, layout, recipe };
          expect(() => compress(worker)).to.throw('NON_FINITE');
        },
      ),
    );
  });

  it('refuses vectors of another length', () => {
    const layout = layoutOf([5]);
    const short = new Float32Array(4);
    const worker = { pseudoGradient: short, errorFeedback: null, layout, recipe: sparse };
    expect(() => compress(worker)).to.throw('BAD_LENGTH');
    const fits = new Float32Array(5);
    expect(() => compress({ ...worker, pseudoGradient: fits, errorFeedback: short })).to.throw(
      'BAD_LENGTH',
    );
    expect(() => pseudoGradient({ start: fits, end: short })).to.throw('BAD_LENGTH');
  });

  it('refuses layouts with gaps', () => {
    const layout: TensorLayout = {
      slots: [{ name: 'a', shape: [2], offset: 1, length: 2 }],
      length: 3,
    };
    const vector = new Float32Array(3);
    expect(() =>
      compress({ pseudoGradient: vector, errorFeedback: null, layout, recipe: sparse }),
    ).to.throw('BAD_LAYOUT');
  });
});

describe('the update decoder', () => {
  it('refuses every mutation or decodes it to another canonical update', () => {
    fc.assert(
      fc.property(
        anyUpdate(),
        fc.array(fc.tuple(fc.nat(), fc.integer({ min: 1, max: 255 })), {
          minLength: 1,
          maxLength: 3,
        }),
        ({ recipe, layout, vector }, flips) => {
          const { bytes } = compress({
            pseudoGradient: vector,
            errorFeedback: null,
            layout,
            recipe,
          });
          const mutated = bytes.slice();
          for (const [at, mask] of flips) mutated[at % mutated.length]! ^= mask;
          checkHostile(mutated, layout, recipe);
        },
      ),
      { numRuns: 1500 },
    );
  });

  it('refuses every cut and every trailing byte', () => {
    fc.assert(
      fc.property(anyUpdate(), fc.nat(), fc.nat({ max: 255 }), (update, at, extra) => {
        const { recipe, layout, vector } = update;
        const { bytes } = compress({ pseudoGradient: vector, errorFeedback: null, layout, recipe });
        const cut = bytes.slice(0, at % bytes.length);
        expect(() => decodeUpdate(cut, layout, recipe)).to.throw('BAD_UPDATE');
        const longer = Uint8Array.of(...bytes, extra);
        expect(() => decodeUpdate(longer, layout, recipe)).to.throw('BAD_UPDATE');
      }),
    );
  });

  it('survives random bytes behind a valid header', () => {
    fc.assert(
      fc.property(
        anyUpdate(),
        fc.uint8Array({ maxLength: 400 }),
        ({ recipe, layout, vector }, noise) => {
          const { bytes } = compress({
            pseudoGradient: vector,
            errorFeedback: null,
            layout,
            recipe,
          });
          const mutated = bytes.slice();
          mutated.set(noise.subarray(0, Math.max(0, bytes.length - 28)), 28);
          checkHostile(mutated, layout, recipe);
        },
      ),
      { numRuns: 500 },
    );
  });

  it('refuses an update of another run', () => {
    fc.assert(
      fc.property(anyUpdate(), anyRecipe, ({ recipe, layout, vector }, other) => {
        const { bytes } = compress({ pseudoGradient: vector, errorFeedback: null, layout, recipe });
        const larger = layoutOf([...layout.slots.map((slot) => slot.length), 1]);
        expect(() => decodeUpdate(bytes, larger, recipe)).to.throw('BAD_UPDATE');
        fc.pre(wire(other) !== wire(recipe));
        expect(() => decodeUpdate(bytes, layout, other)).to.throw('BAD_UPDATE');
      }),
    );
  });

  it('refuses a codebook that is not ascending, not finite or holds −0', () => {
    const layout = layoutOf([64]);
    const recipe: OuterRecipe = { ...sparse, k: 16, chunk: 64 } as OuterRecipe;
    const { bytes } = compress({
      pseudoGradient: gradientLike(64, 5),
      errorFeedback: null,
      layout,
      recipe,
    });
    const last = bytes.length - 4;
    for (const value of [NaN, Infinity, -0, -1e9]) {
      const mutated = bytes.slice();
      new DataView(mutated.buffer).setFloat32(last, value, true);
      expect(() => decodeUpdate(mutated, layout, recipe)).to.throw('BAD_UPDATE');
    }
  });
});

/** Digests of the three codecs over one fixed vector: changes mean a new codec version. */
const VECTOR_DIGESTS = [
  'sha256:d5500dd705f706fdc0c9671c77d28900e953ce864ebd8d933719af8bf95551e9',
  'sha256:54794319da64e0caad25a88d44be61cc020e0eb7949fabd098fa52c950c76e9b',
  'sha256:ddfee0c04da767e21bb2fb494d0373941ff19e5a09b3dc799ffbfd646fb0ec1b',
];

function dense(codec: 'fp32' | 'int8'): OuterRecipe {
  return { kind: 'diloco', codec, learningRate: 0.7, momentum: 0.9 };
}

/** What of a recipe shows in the header. */
function wire(recipe: OuterRecipe): string {
  return recipe.kind === 'sparseloco' ? `sparse ${recipe.k} ${recipe.chunk}` : recipe.codec;
}

function reencode(bytes: Uint8Array, layout: TensorLayout, recipe: OuterRecipe): Uint8Array {
  return recipe.kind === 'sparseloco'
    ? encodeSparse(decodeSparse(bytes, layout, recipe), layout, recipe)
    : encodeDense(decodeDense(bytes, layout, recipe), layout, recipe);
}

/** Hostile bytes are refused by name, or are the one encoding of a finite update. */
function checkHostile(bytes: Uint8Array, layout: TensorLayout, recipe: OuterRecipe): void {
  let decoded: Float32Array;
  try {
    decoded = decodeUpdate(bytes, layout, recipe);
  } catch (error) {
    expect((error as Error).message).to.match(/^BAD_UPDATE: /);
    return;
  }
  expect(decoded.every((value) => Number.isFinite(value))).to.equal(true);
  expect(reencode(bytes, layout, recipe)).to.deep.equal(bytes);
}
