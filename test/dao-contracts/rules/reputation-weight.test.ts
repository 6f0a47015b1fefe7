/** What reputation weighs in votes, searched over generated lives of accounts that earn and lose. */
import { expect } from 'chai';
import fc from 'fast-check';
import {
  findLast,
  wasAged,
  wasMade,
  type AtBothMoments,
  type Dated,
  type Snapshot,
} from '@commonweights/dao-contracts/rules/electorate.js';
import { reputationVoteBpsMax } from '@commonweights/dao-contracts/rules/limits.js';
import {
  decay,
  growth,
  noReputation,
  settleReputation,
  type Reputation,
} from '@commonweights/dao-contracts/rules/reputation.js';
import {
  countReputation,
  endCounted,
  isQuorumAlone,
  noShares,
  nothingCounted,
  reputationElectorate,
  weighReputation,
  type CountedReputation,
  type CountedTotal,
} from '@commonweights/dao-contracts/rules/reputation-weight.js';
import type {
  ReputationElectorate,
  ReputationPolicy,
} from '@commonweights/dao-contracts/rules/views.js';

const votingPeriodMs = 3_600_000;
const dayMs = 86_400_000;
const policy: ReputationPolicy = { shareBpsMax: 2_000, fullAtPoints: 1_000_000 };
const members = 10n ** 9n;

/** Accounts that work in runs, lose, and have counted what they have. */
class Earners {
  nowMs = Date.UTC(2026, 0, 1);
  #proposals = 0;
  readonly reputations = new Map<string, Reputation>();
  /** How often what is left of an account's points was rounded down. */
  readonly roundings = new Map<string, number>();
  #total = { points: 0n, atMs: 0 };
  readonly #counted = new Map<string, CountedReputation[]>();
  readonly #totals: CountedTotal[] = [];

  constructor(readonly accounts: readonly string[]) {}

  settle(account: string, it: { rounds?: number; slashes?: number }): void {
    const reputation = this.#of(account);
    const { rounds: verifiedRounds = 0, slashes = 0 } = it;
    const conduct = { verifiedRounds, auditsRight: 0, auditsWrong: 0, slashes };
    const settled = settleReputation({ reputation, total: this.#total }, conduct, this.nowMs);
    this.reputations.set(account, settled.reputation);
    this.roundings.set(account, (this.roundings.get(account) ?? 0) + 1);
    this.#total = settled.total;
    if (slashes === 0) return;
    const ended = endCounted(this.#latest(account), this.#moment());
    if (ended) put(this.#history(account), ended);
  }

  /** Returns the refusal, where there is one. */
  count(account: string): string | null {
    const { points, atMs } = this.#of(account);
    const total = this.#totals.at(-1) ?? noShares;
    const counted = this.#latest(account);
    try {
      const moment = this.#moment();
      const next = countReputation({ account, points, atMs, counted, total, moment });
      put(this.#history(account), next.counted);
      put(this.#totals, next.total);
      return null;
    } catch (error) {
      return (error as Error).message;
    }
  }

  propose(rule = policy): { proposal: Snapshot; electorate: ReputationElectorate } {
    const proposal = { id: ++this.#proposals, snapshotMs: this.nowMs - votingPeriodMs };
    const total = at(this.#totals, noShares, proposal);
    return {
      proposal,
      electorate: reputationElectorate(rule, { members, total, nowMs: this.nowMs }),
    };
  }

  weigh(account: string, it: ReturnType<Earners['propose']>): bigint {
    return weighReputation(at(this.#history(account), nothingCounted, it.proposal), it);
  }

  weighAll(it: ReturnType<Earners['propose']>): bigint[] {
    return this.accounts.map((account) => this.weigh(account, it));
  }

  live(dice: Iterator<number>, steps: number): void {
    const roll = (sides: number) => (dice.next().value as number) % sides;
    for (let i = 0; i < steps; i++) {
      const account = this.accounts[roll(this.accounts.length)]!;
      const act = roll(8);
      if (act < 2) this.settle(account, { rounds: roll(300) });
      else if (act === 2) this.settle(account, { slashes: 1 });
      else if (act < 6) this.count(account);
      else this.nowMs += [1, votingPeriodMs / 2, votingPeriodMs, 30 * dayMs][roll(4)]!;
    }
  }

  #of(account: string): Reputation {
    return this.reputations.get(account) ?? noReputation(account, this.nowMs);
  }

  #history(account: string): CountedReputation[] {
    if (!this.#counted.has(account)) this.#counted.set(account, []);
    return this.#counted.get(account)!;
  }

  #latest(account: string): CountedReputation {
    return this.#history(account).at(-1) ?? nothingCounted;
  }

  #moment(): Dated {
    return { atMs: this.nowMs, proposals: this.#proposals };
  }
}

function put<T extends Dated>(history: T[], next: T): void {
  const last = history.at(-1);
  if (last && last.atMs === next.atMs && last.proposals === next.proposals) history.pop();
  history.push(next);
}

function at<T extends Dated>(history: T[], nothing: T, proposal: Snapshot): AtBothMoments<T> {
  const all = { count: history.length, read: (i: number) => history[i]! };
  return {
    aged: findLast(all, (it) => wasAged(it, proposal)) ?? nothing,
    made: findLast(all, (it) => wasMade(it, proposal)) ?? nothing,
  };
}

const crowd = Array.from({ length: 40 }, (_, i) => `w${i}`);
const sum = (weights: bigint[]) => weights.reduce((a, b) => a + b, 0n);
const livesOf = (
  accounts: readonly string[],
  check: (it: Earners, dice: Iterator<number>) => void,
) =>
  fc.assert(
    fc.property(fc.infiniteStream(fc.nat()), fc.nat({ max: 200 }), (dice, steps) => {
      const earners = new Earners(accounts);
      earners.live(dice, steps);
      check(earners, dice);
    }),
    { numRuns: 300, endOnFailure: true },
  );

describe('the weight of reputation', () => {
  it('is in all at most what the proposal counts for it, a share of the members', () => {
    livesOf(crowd.slice(0, 6), (earners) => {
      const made = earners.propose();
      const weight = BigInt(made.electorate.weight);
      expect(sum(earners.weighAll(made)) <= weight, 'more than there is').to.equal(true);
      expect(weight * 10_000n <= members * 2_000n, 'more than the policy lets').to.equal(true);
    });
  });

  it('is of one account at most a twentieth of it', () => {
    livesOf(crowd, (earners) => {
      const made = earners.propose();
      for (const one of earners.weighAll(made)) {
        expect(one * 20n <= BigInt(made.electorate.weight)).to.equal(true);
      }
    });
  });

  it('is the same whatever happens after the proposal was made', () => {
    livesOf(crowd.slice(0, 6), (earners, dice) => {
      const made = earners.propose();
      const before = earners.weighAll(made);
      earners.live(dice, 40);
      expect(earners.weighAll(made)).to.deep.equal(before);
    });
  });

  it('is never more than the points that are left at the time would weigh', () => {
    livesOf(crowd.slice(0, 6), (earners) => {
      const made = earners.propose();
      for (const account of earners.accounts) {
        const { points = 0n, atMs = 0 } = earners.reputations.get(account) ?? {};
        // What was counted earlier was rounded less often since than what is left of it.
        const slack = 1n + BigInt(earners.roundings.get(account) ?? 0);
        const left = decay(points, Math.floor((earners.nowMs - atMs) / 1_000)) + slack;
        const most = (left * BigInt(made.electorate.poolWeight)) / BigInt(policy.fullAtPoints);
        expect(earners.weigh(account, made) <= most + 1n, account).to.equal(true);
      }
    });
  });

  /** Everybody verified 100 rounds, counted long ago: 100,000 points each, 4,000,000 in all. */
  function everybody(accounts = crowd): Earners {
    const earners = new Earners(accounts);
    for (const account of accounts) earners.settle(account, { rounds: 100 });
    for (const account of accounts) expect(earners.count(account)).to.equal(null);
    earners.nowMs += votingPeriodMs;
    return earners;
  }

  it('is shared by points, and stays so while all of them fade', () => {
    const earners = everybody();
    for (const days of [0, 100, 100]) {
      earners.nowMs += days * dayMs;
      const made = earners.propose();
      const weights = earners.weighAll(made);
      expect(made.electorate.weight).to.equal(`${members / 5n}`);
      for (const one of weights) expect(one).to.equal(members / 5n / 40n);
    }
    earners.nowMs += 400 * dayMs;
    const { weight } = earners.propose().electorate;
    expect(BigInt(weight) < members / 10n, 'too few points are left to weigh all').to.equal(true);
  });

  it('is small where there are few points, and a lone account has a twentieth of that', () => {
    const earners = everybody(['alone']);
    const made = earners.propose();
    // A tenth of the points that all of it takes: a tenth of a fifth of the members, less a period.
    expect(Number(made.electorate.weight) / 1e9).to.be.within(0.01999, 0.02);
    expect(Number(earners.weigh('alone', made)) / 1e9).to.be.within(0.00099, 0.001);
  });

  it('of twenty farmed accounts beside twenty honest ones is no more than the policy lets', () => {
    const earners = everybody();
    for (let run = 0; run < 200; run++) {
      for (const account of crowd.slice(0, 20)) earners.settle(account, { rounds: 200 });
    }
    for (const account of crowd.slice(0, 20)) earners.count(account);
    earners.nowMs += votingPeriodMs;
    const made = earners.propose();
    const farmed = sum(crowd.slice(0, 20).map((account) => earners.weigh(account, made)));
    expect(Number(farmed) / Number(made.electorate.weight)).to.be.within(0.9, 1);
    expect(Number(farmed) / Number(members + BigInt(made.electorate.weight))).to.be.below(1 / 6);
  });

  it('needs a voting period of age, to the millisecond', () => {
    for (const early of [0, 1]) {
      const fresh = new Earners(['c']);
      fresh.settle('c', { rounds: 100 });
      fresh.count('c');
      fresh.nowMs += votingPeriodMs - early;
      expect(fresh.weigh('c', fresh.propose()) > 0n, `${early} ms early`).to.equal(early === 0);
    }
  });

  it('ends with a loss for later proposals only, and begins anew a period after it is counted', () => {
    const earners = everybody();
    const earlier = earners.propose();
    const held = earners.weigh('w0', earlier);
    earners.settle('w0', { slashes: 1 });
    const later = earners.propose();
    expect(earners.weigh('w0', earlier)).to.equal(held);
    expect(earners.weigh('w0', later)).to.equal(0n);
    earners.settle('w0', { slashes: 1 });
    expect(earners.weigh('w0', later), 'a second loss undoes no first one').to.equal(0n);
    earners.settle('w0', { rounds: 20 });
    expect(earners.count('w0')).to.equal(null);
    earners.nowMs += votingPeriodMs - 1;
    expect(earners.weigh('w0', earners.propose())).to.equal(0n);
    earners.nowMs += 1;
    const again = earners.weigh('w0', earners.propose());
    expect(again > 0n && again < held / 4n, `${again}`).to.equal(true);
  });

  it('begins anew after a loss also where an older count was never ended', () => {
    const earners = everybody();
    earners.nowMs += dayMs;
    earners.settle('w0', { rounds: 1 });
    earners.count('w0');
    earners.nowMs += 1_000;
    // Ends what was counted a second ago, and not what has had its period since yesterday.
    earners.settle('w0', { slashes: 1 });
    earners.nowMs += 1_000;
    expect(earners.count('w0')).to.equal(null);
    earners.nowMs += 1_000;
    expect(earners.weigh('w0', earners.propose())).to.equal(0n);
    earners.nowMs += votingPeriodMs;
    expect(earners.weigh('w0', earners.propose()) > 0n).to.equal(true);
  });

  it('is not counted twice as it is', () => {
    const earners = everybody(['a']);
    const refusal = /^ALREADY_ACTED: the reputation of a is counted as it is/;
    expect(earners.count('a')).to.match(refusal);
    expect(new Earners(['a']).count('a'), 'nothing').to.match(refusal);
  });
});

describe('growth', () => {
  const seconds = fc.nat({ max: 4_000_000_000 });

  it('undoes decay, up to one point', () => {
    fc.assert(
      fc.property(
        fc.bigInt(0n, 10n ** 7n),
        seconds,
        fc.nat({ max: 10 ** 8 }),
        (points, at, later) => {
          const unit = growth((at + later) * 1_000);
          const now = points * growth(at * 1_000);
          const then = decay(points, later) * unit;
          expect(now - then >= -unit && now - then <= 2n * unit).to.equal(true);
        },
      ),
      { endOnFailure: true },
    );
  });

  it('never falls, and doubles with each half-life', () => {
    fc.assert(
      fc.property(seconds, (at) => {
        expect(growth((at + 1) * 1_000) >= growth(at * 1_000)).to.equal(true);
        expect(growth((at + 2 ** 24) * 1_000)).to.equal(2n * growth(at * 1_000));
      }),
      { endOnFailure: true },
    );
    expect(growth(0)).to.equal(1n << 64n);
  });
});

describe('a policy that counts reputation', () => {
  it('never makes reputation a quorum of its own, whatever members weigh', () => {
    const share = fc.integer({ min: 1, max: reputationVoteBpsMax });
    const quorum = fc.integer({ min: 1, max: 10_000 });
    fc.assert(
      fc.property(share, quorum, fc.bigInt(1n, 10n ** 22n), (shareBpsMax, quorumBps, weight) => {
        const rule = { shareBpsMax, fullAtPoints: 1 };
        const most = (weight * BigInt(shareBpsMax)) / 10_000n;
        const reached = most * 10_000n >= BigInt(quorumBps) * (weight + most);
        if (!isQuorumAlone(rule, quorumBps)) expect(reached).to.equal(false);
      }),
      { endOnFailure: true },
    );
    expect(isQuorumAlone({ shareBpsMax: 2_500, fullAtPoints: 1 }, 2_000)).to.equal(true);
    expect(isQuorumAlone({ shareBpsMax: 2_499, fullAtPoints: 1 }, 2_000)).to.equal(false);
  });
});
