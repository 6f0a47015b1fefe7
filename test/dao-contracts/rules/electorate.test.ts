/** Whose weight counts on a proposal, searched over generated lives of a DAO. */
import { expect } from 'chai';
import fc from 'fast-check';
import {
  changeDelegate,
  changeWeight,
  findLast,
  founding,
  noStanding,
  type Standing,
} from '@commonweights/dao-contracts/rules/electorate.js';
import { Electorate, votingPeriodMs } from './electorate-play.js';

const refusal = (attempt: () => unknown): string => {
  try {
    attempt();
  } catch (error) {
    return (error as Error).message;
  }
  return 'accepted';
};

describe('the search for a standing of the past', () => {
  const histories = fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 200 });

  it('finds what a walk from the newest finds', () => {
    fc.assert(
      fc.property(histories, fc.integer({ min: -1, max: 400 }), (steps, wantedMs) => {
        let atMs = 0;
        const all = steps.map((step) => ({ atMs: (atMs += step), proposals: 0 }));
        const isKnown = (it: { atMs: number }) => it.atMs <= wantedMs;
        const found = findLast({ count: all.length, read: (i) => all[i]! }, isKnown);
        expect(found).to.equal(all.findLast(isKnown) ?? null);
      }),
    );
  });

  it('reads few records, however long the history is', () => {
    for (const count of [1, 10, 1_000, 1_000_000]) {
      for (const back of [0, 1, 5, 100, 10_000, 999_999].filter((it) => it < count)) {
        let reads = 0;
        const read = (atMs: number) => {
          reads++;
          return { atMs, proposals: 0 };
        };
        findLast({ count, read }, (it) => it.atMs < count - back);
        expect(reads, `${back} of ${count}`).to.be.at.most(2 * Math.log2(back + 1) + 3);
      }
    }
  });
});

describe('the electorate of a proposal', () => {
  it('is the same whatever happens after it was made', () => {
    fc.assert(
      fc.property(fc.infiniteStream(fc.nat()), fc.nat({ max: 40 }), (dice, later) => {
        const dao = new Electorate(dice);
        dao.live(30);
        const proposal = dao.propose();
        const before = dao.accounts.map((account) => dao.standingsAt(account, proposal));
        const total = dao.totalAt(proposal);
        dao.live(later);
        const after = dao.accounts.map((account) => dao.standingsAt(account, proposal));
        expect(after).to.deep.equal(before);
        expect(dao.totalAt(proposal)).to.equal(total);
      }),
    );
  });

  it('gives nobody more than it held for a whole voting period before', () => {
    fc.assert(
      fc.property(fc.infiniteStream(fc.nat()), (dice) => {
        const dao = new Electorate(dice);
        dao.live(40);
        const proposal = dao.propose();
        for (const account of dao.accounts) {
          const { aged, made } = dao.standingsAt(account, proposal);
          expect(aged.weight).to.equal(dao.weightAgo(account, votingPeriodMs));
          expect(made.weight).to.equal(dao.weightAgo(account, 0));
        }
      }),
    );
  });

  it('does not know a member that came a millisecond too late', () => {
    for (const late of [0, 1]) {
      const dao = new Electorate([][Symbol.iterator]());
      dao.forward(1);
      dao.setWeight('a', 1n);
      dao.setWeight('b', 5n);
      dao.forward(votingPeriodMs - late);
      const proposal = dao.propose();
      expect(dao.standingsAt('b', proposal).aged.weight).to.equal(late ? 0n : 5n);
    }
  });

  it('loses at once whoever was removed before, in the same block too', () => {
    const dao = new Electorate([][Symbol.iterator]());
    dao.setWeight('a', 1n, founding);
    dao.setWeight('b', 5n, founding);
    dao.forward(votingPeriodMs);
    const earlier = dao.propose();
    dao.setWeight('b', 0n);
    const later = dao.propose();
    expect(dao.standingsAt('b', earlier).made.weight).to.equal(5n);
    expect(dao.standingsAt('b', later).made.weight).to.equal(0n);
    expect(dao.totalAt(later)).to.equal(1n);
  });
});

describe('a delegate', () => {
  const moment = { atMs: 1, proposals: 0 };
  const member: Standing = { ...noStanding, weight: 3n };
  const all: Record<string, Standing> = { a: member, b: member };
  const standingOf = (account: string) => all[account] ?? noStanding;
  const change = (account: string, to: string | null) =>
    changeDelegate({ account, to, standingOf, moment });

  const refused: [string, string, string | null, RegExp][] = [
    ['oneself', 'a', 'a', /^BAD_ARGUMENT: to is a itself/],
    ['a stranger', 'a', 'x', /^NOT_MEMBER: x is not a member/],
    ['nobody, where it is nobody already', 'a', null, /^ALREADY_ACTED: a delegates to nobody/],
  ];
  for (const [what, account, to, message] of refused) {
    it(`is not ${what}`, () => expect(refusal(() => change(account, to))).to.match(message));
  }

  it('is chosen by members only, once', () => {
    expect(refusal(() => change('x', 'a'))).to.match(/^NOT_MEMBER: x has no weight to delegate/);
    const delegating: Record<string, Standing> = { ...all, a: { ...member, delegate: 'b' } };
    const again = () =>
      changeDelegate({ account: 'a', to: 'b', standingOf: (name) => delegating[name]!, moment });
    expect(refusal(again)).to.match(/^ALREADY_ACTED: a delegates to b already/);
  });

  it('gets the weight as it is, not what was delegated on', () => {
    const chain: Record<string, Standing> = {
      a: { ...member, delegated: 100n },
      b: member,
    };
    const changes = changeDelegate({
      ...{ account: 'a', to: 'b', moment },
      standingOf: (name) => chain[name]!,
    });
    expect(changes.get('b')!.delegated).to.equal(3n);
    expect(changes.get('a')!.delegated).to.equal(100n);
  });

  it('follows the weight of those who chose it, and loses that of who leaves', () => {
    const before: Record<string, Standing> = {
      a: { ...member, delegate: 'b' },
      b: { ...member, delegated: 3n },
    };
    const to = (weight: bigint) =>
      changeWeight({ account: 'a', weight, moment, standingOf: (name) => before[name]! });
    expect(to(7n).get('b')!.delegated).to.equal(7n);
    expect(to(0n).get('b')!.delegated).to.equal(0n);
    expect(to(0n).get('a')!.delegate).to.equal(null);
  });
});
