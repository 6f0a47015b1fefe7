import { expect } from 'chai';
import fc from 'fast-check';
import { aggregate } from '@commonweights/trainer/exchange/aggregate.js';
import { initialOuterState, outerStep } from '@commonweights/trainer/exchange/outer-step.js';
import { lowerMedian } from '@commonweights/dao-contracts/rules/lower-median.js';
import { l2Norm, treeSum } from '@commonweights/trainer/exchange/tree-sum.js';
import { anyVector, bitsOf, gradientLike } from './model-like.js';

const sparse = {
  kind: 'sparseloco',
  k: 1,
  chunk: 4,
  feedbackDecay: 0.9,
  learningRate: 0.5,
} as const;
const diloco = { kind: 'diloco', codec: 'fp32', learningRate: 0.5, momentum: 0.5 } as const;

const anyUpdates = fc
  .integer({ min: 1, max: 9 })
  .chain((length) => fc.array(anyVector(length), { minLength: 1, maxLength: 7 }));

describe('aggregation', () => {
  it('is the plain mean of updates of equal norm', () => {
    const mean = aggregate([Float32Array.of(3, 4), Float32Array.of(4, 3)]);
    expect([...mean]).to.deep.equal([3.5, 3.5]);
  });

  it('clips to the lower median norm', () => {
    const huge = Float32Array.of(1e9, 0);
    const mean = aggregate([Float32Array.of(1, 0), Float32Array.of(0, 2), huge]);
    expect([...mean]).to.deep.equal([1, Math.fround(2 / 3)]);
  });

  it('never gives a minority more than the median norm', () => {
    fc.assert(
      fc.property(anyUpdates, (updates) => {
        const limit = lowerMedian(updates.map(l2Norm));
        // Rounding of the mean to float32, subnormals included.
        expect(l2Norm(aggregate(updates))).to.be.at.most(limit * (1 + 1e-6) + 1e-44);
      }),
    );
  });

  it('leaves one update alone as it is', () => {
    fc.assert(
      fc.property(fc.nat({ max: 20 }).chain(anyVector), (update) => {
        const mean = aggregate([update]);
        for (let i = 0; i < update.length; i++) expect(mean[i]).to.equal(0 + update[i]!);
      }),
    );
  });

  it('trims the given share from both ends, element by element', () => {
    const updates = [
      Float32Array.of(1, 9),
      Float32Array.of(2, -9),
      Float32Array.of(3, 1),
      Float32Array.of(99, 2),
    ];
    const mean = aggregate(updates, { kind: 'trimmed-mean', trimBps: 2500 });
    expect([...mean]).to.deep.equal([2.5, 1.5]);
  });

  it('gives a trimmed mean that does not depend on who sits where', () => {
    fc.assert(
      fc.property(anyUpdates, (updates) => {
        const rule = { kind: 'trimmed-mean', trimBps: 2000 } as const;
        const reversed = [...updates].reverse();
        expect(bitsOf(aggregate(updates, rule))).to.deep.equal(bitsOf(aggregate(reversed, rule)));
      }),
    );
  });

  it('clips around where most updates are, more so with each step', () => {
    const most = [Float32Array.of(10, 1), Float32Array.of(10, -1), Float32Array.of(10, 0)];
    const pushed = Float32Array.of(10, 6);
    const off = (iterations: number) =>
      aggregate([...most, pushed], { kind: 'centred-clipping', iterations })[1]!;
    expect(aggregate([...most, pushed])[1]).to.be.above(1);
    expect(off(8)).to.be.below(0.6);
    expect(off(8)).to.be.below(off(2));
    expect(off(2)).to.be.below(off(1));
  });

  it('is with one step of centred clipping the clipped mean, but for rounding', () => {
    fc.assert(
      fc.property(anyUpdates, (updates) => {
        const once = aggregate(updates, { kind: 'centred-clipping', iterations: 1 });
        const mean = aggregate(updates);
        for (const [i, value] of mean.entries()) {
          expect(once[i]).to.be.closeTo(value, Math.abs(value) * 1e-6 + 1e-44);
        }
      }),
    );
  });

  it('moves by centred clipping no farther than the longest of most updates, whoever pushes', () => {
    fc.assert(
      fc.property(anyUpdates, fc.integer({ min: 1, max: 8 }), (updates, iterations) => {
        const moved = l2Norm(aggregate(updates, { kind: 'centred-clipping', iterations }));
        const longest = Math.max(...updates.map(l2Norm));
        expect(moved).to.be.at.most(longest * (1 + 1e-6) + 1e-44);
      }),
    );
  });

  it('refuses none, too many, unequal and non-finite updates, and a rule that trims all', () => {
    const one = Float32Array.of(1);
    expect(() => aggregate([])).to.throw('NO_UPDATES');
    expect(() => aggregate(Array.from({ length: 65 }, () => one))).to.throw('TOO_MANY_UPDATES');
    expect(() => aggregate([one, Float32Array.of(1, 2)])).to.throw('BAD_LENGTH');
    expect(() => aggregate([one, Float32Array.of(NaN)])).to.throw('NON_FINITE');
    expect(() => aggregate([one], { kind: 'trimmed-mean', trimBps: 5000 })).to.throw('BAD_RULE');
    const endless = { kind: 'centred-clipping', iterations: 9 } as const;
    expect(() => aggregate([one], endless)).to.throw('BAD_RULE');
  });
});

describe('the outer step', () => {
  it('subtracts the mean times the learning rate for sparseloco', () => {
    const params = Float32Array.of(1, 2);
    const next = outerStep({
      ...initialOuterState(params, sparse),
      mean: Float32Array.of(2, -2),
      recipe: sparse,
    });
    expect([...next.params]).to.deep.equal([0, 3]);
    expect(next.momentum).to.equal(null);
    expect([...params]).to.deep.equal([1, 2]);
  });

  it('is Nesterov momentum for diloco', () => {
    const start = initialOuterState(Float32Array.of(1), diloco);
    const one = outerStep({ ...start, mean: Float32Array.of(1), recipe: diloco });
    // m = 1, θ = 1 − 0.5 (1 + 0.5 · 1)
    expect([one.params[0], one.momentum![0]]).to.deep.equal([0.25, 1]);
    const two = outerStep({ ...one, mean: Float32Array.of(0), recipe: diloco });
    // m = 0.5, θ = 0.25 − 0.5 (0 + 0.5 · 0.5)
    expect([two.params[0], two.momentum![0]]).to.deep.equal([0.125, 0.5]);
  });

  it('refuses overflow, other lengths and a state of the other recipe', () => {
    const params = Float32Array.of(3e38);
    const mean = Float32Array.of(-3e38);
    const rounds = { params, momentum: null, mean, recipe: sparse };
    expect(() => outerStep(rounds)).to.throw('NON_FINITE');
    expect(() => outerStep({ ...rounds, mean: new Float32Array(2) })).to.throw('BAD_LENGTH');
    expect(() => outerStep({ ...rounds, recipe: diloco })).to.throw('BAD_LENGTH');
    expect(() => outerStep({ ...rounds, momentum: mean })).to.throw('BAD_LENGTH');
  });
});

describe('tree sums', () => {
  it('sum runs of 128 left to right and join them pairwise', () => {
    const values = Float64Array.from(gradientLike(128 * 3 + 5, 2));
    const run = (from: number, to: number) => values.subarray(from, to).reduce((a, b) => a + b, 0);
    const expected = run(0, 128) + run(128, 256) + (run(256, 384) + run(384, 389));
    expect(treeSum(values)).to.equal(expected);
  });

  it('take the lower of two middle values', () => {
    expect(lowerMedian([4, 1, 3, 2])).to.equal(2);
    expect(lowerMedian([5])).to.equal(5);
  });
});
