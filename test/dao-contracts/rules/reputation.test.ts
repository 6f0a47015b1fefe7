/** Laws of reputation: it fades evenly, is never negative, and is not to be farmed. */
import { expect } from 'chai';
import fc from 'fast-check';
import {
  reputationMax,
  reputationOfRunMax,
  reputationShareMaxBps,
} from '@commonweights/dao-contracts/rules/limits.js';
import {
  decay,
  halfLifeSeconds,
  noReputation,
  settleReputation,
  standingOf,
  type Reputation,
  type ReputationTotal,
  type RunConduct,
} from '@commonweights/dao-contracts/rules/reputation.js';

const points = fc.bigInt(0n, reputationMax);
const seconds = fc.oneof(fc.nat(10_000), fc.nat(40 * halfLifeSeconds), fc.nat(2 ** 31 - 1));
const conduct = fc.record({
  verifiedRounds: fc.nat(500),
  auditsRight: fc.nat(500),
  auditsWrong: fc.nat(3),
  slashes: fc.nat(2),
});
const good: RunConduct = { verifiedRounds: 10, auditsRight: 3, auditsWrong: 0, slashes: 0 };

interface Book {
  of: Map<string, Reputation>;
  total: ReputationTotal;
}

function settle(book: Book, account: string, run: RunConduct, nowMs: number): void {
  const reputation = book.of.get(account) ?? noReputation(account, nowMs);
  const next = settleReputation({ reputation, total: book.total }, run, nowMs);
  book.of.set(account, next.reputation);
  book.total = next.total;
}

const emptyBook = (): Book => ({ of: new Map(), total: { points: 0n, atMs: 0 } });

describe('reputation', () => {
  it('halves with each half-life, and is what the formula says in between', () => {
    expect(decay(1_000_000n, halfLifeSeconds)).to.equal(500_000n);
    expect(decay(1_000_000n, 3 * halfLifeSeconds)).to.equal(125_000n);
    for (const part of [0.001, 0.1, 0.25, 0.5, 0.75, 0.999]) {
      const at = Math.floor(part * halfLifeSeconds);
      const exact = 1_000_000 * 2 ** (-at / halfLifeSeconds);
      expect(Math.abs(Number(decay(1_000_000n, at)) - exact)).to.be.at.most(1);
    }
    expect(decay(reputationMax, 0)).to.equal(reputationMax);
    expect(decay(reputationMax, 2 ** 40)).to.equal(0n);
  });

  it('fades monotonously, and never below zero', () => {
    fc.assert(
      fc.property(points, seconds, seconds, (of, a, b) => {
        const [sooner, later] = a < b ? [a, b] : [b, a];
        expect(decay(of, later) <= decay(of, sooner)).to.be.true;
        expect(decay(of, later) >= 0n).to.be.true;
        if (of > 0n) expect(decay(of, later) <= decay(of + 1n, later)).to.be.true;
      }),
      { numRuns: 2_000 },
    );
  });

  it('fades as much in two steps as in one, up to one point', () => {
    fc.assert(
      fc.property(points, seconds, seconds, (of, a, b) => {
        const difference = decay(of, a + b) - decay(decay(of, a), b);
        expect(difference >= -1n && difference <= 1n, `${difference}`).to.be.true;
      }),
      { numRuns: 5_000 },
    );
  });

  it('is never negative, never above its maximum, and never above all of it together', () => {
    const runs = fc.array(fc.tuple(fc.nat(4), conduct, fc.nat(400 * 86_400_000)), {
      maxLength: 40,
    });
    fc.assert(
      fc.property(runs, (list) => {
        const book = emptyBook();
        let nowMs = 0;
        for (const [who, run, waitMs] of list) {
          nowMs += waitMs;
          settle(book, `a${who}`, run, nowMs);
          for (const reputation of book.of.values()) {
            expect(reputation.points >= 0n && reputation.points <= reputationMax).to.be.true;
            const standing = standingOf({ reputation, total: book.total }, nowMs);
            expect(standing >= 0n && standing <= reputation.points).to.be.true;
            const share = (book.total.points * reputationShareMaxBps) / 10_000n;
            expect(standing <= share).to.be.true;
          }
        }
      }),
      { numRuns: 500 },
    );
  });

  it('is capped for each run, so that one long run is no career', () => {
    const book = emptyBook();
    settle(book, 'a', { ...good, verifiedRounds: 1_000_000 }, 0);
    expect(book.of.get('a')!.points).to.equal(reputationOfRunMax);
  });

  it('is not farmed by many small runs: what is added shrinks and the share is capped', () => {
    const book = emptyBook();
    for (let i = 0; i < 20; i++) settle(book, `honest${i}`, { ...good, verifiedRounds: 100 }, 0);
    for (let i = 0; i < 5_000; i++) settle(book, 'farmer', { ...good, verifiedRounds: 1_000 }, 0);
    const farmer = book.of.get('farmer')!;
    expect(farmer.points <= reputationMax).to.be.true;
    const standing = standingOf({ reputation: farmer, total: book.total }, 0);
    expect(standing <= book.total.points / 20n).to.be.true;
    settle(book, 'farmer', { ...good, verifiedRounds: 1_000 }, 0);
    expect(book.of.get('farmer')!.points - farmer.points < reputationOfRunMax / 100n).to.be.true;
  });

  it('Templar #45: no loss ever raises a score, whatever it was', () => {
    const losses = fc.record({ auditsWrong: fc.nat(3), slashes: fc.nat(3) });
    fc.assert(
      fc.property(points, conduct, losses, (had, run, more) => {
        const after = (it: RunConduct) => {
          const reputation = { ...noReputation('a', 0), points: had };
          const total = { points: had, atMs: 0 };
          return settleReputation({ reputation, total }, it, 0).reputation.points;
        };
        const worse = {
          ...run,
          auditsWrong: run.auditsWrong + more.auditsWrong,
          slashes: run.slashes + more.slashes,
        };
        expect(after(worse) <= after(run), 'a loss beside work').to.be.true;
        const idle = { verifiedRounds: 0, auditsRight: 0, ...more };
        expect(after(idle) <= had, 'a loss alone').to.be.true;
        expect(after(idle) >= 0n).to.be.true;
      }),
      { endOnFailure: true },
    );
  });

  it('is lost by wrong audits and by slashes, down to nothing and no further', () => {
    const book = emptyBook();
    settle(book, 'a', { ...good, verifiedRounds: 100, auditsRight: 0 }, 0);
    expect(book.of.get('a')!.points).to.equal(100_000n);
    const idle: RunConduct = { verifiedRounds: 0, auditsRight: 0, auditsWrong: 0, slashes: 0 };
    settle(book, 'a', { ...idle, auditsWrong: 2 }, 0);
    expect(book.of.get('a')!.points).to.equal(90_000n);
    settle(book, 'a', { ...idle, slashes: 1 }, 0);
    expect(book.of.get('a')).to.include({ points: 25_000n, slashes: 1, auditsWrong: 2 });
    settle(book, 'a', { ...idle, slashes: 1 }, 0);
    expect(book.of.get('a')!.points).to.equal(0n);
    expect(book.total.points).to.equal(0n);
  });
});
