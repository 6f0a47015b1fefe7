/** Audits by distance: who says what when, what a failure costs, what adds up, what decoys find. */
import { expect } from 'chai';
import { wrongAuditsMax } from '@commonweights/dao-contracts/rules/limits.js';
import { ZERO_LOCAL_STATE } from '@commonweights/dao-contracts/rules/opening.js';
import { decodeRunTerms } from '@commonweights/dao-contracts/rules/terms-decoding.js';
import type { RunTerms } from '@commonweights/dao-contracts/rules/run-terms.js';
import { appealBy, crowd, jurySays, refusalOf, theDispute, tickOnly } from '../dispute-scenes.js';
import { named, near, soundTerms, type RunPlay } from '../run-play.js';
import { accountOf } from '../run-scenes.js';
import { hiddenOf } from '@commonweights/dao-contracts/rules/tolerance/sealing.js';
import { proveTraceLeaf } from '@commonweights/dao-contracts/rules/trace.js';
import { checkMoney } from '../money-laws.js';
import { measureCommand, sealFor, uncoverCommand } from './distance-acts.js';
import {
  auditOf,
  decoyTerms,
  distanceTerms,
  measureAudit,
  nextRound,
  openAudit,
  passOthers,
  priceYocto,
  uncoverAudit,
  underAudit,
} from './distance-scenes.js';

const { tolerance } = distanceTerms;
const { toleranceBillionths } = tolerance!;
/** So far that no other machine can have seen it within the tolerance. */
const tooFar = { residual: 2 * toleranceBillionths + 1 };
const close = { residual: toleranceBillionths };

/** The audit of seat 0 said too far; the others have passed. */
function tooFarOff(play = underAudit()): RunPlay {
  openAudit(play, 0);
  measureAudit(play, 0, tooFar);
  passOthers(play);
  return play;
}

/** Nobody appeals, and the dispute is paid out. */
function waitForTheEnd(play: RunPlay): void {
  play.nowMs += 2 * play.state.terms.deadlinesMs.audit;
  play.apply(tickOnly);
}

/** Fails the audit of seat 0 in the provisional round, jury and all, and goes on to the next. */
function failOnce(play: RunPlay): void {
  tooFarOff(play);
  jurySays(play, named('another end'));
  waitForTheEnd(play);
}

function stakeOf(play: RunPlay, seat: number): bigint {
  return play.state.seats[seat]!.stakeYocto;
}

/** A round in which no middle leaf of seat 0 is not a decoy, and segment 0 is audited. */
function decoyUnderAudit(): RunPlay {
  for (let i = 0; ; i++) {
    const play = underAudit(decoyTerms, `decoy ${i}`);
    if (auditOf(play, 0).segment === 0) return play;
  }
}

describe('an audit by distance', () => {
  it('passes when the two ends are as close as the terms ask', () => {
    const play = underAudit();
    openAudit(play, 0);
    measureAudit(play, 0, close);
    expect(auditOf(play, 0)).to.include({ state: 'passed', right: true });
    expect(play.state.seats[0]!.distances!.audits).to.deep.equal([
      { round: 1, segment: auditOf(play, 0).segment, alongBillionths: 0, failed: false },
    ]);
  });

  it('takes no measure before the worker has opened, and none by anybody else', () => {
    const play = underAudit();
    const early = measureCommand(play, auditOf(play, 0), close);
    expect(refusalOf(play, early)).to.match(/^NOT_YOUR_TURN: this audit is at "material"/);
    openAudit(play, 0);
    const measured = measureCommand(play, auditOf(play, 0), close);
    const stranger = { ...measured, account: accountOf(play, 0) } as typeof measured;
    expect(refusalOf(play, stranger)).to.match(/^NOT_YOUR_TURN/);
  });

  it('refuses an end that the answer did not seal', () => {
    const play = underAudit();
    openAudit(play, 0);
    const measured = measureCommand(play, auditOf(play, 0), close);
    const other = { ...measured, own: named('an end made up afterwards') } as typeof measured;
    expect(refusalOf(play, other)).to.match(/^BAD_OPENING: this does not open the answer/);
  });

  it('refuses a part of a distance that is longer than it', () => {
    const play = underAudit();
    openAudit(play, 0);
    const measured = measureCommand(play, auditOf(play, 0), { residual: 5 });
    const longer = { ...measured, alongBillionths: -6 } as typeof measured;
    expect(refusalOf(play, longer)).to.match(/^BAD_ARGUMENT: alongBillionths: no part/);
    const unsummed = { ...measureCommand(play, auditOf(play, 0), close), sum: null };
    expect(refusalOf(play, unsummed as typeof measured)).to.match(/^BAD_ARGUMENT: sum/);
  });

  it('lies along nothing where the seat has no earlier distances', () => {
    const play = underAudit();
    openAudit(play, 0);
    const measured = measureCommand(play, auditOf(play, 0), close);
    const along = { ...measured, alongBillionths: 1 } as typeof measured;
    expect(refusalOf(play, along)).to.match(/^BAD_ARGUMENT: alongBillionths must be 0/);
  });

  it('is measured along what was known before the worker opened', () => {
    const play = underAudit();
    passOthers(play);
    nextRound(play);
    openAudit(play, 0);
    const known = play.state.seats[0]!.distances!.sum;
    expect(auditOf(play, 0).distance!.before).to.equal(known).and.not.equal(null);
  });

  it('shows decoys in its own way only, and the exact class in its own', () => {
    const play = underAudit();
    const { round, segment } = auditOf(play, 0);
    const { leaf, proof } = play.openedLeaf(round, 0, segment);
    const step = { ...play.actor(0), round, seat: 0, segment };
    const nonce = named('nonce');
    const exact = refusalOf(play, { kind: 'deliver', ...step, leaf, proof, nonce });
    expect(exact).to.match(/^BAD_ARGUMENT: a decoy of this run/);
    openAudit(play, 0);
    const none = uncoverCommand(play, auditOf(play, 0));
    expect(refusalOf(play, none)).to.match(/^NOT_YOUR_TURN: this audit is at "measure"/);
  });

  it('goes to another auditor when the one that sealed shows nothing; it then measures at once', () => {
    const play = underAudit();
    openAudit(play, 0);
    passOthers(play);
    const first = auditOf(play, 0).auditor;
    play.nowMs = auditOf(play, 0).deadlineMs;
    play.apply(tickOnly);
    const audit = auditOf(play, 0);
    expect(audit).to.include({ state: 'answer', replaced: first, answered: false, answer: null });
    expect(audit.auditor).to.not.equal(first);
    const { round, segment, auditor } = audit;
    const leaf = sealFor(audit);
    play.apply({ kind: 'answer', ...play.actor(auditor), round, seat: 0, segment, leaf });
    const right = play.state.seats[auditor]!.auditsRight;
    measureAudit(play, 0, close);
    expect(play.state.run).to.include({ finalRounds: 1, provisional: null });
    expect(play.state.seats[auditor]!.auditsRight).to.be.above(right);
  });

  it('lapses when both are silent, and costs each a tenth', () => {
    const play = underAudit();
    openAudit(play, 0);
    passOthers(play);
    const first = auditOf(play, 0).auditor;
    const stake = stakeOf(play, first);
    for (let i = 0; i < 2; i++) {
      play.nowMs = auditOf(play, 0).deadlineMs;
      play.apply(tickOnly);
    }
    expect(play.parsedRecords()[0]).to.deep.include({ outcome: 'final', tainted: [] });
    expect(stake - stakeOf(play, first)).to.equal(BigInt(distanceTerms.stakeYocto) / 10n);
    checkMoney(play);
  });

  it('is a dispute without a fine when the auditor had no material', () => {
    const play = underAudit();
    openAudit(play, 0, 'null');
    expect(theDispute(play)).to.include({ denial: true, plaintiffMayAppeal: false });
    passOthers(play);
    jurySays(play, theDispute(play).claimed);
    expect(auditOf(play, 0)?.state ?? 'closed').to.not.equal('failed');
    expect(play.state.run.provisional).to.equal(null);
  });
});

describe('a distance above the tolerance', () => {
  it('opens a dispute about what the worker opened, whose jurors compute', () => {
    const play = tooFarOff();
    const { round, segment } = auditOf(play, 0);
    const { leaf } = play.openedLeaf(round, 0, segment + 1);
    const end = auditOf(play, 0).distance!.end;
    expect(theDispute(play)).to.include({ kind: 'audit', claimed: leaf, denial: false });
    expect(theDispute(play).distance).to.deep.equal({
      ...{ about: 'distance', end, beside: null, expels: false },
    });
  });

  it('costs the price of a failure and the claim’s pay, and not the seat', () => {
    const play = tooFarOff();
    const stake = stakeOf(play, 0);
    jurySays(play, named('another end'));
    expect(play.state.run).to.include({ finalRounds: 1, provisional: null });
    expect(play.parsedRecords()[0]).to.deep.include({ outcome: 'final', tainted: [0] });
    expect(play.state.seats[0]).to.include({ verifiedRounds: 0, stakeYocto: stake - priceYocto });
    expect(play.state.seats[1]).to.include({ verifiedRounds: 1 });
    expect(play.state.run.roster[0]!.status).to.equal('active');
    waitForTheEnd(play);
    expect(play.state.disputes).to.deep.equal([]);
    expect(play.state.seats[0]).to.include({ verifiedRounds: 0 });
    const [failure] = play.state.seats[0]!.distances!.audits;
    expect(failure).to.include({ round: 1, alongBillionths: 0, failed: true });
    checkMoney(play);
  });

  it('gives price and pay back when a larger panel finds otherwise', () => {
    const play = tooFarOff(crowd({}, distanceTerms));
    const stake = stakeOf(play, 0);
    jurySays(play, named('another end'));
    appealBy(play, accountOf(play, 0));
    play.apply(tickOnly);
    jurySays(play, theDispute(play).claimed);
    waitForTheEnd(play);
    const seat = play.state.seats[0]!;
    expect(seat).to.include({ verifiedRounds: 1, stakeYocto: stake, slashedYocto: 0n });
    expect(seat.distances?.audits ?? []).to.deep.equal([]);
    checkMoney(play);
  });

  it('takes no local state of that claim as an input once the open round is over', () => {
    const play = tooFarOff();
    jurySays(play, named('another end'));
    expect(play.state.seats[0]!.distances!.distrusted).to.equal(true);
    // What it trains from in the open round was fixed before.
    expect(play.state.seats[0]!.localOut).to.not.equal(ZERO_LOCAL_STATE);
    nextRound(play);
    expect(play.state.seats[0]!.localOut).to.equal(ZERO_LOCAL_STATE);
    expect(play.state.seats[0]!.distances!.distrusted).to.equal(false);
    expect(play.state.seats[1]!.localOut).to.not.equal(ZERO_LOCAL_STATE);
  });

  it('costs the seat at the second failure of its last four audits', () => {
    const play = underAudit();
    failOnce(play);
    expect(play.state.run.roster[0]!.status).to.equal('active');
    nextRound(play);
    failOnce(play);
    expect(play.state.run.roster[0]!.status).to.equal('expelled');
    expect(play.state.seats[0]).to.include({ stakeYocto: 0n });
    checkMoney(play);
  });

  it('is forgotten when enough audits have passed since', () => {
    const play = underAudit();
    failOnce(play);
    for (let i = 0; i < tolerance!.window; i++) {
      nextRound(play);
      passOthers(play);
    }
    nextRound(play);
    failOnce(play);
    expect(play.state.run.roster[0]!.status).to.equal('active');
    checkMoney(play);
  });

  it('cancels its round where the terms allow no tainted one, and pays the others for it', () => {
    const play = tooFarOff(underAudit({ ...distanceTerms, taintedShareBpsMax: 0 }));
    const escrow = play.state.run.escrowYocto;
    jurySays(play, named('another end'));
    expect(play.parsedRecords()[0]).to.include({ outcome: 'rewound' });
    const cost = escrow - play.state.run.escrowYocto;
    waitForTheEnd(play);
    expect(play.state.run.roster[0]!.status).to.equal('active');
    expect(play.state.run.escrowYocto >= escrow - cost + (cost * 9n) / 10n).to.equal(true);
    expect(play.state.seats[0]!.verifiedRounds).to.equal(0);
    expect(play.state.seats[1]!.earnedYocto > 0n).to.equal(true);
    checkMoney(play);
  });

  it('fines the auditor that saw one where a jury sees none', () => {
    const play = tooFarOff();
    const { plaintiffSeat } = theDispute(play);
    const stake = stakeOf(play, plaintiffSeat!);
    jurySays(play, theDispute(play).claimed);
    waitForTheEnd(play);
    const lost = stake - stakeOf(play, plaintiffSeat!);
    expect(lost).to.equal(BigInt(distanceTerms.stakeYocto) / 10n);
    expect(play.state.seats[plaintiffSeat!]!.auditsWrong).to.equal(1);
    expect(wrongAuditsMax).to.be.above(1);
  });

  it('that another machine may see within it fines nobody at first, and is counted', () => {
    const play = underAudit();
    openAudit(play, 0);
    measureAudit(play, 0, { residual: toleranceBillionths + 1 });
    passOthers(play);
    const { plaintiffSeat, denial } = theDispute(play);
    expect(denial).to.equal(true);
    const stake = stakeOf(play, plaintiffSeat!);
    jurySays(play, theDispute(play).claimed);
    waitForTheEnd(play);
    expect(stakeOf(play, plaintiffSeat!)).to.equal(stake);
    expect(play.state.seats[plaintiffSeat!]!.denied).to.not.equal('');
  });

  it('takes everything of a seat whose stake does not cover a failure', () => {
    const play = underAudit();
    const seat = { ...play.state.seats[0]!, stakeYocto: priceYocto - 1n };
    play.totals = {
      ...play.totals,
      stakes: play.totals.stakes - stakeOf(play, 0) + seat.stakeYocto,
      treasury: stakeOf(play, 0) - seat.stakeYocto,
    };
    play.state = { ...play.state, seats: [seat, ...play.state.seats.slice(1)] };
    tooFarOff(play);
    jurySays(play, named('another end'));
    expect(play.state.run.roster[0]!.status).to.equal('expelled');
    expect(theDispute(play).distance!.expels).to.equal(true);
    checkMoney(play);
  });
});

describe('drift', () => {
  /** Audits of seat 0 that each lie `along` billionths to the side of those before. */
  function driftFor(rounds: number, along: number): RunPlay {
    const play = underAudit();
    for (let i = 0; ; i++) {
      openAudit(play, 0);
      measureAudit(play, 0, { residual: toleranceBillionths, along });
      if (i === rounds - 1 || auditOf(play, 0).state === 'disputed') return play;
      passOthers(play);
      nextRound(play);
    }
  }

  it('is no failure while the sum stays below the bound by the root of the count', () => {
    // 500,000 · 4 is 1,000,000 · √4; the first has nothing to lie along.
    const play = driftFor(6, 500_000);
    expect(auditOf(play, 0).state).to.equal('passed');
    expect(play.state.seats[0]!.distances!.audits).to.have.length(tolerance!.window);
  });

  it('fails the audit with which the sum passes it', () => {
    const play = driftFor(6, 500_001);
    expect(auditOf(play, 0)).to.include({ round: 5, state: 'disputed' });
    expect(theDispute(play).distance).to.deep.include({ about: 'drift' });
    expect(theDispute(play).distance!.beside).to.equal(play.state.seats[0]!.distances!.sum);
  });

  it('does not add up when distances point there and back', () => {
    const play = driftFor(3, -toleranceBillionths);
    expect(auditOf(play, 0).state).to.equal('passed');
  });

  it('costs the auditor nothing where a jury sees none, is counted, and leaves what was known', () => {
    const play = driftFor(6, 500_001);
    const { plaintiffSeat } = theDispute(play);
    const stake = stakeOf(play, plaintiffSeat!);
    passOthers(play);
    jurySays(play, theDispute(play).claimed);
    expect(stakeOf(play, plaintiffSeat!)).to.equal(stake);
    const sums = play.state.seats[0]!.distances!.audits.map((one) => one.alongBillionths);
    expect(sums.slice(-3)).to.deep.equal([500_001, 500_001, 500_001]);
    expect(play.state.disputes).to.deep.equal([]);
    expect(play.state.seats[plaintiffSeat!]!.denied).to.not.equal('');
  });

  it('is counted anew once a jury has found one', () => {
    const play = driftFor(6, 500_001);
    passOthers(play);
    jurySays(play, named('another end'));
    waitForTheEnd(play);
    const sums = play.state.seats[0]!.distances!.audits.map((one) => one.alongBillionths);
    expect(new Set(sums)).to.deep.equal(new Set([0]));
  });
});

describe('a decoy of the tolerance class', () => {
  it('pays the auditor that finds it wrong and what it covers right', () => {
    const play = decoyUnderAudit();
    openAudit(play, 0);
    measureAudit(play, 0, 'honestly');
    expect(auditOf(play, 0).state).to.equal('uncover');
    uncoverAudit(play, 0);
    const planted = play.traced(1, 0)[1]!;
    expect(auditOf(play, 0)).to.include({ state: 'measure', openedLeaf: play.trace(1, 0)[1] });
    expect(auditOf(play, 0).distance).to.include({ planted, residualBillionths: null });
    measureAudit(play, 0, close);
    const { auditor } = auditOf(play, 0);
    expect(auditOf(play, 0)).to.include({ state: 'passed', right: true, decoy: true });
    const earned = play.state.seats[auditor]!.earnedYocto;
    passOthers(play);
    const more = play.state.seats[auditor]!.earnedYocto - earned;
    expect(more >= BigInt(decoyTerms.auditFeeYocto) + BigInt(decoyTerms.decoyFeeYocto)).to.equal(
      true,
    );
  });

  it('convicts the auditor that passes it, once a jury has seen that it is wrong', () => {
    const play = decoyUnderAudit();
    openAudit(play, 0);
    measureAudit(play, 0, close);
    const { auditor } = auditOf(play, 0);
    uncoverAudit(play, 0);
    expect(theDispute(play).distance).to.deep.include({ about: 'decoy' });
    expect(theDispute(play).distance!.beside).to.equal(play.traced(1, 0)[1]);
    expect(theDispute(play).claimed).to.equal(play.trace(1, 0)[1]);
    const stake = stakeOf(play, auditor);
    jurySays(play, theDispute(play).claimed);
    passOthers(play);
    waitForTheEnd(play);
    expect(stake - stakeOf(play, auditor)).to.equal(BigInt(decoyTerms.stakeYocto) / 10n);
    expect(play.state.seats[0]!.slashedYocto).to.equal(0n);
  });

  it('that is within the tolerance frames nobody: the jury does not confirm it', () => {
    const play = decoyUnderAudit();
    openAudit(play, 0);
    measureAudit(play, 0, close);
    const { auditor } = auditOf(play, 0);
    uncoverAudit(play, 0);
    const stake = stakeOf(play, auditor);
    jurySays(play, null);
    expect(theDispute(play).verdict).to.equal('against');
    expect(stakeOf(play, auditor)).to.equal(stake);
    expect(play.state.seats[0]!.slashedYocto).to.equal(priceYocto);
  });

  it('hides no work that was not done: what it covers is measured too', () => {
    const play = decoyUnderAudit();
    openAudit(play, 0);
    measureAudit(play, 0, 'honestly');
    uncoverAudit(play, 0);
    measureAudit(play, 0, tooFar);
    expect(theDispute(play).distance).to.deep.include({ about: 'distance' });
  });

  it('is drawn by the secret of the commitment, and no other covers anything', () => {
    const play = decoyUnderAudit();
    openAudit(play, 0);
    measureAudit(play, 0, 'honestly');
    const right = uncoverCommand(play, auditOf(play, 0));
    const other = { ...right, secret: 'another secret' } as typeof right;
    expect(refusalOf(play, other)).to.match(/^BAD_OPENING: this is not the secret that hidden/);
    const another = { ...other, hidden: hiddenOf('another secret') } as typeof right;
    expect(refusalOf(play, another)).to.match(/^BAD_OPENING: the commitment bound no such trace/);
    const none = { ...right, secret: null } as typeof right;
    expect(refusalOf(play, none)).to.match(/^BAD_PROOF: what was opened covers another leaf/);
    const elsewhere = { ...right, leaf: named('elsewhere') } as typeof right;
    expect(refusalOf(play, elsewhere)).to.match(/^BAD_PROOF/);
  });

  it('that its worker does not uncover costs it the seat, as not opening does', () => {
    const play = decoyUnderAudit();
    openAudit(play, 0);
    measureAudit(play, 0, 'honestly');
    passOthers(play);
    play.nowMs = auditOf(play, 0).deadlineMs;
    play.apply(tickOnly);
    expect(play.state.run.roster[0]!.status).to.equal('expelled');
    expect(play.state.seats[0]).to.include({ stakeYocto: 0n });
    checkMoney(play);
  });

  it('is no start of a segment: what was computed is, and the segments join', () => {
    for (let i = 0; ; i++) {
      const play = underAudit(decoyTerms, `join ${i}`);
      const { round, segment } = auditOf(play, 0);
      if (segment !== 1) continue;
      const traced = play.traced(round, 0);
      const step = { ...play.actor(0), round, seat: 0, segment };
      const proof = proveTraceLeaf(traced, segment);
      const planted = { kind: 'deliver' as const, ...step, leaf: traced[segment]!, proof };
      expect(refusalOf(play, planted)).to.match(/^BAD_PROOF: show the leaf that was computed/);
      break;
    }
  });

  it('is shown at once where the segment starts from it', () => {
    for (let i = 0; ; i++) {
      const play = underAudit(decoyTerms, `start ${i}`);
      if (auditOf(play, 0).segment !== 1) continue;
      openAudit(play, 0);
      expect(auditOf(play, 0)).to.include({ state: 'measure', startLeaf: play.trace(1, 0)[1] });
      // After the last segment there is no decoy to uncover.
      measureAudit(play, 0, close);
      expect(auditOf(play, 0).state).to.equal('passed');
      break;
    }
  });

  it('below which no trace was committed is refused where a segment starts from it', () => {
    for (let i = 0; ; i++) {
      const play = underAudit(decoyTerms, `false start ${i}`);
      const { segment, round } = auditOf(play, 0);
      if (segment !== 1) continue;
      const { leaf, proof } = play.openedLeaf(round, 0, 1);
      const it = { realRoot: named('root of nothing'), hidden: named('hidden') };
      const step = { ...play.actor(0), round, seat: 0, segment, leaf, proof, ...it };
      expect(refusalOf(play, { kind: 'deliver', ...step })).to.match(/^BAD_OPENING/);
      break;
    }
  });
});

describe('terms of the tolerance class', () => {
  const sound: RunTerms = {
    ...soundTerms,
    segments: 4,
    auditedClaimsBps: 10_000,
    decoyShareBps: 8_000,
    decoyFeeYocto: `${near / 50n}`,
    stakeYocto: `${2n * near}`,
    tolerance: { ...tolerance!, failureYocto: `${near / 2n}` },
  };

  function refusalOfTerms(changes: Partial<RunTerms>): string {
    try {
      decodeRunTerms({ ...sound, ...changes }, 'terms');
      return 'accepted';
    } catch (error) {
      return (error as Error).message;
    }
  }

  it('are accepted when they deter', () => {
    expect(refusalOfTerms({})).to.equal('accepted');
    expect(decodeRunTerms(sound, 'terms')).to.deep.equal(sound);
  });

  it('leave terms without them as they were', () => {
    expect(Object.keys(decodeRunTerms(soundTerms, 'terms'))).to.not.include('tolerance');
  });

  const refused: [string, Partial<RunTerms['tolerance'] & object>, Partial<RunTerms>, RegExp][] = [
    ['below what honest engines differ by', { toleranceBillionths: 999_999 }, {}, /^BAD_ARGUMENT/],
    ['so wide that steps can be left out', { toleranceBillionths: 5e7 + 1 }, {}, /^BAD_ARGUMENT/],
    ['with a drift that finds nothing', { driftBillionths: 2_500_001 }, {}, /^BAD_TERMS: drift/],
    ['that take a seat for one failure', { failuresMax: 1 }, {}, /^BAD_ARGUMENT/],
    ['with more failures than audits', { failuresMax: 5 }, {}, /^BAD_TERMS: failuresMax 5/],
    ['whose failure does not pay its round', { failureYocto: '1' }, {}, /^BAD_TERMS: failureYocto/],
    ['whose stake covers too few', {}, { stakeYocto: `${near - 1n}` }, /^BAD_TERMS: stakeYocto/],
    ['without decoys', {}, { decoyShareBps: 0 }, /^CHEATING_PAYS: lazy-auditor would pay/],
    [
      'whose failure is cheaper than what cheating saves',
      {},
      { computeCostYocto: `${near}` },
      /^CHEATING_PAYS: free-riding .*raise failureYocto/,
    ],
  ];
  for (const [what, changes, others, pattern] of refused) {
    it(`are refused ${what}`, () => {
      const changed = { ...sound.tolerance!, ...changes };
      expect(refusalOfTerms({ ...others, tolerance: changed })).to.match(pattern);
    });
  }
});
