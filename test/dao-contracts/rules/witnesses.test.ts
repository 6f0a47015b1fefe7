/** A committee that certifies for everybody, and rounds that are final though few of them failed. */
import { expect } from 'chai';
import type { RoundRecord } from '@commonweights/dao-contracts/rules/run.js';
import { named, near, RunPlay } from './run-play.js';
import { accountOf } from './run-scenes.js';
import {
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

  it('pays its reward after all to who is cleared later', () => {
    const play = convictFirst(834);
    const { claimed, id } = theDispute(play);
    const deposit = near * 5n;
    play.apply({
      ...{ kind: 'appeal', account: accountOf(play, 0), dispute: id, depositYocto: deposit },
    });
    const paid = play.state.run.paidYocto;
    jurySays(play, claimed);
    expect(play.state.run.paidYocto - paid).to.equal(BigInt(play.state.terms.rewardYocto));
    play.apply(tickOnly);
    expect(play.state.seats[0]).to.include({ stakeYocto: near });
  });
});
