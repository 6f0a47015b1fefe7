import { expect } from 'chai';
import fc from 'fast-check';
import {
  choose,
  liarsAtLeast,
  liarsHoldAll,
  liarsHoldMajority,
  liarsOf,
  probabilityOf,
  smallestPanel,
} from '@commonweights/dao-contracts/rules/committee-size.js';
import {
  compare,
  floor,
  formatDecimal,
  minus,
  ofBps,
  one,
  over,
  plus,
  ratio,
  times,
  zero,
  type Rational,
} from '@commonweights/dao-contracts/rules/rational.js';
import { expectEqual } from '../../support/rationals.js';

const shares = fc.integer({ min: 0, max: 10_000 }).map(ofBps);
const populations = fc.option(fc.integer({ min: 1, max: 80 }), { nil: null });
const draws = fc
  .record({ population: populations, size: fc.integer({ min: 1, max: 31 }), liars: shares })
  .map((draw) => ({ ...draw, size: Math.min(draw.size, draw.population ?? 31) }));

describe('committee size', () => {
  it('gives all outcomes of a draw together the probability 1', () => {
    fc.assert(
      fc.property(draws, (draw) => {
        let sum: Rational = zero;
        for (let liars = 0; liars <= draw.size; liars++)
          sum = plus(sum, probabilityOf(draw, liars));
        expectEqual(sum, one);
        expectEqual(liarsAtLeast(draw, 0), one);
      }),
    );
  });

  it('gives liars and honest the whole between them when the panel is odd', () => {
    const odd = fc.integer({ min: 0, max: 15 }).map((half) => 2 * half + 1);
    fc.assert(
      fc.property(odd, shares, (size, liars) => {
        const others = { size, population: null, liars: minus(one, liars) };
        const sum = plus(
          liarsHoldMajority({ size, population: null, liars }),
          liarsHoldMajority(others),
        );
        expectEqual(sum, one);
      }),
    );
  });

  it('agrees with counting every committee of a small population', () => {
    for (let population = 1; population <= 9; population++) {
      for (let count = 0; count <= population; count++) {
        for (let size = 1; size <= population; size++) {
          const liars = ratio(BigInt(count), BigInt(population));
          const expected = countByHand({ population, count, size });
          expectEqual(liarsHoldMajority({ size, population, liars }), expected);
        }
      }
    }
  });

  it('agrees with counting every sequence of independent draws', () => {
    for (let size = 1; size <= 8; size++) {
      const liars = ratio(2n, 5n);
      let sum: Rational = zero;
      for (let members = 0; members < 2 ** size; members++) {
        const lying = bitsOf(members);
        if (2 * lying <= size) continue;
        sum = plus(
          sum,
          ratio(2n ** BigInt(lying) * 3n ** BigInt(size - lying), 5n ** BigInt(size)),
        );
      }
      expectEqual(liarsHoldMajority({ size, population: null, liars }), sum);
    }
  });

  it('gives liars more the more there are', () => {
    fc.assert(
      fc.property(draws, shares, (draw, other) => {
        const [less, more] = [draw.liars, other].sort(compare) as [Rational, Rational];
        const held = [less, more].map((liars) => liarsHoldMajority({ ...draw, liars }));
        expect(compare(held[0]!, held[1]!)).to.be.at.most(0);
      }),
    );
  });

  it('needs every auditor to be a liar for a claim to pass them all', () => {
    const liars = ratio(1n, 3n);
    const all = liarsHoldAll({ size: 3, population: null, liars });
    expectEqual(all, ratio(1n, 27n));
  });

  it('finds the smallest odd panel below a risk, and none where liars are half', () => {
    const risk = ratio(1n, 1000n);
    const size = smallestPanel({ population: null, liars: ratio(1n, 4n), risk })!;
    const held = (members: number) =>
      liarsHoldMajority({ size: members, population: null, liars: ratio(1n, 4n) });
    expect(compare(held(size), risk)).to.be.below(0);
    expect(compare(held(size - 2), risk)).to.be.at.least(0);
    expect(smallestPanel({ population: null, liars: ratio(1n, 2n), risk })).to.equal(null);
  });

  it('rounds liars in a population up', () => {
    expect(liarsOf(64, ratio(1n, 3n))).to.equal(22);
    expect(liarsOf(64, ratio(1n, 4n))).to.equal(16);
  });

  it('refuses a committee larger than its population', () => {
    expect(() => liarsHoldMajority({ size: 5, population: 4, liars: zero })).to.throw(
      /^BAD_ARGUMENT: a committee of 5 cannot be drawn from 4/,
    );
  });

  it('refuses a population beyond its bound', () => {
    expect(() => liarsHoldMajority({ size: 3, population: 65_537, liars: zero })).to.throw(
      /^BAD_ARGUMENT: population must be at most 65536/,
    );
  });

  it('refuses a share of liars above one', () => {
    expect(() => liarsHoldMajority({ size: 3, population: 9, liars: ratio(2n) })).to.throw(
      /^BAD_ARGUMENT: liars must be a share from 0 to 1/,
    );
  });
});

describe('a rational', () => {
  const rationals = fc
    .tuple(fc.bigInt(-(10n ** 30n), 10n ** 30n), fc.bigInt(1n, 10n ** 30n))
    .map(([n, d]) => ratio(n, d));

  it('adds, subtracts, multiplies and divides as fractions do', () => {
    fc.assert(
      fc.property(rationals, rationals, (a, b) => {
        expectEqual(minus(plus(a, b), b), a);
        if (b.numerator !== 0n) expectEqual(over(times(a, b), b), a);
        expect(compare(a, b)).to.equal(-compare(b, a) + 0);
      }),
    );
  });

  it('has its sign above the line, and never zero below', () => {
    expect(ratio(2n, -4n)).to.deep.equal({ numerator: -2n, denominator: 4n });
    expectEqual(ratio(0n, 7n), zero);
    expect(() => ratio(1n, 0n)).to.throw(/^BUG/);
  });

  it('is at least its floor and less than one above it', () => {
    fc.assert(
      fc.property(rationals, (a) => {
        const below = ratio(floor(a));
        expect(compare(below, a)).to.be.at.most(0);
        expect(compare(a, plus(below, one))).to.be.below(0);
      }),
    );
  });

  it('prints decimals rounded half away from zero', () => {
    expect(formatDecimal(ratio(1n, 3n), 4)).to.equal('0.3333');
    expect(formatDecimal(ratio(-5n, 1000n), 2)).to.equal('-0.01');
    expect(formatDecimal(ratio(-1n, 1000n), 2)).to.equal('0.00');
    expect(formatDecimal(ratio(5n, 2n), 0)).to.equal('3');
  });
});

function countByHand(it: { population: number; count: number; size: number }): Rational {
  let [all, held] = [0n, 0n];
  for (let members = 0; members < 2 ** it.population; members++) {
    if (bitsOf(members) !== it.size) continue;
    all++;
    if (2 * bitsOf(members & (2 ** it.count - 1)) > it.size) held++;
  }
  expect(choose(it.population, it.size)).to.equal(all);
  return ratio(held, all);
}

function bitsOf(value: number): number {
  return value.toString(2).split('1').length - 1;
}
