import { expect } from 'chai';
import fc from 'fast-check';
import { deadlineAfter, type DeadlinePolicy } from '@commonweights/dao-contracts/rules/deadline.js';

const policy: DeadlinePolicy = { leastMs: 5_000, mostMs: 600_000, spreads: 4, rounds: 5 };
const durations = fc.array(fc.integer({ min: 0, max: 10_000_000 }), { maxLength: 20 });
const policies: fc.Arbitrary<DeadlinePolicy> = fc
  .record({
    leastMs: fc.integer({ min: 1_000, max: 100_000 }),
    more: fc.integer({ min: 0, max: 1_000_000 }),
    spreads: fc.integer({ min: 0, max: 100 }),
    rounds: fc.integer({ min: 1, max: 15 }),
  })
  .map(({ leastMs, more, ...rest }) => ({ ...rest, leastMs, mostMs: leastMs + more }));

describe('a deadline that follows the cohort', () => {
  it('hivemind #676: is the median and four spreads of the last five rounds', () => {
    // Median 20 s; distances 0, 1, 2, 2, 10: their median 2 s.
    const recent = [1, 22_000, 20_000, 10_000, 21_000, 18_000];
    expect(deadlineAfter(recent, policy)).to.equal(28_000);
  });

  it('is the longest allowed until enough rounds are known', () => {
    expect(deadlineAfter([1_000, 1_000, 1_000, 1_000], policy)).to.equal(600_000);
  });

  it('stays within what the terms allow, in whole milliseconds', () => {
    fc.assert(
      fc.property(durations, policies, (recent, bounds) => {
        const ms = deadlineAfter(recent, bounds);
        expect(ms).to.be.within(bounds.leastMs, bounds.mostMs);
        expect(Number.isSafeInteger(ms)).to.equal(true);
      }),
    );
  });

  it('cannot be dragged beyond what the honest took by fewer than half', () => {
    const honest = fc.array(fc.integer({ min: 10_000, max: 20_000 }), {
      minLength: 3,
      maxLength: 3,
    });
    const slow = fc.array(fc.integer({ min: 0, max: 10_000_000 }), { minLength: 2, maxLength: 2 });
    fc.assert(
      fc.property(honest, slow, (usual, odd) => {
        // The median lies among the honest, so does the spread: at most their range of 10 s.
        expect(deadlineAfter([...usual, ...odd], policy)).to.be.at.most(20_000 + 4 * 10_000);
      }),
    );
  });

  it('grows again when most rounds run into it', () => {
    let recent = [10_000, 10_000, 10_000, 10_000, 10_000];
    const first = deadlineAfter(recent, policy);
    recent = [10_000, 10_000, 30_000, 40_000, 50_000];
    expect(deadlineAfter(recent, policy)).to.be.greaterThan(first);
  });

  it('refuses bounds that are none', () => {
    const odd: Partial<DeadlinePolicy>[] = [
      { leastMs: 999 },
      { leastMs: 5_000.5 },
      { mostMs: 4_999 },
      { mostMs: 31 * 86_400_000 },
    ];
    for (const change of odd) {
      expect(() => deadlineAfter([], { ...policy, ...change })).to.throw(
        /^BAD_ARGUMENT: deadlines from/,
      );
    }
    for (const change of [{ spreads: 101 }, { spreads: -1 }, { rounds: 0 }, { rounds: 65 }]) {
      expect(() => deadlineAfter([], { ...policy, ...change })).to.throw(
        /^BAD_ARGUMENT: spreads must be/,
      );
    }
  });
});
