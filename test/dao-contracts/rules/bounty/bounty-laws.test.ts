/**
 * What holds for every sequence of calls, strangers' ticks and leaps of time included: money is
 * conserved (checked by the play after each step), nothing is paid twice, every phase ends.
 */
import { expect } from 'chai';
import fc from 'fast-check';
import { digestTreeRoot } from '@commonweights/dataset-registry/digest/digest-tree.js';
import { sha256, type Digest } from '@commonweights/dataset-registry/digest/digest.js';
import { alphaBps, countVotes } from '@commonweights/dao-contracts/rules/bounty/agreement.js';
import { appendItems, rootOfPeaks } from '@commonweights/dao-contracts/rules/bounty/items-tree.js';
import { sharesOf } from '@commonweights/dao-contracts/rules/bounty/new-bounty.js';
import { panelOf } from '@commonweights/dao-contracts/rules/bounty/panel.js';
import type { Contributor } from '@commonweights/dao-contracts/rules/bounty/state.js';
import { Refusal } from '@commonweights/dao-contracts/rules/errors.js';
import { BountyPlay, item } from './bounty-play.js';

const people = Array.from({ length: 7 }, (_, i) => `p${i}.test`);

interface Act {
  kind: 'commit' | 'reveal' | 'apply' | 'seal' | 'open' | 'tick' | 'wait';
  who: number;
  what: number;
  ms: number;
}

const all = ['commit', 'reveal', 'apply', 'seal', 'open', 'tick', 'wait'] as const;

/** Mostly what a phase asks for, and anything else between. */
function acts(kinds: readonly Act['kind'][], most: number): fc.Arbitrary<Act[]> {
  const kind = fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom(...kinds) },
    { weight: 1, arbitrary: fc.constantFrom(...all) },
  );
  const person = fc.nat(people.length - 1);
  const one = fc.record({ kind, who: person, what: fc.nat(255), ms: fc.nat(40_000) });
  return fc.array(one, { maxLength: most });
}

const sequence = fc.tuple(
  acts(['commit', 'apply'], 20),
  acts(['reveal'], 12),
  acts(['seal'], 30),
  acts(['open'], 30),
  acts(['tick', 'wait'], 4),
);

const changes = fc.record({
  items: fc.integer({ min: 1, max: 8 }),
  batches: fc.integer({ min: 1, max: 6 }),
  batchesPerAccount: fc.integer({ min: 1, max: 3 }),
  reviewers: fc.integer({ min: 1, max: 3 }),
  agreementBps: fc.integer({ min: 5_001, max: 10_000 }),
});

/** Two or three of five items, so that people collide. */
function itemsOf(what: number): Digest[] {
  const names = new Set([what % 5, (what >> 2) % 5, (what >> 4) % 5]);
  return [...names].map((name) => item(`item ${name}`));
}

/** One act of the sequence; who plays honestly knows its own items, and votes what it sealed. */
class Actors {
  readonly items: Digest[][] = [];
  readonly votes = new Map<string, string>();
  constructor(readonly play: BountyPlay) {}

  do({ kind, who, what, ms }: Act): void {
    const { play } = this;
    const account = people[who]!;
    const { batches } = play.bounty;
    const batch = batches === 0 ? 0 : what % batches;
    switch (kind) {
      case 'commit':
        play.commit(account, itemsOf(what), what % 7 === 0 ? { payout: people[0]! } : {});
        this.items.push(itemsOf(what));
        return;
      case 'reveal':
        return play.reveal(account, batch, this.items[batch] ?? []);
      case 'apply':
        return play.applyAs(account);
      case 'seal': {
        const size = play.batch(batch)?.items?.length ?? 1;
        const votes = Array.from({ length: size }, (_, i) => ((what >> i) % 8 === 0 ? 0 : 1)).join(
          '',
        );
        play.seal(account, batch, votes);
        this.votes.set(`${account} ${batch}`, votes);
        return;
      }
      case 'open':
        return play.open(account, batch, this.votes.get(`${account} ${batch}`) ?? '0');
      case 'tick':
        return void play.tick();
      case 'wait':
        play.nowMs += ms;
    }
  }
}

function attempt(act: () => void): void {
  try {
    act();
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
  }
}

describe('every bounty', function () {
  this.timeout(120_000);

  it('conserves money, pays each item once, and ends, whatever people do', () => {
    let paid = 0;
    fc.assert(
      fc.property(changes, sequence, fc.nat(), (it, stages, seed) => {
        const play = new BountyPlay(it, `${seed}`);
        const actors = new Actors(play);
        const kinds = ['commit', 'reveal', 'seal', 'open', 'tick'] as const;
        stages.forEach((stage, i) => {
          for (const one of stage) attempt(() => actors.do(one));
          // With even seeds, whoever can still act does, so that many sequences reach pay.
          for (let who = 0; who < people.length && seed % 2 === 0 && i > 0; who++) {
            for (let what = 0; what < play.bounty.batches; what++) {
              attempt(() => actors.do({ kind: kinds[i]!, who, what, ms: 0 }));
            }
          }
          attempt(() => void play.pass());
        });
        play.finish();
        const { bounty, totals, state } = play;
        expect([totals.bonds, totals.stakes, totals.escrows]).to.deep.equal([0n, 0n, 0n]);
        const accepted = play
          .batches()
          .flatMap(({ items, outcome }) => (items ?? []).filter((_, i) => outcome![i] === '1'));
        expect(new Set(accepted).size, 'an item was paid twice').to.equal(accepted.length);
        expect(accepted.length).to.equal(bounty.accepted).and.at.most(it.items);
        expect(bounty.itemsRoot).to.equal(digestTreeRoot(accepted));
        for (const { items, outcome, reviews } of play.batches()) {
          if (!outcome?.includes('1')) continue;
          const opened = reviews.flatMap(({ votes }) => votes ?? []);
          const agreed = items!.filter((_, i) => {
            const yes = opened.filter((votes) => votes[i] === '1').length;
            return yes * 10_000 >= it.agreementBps * opened.length;
          });
          expect(agreed.length * 4 >= items!.length * 3, 'too little was accepted').to.equal(true);
        }
        const shares = Array.from(
          { length: bounty.contributors },
          (_, i) => (state.records.get(`contributor:${i}`) as Contributor).accepted,
        );
        expect(shares.reduce((sum, count) => sum + count, 0)).to.equal(bounty.accepted);
        paid += bounty.accepted;
      }),
      { numRuns: 1_500, endOnFailure: true },
    );
    expect(paid, 'the sequences paid for something').to.be.above(100);
  });
});

describe('the items root', () => {
  it('is that of the whole list, after any number of items', () => {
    let peaks: string[] = [];
    const all: Digest[] = [];
    expect(rootOfPeaks(peaks, sha256)).to.equal(digestTreeRoot([]));
    for (let i = 0; i < 40; i++) {
      const items = Array.from({ length: i % 5 }, (_, k) => item(`${i} ${k}`));
      peaks = appendItems(peaks, { items, count: all.length }, sha256);
      all.push(...items);
      expect(rootOfPeaks(peaks, sha256)).to.equal(digestTreeRoot(all));
      expect(peaks).to.have.length(all.length.toString(2).replaceAll('0', '').length);
    }
  });
});

describe('a panel', () => {
  it('is different people, each choice as likely as another', () => {
    const seen = new Map<string, number>();
    for (let i = 0; i < 4_000; i++) {
      const panel = panelOf(
        { seed: sha256(Uint8Array.of(i & 255, i >> 8)), batch: 3, size: 2, of: 4 },
        sha256,
      );
      const key = panel.join();
      seen.set(key, (seen.get(key) ?? 0) + 1);
    }
    expect(seen.size).to.equal(12);
    for (const [key, count] of seen) {
      expect(new Set(key.split(',')).size).to.equal(2);
      expect(count, key).to.be.within(250, 420); // 333 expected; ± 5 standard deviations
    }
  });

  it('is never larger than those who applied', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 7 }), fc.nat(60), fc.nat(), (size, more, batch) => {
        const of = size + more;
        const panel = panelOf({ seed: new Uint8Array(32), batch, size, of }, sha256);
        expect(new Set(panel).size).to.equal(size);
        for (const one of panel) expect(one).to.be.within(0, of - 1);
      }),
      { endOnFailure: true },
    );
  });
});

/** From the definition: observed over expected coincidences of all pairs within items. */
function alphaByPairs(items: readonly (readonly number[])[]): number {
  const pairs = new Map<string, number>();
  const add = (key: string, by: number) => pairs.set(key, (pairs.get(key) ?? 0) + by);
  for (const votes of items.filter((one) => one.length > 1)) {
    votes.forEach((a, i) =>
      votes.forEach((b, j) => {
        if (i !== j) add(`${a}${b}`, 1 / (votes.length - 1));
      }),
    );
  }
  const of = (key: string) => pairs.get(key) ?? 0;
  const [zeros, ones] = [of('00') + of('01'), of('11') + of('10')];
  const n = zeros + ones;
  return 1 - ((of('01') + of('10')) * (n - 1)) / (2 * zeros * ones);
}

describe("Krippendorff's alpha", () => {
  const measured = (items: readonly (readonly number[])[]) => {
    const agreement = { yes: 0, no: 0, disagreement60: 0 };
    for (const votes of items) {
      const yes = votes.filter((vote) => vote === 1).length;
      countVotes(agreement, { yes, no: votes.length - yes });
    }
    return alphaBps(agreement);
  };

  it('is what its definition gives, for any votes', () => {
    const votes = fc.array(fc.array(fc.nat(1), { maxLength: 7 }), { minLength: 1, maxLength: 40 });
    fc.assert(
      fc.property(votes, (items) => {
        const bps = measured(items);
        const counted = items.filter((one) => one.length > 1).flat();
        if (bps === null) return void expect(new Set(counted).size).to.be.below(2);
        expect(bps).to.be.closeTo(alphaByPairs(items) * 10_000, 1);
      }),
      { endOnFailure: true },
    );
  });

  it('is one where all agree, and nothing where all said the same', () => {
    expect(measured([[1, 1], [0, 0, 0], [1]])).to.equal(10_000);
    expect(
      measured([
        [1, 1],
        [1, 1],
      ]),
    ).to.equal(null);
    expect(measured([])).to.equal(null);
  });

  it('is below zero where people disagree more than by chance', () => {
    expect(
      measured([
        [1, 0],
        [0, 1],
      ]),
    ).to.equal(-5_000);
  });
});

describe('shares of contributors', () => {
  it('sum to 10,000, none of those who have a part being nothing', () => {
    const counts = fc.array(fc.nat(64), { minLength: 1, maxLength: 64 });
    fc.assert(
      fc.property(counts, (accepted) => {
        const shares = sharesOf(accepted);
        const total = accepted.reduce((sum, count) => sum + count, 0);
        const sum = shares.reduce((one, share) => one + share, 0);
        expect(sum).to.equal(total === 0 ? 0 : 10_000);
        shares.forEach((share, i) => expect(share > 0).to.equal(accepted[i]! > 0));
        if (total === 0) return;
        shares.forEach((share, i) => {
          expect(Math.abs(share - (accepted[i]! * 10_000) / total)).to.be.below(1);
        });
      }),
      { endOnFailure: true },
    );
  });
});
