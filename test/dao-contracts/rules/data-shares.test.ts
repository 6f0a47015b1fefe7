/** Shares of data: what terms may say, what each final round sets aside, who takes how much of it. */
import { expect } from 'chai';
import fc from 'fast-check';
import { escrowNeeded, roundYocto } from '@commonweights/dao-contracts/rules/budget.js';
import {
  checkDataShare,
  contributorYocto,
  dataStanding,
  returnDataShare,
  takeDataShare,
  viewDataShare,
  type ShareBook,
} from '@commonweights/dao-contracts/rules/data-shares.js';
import { storageYoctoPerByte } from '@commonweights/dao-contracts/rules/limits.js';
import type { DataShare } from '@commonweights/dao-contracts/rules/run-terms.js';
import { decodeRunTerms } from '@commonweights/dao-contracts/rules/terms-decoding.js';
import type { DatasetView } from '@commonweights/dao-contracts/rules/views.js';
import { crowd, playRound } from './dispute-scenes.js';
import { near, RunPlay, smallTerms, soundTerms } from './run-play.js';
import { enrolCommand } from './run-scenes.js';

const unit = 10n ** 8n;

function refusal(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    return (error as Error).message;
  }
  return 'accepted';
}

/** Basis points of `count` parties, 10000 together, each at least 1. */
function partsOf(count: number): fc.Arbitrary<number[]> {
  const cuts = { minLength: count - 1, maxLength: count - 1 };
  return fc.uniqueArray(fc.integer({ min: 1, max: 9_999 }), cuts).map((points) => {
    const edges = [0, ...[...points].sort((a, b) => a - b), 10_000];
    return edges.slice(1).map((edge, i) => edge - edges[i]!);
  });
}

function bookOf(changes: Partial<ShareBook> = {}): ShareBook {
  const contributors = [
    { account: 'ann.test', weightBps: 7_500 },
    { account: 'bob.test', weightBps: 2_500 },
  ];
  const share = { dataset: 'data@1', weightBps: 10_000 };
  return { share, contributors, taken: [0, 0], standing: 'due', rounds: 4, ...changes };
}

const terms = {
  dataRewardYocto: `${unit}`,
  dataShares: [{ dataset: 'data@1', weightBps: 10_000 }],
};

describe('terms of data', () => {
  const decode = (changes: { dataRewardYocto?: string; dataShares?: DataShare[] }) =>
    refusal(() => decodeRunTerms({ ...soundTerms, ...changes }, 'terms'));
  const share = (dataset: string, weightBps: number) => ({ dataset, weightBps });

  it('name whose the reward is, in whole parts', () => {
    expect(decode({})).to.equal('accepted');
    expect(decode({ dataRewardYocto: '0', dataShares: [] })).to.equal('accepted');
    expect(decode({ dataShares: [share('a@1', 1), share('b@1', 9_999)] })).to.equal('accepted');
    expect(decode({ dataRewardYocto: '0' })).to.match(
      /^BAD_TERMS: dataShares must .*where it is 0/,
    );
    expect(decode({ dataShares: [] })).to.match(/^BAD_TERMS: dataShares must say whose/);
    expect(decode({ dataRewardYocto: `${unit + 1n}` })).to.match(
      /^BAD_TERMS: dataRewardYocto must be a multiple of 100000000,/,
    );
    expect(decode({ dataShares: [share('a@1', 5_000), share('a@1', 5_000)] })).to.match(
      /^BAD_TERMS: dataShares names a dataset twice/,
    );
    expect(decode({ dataShares: [share('a@1', 5_000), share('b@1', 4_999)] })).to.match(
      /^BAD_TERMS: weightBps of dataShares must sum to 10000, not 9999/,
    );
    expect(decode({ dataShares: [share('a@1', 0)] })).to.match(/^BAD_ARGUMENT: terms.dataShares/);
    const many = Array.from({ length: 17 }, (_, i) => share(`d${i}@1`, 1));
    expect(decode({ dataShares: many })).to.match(/^BAD_ARGUMENT: terms.dataShares must be a list/);
  });

  it('cost the escrow the reward of each round, and the record of each share', () => {
    const dear = { ...soundTerms, dataRewardYocto: `${near}` };
    const free = { ...soundTerms, dataRewardYocto: '0', dataShares: [] };
    expect(roundYocto(dear) - roundYocto(free)).to.equal(near);
    const more = escrowNeeded(dear) - escrowNeeded(free);
    expect(more).to.equal(BigInt(dear.rounds) * near + 640n * storageYoctoPerByte);
  });
});

describe('a dataset with contributors', () => {
  const dataset = { id: 'a@1', approved: true, bounty: null, contributors: bookOf().contributors };
  const check = (changes: Partial<DatasetView>) =>
    refusal(() => checkDataShare({ ...dataset, ...changes } as DatasetView, new Set(['a@1'])));

  it('is paid for where somebody vouches for them and the run is trained on it', () => {
    expect(check({})).to.equal('accepted');
    expect(check({ approved: false, bounty: 3 })).to.equal('accepted');
    expect(check({ approved: false })).to.match(/^DATASET_NOT_APPROVED: nobody vouches .* a@1/);
    expect(check({ contributors: [] })).to.match(/^BAD_TERMS: dataset a@1 has no contributors/);
    expect(check({ id: 'b@1' })).to.match(/^BAD_TERMS: the run is not trained on b@1/);
  });

  it('pays nobody while it is disputed, and not who an upheld dispute found wrong', () => {
    const verdicts = [null, 'upheld', 'dismissed', 'lapsed'] as const;
    expect(dataStanding(null)).to.equal('due');
    expect(verdicts.map((verdict) => dataStanding({ verdict }))).to.deep.equal([
      ...['disputed', 'forfeited', 'due', 'due'],
    ]);
  });
});

describe('a share of data', () => {
  it('is set aside when a round becomes final, and by no other round', () => {
    const play = new RunPlay({ ...smallTerms, auditedClaimsBps: 0, maxAuditors: 0 });
    const reward = BigInt(smallTerms.dataRewardYocto);
    for (const name of ['a0.test', 'a1.test', 'a2.test']) play.apply(enrolCommand(name));
    play.draw();
    const before = play.totals.escrows;
    expect(play.totals.dataShares).to.equal(0n);
    playRound(play);
    play.nowMs += 1_000;
    play.apply(play.tick());
    expect(play.state.run).to.include({ finalRounds: 1, dataRounds: 1 });
    expect(play.totals.dataShares).to.equal(reward);
    expect(before - play.totals.escrows > reward).to.be.true;

    const rewound = crowd({ trainers: 3, auditors: 1 });
    rewound.nowMs += 10_000;
    rewound.apply({ kind: 'tick', round: null, phase: null });
    expect(rewound.state.run).to.include({ finalRounds: 0, dataRounds: 0 });
    expect(rewound.state.run.cancelledRounds).to.be.above(0);
    expect(rewound.totals.dataShares).to.equal(0n);
  });

  it('stays where it is when the run ends', () => {
    const play = new RunPlay({ ...smallTerms, rounds: 2, auditedClaimsBps: 0, maxAuditors: 0 });
    for (const name of ['a0.test', 'a1.test']) play.apply(enrolCommand(name));
    play.draw();
    playRound(play);
    play.nowMs += 1_000;
    play.apply(play.tick());
    play.apply({ kind: 'stop' });
    expect(play.state.run.status).to.equal('stopped');
    expect(play.totals.dataShares).to.equal(BigInt(smallTerms.dataRewardYocto));
    expect(play.totals.escrows).to.equal(0n);
  });

  it('is taken once by each contributor, as far as rounds are final', () => {
    const book = bookOf();
    expect(takeDataShare(terms, book, 'ann.test')).to.deep.equal({
      rounds: 4,
      yocto: 4n * 75_000_000n,
    });
    expect(refusal(() => takeDataShare(terms, book, 'ann.test'))).to.match(
      /^NOTHING_TO_CLAIM: ann.test has taken all that it earned so far/,
    );
    const later = { ...book, rounds: 6 };
    expect(takeDataShare(terms, later, 'ann.test').yocto).to.equal(2n * 75_000_000n);
    expect(takeDataShare(terms, later, 'bob.test').yocto).to.equal(6n * 25_000_000n);
    expect(refusal(() => takeDataShare(terms, later, 'eve.test'))).to.match(
      /^NOT_FOUND: eve.test is no contributor of data@1/,
    );
  });

  it('waits while the dataset is disputed, and is the treasury’s where that is upheld', () => {
    const taken = [3, 0];
    const disputed = bookOf({ standing: 'disputed', taken });
    expect(refusal(() => takeDataShare(terms, disputed, 'ann.test'))).to.match(
      /^DATASET_BLOCKED: dataset data@1 is disputed/,
    );
    expect(refusal(() => returnDataShare(terms, disputed))).to.match(
      /^WRONG_PHASE: .*not forfeited/,
    );
    const lost = bookOf({ standing: 'forfeited', taken });
    expect(refusal(() => takeDataShare(terms, lost, 'bob.test'))).to.match(
      /^DATASET_BLOCKED: a dispute of dataset data@1 was upheld/,
    );
    expect(viewDataShare(terms, lost, 'bob.test').own).to.include({ dueYocto: '0' });
    expect(returnDataShare(terms, lost)).to.equal(75_000_000n + 4n * 25_000_000n);
    expect(refusal(() => returnDataShare(terms, lost))).to.match(/^NOTHING_TO_CLAIM: nothing of/);
    expect(returnDataShare(terms, { ...lost, rounds: 5 })).to.equal(unit);
  });

  it('shows what it is made of', () => {
    const view = viewDataShare(terms, bookOf({ taken: [3, 0] }), 'ann.test');
    expect(view).to.deep.equal({
      ...{ dataset: 'data@1', weightBps: 10_000, standing: 'due', rounds: 4 },
      ...{ perRoundYocto: '100000000', accruedYocto: '400000000', takenYocto: '225000000' },
      own: { weightBps: 7_500, perRoundYocto: '75000000', roundsTaken: 3, dueYocto: '75000000' },
    });
    expect(viewDataShare(terms, bookOf(), null).own).to.equal(null);
    expect(viewDataShare(terms, bookOf(), 'eve.test').own).to.equal(null);
  });

  it('divides into whole parts: whoever takes when, nothing is lost, and nothing made', () => {
    const lives = fc.record({
      rewardUnits: fc.bigInt({ min: 1n, max: 10n ** 26n }),
      weights: fc.integer({ min: 1, max: 16 }).chain(partsOf),
      contributors: fc.integer({ min: 1, max: 64 }).chain(partsOf),
      steps: fc.array(
        fc.record({
          rounds: fc.integer({ min: 0, max: 3 }),
          who: fc.nat(),
          share: fc.nat(),
          forfeit: fc.integer({ min: 0, max: 12 }).map((n) => n === 0),
        }),
        { maxLength: 60 },
      ),
    });
    const law = fc.property(lives, ({ rewardUnits, weights, contributors, steps }) => {
      const dataShares = weights.map((weightBps, i) => ({ dataset: `d${i}@1`, weightBps }));
      const rules = { dataRewardYocto: `${rewardUnits * unit}`, dataShares };
      const people = contributors.map((weightBps, i) => ({ account: `a${i}.test`, weightBps }));
      let rounds = 0;
      let books: ShareBook[] = dataShares.map((share) =>
        bookOf({ share, contributors: people, taken: people.map(() => 0), rounds }),
      );
      let out = 0n;
      const earned = new Map<string, bigint>();
      for (const step of steps) {
        rounds += step.rounds;
        books = books.map((book) => ({ ...book, rounds }));
        const at = step.share % books.length;
        const book = books[at]!;
        if (step.forfeit) books[at] = { ...book, standing: 'forfeited' };
        const { account } = people[step.who % people.length]!;
        try {
          const yocto =
            books[at]!.standing === 'forfeited'
              ? returnDataShare(rules, books[at]!)
              : takeDataShare(rules, book, account).yocto;
          expect(yocto > 0n).to.be.true;
          out += yocto;
          const key = `${at} ${account}`;
          if (!step.forfeit) earned.set(key, (earned.get(key) ?? 0n) + yocto);
        } catch (error) {
          expect((error as Error).message).to.match(/^NOTHING_TO_CLAIM/);
        }
      }
      const left = books.reduce((sum, book) => {
        const view = viewDataShare(rules, book, null);
        return sum + BigInt(view.accruedYocto) - BigInt(view.takenYocto);
      }, 0n);
      expect(left + out).to.equal(BigInt(rounds) * rewardUnits * unit);
      // A contributor's own sum is its part of every round up to the last one that it took.
      books.forEach((book, at) => {
        if (book.standing === 'forfeited') return;
        people.forEach(({ account, weightBps: contributorBps }, i) => {
          const each = contributorYocto(rules, { share: book.share, contributorBps });
          const sum = BigInt(book.taken[i]!) * each;
          expect(earned.get(`${at} ${account}`) ?? 0n).to.equal(sum);
        });
      });
    });
    fc.assert(law, { numRuns: 300, endOnFailure: true });
  });
});
