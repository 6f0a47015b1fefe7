/** Many disputes at one time: nobody is acquitted by them, and no call does more than it has room for. */
import { expect } from 'chai';
import { unusedApplicationsYocto } from '@commonweights/dao-contracts/rules/budget.js';
import {
  challengesWithMax,
  denialsPerRoundMax,
  disputesMax,
  recordsPerCallMax,
} from '@commonweights/dao-contracts/rules/limits.js';
import { stepRun } from '@commonweights/dao-contracts/rules/run-events.js';
import type { Dispute } from '@commonweights/dao-contracts/rules/run-state.js';
import { named, near, RunPlay } from './run-play.js';
import { accountOf, enrolCommand, terms } from './run-scenes.js';
import {
  costOf,
  crowd,
  crowdTerms,
  disputed,
  passAudits,
  playAudit,
  refusalOf,
  theDispute,
  tickOnly,
} from './dispute-scenes.js';

const auditOf = (play: RunPlay, seat: number) =>
  play.state.audits.find((audit) => audit.seat === seat)!;

/** As many in all as `count`; those that are added are of another round. */
function fill(play: RunPlay, count: number, changes: Partial<Dispute>): void {
  const like = structuredClone(theDispute(play));
  const none = { losses: [], owed: [], bonds: [], past: [], panel: null, round: 0 };
  for (let id = 1_000; play.state.disputes.length < count; id++) {
    play.state.disputes.push({ ...like, ...none, id, ...changes });
  }
}

/** Two mismatches; the list is filled between them. */
function secondOfTwo(stage: Dispute['stage']): RunPlay {
  const play = crowd();
  playAudit(play, auditOf(play, 0), 'wrong');
  fill(play, disputesMax + (stage === 'dao' ? 1 : 0), { stage, deadlineMs: 1e15, panel: [] });
  playAudit(play, auditOf(play, 1), 'wrong');
  return play;
}

/** Whoever was to audit it may have been expelled: the next tick after delivery draws another. */
function passWithAnother(play: RunPlay, seat: number): void {
  const { round, segment } = auditOf(play, seat);
  const step = { ...play.actor(seat), round, seat, segment };
  const [start, end] = [segment, segment + 1].map((i) => play.openedLeaf(round, seat, i));
  play.apply({ kind: 'deliver', ...step, leaf: start!.leaf, proof: start!.proof });
  play.apply(tickOnly);
  const { auditor } = auditOf(play, seat);
  play.apply({ kind: 'answer', ...step, ...play.actor(auditor), leaf: end!.leaf });
  play.apply({ kind: 'open', ...step, ...end! });
}

describe('a run with as many disputes as juries decide at one time', () => {
  it('acquits nobody: a mismatch waits for a place, and its round with it', () => {
    const play = secondOfTwo('jury');
    expect(play.state.disputes).to.have.length(disputesMax);
    expect(auditOf(play, 1)).to.include({ state: 'disputed', queued: 'answer' });
    for (const audit of play.state.audits) {
      if (audit.state === 'material') playAudit(play, audit, 'right');
    }
    play.nowMs += 10 * terms.deadlinesMs.audit;
    play.apply(tickOnly);
    expect(auditOf(play, 1)).to.include({ state: 'disputed', queued: 'answer' });
    expect(play.state.run.provisional).to.include({ round: 1 });
  });

  it('opens what waited as soon as one has ended', () => {
    const play = secondOfTwo('jury');
    // The DAO, or a jury, has come to the end of one.
    play.state.disputes.find(({ id }) => id === 1_000)!.stage = 'window';
    play.state.disputes.find(({ id }) => id === 1_000)!.deadlineMs = 0;
    play.apply(tickOnly);
    play.apply(tickOnly);
    const opened = play.state.disputes.at(-1)!;
    expect(opened).to.include({ kind: 'audit', round: 1, seat: 1 });
    expect(auditOf(play, 1)).to.include({ state: 'disputed', queued: null });
  });

  it('does not count those that have failed their claims, which wait for the round themselves', () => {
    const play = secondOfTwo('jury');
    const panel = (seat: number) => ({ seat, answered: false, answer: null });
    const first = theDispute(play);
    first.panel = [2, 3, 4].map(panel);
    for (const { seat } of first.panel.slice(0, 2)) {
      play.apply({ kind: 'judge', ...play.actor(seat), dispute: first.id, answer: named('wrong') });
    }
    expect(theDispute(play)).to.include({ stage: 'window', acted: true });
    play.apply(tickOnly);
    expect(play.state.disputes).to.have.length(disputesMax + 1);
    expect(auditOf(play, 1)).to.include({ state: 'disputed', queued: null });
  });

  for (const how of ['convicts it again', 'says nothing'] as const) {
    it(`opens what waits where the place is that of an appeal whose panel ${how}`, () => {
      const play = crowd();
      playAudit(play, auditOf(play, 0), 'wrong');
      play.apply(tickOnly);
      const { id } = theDispute(play);
      const appealed = () => play.state.disputes.find((one) => one.id === id)!;
      const convict = (count: number) => {
        for (const { seat } of appealed().panel!.slice(0, count)) {
          play.apply({ kind: 'judge', ...play.actor(seat), dispute: id, answer: named('wrong') });
        }
      };
      convict(2);
      expect(appealed()).to.include({ stage: 'window', acted: true });
      const account = accountOf(play, 0);
      play.apply({ kind: 'appeal', account, dispute: id, depositYocto: costOf(play) });
      fill(play, disputesMax, {
        stage: 'jury',
        acted: false,
        verdict: null,
        deadlineMs: 1e15,
        panel: [],
      });
      playAudit(play, auditOf(play, 1), 'wrong');
      expect(auditOf(play, 1)).to.include({ state: 'disputed', queued: 'answer' });
      for (const audit of play.state.audits) {
        if (audit.state === 'material') passWithAnother(play, audit.seat);
      }
      appealed().deadlineMs = play.state.run.provisional!.auditsDueMs + 1_000;
      // All that had a deadline is closed: no tick looks at the audits by itself any more.
      play.nowMs = play.state.run.provisional!.auditsDueMs + 1;
      play.apply(tickOnly);
      expect(play.state.run.provisional!.auditsDueMs).to.equal(Number.MAX_SAFE_INTEGER);
      if (how === 'says nothing') play.nowMs = appealed().deadlineMs;
      else convict(4);
      play.apply(tickOnly);
      expect(appealed()).to.include({ stage: 'window', acted: true });
      play.apply(tickOnly);
      expect(auditOf(play, 1)).to.include({ state: 'disputed', queued: null });
      expect(play.state.disputes.at(-1)).to.include({ round: 1, seat: 1, stage: 'jury' });
    });
  }

  it('does not count those that wait for the DAO', () => {
    const play = secondOfTwo('dao');
    expect(auditOf(play, 1)).to.include({ state: 'disputed', queued: null });
    expect(play.state.disputes.at(-1)).to.include({ round: 1, seat: 1, stage: 'jury' });
  });

  it('takes challenges only while half of the places are free', () => {
    const play = disputed();
    const it_ = { round: 1, root: named('other'), depositYocto: 10n * near } as const;
    const challenge = { kind: 'challenge_root', account: 'x.test', ...it_ } as const;
    fill(play, challengesWithMax, { stage: 'jury', panel: [], deadlineMs: 1e15 });
    expect(refusalOf(play, challenge)).to.match(/^TOO_MANY: run 1 has 32 open disputes or more/);
    play.state.disputes.pop();
    expect(refusalOf(play, challenge)).to.equal('accepted');
  });
});

describe('an auditor that denies', () => {
  it('does so of four claims of a round; of a fifth it is silent, and another one is drawn', () => {
    const play = crowd({ auditors: 1 });
    const its = play.state.audits.filter(
      ({ auditor }) => auditor === play.state.audits[0]!.auditor,
    );
    expect(its.length, 'audits of one auditor').to.be.above(denialsPerRoundMax);
    for (const audit of its.slice(0, denialsPerRoundMax)) playAudit(play, audit, 'null');
    expect(play.state.disputes).to.have.length(denialsPerRoundMax);
    const { round, seat, segment, auditor } = its[denialsPerRoundMax]!;
    const step = { round, seat, segment };
    const start = play.openedLeaf(round, seat, segment);
    const { leaf, proof } = start;
    play.apply({ kind: 'deliver', ...play.actor(seat), ...step, leaf, proof });
    play.apply({ kind: 'answer', ...play.actor(auditor), ...step, leaf: null });
    expect(auditOf(play, seat)).to.include({ state: 'answer', answered: false });
    play.apply(tickOnly);
    expect(auditOf(play, seat)).to.include({ state: 'answer', replaced: auditor });
    expect(play.state.disputes).to.have.length(denialsPerRoundMax);
    expect(play.state.seats[auditor]).to.include({ auditsWrong: 0, stakeYocto: near });
  });

  it('may do so again in the next round', () => {
    const play = crowd({ auditors: 1 });
    const { auditor } = play.state.audits[0]!;
    play.state.seats[auditor]!.denials = { round: 0, count: denialsPerRoundMax };
    playAudit(play, play.state.audits[0]!, 'null');
    expect(play.state.disputes).to.have.length(1);
    expect(play.state.seats[auditor]!.denials).to.deep.equal({ round: 1, count: 1 });
  });
});

describe('juries', () => {
  it('are drawn for a few disputes a call, and for the others in the next ticks', () => {
    const play = disputed();
    fill(play, 40, { stage: 'jury', panel: null });
    const drawn: number[] = [];
    let { state } = play;
    do {
      const step = stepRun(state, tickOnly, { ...play.context(), room: recordsPerCallMax });
      state = step.state;
      drawn.push(step.effects.events.filter(({ event }) => event === 'jury_drawn').length);
    } while (state.run.work.length > 0);
    expect(drawn.reduce((sum, one) => sum + one, 0)).to.equal(40);
    expect(Math.max(...drawn)).to.be.below(9);
    expect(state.disputes.every(({ panel }) => panel?.length === 3)).to.equal(true);
  });
});

describe('the storage of applications that nobody made', () => {
  const unused = (made: number) => unusedApplicationsYocto(made);

  it('goes back into the escrow when seats are drawn', () => {
    const play = new RunPlay(crowdTerms);
    for (const name of ['a', 'b', 'c']) play.apply(enrolCommand(`${name}.test`));
    const { storage } = play.totals;
    play.nowMs = play.state.run.enrolDeadlineMs;
    const before = play.state.run.escrowYocto;
    play.apply(play.tick());
    const seated = before + unused(3) - play.state.run.escrowYocto;
    expect(play.totals.storage).to.equal(storage - unused(3) + seated);
    expect(play.lastEvents.find(({ event }) => event === 'enrolment_ended')!.data).to.deep.equal({
      ...{ run: 1, applications: 3, returnedYocto: `${unused(3)}` },
    });
  });

  it('goes back to the treasury when the run is stopped before', () => {
    const play = new RunPlay(crowdTerms);
    play.apply(enrolCommand('a.test'));
    const { treasury } = play.totals;
    const { escrowYocto } = play.state.run;
    play.apply({ kind: 'stop' });
    expect(play.totals.treasury - treasury).to.equal(escrowYocto + unused(1));
  });
});

describe('audits of a claim that has failed', () => {
  it('are not judged any more where they waited for a place', () => {
    const play = secondOfTwo('jury');
    passAudits(play);
    const { round, seat } = auditOf(play, 1);
    const other = { ...structuredClone(auditOf(play, 1)), segment: 99, queued: null } as const;
    play.state.audits.splice(play.state.audits.indexOf(auditOf(play, 1)) + 1, 0, {
      ...other,
      ...{ state: 'opening', deadlineMs: play.nowMs },
    });
    play.state.run.provisional!.auditsOpen++;
    play.state.run.provisional!.auditsDueMs = 0;
    play.apply(tickOnly);
    const its = play.state.audits.filter((one) => one.seat === seat && one.round === round);
    expect(its.map(({ state, queued, right }) => [state, queued, right])).to.deep.equal([
      ['failed', null, null],
      ['failed', null, true],
    ]);
  });
});
