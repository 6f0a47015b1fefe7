/** Attacks on the DAO beside its runs: what is refused, and what the most is that gets through. */
import { expect } from 'chai';
import { batchAcceptedBpsMin, bondPricesMin } from '@commonweights/dao-contracts/rules/limits.js';
import { copyLabels, guess, rightGuesses } from './label-copying.js';
import { batchOdds, bestGuess, bondAgainst, compareShares } from './label-guessing.js';
import { farmReputation, farms, roundsOfRunMax } from './reputation-farm.js';
import { tryToDrain } from './treasury-drain.js';
import { demandRansom } from './withdrawal-ransom.js';

describe('a treasury drained by overpriced steps', () => {
  const attempts = tryToDrain();
  const of = (asks: string) => attempts.find((one) => one.asks === asks)!;

  it('is refused above the price of the policy, whatever the fee is called', () => {
    for (const { asks, refused } of attempts) {
      const above = /above|tenfold/.test(asks);
      expect(refused, asks).to.equal(above ? 'PRICE_TOO_HIGH' : null);
    }
  });

  it('pays the cap for a round of training, and at most six times in all for its work', () => {
    const plain = of('a reward at the cap');
    expect(plain.paidNear).to.be.closeTo(1.1, 1e-6);
    const most = of('all of it at the cap, every round with a decoy');
    expect(most.paidNear).to.be.within(4, 6);
  });
});

describe('standing farmed with cheap runs', () => {
  it('does not grow with rounds beyond the cap of a run', () => {
    const once = farmReputation({ accounts: 1, runs: 1, rounds: roundsOfRunMax });
    const more = farmReputation({ accounts: 1, runs: 1, rounds: 10 * roundsOfRunMax });
    expect(more.points).to.equal(once.points);
  });

  it('counts for a twentieth of all on one account, and on many for more', () => {
    for (const { accounts, standingShare } of farms()) {
      expect(standingShare, `${accounts}`).to.be.at.most(0.05);
    }
    const many = farmReputation({ accounts: 100, runs: 52, rounds: 200 });
    expect(many.farmShare).to.be.above(0.4);
  });
});

describe('a dataset withdrawn under a live run', () => {
  it('brings its publisher nothing, and stops nothing that the DAO does not stop', () => {
    const [nothing, resumed, stoppedLate, stopped] = demandRansom(1);
    for (const one of [nothing!, resumed!, stoppedLate!, stopped!]) {
      expect(one.publisherNear).to.equal(0);
      expect(one.trainerNear).to.be.above(-1.3);
    }
    expect(resumed!.finalRounds).to.equal(nothing!.finalRounds);
    expect(resumed!.hours).to.be.above(nothing!.hours + 60);
    expect(stopped!.refundedShare).to.be.above(0.3);
  });
});

describe('labels of others', () => {
  const tried = copyLabels();
  const of = (tries: string) => tried.find((one) => one.tries === tries)!;

  it('are refused by the code of what was copied, and cost the bond where one was put up', () => {
    expect(of('copies a sealed batch')).to.deep.include({ refused: 'BAD_OPENING', itemsPaid: 0 });
    expect(of('copies a sealed batch').profitNear).to.be.closeTo(-2, 1e-6);
    const late = of('copies what others have revealed');
    expect(late).to.deep.include({ refused: 'WRONG_PHASE', itemsPaid: 0, profitNear: 0 });
    const votes = of('copies the votes of a reviewer');
    expect(votes.refused).to.equal('BAD_OPENING');
    expect(votes.profitNear).to.be.below(0);
  });

  it('are not paid a second time: who guesses behind somebody who labels gets its bond back at most', () => {
    const behind = of('guesses behind somebody who labels');
    expect(behind.itemsPaid).to.equal(0);
    expect(behind.profitNear).to.be.at.most(0);
  });

  it('are a loss to who guesses first: a batch is paid if six of eight are right, else for nothing', () => {
    let paid = 0;
    for (let seed = 0; seed < 60; seed++) {
      const known = rightGuesses(seed);
      const { itemsPaid, profitNear } = guess(seed, { first: 'eve.test' });
      expect(itemsPaid).to.equal(known >= 6 ? known : 0);
      expect(profitNear).to.be.closeTo(known >= 6 ? known : -2, 1e-6);
      paid += itemsPaid;
    }
    expect(paid, 'some of them were paid').to.be.above(0);
    expect(of('guesses before anybody has labelled').profitNear).to.be.below(-0.5);
  });
});

describe('guessing labels', () => {
  const shareBps = batchAcceptedBpsMin;

  it('of two equally frequent ones never pays, in batches of any size, at the least bond', () => {
    const { profitPrices } = bestGuess({ shareBps, right: 1 / 2, bondPrices: bondPricesMin });
    expect(profitPrices).to.be.below(-0.3);
    expect(bondAgainst({ shareBps, right: 1 / 2 })).to.be.within(1, bondPricesMin);
  });

  it('paid at any bond while one right item returned it', () => {
    expect(bondAgainst({ shareBps: null, right: 1 / 2 })).to.be.above(100_000);
  });

  it('is told from labelling: who is right nine times in ten loses one batch in fifty at most', () => {
    const row = compareShares().find(({ share }) => share === '75 %')!;
    expect(row.honestLoses90).to.be.below(0.02);
    expect(row.honestLoses95).to.be.below(0.001);
  });

  it('has odds that add up', () => {
    const { paidItems, bondLost } = batchOdds({ size: 4, least: 3, right: 1 / 2 });
    expect(paidItems).to.equal((4 * 3 + 1 * 4) / 16);
    expect(bondLost).to.equal(11 / 16);
  });
});
