/** A committee that certifies for everybody, and rounds that are final though few of them failed. */
import { expect } from 'chai';
import type { Dispute } from '@commonweights/dao-contracts/rules/run-state.js';
import type { RoundRecord } from '@commonweights/dao-contracts/rules/run.js';
import { named, near, RunPlay } from './run-play.js';
import { accountOf } from './run-scenes.js';
import {
  appealBy,
  crowd,
  crowdTerms,
  jurySays,
  passAudits,
  playAudit,
  refusalOf,
  theDispute,
  tickOnly,
} from './dispute-scenes.js';

function revealedBy(trainers: number, changes: object): RunPlay {
  const play = new RunPlay({ ...crowdTerms, maxWorkers: trainers, maxAuditors: 0, ...changes });
  for (let i = 0; i < trainers; i++) {
    const it = { role: 'trainer' as const, fromRound: null, depositYocto: near };
    play.apply({ kind: 'enrol', account: `t${i}.test`, ...it });
  }
  play.draw();
  for (let seat = 0; seat < trainers; seat++) play.apply(play.commitCommand(seat));
  play.apply(play.tick());
  for (let seat = 0; seat < trainers; seat++) play.apply({ kind: 'reveal', ...play.opening(seat) });
  play.apply(play.tick());
  return play;
}

describe('a witness committee', () => {
  const certify = (play: RunPlay, seat: number, available: number[]) =>
    refusalOf(play, { kind: 'certify', account: accountOf(play, seat), round: 1, available });

  it('is drawn from those who revealed, and certifies alone', () => {
    const play = revealedBy(9, { witnesses: 3 });
    const { witnesses } = play.state.run.open!;
    expect(witnesses).to.have.length(3);
    const other = [0, 1, 2, 3].find((seat) => !witnesses.includes(seat))!;
    expect(certify(play, other, [])).to.match(/^NOT_YOUR_TURN: only a seat that is a witness/);
    const [first, second, third] = witnesses;
    certify(play, first!, [0, 1, 2]);
    certify(play, second!, [1, 2, 3]);
    certify(play, third!, [2]);
    play.apply(play.tick());
    // Named by two of three.
    expect(play.state.run.open).to.deep.include({ phase: 'aggregate', included: [1, 2] });
  });

  it('leaves the root to all who revealed, and stands in the record', () => {
    const play = revealedBy(5, { witnesses: 3, auditedClaimsBps: 0 });
    const { witnesses } = play.state.run.open!;
    for (const seat of witnesses) certify(play, seat, [0, 1, 2, 3, 4]);
    play.apply(play.tick());
    const submit = (seat: number) =>
      play.apply({
        ...{ kind: 'submit_root', account: accountOf(play, seat), round: 1 },
        root: named('root 1'),
      });
    submit(witnesses[0]!);
    submit(witnesses[1]!);
    play.apply(play.tick());
    expect(play.state.run.open).to.include({ round: 1, phase: 'aggregate' });
    for (const seat of [0, 1, 2, 3, 4]) {
      if (!play.state.run.open!.submitted.includes(seat)) submit(seat);
    }
    play.apply(play.tick());
    const record = JSON.parse(play.records[0]!.text) as RoundRecord;
    expect(record.witnesses).to.deep.equal(witnesses);
  });

  it('is everybody, and not named, where the terms want none or more than there are', () => {
    for (const witnesses of [0, 4, 60]) {
      const play = revealedBy(4, { witnesses });
      expect(play.state.run.open!.witnesses).to.deep.equal([0, 1, 2, 3]);
    }
  });

  it('follows from the seed', () => {
    const drawn = new Set<string>();
    for (let i = 0; i < 12; i++) {
      const seats = crowd({ seed: `${i}` }, { ...crowdTerms, witnesses: 0 }).state.run.provisional!;
      drawn.add(JSON.stringify(seats.committee));
    }
    expect([...drawn]).to.deep.equal(['[]']);
    const play = revealedBy(9, { witnesses: 3 });
    expect(revealedBy(9, { witnesses: 3 }).state.run.open).to.deep.equal(play.state.run.open);
  });
});

describe('a tainted round', () => {
  const convictFirst = (taintedShareBpsMax: number) => {
    const play = crowd({}, { ...crowdTerms, taintedShareBpsMax });
    passAudits(play, 0);
    playAudit(
      play,
      play.state.audits.find(({ seat }) => seat === 0)!,
      'wrong',
    );
    jurySays(play, named('wrong'));
    return play;
  };
  const record = (play: RunPlay) => JSON.parse(play.records[0]!.text) as RoundRecord;

  it('is final when few enough claims failed, and its record names them', () => {
    const play = convictFirst(834);
    expect(play.state.run).to.include({ finalRounds: 1, cancelledRounds: 0 });
    expect(record(play)).to.deep.include({ outcome: 'final', tainted: [0] });
    expect(play.state.seats[0]).to.include({ verifiedRounds: 0, earnedYocto: 0n });
    expect(play.state.seats[1]).to.include({ verifiedRounds: 1 });
  });

  it('is rewound above that share, and then names nobody', () => {
    const play = convictFirst(833);
    expect(record(play)).to.deep.include({ outcome: 'rewound', tainted: [] });
  });

  const reward = BigInt(crowdTerms.rewardYocto);
  /** Seat 0 and its accuser appeal by turns, and each panel says the other thing. */
  const turnedAround = (play: RunPlay, panels: number): Dispute => {
    const { claimed, plaintiff } = theDispute(play);
    for (let panel = 1; panel <= panels; panel++) {
      appealBy(play, panel % 2 === 1 ? accountOf(play, 0) : plaintiff);
      jurySays(play, panel % 2 === 1 ? claimed : named('wrong'));
    }
    return theDispute(play);
  };
  const afterItsDeadline = (play: RunPlay): void => {
    play.nowMs += play.state.terms.deadlinesMs.audit;
    play.apply(tickOnly);
  };

  it('pays its reward after all to who is cleared, once nobody can appeal any more', () => {
    const play = convictFirst(834);
    const paid = play.state.run.paidYocto;
    const { owed } = turnedAround(play, 1);
    expect(owed).to.deep.equal([{ seat: 0, yocto: reward, rounds: 1 }]);
    expect(play.state.run.paidYocto).to.equal(paid);
    afterItsDeadline(play);
    expect(play.state.disputes).to.deep.equal([]);
    expect(play.state.run.paidYocto - paid).to.equal(reward);
    expect(play.state.seats[0]).to.include({ stakeYocto: near, verifiedRounds: 1 });
  });

  it('pays that reward once, however often the verdict was turned around', () => {
    const play = convictFirst(834);
    const paid = play.state.run.paidYocto;
    const { id } = turnedAround(play, 2);
    appealBy(play, accountOf(play, 0));
    play.apply({ kind: 'resolve', dispute: id, verdict: 'for' });
    expect(play.state.disputes).to.deep.equal([]);
    expect(play.state.run.paidYocto - paid).to.equal(reward);
    expect(play.state.seats[0]).to.include({ verifiedRounds: 1 });
  });

  it('pays that reward once where a claim is disputed as work and as an update', () => {
    const play = convictFirst(834);
    const update: Dispute = {
      ...structuredClone(theDispute(play)),
      ...{ id: 2, kind: 'update', segment: null, startLeaf: null, stage: 'dao', verdict: 'for' },
      ...{ defendants: [1], losses: [], owed: [], bonds: [], past: [], acted: false },
      deadlineMs: 1e15,
    };
    play.state.disputes.push(update);
    const paid = play.state.run.paidYocto;
    turnedAround(play, 1);
    afterItsDeadline(play);
    expect(play.state.disputes.map(({ id }) => id)).to.deep.equal([2]);
    expect(play.state.run.paidYocto - paid).to.equal(reward);
    play.apply({ kind: 'resolve', dispute: 2, verdict: 'for' });
    expect(play.state.run.paidYocto - paid).to.equal(reward);
    expect(play.state.seats[0]).to.include({ verifiedRounds: 1 });
  });

  it('keeps the reward of who is found wrong in the end', () => {
    const play = convictFirst(834);
    const paid = play.state.run.paidYocto;
    turnedAround(play, 2);
    afterItsDeadline(play);
    expect(play.state.run.paidYocto).to.equal(paid);
    expect(play.state.seats[0]).to.include({ stakeYocto: 0n, verifiedRounds: 0 });
  });

  it('owes the reward of the terms that it was worked under', () => {
    const play = convictFirst(834);
    const paid = play.state.run.paidYocto;
    turnedAround(play, 1);
    play.state.terms = { ...play.state.terms, rewardYocto: `${3n * reward}` };
    afterItsDeadline(play);
    expect(play.state.run.paidYocto - paid).to.equal(reward);
  });
});
