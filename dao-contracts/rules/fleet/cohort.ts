/**
 * A cohort's part of a round: today's round machine for at most 64 seats, as counts and marks. What
 * the chain checks about one seat's commitment and opening is checked as in a flat run (opening.ts)
 * before the event comes here; this file keeps who did what, who is included, and what the cohort's
 * aggregate is. A cohort that fails or is late ends alone: the fleet goes on without it.
 */
import type { Digest } from '@commonweights/dataset-registry/digest/digest-text.js';
import { refuse } from '../errors.js';
import type { FleetContext } from './context.js';
import { canAct, expelSeat, markAbsent, requireActive } from './money.js';
import { moveMoney } from '../totals.js';
import { SeatOrder } from './seat-order.js';
import { settleCohortRound, takeRecord } from './settle.js';
import {
  CERTIFIED,
  COMMITTED,
  FAILED_AUDIT,
  idleCohortRound,
  INCLUDED,
  IN_ROUND,
  recordOf,
  REVEALED,
  SUBMITTED,
  type CohortRound,
  type Fleet,
  type FleetRound,
} from './state.js';
import { placesOf } from './terms.js';

export interface CohortAct {
  cohort: number;
  /** The caller's seat, and its place in the cohort. */
  seat: number;
  place: number;
}

/** A set of places: bit i of `low` is place i, of `high` place 32 + i. */
export interface Places {
  low: number;
  high: number;
}

export function hasPlace({ low, high }: Places, place: number): boolean {
  return ((place < 32 ? low >>> place : high >>> (place - 32)) & 1) === 1;
}

/**
 * Begins the cohort's part of the open round: who is in it, which slice each trains. Anyone may
 * call it, once a round. Errors: `WRONG_PHASE`, `NOT_FOUND`, `ALREADY_ACTED`.
 */
export function openCohort(fleet: Fleet, cohort: number, at: FleetContext): void {
  const open = requireCohortsPhase(fleet, at);
  if (!Number.isInteger(cohort) || cohort < 0 || cohort >= open.shape.cohorts) {
    refuse('NOT_FOUND', `cohort ${cohort} of ${open.shape.cohorts}; count from 0`);
  }
  const pair = (fleet.cohorts[cohort] ??= [idleCohortRound(), idleCohortRound()]);
  if (recordOf(pair, open.round)) refuse('ALREADY_ACTED', 'this cohort is open in this round');
  const record = takeRecord(pair, (one) => settleCohortRound(fleet, one));
  const order = new SeatOrder(fleet.epoch.seed, open.shape.seats, at.hash);
  const { first, end } = placesOf(open.shape, cohort);
  fleet.unsettled++;
  record.round = open.round;
  record.epoch = open.epoch;
  record.size = end - first;
  record.expected = 0;
  record.revealed = record.included = 0;
  record.root = null;
  record.roots = [];
  record.judged = false;
  record.marks.fill(0);
  record.votes.fill(0);
  record.named.fill(0);
  for (let place = 0; place < record.size; place++) {
    const seat = order.seatAt(first + place);
    record.members[place] = seat;
    if (!canAct(fleet, seat, open.epoch)) continue;
    record.marks[place] = IN_ROUND;
    record.slices[place] = fleet.returnedSlices.shift() ?? fleet.nextSlice++;
    record.expected++;
  }
  if (record.expected < fleet.terms.minCohortSeats) return fail(open, record);
  enter(record, 'train', at.nowMs + fleet.terms.deadlinesMs.train);
}

export function commitIn(fleet: Fleet, it: CohortAct, at: FleetContext): void {
  act(fleet, it, at, { phase: 'train', needs: IN_ROUND, sets: COMMITTED });
}

export function revealIn(fleet: Fleet, it: CohortAct, at: FleetContext): void {
  const record = act(fleet, it, at, { phase: 'reveal', needs: COMMITTED, sets: REVEALED });
  record.revealed++;
}

/** `available`: whose updates the caller fetched, decoded and keeps. */
export function certifyIn(
  fleet: Fleet,
  it: CohortAct & { available: Places },
  at: FleetContext,
): void {
  const record = act(fleet, it, at, { phase: 'certify', needs: REVEALED, sets: CERTIFIED });
  for (let place = 0; place < record.size; place++) {
    if (hasPlace(it.available, place)) record.named[place]!++;
  }
}

/** `root`: RFC 6962 root over the digests of the aggregate's segments, as the caller computed it. */
export function closeIn(fleet: Fleet, it: CohortAct & { root: Digest }, at: FleetContext): void {
  const record = act(fleet, it, at, { phase: 'close', needs: CERTIFIED, sets: SUBMITTED });
  let index = record.roots.findIndex(({ root }) => root === it.root);
  if (index < 0) index = record.roots.push({ root: it.root, count: 0 }) - 1;
  record.roots[index]!.count++;
  record.votes[it.place] = index + 1;
}

/** Moves the cohort's phase if everybody in it acted or the deadline passed. Returns whether. */
export function tickCohort(fleet: Fleet, cohort: number, at: FleetContext): boolean {
  const open = fleet.open;
  if (open?.phase !== 'cohorts') return false;
  const record = recordOf(fleet.cohorts[cohort], open.round);
  if (!record) return false;
  if (record.acted < record.expected && at.nowMs < record.deadlineMs) return false;
  const { minCohortSeats, deadlinesMs: ms } = fleet.terms;
  switch (record.phase) {
    case 'train':
      forEachMissing(record, IN_ROUND, COMMITTED, (seat) => markAbsent(fleet, seat, open.epoch));
      if (record.acted < minCohortSeats) fail(open, record);
      else enter(record, 'reveal', at.nowMs + ms.reveal);
      return true;
    case 'reveal':
      forEachMissing(record, COMMITTED, REVEALED, (seat) => {
        moveMoney(fleet.totals, 'slashed', 'treasury', expelSeat(fleet, seat, open.epoch));
      });
      if (record.revealed < minCohortSeats) fail(open, record);
      else enter(record, 'certify', at.nowMs + ms.certify);
      return true;
    case 'certify':
      for (let place = 0; place < record.size; place++) {
        if ((record.marks[place]! & REVEALED) === 0) continue;
        if (!isMajority(record, record.named[place]!)) continue;
        record.marks[place]! |= INCLUDED;
        record.included++;
      }
      if (record.included === 0) fail(open, record);
      else enter(record, 'close', at.nowMs + ms.close);
      return true;
    case 'close': {
      const agreed = record.roots.find(({ count }) => isMajority(record, count));
      if (!agreed) {
        fail(open, record);
        return true;
      }
      record.root = agreed.root;
      record.phase = 'closed';
      open.cohortsClosed++;
      open.includedUpdates += record.included;
      return true;
    }
    case 'idle':
    case 'closed':
    case 'audited':
    case 'failed':
      return false;
  }
}

/**
 * What the cohort's own audits came to (the rules of a flat run decide them; no account can send
 * this). The failed lose stake and locked pay. Errors: `AUDIT_CLOSED`.
 */
export function auditedCohort(fleet: Fleet, it: { cohort: number; failed: Places }): void {
  const round = fleet.provisional;
  const record = round && recordOf(fleet.cohorts[it.cohort], round.round);
  if (!round || record?.phase !== 'closed') {
    return refuse('AUDIT_CLOSED', `cohort ${it.cohort} has no audits open in a provisional round`);
  }
  for (let place = 0; place < record.size; place++) {
    const marks = record.marks[place]!;
    if (!hasPlace(it.failed, place) || (marks & REVEALED) === 0) continue;
    record.marks[place] = marks | FAILED_AUDIT;
    if (marks & INCLUDED) round.badUpdates++;
    const taken = expelSeat(fleet, record.members[place]!, record.epoch);
    moveMoney(fleet.totals, 'slashed', 'treasury', taken);
  }
  record.phase = 'audited';
  round.cohortsAudited++;
}

/** More than half of those who revealed: theirs is the last silence that costs a stake. */
function isMajority(record: CohortRound, count: number): boolean {
  return 2 * count > record.revealed;
}

function act(
  fleet: Fleet,
  it: CohortAct,
  at: FleetContext,
  rule: { phase: CohortRound['phase']; needs: number; sets: number },
): CohortRound {
  const open = requireCohortsPhase(fleet, at);
  const record = recordOf(fleet.cohorts[it.cohort], open.round);
  if (record?.phase !== rule.phase || at.nowMs >= record.deadlineMs) {
    return refuse(
      'WRONG_PHASE',
      `cohort ${it.cohort} is at "${record?.phase ?? 'idle'}", not (or no longer) at "${rule.phase}"`,
    );
  }
  const { place, seat } = it;
  if (place >= record.size || record.members[place] !== seat) {
    refuse('NOT_YOUR_TURN', `seat ${seat} is not at place ${place} of cohort ${it.cohort}`);
  }
  requireActive(fleet, seat);
  const marks = record.marks[place]!;
  if ((marks & rule.needs) === 0) {
    refuse(
      'NOT_YOUR_TURN',
      `seat ${seat} missed an earlier phase of this round; wait for the next`,
    );
  }
  if (marks & rule.sets) refuse('ALREADY_ACTED', `seat ${seat} did this in this phase already`);
  record.marks[place] = marks | rule.sets;
  record.acted++;
  return record;
}

function requireCohortsPhase(fleet: Fleet, at: FleetContext): FleetRound {
  const { open } = fleet;
  if (open?.phase === 'cohorts' && at.nowMs < open.deadlineMs) return open;
  return refuse('WRONG_PHASE', 'no round takes work of cohorts now; wait for the next one');
}

function enter(record: CohortRound, phase: CohortRound['phase'], deadlineMs: number): void {
  // Who acted in one phase is expected in the next.
  if (phase !== 'train') record.expected = record.acted;
  record.acted = 0;
  record.phase = phase;
  record.deadlineMs = deadlineMs;
}

function fail(open: FleetRound, record: CohortRound): void {
  record.phase = 'failed';
  open.cohortsFailed++;
}

function forEachMissing(
  record: CohortRound,
  needs: number,
  lacks: number,
  then: (seat: number) => void,
): void {
  for (let place = 0; place < record.size; place++) {
    const marks = record.marks[place]!;
    if (marks & needs && !(marks & lacks)) then(record.members[place]!);
  }
}
