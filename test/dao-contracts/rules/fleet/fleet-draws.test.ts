/** The order of seats, the shape of a fleet, and the odds of capturing a panel. */
import { expect } from 'chai';
import fc from 'fast-check';
import { sha256 } from '@commonweights/dataset-registry/digest/digest.js';
import {
  captureChance,
  captureChanceOfShare,
  smallestPanel,
} from '@commonweights/dao-contracts/rules/fleet/capture-odds.js';
import { SeatOrder } from '@commonweights/dao-contracts/rules/fleet/seat-order.js';
import { placesOf, shapeOf } from '@commonweights/dao-contracts/rules/fleet/terms.js';
import { smallFleetTerms } from './fleet-play.js';

const seedOf = (n: number) => sha256(Uint8Array.of(n & 255, n >>> 8));

describe('the order of seats', () => {
  it('puts every seat into exactly one place', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 400 }), fc.nat(65_535), (seats, n) => {
        const order = new SeatOrder(seedOf(n), seats, sha256);
        const found = new Set(Array.from({ length: seats }, (_, place) => order.seatAt(place)));
        expect(found.size).to.equal(seats);
        for (const seat of found) expect(seat).to.be.within(0, seats - 1);
      }),
      { numRuns: 40 },
    );
  });

  it('prefers no seat: over many seeds each takes the first place about equally often', () => {
    const counts = new Array<number>(10).fill(0);
    for (let n = 0; n < 4_000; n++) counts[new SeatOrder(seedOf(n), 10, sha256).seatAt(0)]!++;
    // Chi-squared of 9 degrees: above 33.7 once in ten thousand; the seeds are fixed.
    const chi = counts.reduce((sum, count) => sum + (count - 400) ** 2 / 400, 0);
    expect(chi).to.be.lessThan(33.7);
  });

  it('keeps its canonical hash input', () => {
    // A change here changes every draw of every fleet.
    const order = new SeatOrder(new Uint8Array(32), 1_000, sha256);
    expect([0, 1, 2, 3].map((place) => order.seatAt(place))).to.deep.equal([159, 631, 477, 99]);
  });
});

describe('the shape of a fleet', () => {
  it('keeps cohorts within their size, and committees disjoint, at every size', () => {
    const terms = { ...smallFleetTerms, cohortSeats: 64, committeeSeats: 31 };
    fc.assert(
      fc.property(fc.integer({ min: 62, max: 200_000 }), (seats) => {
        const shape = shapeOf(seats, terms);
        expect(2 * shape.segments * terms.committeeSeats).to.be.at.most(Math.max(seats, 62));
        expect(placesOf(shape, 0).first).to.equal(0);
        for (const cohort of [0, shape.cohorts >> 1, shape.cohorts - 1]) {
          const { first, end } = placesOf(shape, cohort);
          expect(end - first).to.be.within(1, 64);
          const next = cohort === shape.cohorts - 1 ? seats : placesOf(shape, cohort + 1).first;
          expect(end).to.equal(next);
        }
      }),
    );
  });
});

describe('the odds of capturing a panel', () => {
  it('are those counted by hand for three of six', () => {
    // 3 drawn of 6 with 3 liars: C(3,2)·3 + 1 = 10 of 20.
    const { of, outOf } = captureChance({ size: 3, seats: 6, liars: 3 });
    expect([of, outOf]).to.deep.equal([10n, 20n]);
  });

  it('sum to one with those of the honest, for odd panels', () => {
    fc.assert(
      fc.property(fc.nat(60), fc.nat(60), fc.nat(20), (honest, liars, half) => {
        const size = 2 * half + 1;
        const seats = honest + liars;
        if (size > seats) return;
        const one = captureChance({ size, seats, liars });
        const other = captureChance({ size, seats, liars: honest });
        expect(one.of + other.of).to.equal(one.outOf);
      }),
    );
  });

  it('are below those of an endless fleet with the same share', () => {
    for (const size of [15, 31, 63]) {
      const drawn = captureChance({ size, seats: 1_000, liars: 200 });
      const endless = captureChanceOfShare({ size, liarsOf: 1n, liarsOutOf: 5n });
      expect(drawn.of * endless.outOf < endless.of * drawn.outOf).to.equal(true);
    }
  });

  it('choose the smallest panel that is safe enough, or say that there is none', () => {
    const it = { liarsOf: 1n, liarsOutOf: 10n, oneIn: 1_000_000n, most: 255 };
    const size = smallestPanel(it)!;
    const smaller = captureChanceOfShare({ ...it, size: size - 2 });
    expect(smaller.of * it.oneIn > smaller.outOf).to.equal(true);
    expect(smallestPanel({ ...it, liarsOf: 6n })).to.equal(null);
  });
});
