import { expect } from 'chai';
import fc from 'fast-check';
import { ZERO_LOCAL_STATE } from '@commonweights/dao-contracts/rules/commitment.js';
import { digestOf } from '@commonweights/dataset-registry/digest/digest.js';
import { taggedDigest } from '@commonweights/dataset-registry/digest/tagged.js';
import { decodeState, encodeState, stateRoot } from '@commonweights/trainer/checkpoint/state.js';
import {
  decodeLocalState,
  encodeLocalState,
  localStateDigest,
  zeroLocalState,
  type LocalState,
} from '@commonweights/trainer/checkpoint/local-state.js';
import { decodeSnapshot, encodeSnapshot } from '@commonweights/trainer/checkpoint/snapshot.js';
import {
  decodeSafetensors,
  encodeSafetensors,
} from '@commonweights/trainer/checkpoint/safetensors.js';
import { hasErrorFeedback, hasOuterMomentum } from '@commonweights/trainer/exchange/recipe.js';
import { anyLayout, anyRecipe, anyVector } from '../exchange/model-like.js';

const setting = fc.record({ layout: anyLayout, recipe: anyRecipe });

const anyState = setting.chain(({ layout, recipe }) =>
  fc
    .record({ params: anyVector(layout.length), momentum: anyVector(layout.length) })
    .map(({ params, momentum }) => ({
      layout,
      recipe,
      state: { params, momentum: hasOuterMomentum(recipe) ? momentum : null },
    })),
);

const anySnapshot = setting.chain(({ layout, recipe }) =>
  fc
    .record({
      params: anyVector(layout.length),
      firstMoment: anyVector(layout.length),
      secondMoment: anyVector(layout.length).map((values) => values.map(Math.abs)),
      feedback: anyVector(layout.length),
      steps: fc.integer({ min: 1, max: 2 ** 31 - 1 }),
    })
    .map(({ params, feedback, ...moments }) => {
      const errorFeedback = hasErrorFeedback(recipe) ? feedback : null;
      const local: LocalState = { ...moments, errorFeedback };
      return { layout, recipe, snapshot: { params, local } };
    }),
);

/** Refused by name, or the very same bytes come back. */
function checkHostile(bytes: Uint8Array, again: (bytes: Uint8Array) => Uint8Array): void {
  let back: Uint8Array;
  try {
    back = again(bytes);
  } catch (error) {
    expect((error as Error).message).to.match(/^(BAD_SAFETENSORS|BAD_STATE|NON_FINITE): /);
    return;
  }
  expect(back).to.deep.equal(bytes);
}

describe('the shared state', () => {
  it('is read back as it was written', () => {
    fc.assert(
      fc.property(anyState, ({ layout, recipe, state }) => {
        const bytes = encodeState(state, layout);
        expect(decodeState(bytes, layout, recipe)).to.deep.equal(state);
        expect(stateRoot(state, layout)).to.equal(digestOf(bytes));
      }),
    );
  });

  it('has one encoding: changed bytes are refused or are another state', () => {
    fc.assert(
      fc.property(anyState, fc.nat(), fc.nat({ max: 255 }), (one, at, value) => {
        const { layout, recipe, state } = one;
        const bytes = encodeState(state, layout);
        bytes[at % bytes.length] = value;
        checkHostile(bytes, (b) => encodeState(decodeState(b, layout, recipe), layout));
      }),
      { numRuns: 500 },
    );
  });

  it('is refused with other metadata, another order and another recipe', () => {
    fc.assert(
      fc.property(anyState, ({ layout, recipe, state }) => {
        const file = decodeSafetensors(encodeState(state, layout));
        const extra = encodeSafetensors({ ...file, metadata: new Map([['format', 'tf']]) });
        expect(() => decodeState(extra, layout, recipe)).to.throw('BAD_STATE');
        const fuller = new Map([...file.metadata, ['note', 'mine']]);
        const noted = encodeSafetensors({ ...file, metadata: fuller });
        expect(() => decodeState(noted, layout, recipe)).to.throw('BAD_STATE');
        const reversed = encodeSafetensors({ ...file, tensors: [...file.tensors].reverse() });
        if (file.tensors.length > 1) {
          expect(() => decodeState(reversed, layout, recipe)).to.throw('BAD_STATE');
        }
        const other = { ...state, momentum: state.momentum ? null : state.params };
        const bytes = encodeState(other, layout);
        expect(() => decodeState(bytes, layout, recipe)).to.throw('BAD_STATE');
      }),
    );
  });

  it('refuses values that are not finite, writing and reading', () => {
    fc.assert(
      fc.property(anyState, fc.nat(), ({ layout, recipe, state }, at) => {
        const bytes = encodeState(state, layout);
        new DataView(bytes.buffer).setFloat32(bytes.length - 4, NaN, true);
        expect(() => decodeState(bytes, layout, recipe)).to.throw('NON_FINITE');
        state.params[at % layout.length] = Infinity;
        expect(() => encodeState(state, layout)).to.throw('NON_FINITE');
      }),
    );
  });
});

describe('a local state', () => {
  it('is read back as it was written', () => {
    fc.assert(
      fc.property(anySnapshot, ({ layout, recipe, snapshot: { local } }) => {
        const bytes = encodeLocalState(local, layout);
        expect(decodeLocalState(bytes, layout, recipe)).to.deep.equal(local);
        expect(localStateDigest(local, layout)).to.equal(digestOf(bytes));
      }),
    );
  });

  it('that is zero has the ZERO digest and no bytes that are accepted', () => {
    expect(ZERO_LOCAL_STATE).to.equal(taggedDigest('cw/local/zero/1', []));
    fc.assert(
      fc.property(setting, ({ layout, recipe }) => {
        const zero = zeroLocalState(layout, recipe);
        expect(localStateDigest(zero, layout)).to.equal(ZERO_LOCAL_STATE);
        const bytes = encodeLocalState(zero, layout);
        expect(() => decodeLocalState(bytes, layout, recipe)).to.throw('BAD_STATE');
        const used = { ...zero, steps: 1 };
        expect(localStateDigest(used, layout)).to.not.equal(ZERO_LOCAL_STATE);
      }),
    );
  });

  it('is refused with a negative second moment and an impossible step count', () => {
    fc.assert(
      fc.property(anySnapshot, fc.nat(), ({ layout, recipe, snapshot: { local } }, at) => {
        local.secondMoment[at % layout.length] = -1;
        const bytes = encodeLocalState(local, layout);
        expect(() => decodeLocalState(bytes, layout, recipe)).to.throw('BAD_STATE');
        for (const steps of [-1, 1.5, NaN, 2 ** 31]) {
          expect(() => encodeLocalState({ ...local, steps }, layout)).to.throw('BAD_STATE');
        }
      }),
    );
  });
});

describe('a snapshot', () => {
  it('is read back as it was written', () => {
    fc.assert(
      fc.property(anySnapshot, ({ layout, recipe, snapshot }) => {
        const bytes = encodeSnapshot(snapshot, layout);
        expect(decodeSnapshot(bytes, layout, recipe)).to.deep.equal(snapshot);
      }),
    );
  });

  it('has one encoding: changed bytes are refused or are another snapshot', () => {
    fc.assert(
      fc.property(anySnapshot, fc.nat(), fc.nat({ max: 255 }), (one, at, value) => {
        const { layout, recipe, snapshot } = one;
        const bytes = encodeSnapshot(snapshot, layout);
        bytes[at % bytes.length] = value;
        checkHostile(bytes, (b) => encodeSnapshot(decodeSnapshot(b, layout, recipe), layout));
      }),
      { numRuns: 500 },
    );
  });

  it('is refused when a vector has another length than the layout', () => {
    fc.assert(
      fc.property(anySnapshot, ({ layout, snapshot }) => {
        const short = snapshot.params.subarray(1);
        expect(() => encodeSnapshot({ ...snapshot, params: short }, layout)).to.throw('BAD_STATE');
        const local = { ...snapshot.local, firstMoment: short };
        expect(() => encodeSnapshot({ ...snapshot, local }, layout)).to.throw('BAD_STATE');
      }),
    );
  });
});
