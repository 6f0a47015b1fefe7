/** Who answers for a seat's work: who had the seat then, for as long as a round may hold it. */
import { expect } from 'chai';
import fc from 'fast-check';
import { expelSeat } from '@commonweights/dao-contracts/rules/fleet/money.js';
import { EXPELLED, FREE, LEFT, recordOf } from '@commonweights/dao-contracts/rules/fleet/state.js';
import { jurySizeOf, placesOf, shapeOf } from '@commonweights/dao-contracts/rules/fleet/terms.js';
import { FleetPlay, nobody, smallFleetTerms } from './fleet-play.js';

/** Each round begins an epoch, and audits take as long as they like. */
const terms = {
  ...smallFleetTerms,
  rounds: 20,
  epochRounds: 1,
  deadlinesMs: { ...smallFleetTerms.deadlinesMs, audit: 100_000_000 },
};

/** Opens and cancels the open round until `epochs` have begun: nobody works, the fleet pauses. */
function letEpochsPass(play: FleetPlay, epochs: number): void {
  for (let i = 0; i < epochs; i++) {
    play.nowMs += terms.deadlinesMs.cohorts;
    play.send({ kind: 'tick' });
    expect(play.fleet.status).to.equal('paused');
    play.nowMs += terms.deadlinesMs.pause;
    play.send({ kind: 'tick' });
    expect(play.fleet.status).to.equal('running');
  }
}

describe('a seat of a fleet', () => {
  it('keeps its stake while a provisional round holds its work, however many epochs begin', () => {
    const play = new FleetPlay(terms);
    play.enrol(24);
    play.send({ kind: 'tick' });
    play.playCohorts();
    play.playSegments();
    play.send({ kind: 'tick' });
    const cheat = recordOf(play.fleet.cohorts[0], 1)!.members[0]!;
    const account = play.fleet.seats.account[cheat]!;
    play.send({ kind: 'leave', seat: cheat });
    letEpochsPass(play, 3);
    expect(play.fleet.epoch.number).to.be.above(play.fleet.seats.endedEpoch[cheat]! + 2);
    expect(play.fleet.provisional!.epoch).to.equal(1);
    play.send({ kind: 'collect', seat: cheat });
    expect(play.fleet.seats.status[cheat]).to.equal(LEFT);
    expect(play.fleet.seats.stakeYocto[cheat]).to.equal(terms.stakeYocto);
    const newcomer = play.send({ kind: 'enrol', account: 'new.test', depositYocto: 10_000n });
    expect(newcomer, 'a seat of its own').to.equal(24);
    // Only now the audits of the round come in, and convict.
    play.audit((cohort) => (cohort === 0 ? { low: 1, high: 0 } : nobody));
    expect(play.fleet.seats.status[cheat]).to.equal(EXPELLED);
    expect(play.fleet.totals.treasury).to.equal(terms.stakeYocto);
    expect(play.fleet.seats.stakeYocto[24]).to.equal(terms.stakeYocto);
    expect(play.fleet.ledgers.get(account) ?? 0n).to.equal(0n);
  });

  it('is free two epochs after it was left, once no provisional round is as old', () => {
    const play = new FleetPlay(terms);
    play.enrol(24);
    play.send({ kind: 'tick' });
    play.playRound();
    play.send({ kind: 'leave', seat: 3 });
    letEpochsPass(play, 3);
    play.send({ kind: 'collect', seat: 3 });
    expect(play.fleet.seats.status[3]).to.equal(LEFT);
    play.playRound();
    expect(play.fleet.finalRound).to.equal(1);
    expect(play.fleet.provisional!.epoch).to.be.above(play.fleet.seats.endedEpoch[3]!);
    play.send({ kind: 'collect', seat: 3 });
    expect(play.fleet.seats.status[3]).to.equal(FREE);
    expect(play.fleet.ledgers.get('w3.test')! >= terms.stakeYocto).to.equal(true);
  });

  it('is not lost for work that was done before its holder came', () => {
    const play = new FleetPlay(terms);
    play.enrol(24);
    play.send({ kind: 'tick' });
    const fleet = structuredClone(play.fleet);
    fleet.seats.fromEpoch[5] = 3;
    expect(expelSeat(fleet, 5, 2)).to.equal(0n);
    expect(fleet.seats.stakeYocto[5]).to.equal(terms.stakeYocto);
    expect(expelSeat(fleet, 5, 3)).to.equal(terms.stakeYocto);
    expect(expelSeat(fleet, 5, 3), 'once').to.equal(0n);
  });
});

describe('a jury', () => {
  it('has somebody on it in every fleet that terms allow, whoever is accused', () => {
    const size = fc.integer({ min: 2, max: 64 });
    fc.assert(
      fc.property(size, fc.integer({ min: 1, max: 64 }), fc.nat(300), (cohort, committee, more) => {
        const sizes = { ...smallFleetTerms, cohortSeats: cohort, committeeSeats: committee };
        const seats = Math.max(2 * committee, cohort + 1) + more;
        const shape = shapeOf(seats, sizes);
        const cohorts = [...Array(shape.cohorts).keys()].map((c) => placesOf(shape, c));
        const largest = Math.max(committee, ...cohorts.map(({ first, end }) => end - first));
        const jury = jurySizeOf(shape, sizes, largest);
        expect(jury).to.be.within(1, seats - largest);
      }),
      { endOnFailure: true },
    );
    expect(jurySizeOf({ seats: 6, cohorts: 1, segments: 1 }, smallFleetTerms, 6)).to.equal(0);
  });
});
