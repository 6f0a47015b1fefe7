/** Juries that escalate: who sits, who may appeal, what acts at once, and what the wrong ones pay. */
import { expect } from 'chai';
import { appealCost } from '@commonweights/dao-contracts/rules/dispute.js';
import { resolutionMs } from '@commonweights/dao-contracts/rules/limits.js';
import type { RoundRecord } from '@commonweights/dao-contracts/rules/run.js';
import { named, near, type RunPlay } from './run-play.js';
import { accountOf, terms } from './run-scenes.js';
import {
  appealBy,
  costOf,
  crowd,
  disputed,
  jurySays,
  passAudits,
  playAudit,
  refusalOf,
  theDispute,
  tickOnly,
} from './dispute-scenes.js';

const fee = BigInt(terms.auditFeeYocto);
const wrong = named('wrong');

/** What the worker of seat 0 opened. */
const claimed = (play: RunPlay) => theDispute(play).claimed;
const auditorOf = (play: RunPlay) => theDispute(play).plaintiff;
const letTimePass = (play: RunPlay, ms = terms.deadlinesMs.audit) => {
  play.nowMs += ms;
  play.apply(tickOnly);
};
const statusOf = (play: RunPlay, seat: number) => play.state.run.roster[seat]!.status;

describe('a jury', () => {
  it('is of three who are no party, auditors first', () => {
    for (let i = 0; i < 10; i++) {
      const play = disputed(crowd({ seed: `jury ${i}` }));
      play.apply(tickOnly);
      const { panel, plaintiffSeat } = theDispute(play);
      const seats = panel!.map(({ seat }) => seat);
      expect(new Set(seats)).to.have.property('size', 3);
      expect(seats).to.not.include(0).and.not.include(plaintiffSeat);
      const others = [12, 13].filter((seat) => seat !== plaintiffSeat);
      expect(seats).to.include.members(others);
    }
  });

  it('is of seven others on appeal, then of everybody, then it is the DAO', () => {
    const play = disputed();
    const first = jurySays(play, wrong);
    expect(theDispute(play)).to.include({ stage: 'window', verdict: 'against', acted: true });
    appealBy(play, accountOf(play, 0));
    const second = jurySays(play, claimed(play));
    expect(second).to.have.length(7);
    expect(first.filter((seat) => second.includes(seat))).to.deep.equal([]);
    expect(theDispute(play)).to.include({ level: 1, verdict: 'for' });
    appealBy(play, auditorOf(play));
    const third = jurySays(play, claimed(play));
    expect(third).to.have.length(12);
    appealBy(play, auditorOf(play));
    expect(theDispute(play)).to.include({ level: 3, stage: 'dao', verdict: 'for' });
  });

  it('is passed over where nobody new would sit: a small run goes to the DAO at once', () => {
    const play = disputed(crowd({ trainers: 3, auditors: 1 }));
    jurySays(play, wrong);
    appealBy(play, accountOf(play, 0));
    expect(theDispute(play)).to.include({ level: 3, stage: 'dao', verdict: 'against' });
  });

  it('refuses who does not sit on it, who answered, and what is closed', () => {
    const play = disputed();
    play.apply(tickOnly);
    const { id, panel } = theDispute(play);
    const [juror] = panel!;
    const judge = (seat: number, dispute = id) =>
      refusalOf(play, { kind: 'judge', account: accountOf(play, seat), dispute, answer: wrong });
    expect(judge(0)).to.match(/^NOT_YOUR_TURN: seat 0 does not sit on dispute/);
    expect(judge(juror!.seat, 99)).to.match(/^DISPUTE_CLOSED: run 1 has no open dispute 99/);
    expect(judge(juror!.seat)).to.equal('accepted');
    expect(judge(juror!.seat)).to.match(/^ALREADY_ACTED: this juror has answered/);
  });

  it('that stays silent changes nothing and costs nobody a stake', () => {
    const play = disputed();
    play.apply(tickOnly);
    letTimePass(play);
    expect(play.state.disputes).to.deep.equal([]);
    expect(play.state.run).to.include({ finalRounds: 1 });
    for (const seat of play.state.seats) expect(seat.slashedYocto).to.equal(0n);
  });
});

describe('a verdict against a claim', () => {
  it('rewinds the round at once and keeps the money locked until nobody can appeal', () => {
    const play = disputed();
    jurySays(play, wrong);
    expect(play.state.run).to.include({ provisional: null, finalRounds: 0 });
    expect(play.state.run.open).to.include({ round: 3, startRoot: terms.initialRoot });
    expect((JSON.parse(play.records[0]!.text) as RoundRecord).outcome).to.equal('rewound');
    expect(statusOf(play, 0)).to.equal('expelled');
    expect(play.totals.slashed).to.equal(near);
    letTimePass(play, terms.deadlinesMs.audit - 1);
    expect(play.totals.slashed).to.equal(near);
    letTimePass(play, 1);
    expect(play.totals.slashed).to.equal(0n);
    expect(play.state.disputes).to.deep.equal([]);
  });

  it('pays the auditor a tenth, jurors who agreed a fee, the honest one reward at most', () => {
    const play = disputed();
    const auditor = theDispute(play).plaintiffSeat!;
    const escrow = play.state.run.escrowYocto;
    const jurors = jurySays(play, wrong).slice(0, 2);
    letTimePass(play);
    const earned = (seat: number) => play.state.seats[seat]!.earnedYocto;
    expect(earned(auditor) >= near / 10n).to.equal(true);
    for (const seat of jurors) {
      const audits = BigInt(play.state.seats[seat]!.auditsRight);
      expect(earned(seat) - audits * fee >= fee).to.equal(true);
    }
    for (const { seat } of play.state.seats) {
      const audits = BigInt(play.state.seats[seat]!.auditsRight);
      const most = BigInt(terms.rewardYocto) + near / 10n + (audits + 1n) * fee;
      expect(earned(seat) <= most).to.equal(true);
    }
    // The cancelled round and the dispute cost the escrow nothing in the end.
    expect(play.state.run.escrowYocto >= escrow - 10n ** 22n).to.equal(true);
  });

  it('that is overturned gives stake and place back, and the wrong ones pay', () => {
    const play = disputed();
    const auditor = theDispute(play).plaintiffSeat!;
    const wrongJurors = jurySays(play, wrong).slice(0, 2);
    const cost = costOf(play);
    appealBy(play, accountOf(play, 0));
    expect(cost >= 7n * fee).to.equal(true);
    jurySays(play, claimed(play));
    expect(statusOf(play, 0)).to.equal('absent');
    expect(play.state.seats[0]).to.include({ stakeYocto: near, slashedYocto: 0n });
    letTimePass(play);
    expect(play.state.disputes).to.deep.equal([]);
    for (const seat of [auditor, ...wrongJurors]) {
      expect(play.state.seats[seat]).to.include({ slashedYocto: near / 10n, auditsWrong: 1 });
    }
    const storage = cost - 7n * fee;
    expect(play.ledgers.get(accountOf(play, 0))).to.equal(cost - storage);
    play.apply({ kind: 'rejoin', account: accountOf(play, 0) });
    expect(statusOf(play, 0)).to.equal('active');
  });

  it('that an appeal confirms costs the appellant its bond, which pays the jurors', () => {
    const play = disputed();
    jurySays(play, wrong);
    appealBy(play, accountOf(play, 0));
    const jurors = jurySays(play, wrong).slice(0, 4);
    letTimePass(play);
    expect(play.ledgers.get(accountOf(play, 0)) ?? 0n).to.equal(0n);
    for (const seat of jurors) expect(play.state.seats[seat]!.earnedYocto >= fee).to.equal(true);
    expect(play.totals.bonds).to.equal(0n);
  });

  it('by jurors who had no material punishes no juror who had it', () => {
    const play = disputed(crowd(), 'null');
    play.apply(tickOnly);
    const { id, panel } = theDispute(play);
    const [first, ...others] = panel!.map(({ seat }) => accountOf(play, seat));
    const say = (account: string, answer: typeof wrong | null) =>
      play.apply({ kind: 'judge', account, dispute: id, answer });
    say(first!, claimed(play));
    for (const account of others) say(account, null);
    letTimePass(play);
    expect(play.state.seats[panel![0]!.seat]!.slashedYocto).to.equal(0n);
    expect(statusOf(play, 0)).to.equal('expelled');
  });
});

describe('a verdict for a claim', () => {
  it('holds the round while the auditor may appeal, and no longer', () => {
    const play = disputed();
    jurySays(play, claimed(play));
    expect(play.state.run.provisional).to.include({ round: 1 });
    letTimePass(play, terms.deadlinesMs.audit - 1);
    expect(play.state.run.finalRounds).to.equal(0);
    letTimePass(play, 1);
    expect(play.state.run.finalRounds).to.equal(1);
  });

  it('is not appealed by an auditor that only had no material: it has nothing to lose', () => {
    const play = disputed(crowd(), 'null');
    jurySays(play, claimed(play));
    expect(play.state.run.finalRounds).to.equal(1);
    expect(play.state.disputes).to.deep.equal([]);
  });

  it('that an appeal overturns rewinds the round that it had held', () => {
    const play = disputed();
    jurySays(play, claimed(play));
    appealBy(play, auditorOf(play));
    jurySays(play, wrong);
    expect(play.state.run).to.include({ finalRounds: 0, provisional: null });
    expect(statusOf(play, 0)).to.equal('expelled');
  });

  it('lets the round go when the DAO is asked: weeks are too long to hold it', () => {
    const play = disputed(crowd({ trainers: 3, auditors: 1 }));
    jurySays(play, claimed(play));
    appealBy(play, auditorOf(play));
    expect(play.state.run.finalRounds).to.equal(1);
    expect(theDispute(play)).to.include({ stage: 'dao' });
  });
});

describe('an appeal', () => {
  it('is refused to strangers and winners, without its bond, too early and too late', () => {
    const play = disputed();
    const { id } = theDispute(play);
    const appeal = (account: string, depositYocto: bigint) =>
      refusalOf(play, { kind: 'appeal', account, dispute: id, depositYocto });
    const subject = accountOf(play, 0);
    expect(appeal(subject, near)).to.match(/^NOT_YOUR_TURN: dispute 1 is at "jury"/);
    const auditor = auditorOf(play);
    jurySays(play, wrong);
    expect(appeal(auditor, near)).to.match(/^NOT_YOUR_TURN: only who lost dispute 1/);
    expect(appeal('x.test', near)).to.match(/^NOT_YOUR_TURN: only who lost dispute 1/);
    expect(appeal(subject, costOf(play) - 1n)).to.match(/^DEPOSIT_TOO_SMALL: attach the bond/);
    play.nowMs = theDispute(play).deadlineMs;
    expect(appeal(subject, near)).to.match(/^APPEAL_TOO_LATE: the verdict on dispute 1 could/);
  });

  it('returns what was attached beyond the bond at once', () => {
    const play = disputed();
    jurySays(play, wrong);
    const depositYocto = costOf(play) + 5n;
    play.apply({ kind: 'appeal', account: accountOf(play, 0), dispute: 1, depositYocto });
    expect(play.ledgers.get(accountOf(play, 0))).to.equal(5n);
  });
});

describe('the DAO as the last instance', () => {
  const before = () => {
    const play = disputed(crowd({ trainers: 3, auditors: 1 }));
    jurySays(play, wrong);
    appealBy(play, accountOf(play, 0));
    return play;
  };

  it('clears who was found wrong', () => {
    const play = before();
    play.apply({ kind: 'resolve', dispute: 1, verdict: 'for' });
    expect(play.state.disputes).to.deep.equal([]);
    expect(play.state.seats[0]).to.include({ stakeYocto: near, slashedYocto: 0n });
    expect(statusOf(play, 0)).to.equal('absent');
  });

  it('confirms, and the bond is lost', () => {
    const play = before();
    play.apply({ kind: 'resolve', dispute: 1, verdict: 'against' });
    expect(play.totals).to.include({ bonds: 0n, slashed: 0n });
    expect(play.ledgers.get(accountOf(play, 0)) ?? 0n).to.equal(0n);
  });

  it('that says nothing lets the verdict stand and gives the bond back', () => {
    const play = before();
    const { bondYocto } = theDispute(play).bonds[0]!;
    letTimePass(play, resolutionMs);
    expect(play.state.disputes).to.deep.equal([]);
    expect(statusOf(play, 0)).to.equal('expelled');
    expect(play.ledgers.get(accountOf(play, 0))).to.equal(bondYocto);
  });

  it('that finds against a claim while its round is provisional still rewinds it', () => {
    const play = crowd({ trainers: 3, auditors: 1 });
    playAudit(
      play,
      play.state.audits.find(({ seat }) => seat === 0)!,
      'wrong',
    );
    jurySays(play, claimed(play));
    appealBy(play, auditorOf(play));
    play.apply({ kind: 'resolve', dispute: 1, verdict: 'against' });
    expect(statusOf(play, 0)).to.equal('expelled');
    expect(play.state.run.provisional).to.include({ round: 1 });
    const appeal = { kind: 'appeal' as const, account: accountOf(play, 0), dispute: 1 };
    expect(refusalOf(play, { ...appeal, depositYocto: near })).to.match(/^APPEAL_TOO_LATE/);
    for (let i = 0; i < 4; i++) letTimePass(play);
    expect((JSON.parse(play.records[0]!.text) as RoundRecord).outcome).to.equal('rewound');
    expect(play.state.disputes).to.deep.equal([]);
    expect(play.totals).to.include({ slashed: 0n, bonds: 0n });
  });

  it('is not asked before the juries', () => {
    const play = disputed();
    const refusal = refusalOf(play, { kind: 'resolve', dispute: 1, verdict: 'for' });
    expect(refusal).to.match(/^WRONG_PHASE: dispute 1 is at "jury"; juries decide it first/);
  });

  it('may still be asked when the run has stopped, and pays to the account then', () => {
    const play = disputed();
    jurySays(play, wrong);
    play.apply({ kind: 'stop' });
    expect(play.totals.slashed).to.equal(near);
    const { run } = play.state;
    expect(appealCost(run, play.state.terms, theDispute(play)).level).to.equal(3);
    appealBy(play, accountOf(play, 0));
    play.apply({ kind: 'resolve', dispute: 1, verdict: 'for' });
    expect(play.ledgers.get(accountOf(play, 0))! >= near).to.equal(true);
    expect(play.totals).to.include({ bonds: 0n, slashed: 0n });
  });
});

describe('two disputes about one claim', () => {
  const both = () => {
    const play = crowd({}, { ...terms, segments: 5, auditsPerClaim: 2 });
    passAudits(play, 0);
    for (const audit of play.state.audits.filter(({ seat }) => seat === 0)) {
      playAudit(play, audit, 'wrong');
    }
    play.apply(tickOnly);
    return play;
  };

  it('lock the stake once, and a second verdict keeps what the first one gives up', () => {
    const play = both();
    jurySays(play, wrong);
    const [first, second] = play.state.disputes;
    for (const { seat } of second!.panel!) {
      const now = play.state.disputes.find(({ id }) => id === second!.id)!;
      if (now.panel === null) break;
      const account = accountOf(play, seat);
      play.apply({ kind: 'judge', account, dispute: second!.id, answer: wrong });
    }
    expect(play.totals.slashed).to.equal(near);
    appealBy(play, accountOf(play, 0));
    jurySays(play, first!.claimed);
    expect(theDispute(play).verdict).to.equal('for');
    expect(statusOf(play, 0)).to.equal('expelled');
    expect(play.totals.slashed).to.equal(near);
    const kept = play.state.disputes.find(({ id }) => id === second!.id)!;
    expect(kept.losses.map(({ stakeYocto }) => stakeYocto)).to.deep.equal([near]);
  });
});
