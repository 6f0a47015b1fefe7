/** Laws of a fleet under any sequence of events: money, pay, slices, exits, roots. */
import { expect } from 'chai';
import fc from 'fast-check';
import { Refusal } from '@commonweights/dao-contracts/rules/errors.js';
import { applyFleetEvent, panelOf } from '@commonweights/dao-contracts/rules/fleet/events.js';
import { sealOf } from '@commonweights/dao-contracts/rules/fleet/panel.js';
import type { FleetEvent } from '@commonweights/dao-contracts/rules/fleet/events.js';
import {
  EXPELLED,
  FAILED_AUDIT,
  FREE,
  INCLUDED,
  IN_ROUND,
  recordOf,
  type CohortRound,
  type Fleet,
  type SegmentRound,
} from '@commonweights/dao-contracts/rules/fleet/state.js';
import { buckets } from '@commonweights/dao-contracts/rules/totals.js';
import { digestFor, everybody, FleetPlay, nobody, smallFleetTerms } from './fleet-play.js';

type Dice = readonly [number, number, number];
type About = 'segment' | 'segment-jury' | 'cohort-jury';

const sum = (values: Iterable<bigint>) => [...values].reduce((total, one) => total + one, 0n);
const salt = Uint8Array.of(7);
/** Shrinking a sequence of a thousand events takes minutes and says little more. */
const repeatable = { seed: Number(process.env.FLEET_SEED ?? 11), endOnFailure: true };
const members = 12;
const terms = { ...smallFleetTerms, minSeats: 7 };

function checkMoney({ fleet, received }: FleetPlay): void {
  const { totals, seats } = fleet;
  for (const bucket of buckets) expect(totals[bucket] >= 0n, bucket).to.equal(true);
  expect(sum(Object.values(totals)), 'money appeared or vanished').to.equal(received);
  expect(totals.escrows).to.equal(fleet.escrowYocto);
  expect(totals.stakes).to.equal(sum(seats.stakeYocto));
  expect(totals.heldBack).to.equal(sum(seats.heldNewYocto) + sum(seats.heldOldYocto));
  expect(totals.slashed, 'slashed money waits for nobody').to.equal(0n);
  expect(totals.ledgers).to.equal(sum(fleet.ledgers.values()));
  const disputes = [...fleet.cohorts, ...fleet.segments]
    .flatMap((pair): (CohortRound | SegmentRound)[] => (pair ? [...pair] : []))
    .flatMap(({ dispute }) => (dispute ? [dispute.bondYocto] : []));
  expect(totals.bonds).to.equal(sum(disputes));
  expect(seats.active).to.equal(seats.status.filter((status) => status === 0).length);
}

/** What settling the records that this step settled must have paid, and that it was their first. */
function checkPay(before: Fleet, after: Fleet, paid: Set<string>): void {
  let owed = 0n;
  const { rewardYocto, panelFeeYocto } = before.terms;
  const gone = (record: { round: number }, pair: readonly { round: number }[] | undefined) =>
    record.round > 0 && !pair?.some(({ round }) => round === record.round);
  const once = (key: string) => {
    expect(paid.has(key), `${key} was settled twice`).to.equal(false);
    paid.add(key);
  };
  const earns = (seat: number, epoch: number) =>
    before.seats.status[seat]! < 3 && before.seats.fromEpoch[seat]! <= epoch;
  before.cohorts.forEach((pair, cohort) => {
    for (const record of pair ?? []) {
      if (!gone(record, after.cohorts[cohort])) continue;
      once(`cohort ${cohort}, round ${record.round}`);
      if (before.cancelled.includes(record.round)) continue;
      if (record.phase !== 'closed' && record.phase !== 'audited') continue;
      record.marks.forEach((marks, place) => {
        if ((marks & (INCLUDED | FAILED_AUDIT)) !== INCLUDED) return;
        if (earns(record.members[place]!, record.epoch)) owed += rewardYocto;
      });
    }
  });
  before.segments.forEach((pair, segment) => {
    for (const record of pair ?? []) {
      if (!gone(record, after.segments[segment])) continue;
      once(`segment ${segment}, round ${record.round}`);
      if (before.cancelled.includes(record.round) || !record.panel) continue;
      const { answers, votes, members: seats } = record.panel;
      const right = answers.findIndex(({ digest }) => digest === record.digest) + 1;
      votes.forEach((vote, place) => {
        if (right === 0 || vote !== right) return;
        if (earns(seats[place]!, record.epoch)) owed += panelFeeYocto;
      });
    }
  });
  if (before.escrowYocto !== after.escrowYocto || owed > 0n) {
    expect(before.escrowYocto - after.escrowYocto, 'pay of settled records').to.equal(owed);
  }
}

/**
 * Nobody loses a stake but for work of its own: who is expelled in this step had the seat when the
 * oldest round that is not decided was worked on.
 */
function checkExpelled(before: Fleet, after: Fleet): void {
  const epochs = [before.provisional, before.open].flatMap((round) => (round ? [round.epoch] : []));
  after.seats.status.forEach((status, seat) => {
    const isNew = status === EXPELLED && before.seats.status[seat] !== EXPELLED;
    if (!isNew) return;
    const since = before.seats.fromEpoch[seat]!;
    expect(Math.max(...epochs) >= since, `seat ${seat} was not there yet`).to.equal(true);
  });
}

/** Nobody takes a stake along while a round may hold its work: who worked in it still has the seat. */
function checkStaysAnswerable({ fleet }: FleetPlay): void {
  const { provisional, seats, cohorts } = fleet;
  if (!provisional) return;
  for (const pair of cohorts) {
    const record = recordOf(pair, provisional.round);
    if (!record) continue;
    record.marks.forEach((marks, place) => {
      if (!(marks & IN_ROUND)) return;
      const seat = record.members[place]!;
      expect(seats.fromEpoch[seat]! <= record.epoch, `seat ${seat} is another's`).to.equal(true);
      expect(seats.status[seat], `seat ${seat} is free`).to.not.equal(FREE);
    });
  }
}

function checkSlices(fleet: Fleet): void {
  const held = fleet.cohorts
    .flatMap((pair) => (pair ? [...pair] : []))
    .flatMap((record) =>
      record.round === 0
        ? []
        : [...record.slices].filter((_, place) => record.marks[place]! & IN_ROUND),
    );
  const all = [...held, ...fleet.returnedSlices];
  expect(new Set(all).size, 'a slice is in two places').to.equal(all.length);
  for (const slice of all) expect(slice < fleet.nextSlice).to.equal(true);
}

function checkForwards(before: Fleet, after: Fleet): void {
  expect(after.finalRounds - before.finalRounds).to.be.within(0, 1);
  expect(after.finalRound >= before.finalRound && after.nextRound >= before.nextRound).to.be.true;
  expect(after.cancelled.slice(0, before.cancelled.length)).to.deep.equal(before.cancelled);
  if (after.finalRounds === before.finalRounds) expect(after.finalRoot).to.equal(before.finalRoot);
  if (before.status === 'completed' || before.status === 'stopped') {
    expect(after.status).to.equal(before.status);
  }
}

/** One likely or unlikely event. Mostly what is due, else nothing would ever come to a root. */
function anyEvent(play: FleetPlay, [a, b, c]: Dice): FleetEvent {
  const { fleet } = play;
  const { open, provisional } = fleet;
  const shape = open?.shape ?? provisional?.shape ?? { cohorts: 1, segments: 1 };
  const cohort = b % shape.cohorts;
  const segment = b % shape.segments;
  const seat = b % (fleet.seats.account.length + 1);
  const target = { about: c % 2 ? 'cohort' : 'segment', index: b % 5 } as const;
  const account = `w${b % 30}.test`;
  switch (a % 100) {
    case 0:
      return { kind: 'enrol', account, depositYocto: terms.stakeYocto + BigInt(c % 3) };
    case 1:
      return c < 2 ? { kind: 'leave', seat } : { kind: 'rejoin', seat };
    case 2:
      return { kind: 'collect', seat };
    case 3:
      return { kind: 'claim', account };
    case 4:
      return { kind: 'settle', ...target };
    case 5:
    case 6:
    case 7:
      return { kind: 'rejoin', seat };
    case 8:
    case 9:
      return { kind: 'challenge', ...target, account, depositYocto: terms.challengeBondYocto };
    case 10:
    case 11:
      return { kind: 'tick-dispute', ...target };
    case 12:
      return { kind: 'tick-segment', segment };
    case 13:
      return { kind: 'cohort-audited', cohort, failed: c % 5 ? nobody : { low: 1 << c, high: 0 } };
    case 14:
      return c === 3 && b % 9 === 0 ? { kind: 'stop' } : { kind: 'tick' };
    case 15:
      return { kind: 'open-cohort', cohort };
    default:
      break;
  }
  if (open?.phase === 'segments') return segmentEvent(play, [a, b, c], segment);
  const disputed = (['segment-jury', 'cohort-jury'] as const).find((about) => {
    try {
      return panelOf(fleet, { about, index: b % 5 });
    } catch {
      return false;
    }
  });
  if (disputed && c % 2) return panelEvent(play, disputed, b % 5, [a, b, c]);
  if (open?.phase !== 'cohorts') {
    return open || provisional?.root !== null
      ? { kind: 'tick' }
      : { kind: 'fold', segment: provisional.folded };
  }
  const record = recordOf(fleet.cohorts[cohort], open.round);
  if (!record) return { kind: 'open-cohort', cohort };
  const place = record.acted < record.expected ? nextPlace(record, c) : null;
  if (place === null) {
    return record.phase === 'closed' || record.phase === 'failed'
      ? { kind: 'tick' }
      : { kind: 'tick-cohort', cohort };
  }
  const act = { cohort, seat: record.members[place]!, place };
  if (record.phase === 'train') return { kind: 'commit', ...act };
  if (record.phase === 'reveal') return { kind: 'reveal', ...act };
  if (record.phase === 'certify') return { kind: 'certify', ...act, available: everybody };
  if (record.phase === 'close') {
    return { kind: 'close', ...act, root: digestFor('root', a % 20 ? 1 : c) };
  }
  return { kind: 'tick' };
}

/** Whoever is still to act in this phase, now and then somebody else. */
function nextPlace(record: CohortRound, chance: number): number {
  if (chance === 19) return 0;
  const needs = { train: 1, reveal: 2, certify: 4, close: 8 }[record.phase as 'train'] ?? 0;
  const sets = { train: 2, reveal: 4, certify: 8, close: 32 }[record.phase as 'train'] ?? 0;
  const found = record.marks.findIndex((marks) => (marks & needs) !== 0 && (marks & sets) === 0);
  return Math.max(found, 0);
}

function segmentEvent(play: FleetPlay, dice: Dice, segment: number): FleetEvent {
  const { fleet } = play;
  const open = fleet.open!;
  const record = recordOf(fleet.segments[segment], open.round);
  if (!record) return { kind: 'open-segment', segment };
  if (record.digest) return { kind: 'fold', segment: open.folded };
  return panelEvent(play, 'segment', segment, dice);
}

function panelEvent(play: FleetPlay, about: About, index: number, [a, , c]: Dice): FleetEvent {
  const { panel, question } = panelOf(play.fleet, { about, index });
  const next = (done: (place: number) => boolean) =>
    [...panel.members.keys()].find(
      (place) => !done(place) && play.fleet.seats.status[panel.members[place]!] === 0,
    );
  const sealing = panel.phase === 'seal';
  const place = next((one) =>
    sealing ? panel.hasSealed[one] === 1 : !panel.hasSealed[one] || panel.votes[one] !== 0,
  );
  if (place === undefined || c === 18) {
    if (about === 'segment') return { kind: 'tick-segment', segment: index };
    return { kind: 'tick-dispute', about: about === 'cohort-jury' ? 'cohort' : 'segment', index };
  }
  const seat = panel.members[place]!;
  // A tenth of the answers are wrong; an opening repeats what was sealed by its seat and attempt.
  const wrong = (seat * 7 + question.round + index) % 10 === 0;
  const digest = digestFor(about, wrong ? 'wrong' : 'right', question.round, index);
  const step = { about, index, seat, place };
  if (!sealing) return { kind: 'open-answer', ...step, digest, salt };
  const seal = sealOf(question, { seat, digest, salt }, play.at);
  return { kind: 'seal', ...step, seal: a % 50 === 49 ? new Uint8Array(3) : seal };
}

const anySteps = fc.array(fc.tuple(fc.nat(9_999), fc.nat(9_999), fc.nat(19)), {
  minLength: 900,
  maxLength: 1_500,
  size: 'max',
});

/** Plays a sequence; refusals are part of it. */
function playAll(steps: readonly Dice[], check?: (before: Fleet, play: FleetPlay) => void) {
  const play = new FleetPlay(terms);
  play.enrol(members);
  play.send({ kind: 'tick' });
  for (const dice of steps) {
    const before = play.fleet;
    play.nowMs += dice[2] === 17 && dice[0] % 9 === 0 ? 9_000 : 5;
    try {
      play.send(anyEvent(play, dice));
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
    }
    check?.(before, play);
  }
  return play;
}

/** Only the clock, and whoever ticks. */
function waitForTheEnd(play: FleetPlay): void {
  const { fleet } = play;
  const tick = (event: FleetEvent) => applyFleetEvent(fleet, event, play.at);
  for (let i = 0; i < 1_000 && fleet.status !== 'completed' && fleet.status !== 'stopped'; i++) {
    play.nowMs += 30_000;
    for (let index = 0; index < 8; index++) {
      tick({ kind: 'tick-cohort', cohort: index });
      tick({ kind: 'tick-segment', segment: index });
      tick({ kind: 'tick-dispute', about: 'segment', index });
      tick({ kind: 'tick-dispute', about: 'cohort', index });
    }
    tick({ kind: 'tick' });
  }
}

describe('a fleet under random events', () => {
  const reached = new Map<string, number>();
  const mark = (what: string, is: boolean) => is && reached.set(what, (reached.get(what) ?? 0) + 1);

  it('conserves money and slices, pays no record twice, and moves only forwards', function () {
    this.timeout(120_000);
    fc.assert(
      fc.property(anySteps, (steps) => {
        const paid = new Set<string>();
        const play = playAll(steps, (before, { fleet }) => {
          checkPay(before, fleet, paid);
          checkForwards(before, fleet);
          checkExpelled(before, fleet);
          mark('provisional', fleet.provisional !== null && before.provisional === null);
          mark(
            'challenged',
            (fleet.provisional?.disputes ?? 0) > (before.provisional?.disputes ?? 0),
          );
        });
        checkMoney(play);
        checkSlices(play.fleet);
        checkStaysAnswerable(play);
        const { fleet } = play;
        mark('final', fleet.finalRounds > 0);
        mark('cancelled', fleet.cancelled.length > 0);
        mark('slashed', fleet.totals.treasury > 0n);
      }),
      { numRuns: 16, ...repeatable },
    );
    // Else the laws above were checked on nothing.
    for (const what of ['provisional', 'challenged', 'final', 'cancelled', 'slashed']) {
      expect(reached.get(what) ?? 0, what).to.be.greaterThan(0);
    }
  });

  it('ends by the clock alone from any state, and gives everybody what is theirs', function () {
    this.timeout(120_000);
    fc.assert(
      fc.property(anySteps, (steps) => {
        const play = playAll(steps.slice(0, 400));
        waitForTheEnd(play);
        expect(play.fleet.status).to.be.oneOf(['completed', 'stopped']);
        play.settle();
        expect(play.fleet.unsettled).to.equal(0);
        play.send({ kind: 'refund' });
        play.fleet.seats.status.forEach((status, seat) => {
          if (status !== 4) play.send({ kind: 'collect', seat });
        });
        checkMoney(play);
        for (const bucket of ['escrows', 'stakes', 'heldBack', 'bonds', 'slashed'] as const) {
          expect(play.fleet.totals[bucket], bucket).to.equal(0n);
        }
      }),
      { numRuns: 8, ...repeatable },
    );
  });

  it('comes to the same state from the same events and seeds', () => {
    fc.assert(
      fc.property(anySteps, (steps) => {
        expect(playAll(steps).fleet).to.deep.equal(playAll(steps).fleet);
      }),
      { numRuns: 2, ...repeatable },
    );
  });

  it('changes nothing of the state that it is given', () => {
    fc.assert(
      fc.property(anySteps, (steps) => {
        let kept: { fleet: Fleet; copy: Fleet } | null = null;
        playAll(steps.slice(0, 150), (before, { fleet }) => {
          if (kept) expect(kept.fleet).to.deep.equal(kept.copy);
          kept = { fleet, copy: structuredClone(fleet) };
          expect(before).to.not.equal(null);
        });
      }),
      { numRuns: 2, ...repeatable },
    );
  });
});
