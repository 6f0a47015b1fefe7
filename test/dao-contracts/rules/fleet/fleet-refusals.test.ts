/** Each refusal of a fleet, and what stays as it was. */
import { expect } from 'chai';
import type { FleetEvent } from '@commonweights/dao-contracts/rules/fleet/events.js';
import { applyFleetEvent, panelOf } from '@commonweights/dao-contracts/rules/fleet/events.js';
import { sealOf } from '@commonweights/dao-contracts/rules/fleet/panel.js';
import { newFleet, recordOf } from '@commonweights/dao-contracts/rules/fleet/state.js';
import {
  fleetBudgetNeeded,
  type FleetTerms,
} from '@commonweights/dao-contracts/rules/fleet/terms.js';
import { digestFor, everybody, FleetPlay, smallFleetTerms } from './fleet-play.js';

const salt = Uint8Array.of(9);

function started(): FleetPlay {
  const play = new FleetPlay();
  play.enrol(24);
  play.send({ kind: 'tick' });
  return play;
}

function refuses(play: FleetPlay, event: FleetEvent, code: string): void {
  const own = structuredClone(play.fleet);
  expect(() => applyFleetEvent(own, event, play.at)).to.throw(code);
  expect(own).to.deep.equal(play.fleet);
}

function withTerms(terms: Partial<FleetTerms>): () => void {
  const all = { ...smallFleetTerms, ...terms };
  const initialRoot = digestFor('initial');
  return () =>
    newFleet({ contract: 'c', id: 1, terms: all, budgetYocto: 10n ** 9n, initialRoot, nowMs: 0 });
}

describe('a fleet refuses', () => {
  it('terms under which somebody could be cheated or nothing would end', () => {
    const { deadlinesMs } = smallFleetTerms;
    for (const terms of [
      { rounds: 0 },
      { cohortSeats: 65 },
      { minCohortSeats: 1 },
      { minCohortSeats: 7 },
      { committeeSeats: 65 },
      { committeeSeats: 7 },
      // One cohort: all who could judge it are in it.
      { cohortSeats: 12 },
      { jurySeats: 256 },
      { epochRounds: 0 },
      { minCohortsBps: 0 },
      { taintBps: 10_001 },
      { rewardYocto: -1n },
      { challengeBondYocto: 20n },
      { deadlinesMs: { ...deadlinesMs, cohorts: 39_999 } },
      { deadlinesMs: { ...deadlinesMs, panel: 10 } },
    ]) {
      expect(withTerms(terms), Object.keys(terms)[0]).to.throw('BAD_TERMS');
    }
    expect(withTerms({})).to.not.throw();
  });

  it('a budget that could not pay every round', () => {
    const terms = smallFleetTerms;
    const budgetYocto = fleetBudgetNeeded(terms) - 1n;
    const initialRoot = digestFor('initial');
    const make = () =>
      newFleet({ contract: 'c', id: 1, terms, budgetYocto, initialRoot, nowMs: 0 });
    expect(make).to.throw('BUDGET_TOO_SMALL');
  });

  it('a seat without its stake, or beyond the last one, or in a fleet that ended', () => {
    const play = new FleetPlay();
    const enrol = { kind: 'enrol', account: 'eve.test', depositYocto: 10_000n } as const;
    refuses(play, { ...enrol, depositYocto: 9_999n }, 'DEPOSIT_TOO_SMALL');
    play.enrol(40);
    refuses(play, enrol, 'RUN_FULL');
    play.send({ kind: 'stop' });
    refuses(play, enrol, 'RUN_NOT_OPEN');
    refuses(play, { kind: 'stop' }, 'RUN_NOT_OPEN');
    refuses(play, { kind: 'rejoin', seat: 0 }, 'RUN_NOT_OPEN');
  });

  it('seats that are not what they claim', () => {
    const play = started();
    refuses(play, { kind: 'rejoin', seat: 0 }, 'SEAT_NOT_ABSENT');
    refuses(play, { kind: 'leave', seat: 99 }, 'NOT_ENROLLED');
    refuses(play, { kind: 'collect', seat: 99 }, 'NOT_ENROLLED');
    refuses(play, { kind: 'claim', account: 'w1.test' }, 'NOTHING_TO_CLAIM');
    play.send({ kind: 'leave', seat: 0 });
    refuses(play, { kind: 'leave', seat: 0 }, 'NOT_ENROLLED');
    play.send({ kind: 'collect', seat: 0 });
    // The stake waits two epochs: the work of this one can still be convicted.
    expect(play.fleet.seats.stakeYocto[0]).to.equal(10_000n);
  });

  it('cohorts and segments out of turn', () => {
    const play = started();
    refuses(play, { kind: 'open-cohort', cohort: 4 }, 'NOT_FOUND');
    refuses(play, { kind: 'open-segment', segment: 0 }, 'WRONG_PHASE');
    refuses(play, { kind: 'fold', segment: 0 }, 'WRONG_PHASE');
    play.send({ kind: 'open-cohort', cohort: 0 });
    refuses(play, { kind: 'open-cohort', cohort: 0 }, 'ALREADY_ACTED');
    play.nowMs += play.terms.deadlinesMs.cohorts;
    refuses(play, { kind: 'open-cohort', cohort: 1 }, 'WRONG_PHASE');
  });

  it('acts of a cohort by others, twice, too early or too late', () => {
    const play = started();
    play.send({ kind: 'open-cohort', cohort: 0 });
    const { members } = play.cohort(0);
    const act = { cohort: 0, seat: members[0]!, place: 0 };
    refuses(play, { kind: 'commit', ...act, place: 1 }, 'NOT_YOUR_TURN');
    refuses(play, { kind: 'commit', ...act, cohort: 1 }, 'WRONG_PHASE');
    refuses(play, { kind: 'reveal', ...act }, 'WRONG_PHASE');
    play.send({ kind: 'commit', ...act });
    refuses(play, { kind: 'commit', ...act }, 'ALREADY_ACTED');
    play.send({ kind: 'leave', seat: members[1]! });
    refuses(play, { kind: 'commit', cohort: 0, seat: members[1]!, place: 1 }, 'NOT_YOUR_TURN');
    for (const place of [2, 3]) {
      play.send({ kind: 'commit', cohort: 0, seat: members[place]!, place });
    }
    play.nowMs += play.terms.deadlinesMs.train;
    refuses(play, { kind: 'commit', cohort: 0, seat: members[4]!, place: 4 }, 'WRONG_PHASE');
    play.send({ kind: 'tick-cohort', cohort: 0 });
    play.send({ kind: 'rejoin', seat: members[4]! });
    refuses(play, { kind: 'reveal', cohort: 0, seat: members[4]!, place: 4 }, 'NOT_YOUR_TURN');
    refuses(play, { kind: 'certify', ...act, available: everybody }, 'WRONG_PHASE');
  });

  it('answers of a committee by others, unsealed, changed or twice', () => {
    const play = started();
    play.playCohorts();
    refuses(play, { kind: 'open-segment', segment: 4 }, 'NOT_FOUND');
    play.send({ kind: 'open-segment', segment: 0 });
    refuses(play, { kind: 'open-segment', segment: 0 }, 'ALREADY_ACTED');
    refuses(play, { kind: 'fold', segment: 1 }, 'WRONG_ROUND');
    refuses(play, { kind: 'fold', segment: 0 }, 'WRONG_PHASE');
    const ask = { about: 'segment', index: 0 } as const;
    const { panel, question } = panelOf(play.fleet, ask);
    const digest = digestFor('answer');
    const steps = [...panel.members].map((seat, place) => ({ ...ask, seat, place }));
    const [first, second, third] = steps as [
      (typeof steps)[0],
      (typeof steps)[0],
      (typeof steps)[0],
    ];
    const seal = sealOf(question, { seat: first.seat, digest, salt }, play.at);
    refuses(play, { kind: 'seal', ...first, place: 1, seal }, 'NOT_YOUR_TURN');
    refuses(play, { kind: 'seal', ...first, seal: salt }, 'BAD_ARGUMENT');
    refuses(play, { kind: 'seal', ...first, index: 1, seal }, 'WRONG_PHASE');
    play.send({ kind: 'seal', ...first, seal });
    refuses(play, { kind: 'seal', ...first, seal }, 'ALREADY_ACTED');
    refuses(play, { kind: 'open-answer', ...first, digest, salt }, 'WRONG_PHASE');
    // Copying a seal copies nothing: it is bound to its seat.
    play.send({ kind: 'seal', ...second, seal });
    play.nowMs += play.terms.deadlinesMs.panel;
    play.send({ kind: 'tick-segment', segment: 0 });
    refuses(play, { kind: 'open-answer', ...second, digest, salt }, 'BAD_OPENING');
    refuses(play, { kind: 'open-answer', ...third, digest, salt }, 'NOT_YOUR_TURN');
    const other = digestFor('other');
    refuses(play, { kind: 'open-answer', ...first, digest: other, salt }, 'BAD_OPENING');
    play.send({ kind: 'open-answer', ...first, digest, salt });
    refuses(play, { kind: 'open-answer', ...first, digest, salt }, 'ALREADY_ACTED');
  });

  it('challenges without a bond, of what is not decided, or twice', () => {
    const play = started();
    const it = { about: 'segment', index: 0, account: 'eve.test', depositYocto: 100n } as const;
    refuses(play, { kind: 'challenge', ...it }, 'WRONG_PHASE');
    play.playRound();
    refuses(play, { kind: 'challenge', ...it, index: 9 }, 'WRONG_PHASE');
    refuses(play, { kind: 'challenge', ...it, depositYocto: 99n }, 'DEPOSIT_TOO_SMALL');
    play.send({ kind: 'challenge', ...it });
    refuses(play, { kind: 'challenge', ...it }, 'ALREADY_ACTED');
  });

  it('audits of a cohort that has none open, and a refund before the end', () => {
    const play = started();
    const none = { low: 0, high: 0 };
    refuses(play, { kind: 'cohort-audited', cohort: 0, failed: none }, 'AUDIT_CLOSED');
    play.playRound();
    play.audit();
    refuses(play, { kind: 'cohort-audited', cohort: 0, failed: none }, 'AUDIT_CLOSED');
    refuses(play, { kind: 'refund' }, 'RUN_NOT_OPEN');
    play.send({ kind: 'stop' });
    refuses(play, { kind: 'refund' }, 'WRONG_PHASE');
    expect(recordOf(play.fleet.cohorts[0], 1)!.phase).to.equal('audited');
  });

  it('a challenge that nobody is left to judge', () => {
    const play = started();
    play.playCohorts();
    play.playSegments();
    play.send({ kind: 'tick' });
    // Terms rule such a fleet out: all of its seats are one cohort, and all named its aggregate.
    play.fleet.provisional!.shape = { seats: 6, cohorts: 1, segments: 1 };
    const event = { kind: 'challenge', about: 'cohort', index: 0, account: 'eve.test' } as const;
    refuses(play, { ...event, depositYocto: 100n }, 'NOT_FOUND');
  });
});
