/** Which bounds of the tolerance class a draft may have, and how a spec carries them. */
import { expect } from 'chai';
import { termsOf } from '@commonweights/trainer/run/run-spec.js';
import type { RunDraft } from '@commonweights/trainer/run/run-draft.js';
import { checkToleranceDraft } from '@commonweights/trainer/run/tolerance-support.js';
import { createOrtWasmEngine } from '@commonweights/trainer/engines/ort-wasm.js';
import { tinyDraft } from '../../support/tiny-draft.js';
import { tinyRun, wrongDigest } from '../../support/tiny-run.js';

const tolerance = {
  ...{ toleranceBillionths: 2_500_000, driftBillionths: 1_000_000, window: 8, failuresMax: 3 },
  failureYocto: '1',
};

function refusal(changes: object, inner: object = {}): string {
  const draft = {
    ...tinyDraft,
    inner: { ...tinyDraft.inner, ...inner },
    tolerance: { ...tolerance, ...changes },
  } as unknown as RunDraft;
  try {
    checkToleranceDraft(draft);
    return 'accepted';
  } catch (error) {
    return (error as Error).message;
  }
}

describe('a draft of the tolerance class', () => {
  it('is accepted with the defaults of the documentation', () => {
    expect(refusal({})).to.equal('accepted');
  });

  const refused: [string, object, object, RegExp][] = [
    [
      'tighter than honest engines are',
      { toleranceBillionths: 999_999 },
      {},
      /honest engines need/,
    ],
    [
      'so wide that a step can be left out',
      {},
      { stepsPerRound: 202 },
      /a step of a segment of 101/,
    ],
    ['with too little drift for its window', { window: 16 }, {}, /^BAD_RUN_SPEC.*driftBillionths/],
    ['that takes a seat for one failure', { failuresMax: 1 }, {}, /failuresMax: must be/],
    ['without a price', { failureYocto: '01' }, {}, /failureYocto: must be a natural number/],
    ['with half a number', { window: 8.5 }, {}, /window: must be an integer/],
    ['whose stake covers too few', { failureYocto: `9${'0'.repeat(24)}` }, {}, /^BAD_TERMS: stake/],
  ];
  for (const [what, changes, inner, pattern] of refused) {
    it(`is refused ${what}`, () => {
      const drift = what.startsWith('with too little') ? { driftBillionths: 500_000 } : {};
      expect(refusal({ ...changes, ...drift }, inner)).to.match(pattern);
    });
  }

  it('hands its bounds on to the terms; a spec without them has no such field', async () => {
    const engine = createOrtWasmEngine();
    const [plain, bounded] = [await tinyRun(engine), await tinyRun(engine, { tolerance })];
    const of = (spec: typeof plain.spec) =>
      termsOf({ spec, digest: wrongDigest(), initialRoot: wrongDigest() });
    expect(of(bounded.spec).tolerance).to.deep.equal(tolerance);
    expect(Object.keys(of(plain.spec))).to.not.include('tolerance');
    expect(Object.keys(plain.spec)).to.not.include('tolerance');
  });
});
