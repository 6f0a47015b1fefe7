/** A bounty over real mails, small: what reviewers let pass is better than what was handed in, and it alone pays. */
import { expect } from 'chai';
import { LabelTrial } from '../support/label-trial.js';

describe('labelling real mails for a bounty', function () {
  // The first build on a machine compiles the contract's engine.
  this.timeout(300_000);

  it('pays for what is right, makes a dataset of it, and its labellers earn by a run', async () => {
    const trial = await LabelTrial.start(32);
    try {
      const told = await trial.play();
      expect(told.acceptedRight).to.be.greaterThan(told.handedInRight + 0.1);
      expect(told.acceptedRight).to.be.greaterThan(0.9);
      expect(told.labellers.reduce((sum, { accepted }) => sum + accepted, 0)).to.equal(
        told.accepted,
      );
      expect(told.labellers.reduce((sum, { weightBps }) => sum + weightBps, 0)).to.equal(10_000);
      for (const { weightBps, earnedByRunYocto, accepted } of told.labellers) {
        expect(earnedByRunYocto).to.equal(10n ** 20n * BigInt(weightBps));
        expect(weightBps > 0).to.equal(accepted > 0);
      }
      const copier = told.labellers.find(({ account }) => account === 'eve.local')!;
      expect(copier).to.include({ accepted: 0, paidYocto: 0n, earnedByRunYocto: 0n });
      const itemsYocto = told.labellers.reduce((sum, { paidYocto }) => sum + paidYocto, 0n);
      const votesYocto = told.reviewers.reduce((sum, { paidYocto }) => sum + paidYocto, 0n);
      expect(told.paidYocto).to.equal(itemsYocto + votesYocto);
      expect(told.alphaBps).to.be.within(2_000, 10_000);
    } finally {
      await trial.stop();
    }
  });
});
