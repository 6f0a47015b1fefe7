/** Each way in which a run refuses a command, and what it leaves as it was. */
import { expect } from 'chai';
import { commitmentOf } from '@commonweights/dao-contracts/rules/commitment.js';
import { proveTraceLeaf } from '@commonweights/dao-contracts/rules/trace.js';
import type { RunCommand } from '@commonweights/dao-contracts/rules/run-events.js';
import { contract, named, near, RunPlay } from './run-play.js';
import {
  accountOf,
  closeRound,
  committed,
  enrolCommand,
  provisional,
  revealed,
  running,
  terms,
} from './run-scenes.js';

function refusalOf(play: RunPlay, command: RunCommand): string {
  const before = play.state;
  try {
    play.apply(command);
  } catch (error) {
    expect(play.state).to.equal(before);
    return (error as Error).message;
  }
  return 'accepted';
}

describe('what a run refuses', () => {
  it('a stake that is too small', () => {
    const play = new RunPlay(terms);
    const command = enrolCommand('a0.test', { depositYocto: near - 1n });
    expect(refusalOf(play, command)).to.match(/^DEPOSIT_TOO_SMALL: attach at least the stake/);
  });

  it('a second application and a second seat', () => {
    const play = new RunPlay(terms);
    play.apply(enrolCommand('a0.test'));
    expect(refusalOf(play, enrolCommand('a0.test'))).to.match(/^ALREADY_ENROLLED: .* has applied/);
    const later = running();
    expect(refusalOf(later, enrolCommand('a0.test'))).to.match(/^ALREADY_ENROLLED: .* has a seat/);
  });

  it('applications after the deadline and beyond their number', () => {
    const late = new RunPlay(terms);
    late.nowMs = terms.deadlinesMs.enrol;
    expect(refusalOf(late, enrolCommand('a0.test'))).to.match(/^RUN_NOT_OPEN: enrolment is over/);
    const crowd = new RunPlay(terms);
    for (let i = 0; i < 128; i++) crowd.apply(enrolCommand(`x${i}.test`));
    expect(refusalOf(crowd, enrolCommand('a0.test'))).to.match(/^TOO_MANY: 128 have applied/);
  });

  it('a seat where all places are taken', () => {
    expect(refusalOf(running(), enrolCommand('a9.test'))).to.match(/^RUN_FULL: all 3 places/);
  });

  it('waiting for a far round', () => {
    const play = new RunPlay(terms);
    const command = enrolCommand('a0.test', { fromRound: 66 });
    expect(refusalOf(play, command)).to.match(/^BAD_ARGUMENT: fromRound must be at most 65/);
  });

  it('acts in a wrong phase, a wrong round, by strangers, and twice', () => {
    const play = running();
    const account = accountOf(play, 0);
    const commitment = named('commitment');
    const commit = (changes: object): RunCommand => ({
      kind: 'commit',
      account,
      round: 1,
      commitment,
      ...changes,
    });
    const certify: RunCommand = { kind: 'certify', account, round: 1, available: [] };
    expect(refusalOf(play, certify)).to.match(/^WRONG_PHASE: round 1 is at "train"/);
    expect(refusalOf(play, commit({ round: 2 }))).to.match(/^WRONG_ROUND: round 1 is open/);
    expect(refusalOf(play, commit({ account: 'x.test' }))).to.match(/^NOT_ENROLLED/);
    const auditor = { account: accountOf(play, 3) };
    expect(refusalOf(play, commit(auditor))).to.match(/^NOT_YOUR_TURN: only a seat that trains/);
    play.apply(commit({}));
    expect(refusalOf(play, commit({}))).to.match(/^ALREADY_ACTED: seat 0/);
  });

  it('an opening that differs in any field from what was committed', () => {
    const play = committed();
    const opening = play.opening(0);
    const changes: [object, RegExp][] = [
      [{ update: named('other') }, /does not open/],
      [{ localOut: named('other') }, /does not open/],
      [{ traceRoot: named('other') }, /does not open/],
      [{ salt: 'other' }, /does not open/],
      [{ startRoot: named('other') }, /round 1 starts from/],
      [{ localIn: named('other') }, /local state must be/],
    ];
    for (const [change, message] of changes) {
      const error = refusalOf(play, { kind: 'reveal', ...opening, ...change });
      expect(error)
        .to.match(/^BAD_OPENING/)
        .and.match(message);
    }
    const copied = { ...opening, account: accountOf(play, 1) };
    expect(refusalOf(play, { kind: 'reveal', ...copied })).to.match(/^BAD_OPENING/);
    expect(refusalOf(play, { kind: 'reveal', ...opening })).to.equal('accepted');
  });

  it('certificates for seats that revealed nothing', () => {
    const play = revealed();
    const command: RunCommand = {
      kind: 'certify',
      account: accountOf(play, 0),
      round: 1,
      available: [0, 3],
    };
    expect(refusalOf(play, command)).to.match(/^BAD_ARGUMENT: available: seat 3/);
  });

  it('audit steps by others, at other states, with other leaves', () => {
    const play = provisional();
    const audit = play.state.audits[0]!;
    const { round, seat, segment } = audit;
    const trace = play.trace(round, seat);
    const leafAt = (index: number) => ({
      leaf: trace[index]!,
      proof: proveTraceLeaf(trace, index),
    });
    const step = { account: accountOf(play, seat), round, seat, segment };
    const deliver = (changes: object): RunCommand => ({
      kind: 'deliver',
      ...step,
      ...leafAt(segment),
      ...changes,
    });
    const other = { account: accountOf(play, (seat + 1) % 3) };
    expect(refusalOf(play, deliver(other))).to.match(/^NOT_YOUR_TURN: only the worker of seat/);
    expect(refusalOf(play, deliver(leafAt(segment + 1)))).to.match(/^BAD_PROOF/);
    expect(refusalOf(play, deliver({ proof: [] }))).to.match(/^BAD_PROOF/);
    expect(refusalOf(play, deliver({ round: 9 }))).to.match(/^AUDIT_CLOSED/);
    const open: RunCommand = {
      kind: 'open',
      ...step,
      ...play.openedLeaf(round, seat, segment + 1),
    };
    expect(refusalOf(play, open)).to.match(/^NOT_YOUR_TURN: this audit is at "material"/);
    play.apply(deliver({}));
    expect(refusalOf(play, deliver({}))).to.match(/^NOT_YOUR_TURN: this audit is at "answer"/);
    const answer: RunCommand = { kind: 'answer', ...step, ...other, leaf: null };
    expect(refusalOf(play, answer)).to.match(/^NOT_YOUR_TURN: this audit is at "answer"/);
  });

  it('an honest trace over a fabricated update', () => {
    const play = running({ ...terms, segments: 1 });
    const opening = { ...play.opening(0), update: named('fabricated') };
    const commitment = commitmentOf({ ...opening, contract, run: 1 });
    play.apply({ kind: 'commit', account: opening.account, round: 1, commitment });
    for (const seat of [1, 2]) play.apply(play.commitCommand(seat));
    play.apply(play.tick());
    play.apply({ kind: 'reveal', ...opening });
    for (const seat of [1, 2]) play.apply({ kind: 'reveal', ...play.opening(seat) });
    play.apply(play.tick());
    closeRound(play);
    const audit = play.state.audits.find((one) => one.seat === 0)!;
    const trace = play.trace(1, 0);
    const step = { account: opening.account, round: 1, seat: 0, segment: 0 };
    const leafAt = (index: number) => ({
      leaf: trace[index]!,
      proof: proveTraceLeaf(trace, index),
    });
    play.apply({ kind: 'deliver', ...step, ...leafAt(0) });
    const account = accountOf(play, audit.auditor);
    play.apply({ kind: 'answer', ...step, account, leaf: trace[1]! });
    const error = refusalOf(play, { kind: 'open', ...step, ...play.openedLeaf(1, 0, 1) });
    expect(error).to.match(/^BAD_PROOF: the last leaf must be that of the revealed update/);
    play.nowMs += terms.deadlinesMs.audit;
    play.apply({ kind: 'tick', round: null, phase: null });
    expect(play.state.run.roster[0]!.status).to.equal('expelled');
  });

  it('a last leaf without its end snapshot or with another, and an end where none belongs', () => {
    const open = (segments: number, changes: object): string => {
      const play = provisional(running({ ...terms, segments }));
      const { round, seat, segment, auditor } = play.state.audits[0]!;
      const step = { account: accountOf(play, seat), round, seat, segment };
      const { leaf, proof } = play.openedLeaf(round, seat, segment);
      play.apply({ kind: 'deliver', ...step, leaf, proof });
      const account = accountOf(play, auditor);
      const opened = play.openedLeaf(round, seat, segment + 1);
      play.apply({ kind: 'answer', ...step, account, leaf: opened.leaf });
      return refusalOf(play, { kind: 'open', ...step, ...opened, ...changes });
    };
    expect(open(1, { end: null })).to.match(/^BAD_ARGUMENT: end goes with the leaf after the last/);
    expect(open(1, { end: named('other') })).to.match(/^BAD_PROOF: the last leaf must be that of/);
    expect(open(1, {})).to.equal('accepted');
    // Of 64 segments the last one is not what the seed draws.
    expect(open(64, { end: named('end') })).to.match(/^BAD_ARGUMENT: end goes with/);
    expect(open(64, {})).to.equal('accepted');
  });

  it('a rejoin of a seat that is not absent, or was absent too often', () => {
    const play = running();
    const account = accountOf(play, 0);
    expect(refusalOf(play, { kind: 'rejoin', account })).to.match(/^SEAT_NOT_ABSENT/);
    expect(refusalOf(play, { kind: 'rejoin', account: 'x.test' })).to.match(/^NOT_ENROLLED/);
    // Alone in committing, then back: each time the round is cancelled and the run waits.
    for (let i = 0; i < 9; i++) {
      play.apply(play.commitCommand(1));
      play.nowMs += terms.deadlinesMs.train;
      play.apply(play.tick());
      expect(play.state.run.status).to.equal('paused');
      if (i === 8) break;
      play.apply({ kind: 'rejoin', account });
      play.apply(play.tick());
      if (play.state.run.status === 'paused') throw new Error('two are enough');
    }
    expect(refusalOf(play, { kind: 'rejoin', account })).to.match(/^TOO_MANY: seat 0 was absent/);
  });

  it('a tick that comes too late changes nothing', () => {
    const play = running();
    const late: RunCommand = { kind: 'tick', round: 1, phase: 'reveal' };
    play.nowMs += terms.deadlinesMs.train;
    play.apply(late);
    expect(play.state.run.open!.phase).to.equal('train');
  });

  it('stopping what has ended', () => {
    const play = running();
    play.apply({ kind: 'stop' });
    expect(refusalOf(play, { kind: 'stop' })).to.match(/^RUN_NOT_OPEN: run 1 is stopped already/);
    expect(refusalOf(play, enrolCommand('a9.test'))).to.match(/^RUN_NOT_OPEN: run 1 is stopped/);
    expect(refusalOf(play, { kind: 'rejoin', account: 'a0.test' })).to.match(/^RUN_NOT_OPEN/);
  });
});
