/** Cohort aggregates into one: weights, clipping, bits, refusals. */
import { expect } from 'chai';
import fc from 'fast-check';
import { combineCohorts } from '@commonweights/trainer/exchange/combine-cohorts.js';
import { l2Norm } from '@commonweights/trainer/exchange/tree-sum.js';
import { anyVector, bitsOf, gradientLike } from './model-like.js';

describe('combining the aggregates of cohorts', () => {
  it('gives back the aggregate of a single cohort', () => {
    fc.assert(
      fc.property(anyVector(40), fc.integer({ min: 1, max: 64 }), (values, included) => {
        const combined = combineCohorts([{ values, included }]);
        // −0 becomes +0 in a sum.
        for (let i = 0; i < 40; i++) expect(combined[i] === values[i]).to.equal(true);
      }),
    );
  });

  it('weighs cohorts by their updates', () => {
    const one = { values: Float32Array.of(3, 4), included: 10 };
    const other = { values: Float32Array.of(5, 0), included: 30 };
    expect([...combineCohorts([one, other])]).to.deep.equal([4.5, 1]);
  });

  it('keeps a huge cohort from weighing more than a typical one', () => {
    const typical = [1, 2, 3].map((seed) => ({ values: gradientLike(200, seed), included: 64 }));
    const huge = { values: gradientLike(200, 9).map((value) => 1e6 * value), included: 64 };
    const norms = typical.map(({ values }) => l2Norm(values));
    const combined = combineCohorts([...typical, huge]);
    expect(l2Norm(combined)).to.be.at.most(Math.max(...norms));
  });

  it('gives the same bits each time, and other segments other ones', () => {
    const cohorts = [1, 2, 3, 4].map((seed) => ({
      values: gradientLike(500, seed),
      included: 60 + seed,
    }));
    const bits = bitsOf(combineCohorts(cohorts));
    expect(bitsOf(combineCohorts(cohorts))).to.deep.equal(bits);
    expect(bitsOf(combineCohorts(cohorts.slice(1)))).to.not.deep.equal(bits);
  });

  it('refuses nothing to combine, lengths that differ, bad weights and values', () => {
    const good = { values: Float32Array.of(1, 2), included: 1 };
    expect(() => combineCohorts([])).to.throw('NO_UPDATES');
    expect(() => combineCohorts([good, { ...good, values: Float32Array.of(1) }])).to.throw(
      'BAD_LENGTH',
    );
    for (const included of [0, -1, 1.5]) {
      expect(() => combineCohorts([{ ...good, included }])).to.throw('BAD_WEIGHT');
    }
    expect(() => combineCohorts([{ ...good, values: Float32Array.of(1, NaN) }])).to.throw(
      'NON_FINITE',
    );
  });
});
