/** What a vote can do with a run under way: pause, resume, amend, rewind; and what it cannot. */
import { expect } from 'chai';
import { redoYocto } from '@commonweights/dao-contracts/rules/budget.js';
import { ZERO_LOCAL_STATE } from '@commonweights/dao-contracts/rules/commitment.js';
import type { RunCommand } from '@commonweights/dao-contracts/rules/run-events.js';
import type { RunTerms } from '@commonweights/dao-contracts/rules/run.js';
import { standingRounds } from '@commonweights/dao-contracts/rules/round-log.js';
import { near, named, RunPlay } from './run-play.js';
import { committed, enrolCommand, running, terms } from './run-scenes.js';

const unaudited: RunTerms = { ...terms, auditedClaimsBps: 0, rounds: 6 };
const rich = 1_000n * near;

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

function amend(play: RunPlay, changes: object = {}, budgetYocto = rich): RunCommand {
  const { spec, rounds, maxWorkers, deadlinesMs, auditedClaimsBps } = play.state.terms;
  const { rewardYocto, auditFeeYocto, flopsPerRound } = play.state.terms;
  const same = { spec, rounds, maxWorkers, deadlinesMs, auditedClaimsBps };
  return {
    kind: 'amend',
    changes: { ...same, rewardYocto, auditFeeYocto, flopsPerRound, ...changes },
    budgetYocto,
  };
}

/** Plays the open round to its provisional root, which without audits is final at once. */
function playRound(play: RunPlay): void {
  committed(play);
  const { round, slices } = play.state.run.open!;
  const seats = slices.map(({ seat }) => seat);
  for (const seat of seats) play.apply({ kind: 'reveal', ...play.opening(seat) });
  play.apply(play.tick());
  for (const seat of seats) {
    play.apply({ kind: 'certify', ...play.actor(seat), round, available: seats });
  }
  play.apply(play.tick());
  for (const seat of seats) {
    play.apply({ kind: 'submit_root', ...play.actor(seat), round, root: named(`root ${round}`) });
  }
  play.apply(play.tick());
}

/** Everybody delivers, answers and opens as they should. */
function passAudits(play: RunPlay): void {
  for (const { seat, round, segment, auditor } of play.state.audits) {
    const step = { round, seat, segment };
    const { leaf, proof, nonce } = play.openedLeaf(round, seat, segment);
    play.apply({ kind: 'deliver', ...play.actor(seat), ...step, leaf, proof, nonce });
    const opened = play.openedLeaf(round, seat, segment + 1);
    play.apply({ kind: 'answer', ...play.actor(auditor), ...step, leaf: opened.leaf });
    play.apply({ kind: 'open', ...play.actor(seat), ...step, ...opened });
  }
}

function runningFor(rounds: number, of = unaudited): RunPlay {
  const play = running(of);
  play.grant(5_000n * near);
  for (let i = 0; i < rounds; i++) playRound(play);
  return play;
}

describe('a pause by vote', () => {
  it('cancels the open round and lets none open before its time, whoever ticks', () => {
    const play = runningFor(1);
    play.apply({ kind: 'pause', forMs: 10_000 });
    expect(play.state.run).to.include({ status: 'paused', open: null, finalRound: 1 });
    play.nowMs += 9_999;
    play.apply(play.tick());
    expect(play.state.run.open).to.equal(null);
    play.nowMs += 1;
    play.apply(play.tick());
    expect(play.state.run).to.include({ status: 'running', pausedUntilMs: null });
    playRound(play);
    expect(play.state.run.finalRounds).to.equal(2);
  });

  it('ends by a vote too, or by stopping the run', () => {
    const play = runningFor(1);
    play.apply({ kind: 'pause', forMs: 10_000 });
    const resumed = new RunPlay(unaudited);
    Object.assign(resumed, { state: play.state });
    resumed.apply({ kind: 'resume' });
    expect(resumed.state.run.status).to.equal('running');
    play.apply({ kind: 'stop' });
    expect(play.state.run.status).to.equal('stopped');
  });

  it('is refused before the run began and after it ended; so is resuming what no vote paused', () => {
    const enrolling = new RunPlay(unaudited);
    expect(refusalOf(enrolling, { kind: 'pause', forMs: 1 })).to.match(
      /^RUN_NOT_OPEN: .*enrolling/,
    );
    const play = runningFor(1);
    expect(refusalOf(play, { kind: 'resume' })).to.match(/^RUN_NOT_OPEN: run 1 is not paused by/);
    play.apply({ kind: 'stop' });
    expect(refusalOf(play, { kind: 'pause', forMs: 1 })).to.match(/^RUN_NOT_OPEN: .*stopped/);
  });
});

describe('an amendment', () => {
  it('holds from the next round on: the open one is still paid by the old terms', () => {
    const play = runningFor(1);
    const reward = BigInt(unaudited.rewardYocto);
    play.apply(amend(play, { rewardYocto: `${2n * reward}`, rounds: 8, spec: named('next') }));
    expect(play.state.run.amendment).to.be.true;
    expect(play.state.terms.rounds).to.equal(6);
    playRound(play);
    expect(play.state.terms).to.include({ rounds: 8, spec: named('next') });
    expect(play.state.run).to.include({ amendment: false, status: 'running', finalRounds: 2 });
    expect(play.state.seats[0]!.earnedYocto).to.equal(2n * reward);
    playRound(play);
    expect(play.state.seats[0]!.earnedYocto).to.equal(4n * reward);
    for (let i = 0; i < 5; i++) playRound(play);
    expect(play.state.run).to.include({ status: 'completed', finalRounds: 8 });
    for (const bucket of ['escrows', 'stakes', 'heldBack'] as const) {
      expect(play.totals[bucket]).to.equal(0n);
    }
  });

  it('can prolong a run in its last round', () => {
    const play = runningFor(5);
    play.apply(amend(play, { rounds: 7 }));
    playRound(play);
    expect(play.state.run).to.include({ status: 'running', finalRounds: 6 });
    playRound(play);
    expect(play.state.run.status).to.equal('completed');
  });

  it('waits for the audits of the round under way, and opens the next one when they close', () => {
    const play = running({ ...terms, rounds: 6 });
    play.grant(rich);
    play.apply(amend(play, { auditedClaimsBps: 0 }));
    playRound(play);
    expect(play.state.run).to.include({ amendment: true, open: null });
    passAudits(play);
    expect(play.state.run).to.include({ amendment: false, finalRounds: 1 });
    expect(play.state.run.open!.round).to.equal(2);
    expect(play.state.terms.auditedClaimsBps).to.equal(0);
  });

  it('leaves places that are gone to the seats that came first', () => {
    const play = runningFor(1);
    play.apply(amend(play, { maxWorkers: 2 }));
    playRound(play);
    expect(play.state.run.open!.slices.map(({ seat }) => seat)).to.deep.equal([0, 1]);
  });

  it('lets who waited for a place bring no local state from before', () => {
    const play = runningFor(1);
    expect(play.state.seats[2]!.localOut).to.not.equal(ZERO_LOCAL_STATE);
    play.apply(amend(play, { maxWorkers: 2 }));
    playRound(play);
    expect(play.state.run.open!.slices).to.have.length(2);
    expect(play.state.seats[2]!.localOut).to.equal(ZERO_LOCAL_STATE);
    expect(play.state.seats[0]!.localOut).to.not.equal(ZERO_LOCAL_STATE);
  });

  it('is refused with too little money, with terms that no run may have, and too late', () => {
    const play = runningFor(2);
    const dearer = { rewardYocto: `${near}` };
    expect(refusalOf(play, amend(play, dearer, 0n))).to.match(/^BUDGET_TOO_SMALL: .* more in the/);
    expect(refusalOf(play, amend(play, { maxWorkers: 1 }))).to.match(/^BAD_TERMS: minWorkers/);
    const fee = { auditFeeYocto: `${near}` };
    expect(refusalOf(play, amend(play, fee))).to.match(/^BAD_TERMS: stakeYocto must be at least/);
    expect(refusalOf(play, amend(play, { rounds: 3 }))).to.match(
      /^BAD_TERMS: rounds must be above 3/,
    );
    const enrolling = new RunPlay(unaudited);
    expect(refusalOf(enrolling, amend(enrolling))).to.match(/^RUN_NOT_OPEN/);
    play.apply({ kind: 'stop' });
    expect(refusalOf(play, amend(play))).to.match(/^RUN_NOT_OPEN/);
  });
});

describe('a rewind by vote', () => {
  const rewind = (to: number, budgetYocto = rich): RunCommand => ({
    kind: 'rewind',
    to,
    budgetYocto,
  });

  it('goes back to an earlier root, queues the data again and takes back no pay', () => {
    const play = runningFor(4);
    const earned = play.state.seats.map(({ earnedYocto }) => earnedYocto);
    const held = play.totals.heldBack;
    const slices = play.state.run.nextSlice;
    play.apply(rewind(1));
    const { run } = play.state;
    expect(run).to.include({ finalRound: 1, finalRounds: 1, finalRoot: named('root 1') });
    expect(run.open).to.include({ startRoot: named('root 1'), localReset: true, ordinal: 1 });
    expect(play.state.seats.map(({ earnedYocto }) => earnedYocto)).to.deep.equal(earned);
    expect(play.totals.heldBack).to.equal(held);
    // Rounds 2 to 4 and the open fifth had three slices each; three of them are out again.
    expect(run.returnedSlices).to.have.length(9);
    expect(run.nextSlice).to.equal(slices);
    for (let i = 0; i < 5; i++) playRound(play);
    expect(play.state.run).to.include({ status: 'completed', finalRounds: 6 });
    expect(play.totals.escrows).to.equal(0n);
    const standing = standingRounds(play.parsedRecords());
    expect(standing).to.have.length(6);
    expect(standing.map(({ round }) => round)).to.not.include.members([2]);
  });

  it('goes back to the very start, and back from where it was rewound to', () => {
    const play = runningFor(3);
    play.apply(rewind(1));
    playRound(play);
    expect(refusalOf(play, rewind(2))).to.match(/^NOT_FINAL: round 2 is no final round/);
    play.apply(rewind(0));
    expect(play.state.run).to.include({ finalRound: 0, finalRounds: 0 });
    expect(play.state.run.finalRoot).to.equal(unaudited.initialRoot);
    for (let i = 0; i < 6; i++) playRound(play);
    expect(play.state.run.status).to.equal('completed');
  });

  it('cancels what is provisional and open, unpaid', () => {
    const play = running({ ...terms, rounds: 3 });
    play.grant(rich);
    playRound(play);
    expect(refusalOf(play, rewind(0))).to.match(/^NOT_FINAL: round 0 is the last final one/);
    passAudits(play);
    playRound(play);
    expect(play.state.run.provisional!.round).to.equal(2);
    expect(play.state.run.open!.round).to.equal(3);
    const earned = play.state.seats.map(({ earnedYocto }) => earnedYocto);
    play.apply(rewind(0));
    expect(play.state.seats.map(({ earnedYocto }) => earnedYocto)).to.deep.equal(earned);
    expect(play.state.audits).to.deep.equal([]);
    const outcomes = play.parsedRecords().map(({ round, outcome }) => `${round} ${outcome}`);
    expect(outcomes).to.deep.equal(['1 final', '2 aborted', '3 aborted', '4 rewind']);
    // All nine slices of the three rounds wait again, and three of them are out.
    expect(play.state.run.returnedSlices).to.have.length(6);
  });

  it('brings the money for doing the rounds again', () => {
    const play = runningFor(3);
    const needed = redoYocto(unaudited, { rounds: 2, slices: 6 });
    expect(refusalOf(play, rewind(1, needed - 1n))).to.match(/^BUDGET_TOO_SMALL: doing 2 rounds/);
    expect(refusalOf(play, rewind(1, needed))).to.equal('accepted');
    for (let i = 0; i < 5; i++) playRound(play);
    expect(play.state.run.status).to.equal('completed');
  });

  it('brings it by the terms that wait for the next round, if any do', () => {
    const play = runningFor(3);
    const dearer = { rewardYocto: `${near}` };
    play.apply(amend(play, dearer));
    expect(play.state.run).to.include({ amendment: true });
    const undone = { rounds: 2, slices: 6 };
    const needed = redoYocto({ ...unaudited, ...dearer }, undone);
    expect(needed > redoYocto(unaudited, undone)).to.equal(true);
    expect(refusalOf(play, rewind(1, needed - 1n))).to.match(/^BUDGET_TOO_SMALL: doing 2 rounds/);
    expect(refusalOf(play, rewind(1, needed))).to.equal('accepted');
    for (let i = 0; i < 5; i++) playRound(play);
    expect(play.state.run.status).to.equal('completed');
  });

  it('is refused to what is not final and of what is not live', () => {
    const play = runningFor(2);
    expect(refusalOf(play, rewind(2))).to.match(/^NOT_FINAL: round 2 is the last final one/);
    expect(refusalOf(play, rewind(9))).to.match(/^NOT_FINAL/);
    play.apply({ kind: 'pause', forMs: 10 });
    play.apply(rewind(1));
    expect(play.state.run).to.include({ status: 'paused', finalRound: 1, open: null });
    play.apply({ kind: 'stop' });
    expect(refusalOf(play, rewind(0))).to.match(/^RUN_NOT_OPEN/);
    const enrolling = new RunPlay(unaudited);
    enrolling.apply(enrolCommand('a0.test'));
    expect(refusalOf(enrolling, rewind(0))).to.match(/^RUN_NOT_OPEN/);
  });

  it('reaches so far at a time and happens so often', () => {
    const far = runningFor(18, { ...unaudited, rounds: 40 });
    expect(refusalOf(far, rewind(1))).to.match(/^TOO_MANY: one rewind reads 16 records/);
    const wide = runningFor(5, { ...unaudited, rounds: 40 });
    const records = wide.state.records!.map((one) => ({
      ...one,
      claims: Array.from({ length: 64 }, () => one.claims[0]!),
    }));
    wide.state = { ...wide.state, records };
    expect(refusalOf(wide, rewind(0))).to.match(/^TOO_MANY: one rewind reads 256 claims/);
    const often = runningFor(1, { ...unaudited, rounds: 40 });
    for (let i = 0; i < 16; i++) {
      often.apply(rewind(0, 100n * near));
      playRound(often);
    }
    expect(refusalOf(often, rewind(0))).to.match(/^TOO_MANY: run 1 was rewound 16 times/);
  });
});
