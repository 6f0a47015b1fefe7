/** What an audit comes to: who loses what, and who is drawn. */
import { expect } from 'chai';
import { proveTraceLeaf } from '@commonweights/dao-contracts/rules/trace.js';
import type { RoundRecord } from '@commonweights/dao-contracts/rules/run.js';
import type { RunCommand } from '@commonweights/dao-contracts/rules/run-events.js';
import { named, near, type RunPlay } from './run-play.js';
import { accountOf, provisional, running, terms } from './run-scenes.js';

/** All other audits are late too, then; this scene is about the first one. */
function letTimePass(play: RunPlay): void {
  play.nowMs += terms.deadlinesMs.audit;
  play.apply({ kind: 'tick', round: null, phase: null });
}

describe('audits with a verdict', () => {
  function playAudit(answer: 'honest' | 'wrong' | 'null', jury: 'worker' | 'auditor' | 'silent') {
    const play = provisional();
    const { round, seat, segment, auditor } = play.state.audits[0]!;
    const trace = play.trace(round, seat);
    const leafAt = (index: number) => ({
      leaf: trace[index]!,
      proof: proveTraceLeaf(trace, index),
    });
    const step = { round, seat, segment };
    const leaf = { honest: trace[segment + 1]!, wrong: named('wrong'), null: null }[answer];
    const worker = accountOf(play, seat);
    play.apply({ kind: 'deliver', account: worker, ...step, ...leafAt(segment) });
    play.apply({ kind: 'answer', account: accountOf(play, auditor), ...step, leaf });
    play.apply({
      kind: 'open',
      account: worker,
      ...step,
      ...play.openedLeaf(round, seat, segment + 1),
    });
    const find = () => play.state.audits.find((one) => one.seat === seat && one.round === round);
    if (find()?.state === 'disputed') {
      play.apply(play.tick());
      const dispute = () => play.state.disputes[0];
      for (const juror of dispute()!.panel!) {
        if (jury === 'silent' || dispute()?.stage !== 'jury') break;
        const said = jury === 'worker' ? trace[segment + 1]! : named('wrong');
        const account = accountOf(play, juror.seat);
        play.apply({ kind: 'judge', account, dispute: dispute()!.id, answer: said });
      }
      if (dispute()?.stage === 'jury') letTimePass(play);
    }
    return { play, seat, auditor };
  }

  it('passes where the auditor agrees', () => {
    const { play, seat } = playAudit('honest', 'silent');
    const audit = play.state.audits.find((one) => one.seat === seat)!;
    expect(audit).to.include({ state: 'passed', right: true, potYocto: 0n });
  });

  it('fines an auditor whose wrong answer the jury overrules a tenth of its stake', () => {
    const { play, seat, auditor } = playAudit('wrong', 'worker');
    const audit = () => play.state.audits.find((one) => one.seat === seat);
    expect(audit()).to.include({ state: 'disputed', right: false });
    expect(play.state.seats[auditor]!.stakeYocto).to.equal(near);
    // It may appeal until the deadline; the others' audits are late by then, so the round closes.
    const { deadlineMs } = play.state.disputes[0]!;
    play.nowMs = deadlineMs - 1;
    play.apply({ kind: 'tick', round: null, phase: null });
    expect(audit()).to.include({ state: 'disputed' });
    play.nowMs = deadlineMs;
    play.apply({ kind: 'tick', round: null, phase: null });
    expect(play.state.disputes).to.deep.equal([]);
    expect(play.state.seats[auditor]!.stakeYocto).to.equal(near - near / 10n);
    expect(play.state.run.roster[seat]!.status).to.equal('active');
  });

  it('takes the fee alone from an auditor that had no material where the jury had it', () => {
    const { play, seat, auditor } = playAudit('null', 'worker');
    const audit = play.state.audits.find((one) => one.seat === seat)!;
    expect(audit).to.include({ state: 'passed', right: false, potYocto: 0n });
    expect(play.state.seats[auditor]).to.include({ stakeYocto: near, auditsWrong: 0 });
  });

  it('expels a worker whom the jury does not confirm', () => {
    const { play, seat } = playAudit('wrong', 'auditor');
    expect(play.state.run.roster[seat]!.status).to.equal('expelled');
    expect(play.state.seats[seat]!.slashedYocto).to.equal(near);
  });

  it('punishes nobody when no juror answers', () => {
    const { play, seat, auditor } = playAudit('wrong', 'silent');
    expect(play.state.run.roster[seat]!.status).to.not.equal('expelled');
    expect(play.state.seats[auditor]!.slashedYocto).to.equal(0n);
  });

  it('expels who does not deliver, and replaces an auditor who does not answer once', () => {
    const play = provisional();
    const [first] = play.state.audits;
    const { round, seat, segment } = first!;
    const trace = play.trace(round, seat);
    const proof = proveTraceLeaf(trace, segment);
    const account = accountOf(play, seat);
    play.apply({ kind: 'deliver', account, round, seat, segment, leaf: trace[segment]!, proof });
    play.nowMs += terms.deadlinesMs.audit;
    play.apply({ kind: 'tick', round: null, phase: null });
    const others = [0, 1, 2].filter((one) => one !== seat);
    for (const one of others) expect(play.state.run.roster[one]!.status).to.equal('expelled');
    const audit = () => play.state.audits.find((one) => one.seat === seat);
    expect(audit()).to.include({ state: 'answer', replaced: first!.auditor });
    const replacement = audit()!.auditor;
    expect(replacement).to.not.equal(first!.auditor);
    play.nowMs += terms.deadlinesMs.audit;
    play.apply({ kind: 'tick', round: null, phase: null });
    // Nobody answered twice: the audit lapsed as passed, and the round, two of whose updates
    // failed, was rewound. Silence cost what a wrong answer costs, where there still was a stake.
    const silent = [first!.auditor, replacement].map((one) => play.state.seats[one]!);
    for (const { slashedYocto, auditsWrong, seat: one } of silent) {
      const expelled = play.state.run.roster[one]!.status === 'expelled';
      expect(slashedYocto).to.equal(expelled ? near : near / 10n);
      expect(auditsWrong).to.be.above(0);
    }
    expect(audit()).to.equal(undefined);
    expect(play.state.run).to.include({ finalRounds: 0, provisional: null, status: 'paused' });
    expect(silent.map(({ slashedYocto }) => slashedYocto)).to.include(near / 10n);
    expect(play.state.run.roster[seat]!.status).to.equal('active');
  });
});

/** Seat `seat` is expelled for not delivering, soon after it was to audit `subject`. */
function expelAnAuditor(it = { answersFirst: false }) {
  for (let i = 0; ; i++) {
    const play = provisional(running(terms, { seed: `expel ${i}` }));
    const owed = play.state.audits.find(({ auditor }) => auditor < 3);
    if (!owed) continue;
    const { round, seat: subject, auditor: seat } = owed;
    const act = (command: object) => play.apply({ round, ...command } as RunCommand);
    const deliver = (whose: number) => {
      const { segment } = play.state.audits.find((one) => one.seat === whose)!;
      const { leaf, proof } = play.openedLeaf(round, whose, segment);
      act({ kind: 'deliver', account: accountOf(play, whose), seat: whose, segment, leaf, proof });
    };
    play.nowMs += terms.deadlinesMs.audit - 1;
    deliver(subject);
    const { segment } = owed;
    const { leaf } = play.openedLeaf(round, subject, segment + 1);
    if (it.answersFirst) {
      act({ kind: 'answer', account: accountOf(play, seat), seat: subject, segment, leaf });
    }
    play.nowMs += 1;
    play.apply({ kind: 'tick', round: null, phase: null });
    expect(play.state.run.roster[seat]!.status).to.equal('expelled');
    return { play, round, subject, seat };
  }
}

describe('an auditor that is expelled before it answers', () => {
  it('is replaced by the next tick, without a deadline, and stays the one on record', () => {
    const { play, round, subject, seat } = expelAnAuditor();
    const audit = () => play.state.audits.find((one) => one.seat === subject)!;
    if (audit().auditor === seat) play.apply({ kind: 'tick', round: null, phase: null });
    expect(audit()).to.include({ state: 'answer', replaced: seat });
    const { auditor, segment } = audit();
    const opened = play.openedLeaf(round, subject, segment + 1);
    const step = { round, seat: subject, segment };
    const by = accountOf(play, auditor);
    play.apply({ kind: 'answer', account: by, ...step, leaf: opened.leaf });
    play.apply({ kind: 'open', account: accountOf(play, subject), ...step, ...opened });
    const record = JSON.parse(play.records[0]!.text) as RoundRecord;
    const line = record.audits.find((one) => one.seat === subject);
    expect(line).to.include({ auditor: seat, verdict: 'passed' });
    expect(play.state.seats[auditor]!.auditsRight).to.equal(1);
  });
});

describe('an auditor that is expelled after it answered', () => {
  it('gets no fee: how fast it was must not matter', () => {
    const { play, round, subject, seat } = expelAnAuditor({ answersFirst: true });
    const { segment } = play.state.audits.find((one) => one.seat === subject)!;
    const opened = play.openedLeaf(round, subject, segment + 1);
    const account = accountOf(play, subject);
    play.apply({ kind: 'open', account, round, seat: subject, segment, ...opened });
    expect(play.state.run.provisional).to.equal(null);
    expect(play.state.seats[seat]).to.include({ auditsRight: 0, earnedYocto: 0n });
    expect(play.ledgers.get(accountOf(play, seat))).to.equal(undefined);
  });
});

describe('who audits', () => {
  /** The first auditors drawn in many runs that differ in their seeds only. */
  function drawnAuditors(
    changes: object,
    { auditors = 1, runs = 60 } = {},
  ): { seat: number; auditor: number }[] {
    const drawn: { seat: number; auditor: number }[] = [];
    for (let i = 0; i < runs; i++) {
      const play = provisional(running({ ...terms, ...changes }, { seed: `${i}`, auditors }));
      drawn.push(...play.state.audits);
    }
    return drawn;
  }

  it('is an auditor seat three times of four, else another trainer', () => {
    const drawn = drawnAuditors({});
    expect(drawn).to.have.length(180);
    const byTrainers = drawn.filter(({ auditor }) => auditor < 3);
    expect(byTrainers.length).to.be.within(30, 60);
    for (const { seat, auditor } of drawn) expect(auditor).to.not.equal(seat);
  });

  it('is another trainer where there is no auditor seat', () => {
    const drawn = drawnAuditors({ maxAuditors: 0 }, { auditors: 0, runs: 10 });
    expect(drawn).to.have.length(30);
    for (const { seat, auditor } of drawn) {
      expect(auditor).to.be.below(3).and.not.equal(seat);
    }
  });

  it('follows from the seed of the tick alone', () => {
    expect(drawnAuditors({}, { runs: 5 })).to.deep.equal(drawnAuditors({}, { runs: 5 }));
  });
});
