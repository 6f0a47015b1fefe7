/** What a fleet does round by round: alone, left behind, captured, silent, rewound, paused. */
import { expect } from 'chai';
import {
  recordOf,
  ABSENT,
  ACTIVE,
  EXPELLED,
} from '@commonweights/dao-contracts/rules/fleet/state.js';
import { digestFor, FleetPlay, nobody, smallFleetTerms } from './fleet-play.js';

const members = 24;

function started(seed = 'a', terms = smallFleetTerms): FleetPlay {
  const play = new FleetPlay(terms, seed);
  play.enrol(members);
  play.send({ kind: 'tick' });
  return play;
}

/** A provisional round whose segment 0 was decided wrong. */
function captured(): { play: FleetPlay; liars: number[] } {
  const play = started();
  play.playCohorts();
  play.playSegments({ segment: 0, digest: digestFor('wrong') });
  const panel = recordOf(play.fleet.segments[0], 1)!.panel!;
  const liars = [...panel.members].filter((_, place) => panel.votes[place] !== 0);
  play.send({ kind: 'tick' });
  return { play, liars };
}

describe('a fleet', () => {
  it('trains all rounds, pays every update and every right committee, and returns the rest', () => {
    const play = started();
    play.finish();
    const { fleet, terms } = play;
    expect(fleet).to.include({ status: 'completed', finalRounds: 3, unsettled: 0 });
    expect(fleet.cancelled).to.deep.equal([]);
    // 24 seats in four cohorts and four segments; two of three decide, and are paid.
    expect(fleet.epoch.shape).to.deep.equal({ seats: 24, cohorts: 4, segments: 4 });
    const paid = 3n * (24n * terms.rewardYocto + 4n * 2n * terms.panelFeeYocto);
    const rest = play.send({ kind: 'refund' });
    expect(rest).to.equal(play.received - 24n * terms.stakeYocto - paid);
    for (let seat = 0; seat < members; seat++) play.send({ kind: 'collect', seat });
    expect(play.fleet.totals).to.include({ stakes: 0n, heldBack: 0n, escrows: 0n });
    expect(play.fleet.totals.ledgers).to.equal(24n * terms.stakeYocto + paid);
  });

  it('draws cohorts anew each epoch, everybody into exactly one', () => {
    const play = started();
    const draws: string[] = [];
    for (let round = 1; round <= 3; round++) {
      play.playCohorts();
      const seats = play.fleet.cohorts.flatMap((pair) => {
        const record = recordOf(pair, round)!;
        return [...record.members.slice(0, record.size)];
      });
      expect([...seats].sort((a, b) => a - b)).to.deep.equal([...Array(members).keys()]);
      draws.push(seats.join());
      play.playSegments();
      if (play.fleet.provisional) play.audit();
      play.send({ kind: 'tick' });
    }
    expect(draws[0]).to.equal(draws[1]);
    expect(draws[2]).to.not.equal(draws[0]);
  });

  it('asks nobody into two committees of a round', () => {
    const play = started();
    play.playCohorts();
    play.playSegments();
    const asked = play.fleet.segments.flatMap((pair) => [...recordOf(pair, 1)!.panel!.members]);
    expect(asked).to.have.length(12);
    expect(new Set(asked).size).to.equal(12);
  });

  it('leaves a dead cohort behind, unpaid, and hands its slices out again', () => {
    const play = started();
    for (let cohort = 0; cohort < 3; cohort++) play.playCohort(cohort);
    expect(play.send({ kind: 'tick' })).to.equal(false);
    play.nowMs += play.terms.deadlinesMs.cohorts;
    expect(play.send({ kind: 'tick' })).to.equal(true);
    play.playSegments();
    play.send({ kind: 'tick' });
    play.playCohorts();
    const slices = play.fleet.cohorts.flatMap((pair) =>
      pair.flatMap((one) => (one.phase === 'closed' ? [...one.slices.slice(0, one.size)] : [])),
    );
    // 18 of round 1 and 24 of round 2: none twice, and none left out.
    expect(new Set(slices).size).to.equal(42);
    expect(Math.max(...slices)).to.equal(41);
  });

  it('leaves a failed cohort behind whose members are silent; they are absent, not poorer', () => {
    const play = started();
    play.playCohort(0, { silent: () => true });
    expect(play.cohort(0).phase).to.equal('failed');
    const seats = [...play.cohort(0).members.slice(0, 6)];
    for (const seat of seats) {
      expect(play.fleet.seats.status[seat]).to.equal(ABSENT);
      expect(play.fleet.seats.stakeYocto[seat]).to.equal(play.terms.stakeYocto);
    }
    for (let cohort = 1; cohort < 4; cohort++) play.playCohort(cohort);
    play.send({ kind: 'tick' });
    expect(play.open.phase).to.equal('segments');
    play.send({ kind: 'rejoin', seat: seats[0]! });
    expect(play.fleet.seats.active).to.equal(19);
  });

  it('replaces a silent committee, and marks the silent absent', () => {
    const play = started();
    play.playCohorts();
    play.send({ kind: 'open-segment', segment: 0 });
    const silent = [...recordOf(play.fleet.segments[0], 1)!.panel!.members];
    play.askPanel({ about: 'segment', index: 0, answer: () => null });
    const record = recordOf(play.fleet.segments[0], 1)!;
    expect(record.tries).to.equal(2);
    expect(record.panel!.phase).to.equal('seal');
    for (const seat of silent) expect(play.fleet.seats.status[seat]).to.equal(ABSENT);
    const here = (seat: number) => play.fleet.seats.status[seat] === 0;
    const digest = play.segmentOf(0);
    play.askPanel({ about: 'segment', index: 0, answer: (seat) => (here(seat) ? digest : null) });
    const again = recordOf(play.fleet.segments[0], 1)!;
    if (again.tries === 2) expect(again.digest).to.equal(digest);
  });

  it('does not call those absent who sealed where too few others did', () => {
    const play = started();
    play.playCohorts();
    play.send({ kind: 'open-segment', segment: 0 });
    const [first, ...others] = recordOf(play.fleet.segments[0], 1)!.panel!.members;
    const digest = play.segmentOf(0);
    const answer = (seat: number) => (seat === first ? digest : null);
    play.askPanel({ about: 'segment', index: 0, answer });
    expect(recordOf(play.fleet.segments[0], 1)!.tries).to.equal(2);
    expect(play.fleet.seats.status[first!]).to.equal(ACTIVE);
    for (const seat of others) expect(play.fleet.seats.status[seat]).to.equal(ABSENT);
  });

  it('pauses when no committee of three answers, loses nothing, and goes on', () => {
    const play = started();
    play.playCohorts();
    play.send({ kind: 'open-segment', segment: 0 });
    for (let attempt = 0; attempt < 3; attempt++) {
      play.askPanel({ about: 'segment', index: 0, answer: () => null });
    }
    expect(play.fleet).to.include({ status: 'paused', open: null });
    expect(play.fleet.totals.stakes).to.equal(24n * play.terms.stakeYocto);
    expect(play.send({ kind: 'tick' })).to.equal(false);
    play.nowMs += play.terms.deadlinesMs.pause;
    play.fleet.seats.status.forEach((status, seat) => {
      if (status === ABSENT) play.send({ kind: 'rejoin', seat });
    });
    play.finish();
    expect(play.fleet).to.include({ status: 'completed', finalRounds: 3 });
    // 24 slices of the lost round came back: no number beyond three rounds' was needed.
    expect(play.fleet.nextSlice).to.equal(72);
  });

  it('gives the seat of somebody who never comes back to another, and the stake back', () => {
    const play = started('a', { ...smallFleetTerms, rounds: 6, epochRounds: 1 });
    play.playCohort(0, { silent: (seat) => seat === play.cohort(0).members[0] });
    const gone = play.cohort(0).members[0]!;
    for (let cohort = 1; cohort < 4; cohort++) play.playCohort(cohort);
    play.send({ kind: 'tick' });
    play.playSegments();
    play.send({ kind: 'tick' });
    play.send({ kind: 'collect', seat: gone });
    expect(play.fleet.seats.status[gone]).to.equal(ABSENT);
    play.playRound();
    play.send({ kind: 'collect', seat: gone });
    expect(play.fleet.ledgers.get(`w${gone}.test`)).to.equal(play.terms.stakeYocto);
    const enrol = { kind: 'enrol', depositYocto: play.terms.stakeYocto } as const;
    expect(play.send({ ...enrol, account: 'new.test' })).to.equal(gone);
    expect(play.fleet.seats.fromEpoch[gone]).to.equal(play.fleet.epoch.number + 1);
    play.finish();
    expect(play.fleet.status).to.equal('completed');
  });

  it('pauses when too few cohorts close', () => {
    const play = started();
    play.playCohort(0);
    play.nowMs += play.terms.deadlinesMs.cohorts;
    play.send({ kind: 'tick' });
    expect(play.fleet.status).to.equal('paused');
    expect(play.fleet.pausedBecause).to.equal('1 of 4 cohorts closed');
    play.nowMs += play.terms.deadlinesMs.giveUp;
    play.send({ kind: 'tick' });
    expect(play.fleet.status).to.equal('running');
  });

  it('stops when nobody comes back for long, and refunds', () => {
    const play = new FleetPlay();
    play.enrol(5);
    expect(play.send({ kind: 'tick' })).to.equal(false);
    play.nowMs += play.terms.deadlinesMs.giveUp;
    expect(play.send({ kind: 'tick' })).to.equal(true);
    expect(play.fleet.status).to.equal('stopped');
    play.send({ kind: 'refund' });
    for (let seat = 0; seat < 5; seat++) play.send({ kind: 'collect', seat });
    expect(play.fleet.totals).to.include({ escrows: 0n, stakes: 0n });
    expect(play.fleet.totals.ledgers).to.equal(5n * play.terms.stakeYocto);
  });
});

describe('a captured committee', () => {
  it('is caught by a challenge: it loses its stakes, and the jury corrects the root', () => {
    const { play, liars } = captured();
    const wrongRoot = play.fleet.provisional!.root;
    const target = { about: 'segment', index: 0 } as const;
    play.send({ kind: 'challenge', ...target, account: 'eve.test', depositYocto: 100n });
    expect(play.open.startRoot).to.equal(wrongRoot);
    const right = play.segmentOf(0, play.fleet.provisional!);
    play.askPanel({ about: 'segment-jury', index: 0, answer: () => right });
    for (const seat of liars) {
      expect(play.fleet.seats.status[seat]).to.equal(EXPELLED);
      expect(play.fleet.seats.stakeYocto[seat]).to.equal(0n);
    }
    // The bond comes back with a tenth of two stakes.
    expect(play.fleet.ledgers.get('eve.test')).to.equal(100n + 2_000n);
    expect(play.fleet.open).to.equal(null);
    expect(play.fleet.cancelled).to.deep.equal([2]);
    play.fold(play.fleet.provisional!);
    expect(play.fleet.provisional!.root).to.not.equal(wrongRoot);
    play.send({ kind: 'tick' });
    expect(play.open.startRoot).to.equal(play.fleet.provisional!.root);
    play.finish();
    expect(play.fleet).to.include({ status: 'completed', finalRounds: 3 });
  });

  it('comes to the same root as if it had been honest', () => {
    const honest = started();
    honest.playRound();
    const { play } = captured();
    const target = { about: 'segment', index: 0 } as const;
    play.send({ kind: 'challenge', ...target, account: 'eve.test', depositYocto: 100n });
    const right = play.segmentOf(0, play.fleet.provisional!);
    play.askPanel({ about: 'segment-jury', index: 0, answer: () => right });
    play.fold(play.fleet.provisional!);
    expect(play.fleet.provisional!.root).to.equal(honest.fleet.provisional!.root);
  });

  it('that was right costs the challenger its bond, which pays the jury', () => {
    const play = started();
    play.playRound();
    const round = play.fleet.provisional!;
    const target = { about: 'segment', index: 1 } as const;
    play.send({ kind: 'challenge', ...target, account: 'eve.test', depositYocto: 130n });
    expect(play.fleet.ledgers.get('eve.test')).to.equal(30n);
    play.askPanel({ about: 'segment-jury', index: 1, answer: () => play.segmentOf(1, round) });
    expect(play.fleet.totals.bonds).to.equal(0n);
    expect(play.fleet.ledgers.get('eve.test')).to.equal(30n);
    // Four of seven jurors decided.
    expect(play.fleet.totals.ledgers).to.equal(30n + 4n * play.terms.panelFeeYocto);
    expect(play.fleet.totals.treasury).to.equal(100n - 4n * play.terms.panelFeeYocto);
    expect(() =>
      play.send({ kind: 'challenge', ...target, account: 'eve.test', depositYocto: 100n }),
    ).to.throw('ALREADY_ACTED');
    play.finish();
    expect(play.fleet).to.include({ status: 'completed' });
    expect(play.fleet.cancelled).to.deep.equal([]);
  });

  it('before a jury that never answers rewinds the round, and punishes nobody', () => {
    const { play } = captured();
    const target = { about: 'segment', index: 0 } as const;
    play.send({ kind: 'challenge', ...target, account: 'eve.test', depositYocto: 100n });
    for (let attempt = 0; attempt < 3; attempt++) {
      play.askPanel({ about: 'segment-jury', index: 0, answer: () => null });
    }
    expect(play.fleet.cancelled).to.deep.equal([1, 2]);
    expect(play.fleet.provisional).to.equal(null);
    expect(play.fleet.ledgers.get('eve.test')).to.equal(100n);
    expect(play.fleet.totals.stakes).to.equal(24n * play.terms.stakeYocto);
  });

  it('stands when nobody challenges it before the next round is folded', () => {
    const { play } = captured();
    play.playCohorts();
    play.playSegments();
    expect(() =>
      play.send({
        kind: 'challenge',
        about: 'segment',
        index: 0,
        account: 'eve.test',
        depositYocto: 100n,
      }),
    ).to.throw('WRONG_PHASE: the next round is folded');
  });
});

describe('bad updates in a fleet', () => {
  it('below the bound taint a final round; the guilty lose stake and pay', () => {
    const play = started();
    play.playRound();
    play.audit((cohort) => (cohort === 1 ? { low: 1, high: 0 } : nobody));
    const guilty = recordOf(play.fleet.cohorts[1], 1)!.members[0]!;
    play.finish();
    expect(play.fleet).to.include({ status: 'completed', taintedUpdates: 1 });
    expect(play.fleet.seats.status[guilty]).to.equal(EXPELLED);
    play.send({ kind: 'collect', seat: guilty });
    expect(play.fleet.ledgers.get(`w${guilty}.test`) ?? 0n).to.equal(0n);
  });

  it('above the bound rewind it, and nobody is paid for it', () => {
    const play = started();
    play.playRound();
    play.audit((cohort) => (cohort === 1 ? { low: -1, high: -1 } : nobody));
    play.playCohorts();
    play.playSegments();
    play.send({ kind: 'tick' });
    expect(play.fleet.cancelled).to.deep.equal([1, 2]);
    expect(play.fleet).to.include({ finalRounds: 0, provisional: null });
    play.settle();
    expect(play.fleet.totals.heldBack).to.equal(0n);
    expect(play.fleet.open!.startRoot).to.equal(digestFor('initial'));
  });

  it('in a captured cohort are caught by a challenge of its aggregate', () => {
    const play = started();
    play.playCohort(0, { root: digestFor('captured') });
    for (let cohort = 1; cohort < 4; cohort++) play.playCohort(cohort);
    const honest = play.aggregateOf(0);
    play.send({ kind: 'tick' });
    play.playSegments();
    play.send({ kind: 'tick' });
    const target = { about: 'cohort', index: 0 } as const;
    play.send({ kind: 'challenge', ...target, account: 'eve.test', depositYocto: 100n });
    play.askPanel({ about: 'cohort-jury', index: 0, answer: () => honest });
    const round = play.fleet.provisional!;
    expect(round).to.include({ badUpdates: 6, disputes: 0 });
    expect(play.fleet.seats.active).to.equal(18);
    expect(play.fleet.ledgers.get('eve.test')).to.equal(100n + 6_000n);
  });
});
