import { expect } from 'chai';
import fc from 'fast-check';
import { stepsInSameTime } from '@commonweights/cli/main-job/comparison-stage.js';

describe('the steps of one worker in the same wall time', () => {
  it('are those of as many rounds as fit, and of a part of one', () => {
    const it = { wallMs: 40_000, roundMs: 1_000, stepsPerRound: 12 };
    expect(stepsInSameTime(it)).to.equal(480);
    expect(stepsInSameTime({ ...it, wallMs: 1_250 })).to.equal(15);
  });

  it('are one at least', () => {
    expect(stepsInSameTime({ wallMs: 1, roundMs: 1e6, stepsPerRound: 1 })).to.equal(1);
    expect(stepsInSameTime({ wallMs: 0, roundMs: 1, stepsPerRound: 1 })).to.equal(1);
  });

  it('never favour the run: more time gives the lone worker no fewer steps', () => {
    const ms = fc.integer({ min: 1, max: 1e7 });
    fc.assert(
      fc.property(ms, ms, fc.integer({ min: 1, max: 1000 }), (wallMs, roundMs, stepsPerRound) => {
        const steps = stepsInSameTime({ wallMs, roundMs, stepsPerRound });
        expect(steps).to.be.a('number').and.satisfy(Number.isSafeInteger);
        const exact = (wallMs * stepsPerRound) / roundMs;
        expect(Math.abs(steps - Math.max(1, exact))).to.be.at.most(0.5 + 1e-6);
        const longer = stepsInSameTime({ wallMs: 2 * wallMs, roundMs, stepsPerRound });
        expect(longer).to.be.at.least(steps);
      }),
    );
  });
});
