/** Decoys: who is caught by them, who is paid for them, and what they must not cover. */
import { expect } from 'chai';
import {
  commitmentOf,
  drawDecoy,
  plantedLeaf,
} from '@commonweights/dao-contracts/rules/commitment.js';
import {
  decoysOfSeatMax,
  decoysPaidMax,
  escrowNeeded,
} from '@commonweights/dao-contracts/rules/budget.js';
import type { Audit } from '@commonweights/dao-contracts/rules/run-state.js';
import type { RunPlay } from './run-play.js';
import { contract, named, near, smallTerms } from './run-play.js';
import { accountOf } from './run-scenes.js';
import { crowd, crowdTerms, jurySays, refusalOf } from './dispute-scenes.js';

const decoyFeeYocto = `${near / 50n}`;
const decoyTerms = { ...crowdTerms, segments: 4, decoyShareBps: 10_000, decoyFeeYocto };

/** An audit whose answer is a leaf that a decoy covers, delivered. */
function coveredAudit(): { play: RunPlay; audit: Audit } {
  for (let i = 0; ; i++) {
    const play = crowd({ seed: `decoy ${i}` }, decoyTerms);
    const audit = play.state.audits.find(
      ({ round, seat, segment }) => play.decoy(round, seat)?.index === segment + 1,
    );
    if (!audit) continue;
    const { leaf, proof, nonce } = play.openedLeaf(1, audit.seat, audit.segment);
    play.apply({ kind: 'deliver', ...stepOf(play, audit), leaf, proof, nonce });
    return { play, audit };
  }
}

function stepOf(play: RunPlay, { round, seat, segment }: Audit) {
  return { account: accountOf(play, seat), round, seat, segment };
}

function answer(play: RunPlay, audit: Audit, leaf: ReturnType<typeof named>): void {
  const step = { ...stepOf(play, audit), account: accountOf(play, audit.auditor) };
  play.apply({ kind: 'answer', ...step, leaf });
}

const now = (play: RunPlay, { seat, segment }: Audit) =>
  play.state.audits.find((one) => one.seat === seat && one.segment === segment)!;

describe('a decoy', () => {
  it('is seen by no auditor that computes: it is paid its decoy fee', () => {
    const { play, audit } = coveredAudit();
    const opened = play.openedLeaf(1, audit.seat, audit.segment + 1);
    answer(play, audit, opened.leaf);
    play.apply({ kind: 'open', ...stepOf(play, audit), ...opened });
    expect(now(play, audit)).to.include({ state: 'passed', right: true, decoy: true });
    expect(play.state.run.decoysPaid).to.equal(1);
    expect(play.state.seats[audit.seat]!.decoysPaid).to.equal(1);
  });

  it('catches who answers what stands in the trace, and the claim is judged all the same', () => {
    const { play, audit } = coveredAudit();
    const planted = play.traced(1, audit.seat)[audit.segment + 1]!;
    const opened = play.openedLeaf(1, audit.seat, audit.segment + 1);
    answer(play, audit, planted);
    play.apply({ kind: 'open', ...stepOf(play, audit), ...opened });
    expect(play.state.seats[audit.auditor]).to.include({
      slashedYocto: near / 10n,
      auditsWrong: 1,
    });
    expect(now(play, audit)).to.include({ state: 'disputed' });
    jurySays(play, opened.leaf);
    // Caught red-handed, it has no appeal, and is not fined again.
    expect(play.state.disputes).to.deep.equal([]);
    expect(now(play, audit)).to.include({ state: 'passed', right: false, decoy: false });
    expect(play.state.seats[audit.auditor]).to.include({ slashedYocto: near / 10n });
  });

  it('pays nothing without its secret, and refuses a secret that is not the commitment’s', () => {
    const { play, audit } = coveredAudit();
    const opened = play.openedLeaf(1, audit.seat, audit.segment + 1);
    answer(play, audit, opened.leaf);
    const open = (changes: object) =>
      refusalOf(play, { kind: 'open', ...stepOf(play, audit), ...opened, ...changes });
    expect(open({ secret: 'another' })).to.match(/^BAD_OPENING: this secret is not that of the/);
    expect(open({ nonce: null })).to.match(/^BAD_PROOF/);
    expect(open({ nonce: named('another') })).to.match(/^BAD_PROOF/);
    expect(open({ secret: null })).to.equal('accepted');
    expect(now(play, audit)).to.include({ state: 'passed', decoy: false });
  });

  it('may not cover the first leaf of a trace nor the last', () => {
    const play = crowd({}, decoyTerms);
    const audit = play.state.audits.find(({ segment }) => segment === 0)!;
    const { proof } = play.openedLeaf(1, audit.seat, 0);
    const step = stepOf(play, audit);
    const deliver = { kind: 'deliver' as const, ...step, leaf: named('x'), proof };
    expect(refusalOf(play, { ...deliver, nonce: named('n') })).to.match(/^BAD_PROOF: a decoy cov/);
  });

  it('is drawn for about its share of rounds, at every inner leaf, and for no round of one', () => {
    const drawn = Array.from({ length: 4_000 }, (_, round) =>
      drawDecoy({ secret: 'secret', round, segments: 4, shareBps: 2_500 }),
    );
    const some = drawn.filter((index) => index !== null);
    expect(some.length).to.be.within(880, 1_120);
    for (const index of [1, 2, 3]) {
      expect(some.filter((one) => one === index).length).to.be.within(260, 410);
    }
    expect(some.every((index) => index >= 1 && index <= 3)).to.equal(true);
    const none = { secret: 'secret', round: 1, segments: 1, shareBps: 10_000 };
    expect(drawDecoy(none)).to.equal(null);
  });

  it('pays no seat above its share, however it chose its secrets, and no run above its budget', () => {
    const share = { ...smallTerms, rounds: 100, decoyShareBps: 1_000, decoyFeeYocto };
    expect([1, 9, 10, 55].map((round) => decoysOfSeatMax(share, round))).to.deep.equal([
      1, 1, 2, 6,
    ]);
    expect(decoysPaidMax(share)).to.equal(8 + 30);
    const without = { ...share, decoyShareBps: 0 };
    expect([decoysPaidMax(without), decoysOfSeatMax(without, 90)]).to.deep.equal([0, 0]);
    const more = escrowNeeded(share) - escrowNeeded(without);
    expect(more).to.equal(38n * BigInt(decoyFeeYocto));
  });

  it('leaves the salt of a commitment useless to who sees it revealed', () => {
    const play = crowd({}, decoyTerms);
    const { salt } = play.opening(0);
    expect(salt)
      .to.match(/^[0-9a-f]{64}$/)
      .and.not.equal(play.secret(2, 0));
    const opening = { ...play.opening(0), contract, run: 1 };
    expect(commitmentOf(opening)).to.not.equal(commitmentOf({ ...opening, salt: 'x' }));
    const leaf = named('leaf');
    expect(plantedLeaf({ leaf, nonce: named('a') })).to.not.equal(
      plantedLeaf({ leaf, nonce: named('b') }),
    );
  });
});
