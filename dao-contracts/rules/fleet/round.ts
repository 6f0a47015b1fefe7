/**
 * The rounds of a fleet: cohorts train, committees combine, the digests of all segments are folded
 * into one root. The root is provisional, and can be challenged, until the next round is folded.
 * Anyone may tick; each call touches the fleet's record and nothing else.
 */
import { formatDigest } from '@commonweights/dataset-registry/digest/digest-text.js';
import { encodeParts } from '@commonweights/dataset-registry/digest/hash-parts.js';
import { refuse, unreachable } from '../errors.js';
import { moveMoney } from '../totals.js';
import type { FleetContext } from './context.js';
import { fleetCancelledMax, panelTriesMax } from './limits.js';
import { isEnded } from './money.js';
import { recordOf, type Fleet, type FleetRound } from './state.js';
import { shapeOf } from './terms.js';

/** Returns whether anything moved. */
export function tickFleet(fleet: Fleet, at: FleetContext): boolean {
  switch (fleet.status) {
    case 'completed':
    case 'stopped':
      return false;
    case 'enrolling':
    case 'paused':
      return resume(fleet, at);
    case 'running':
      return tickRound(fleet, at);
    default:
      return unreachable(fleet.status);
  }
}

function resume(fleet: Fleet, at: FleetContext): boolean {
  const { provisional } = fleet;
  // What can be decided is, whether or not anybody comes back.
  if (provisional && at.nowMs >= provisional.auditDeadlineMs) {
    if (decideFate(fleet, provisional, at)) return true;
  }
  if (fleet.seats.active >= fleet.terms.minSeats && at.nowMs >= fleet.resumeAtMs) {
    fleet.status = 'running';
    fleet.pausedBecause = null;
    tickRound(fleet, at);
    return true;
  }
  if (at.nowMs < fleet.giveUpAtMs) return false;
  stopFleet(fleet, 'too few seats were active for too long');
  return true;
}

function tickRound(fleet: Fleet, at: FleetContext): boolean {
  const { open, provisional } = fleet;
  if (!open) return openNext(fleet, at);
  switch (open.phase) {
    case 'cohorts':
      return closeCohorts(fleet, open, at);
    case 'segments':
      // Committees that are asked decide or pause the fleet themselves; these were never asked.
      if (at.nowMs < open.deadlineMs) return false;
      pauseFleet(
        fleet,
        `${open.folded} of ${open.shape.segments} segments were folded in time`,
        at,
      );
      return true;
    case 'folded':
      if (provisional && !decideFate(fleet, provisional, at)) return false;
      // A rewind has cancelled the open round with the provisional one.
      if (fleet.open !== open) return true;
      fleet.provisional = open;
      fleet.open = null;
      open.auditDeadlineMs = at.nowMs + fleet.terms.deadlinesMs.audit;
      if (fleet.finalRounds + 1 < fleet.terms.rounds) openRound(fleet, at);
      return true;
    default:
      return unreachable(open.phase);
  }
}

/** Without an open round: the last one, or one after an abort. */
function openNext(fleet: Fleet, at: FleetContext): boolean {
  const { provisional } = fleet;
  if (provisional) {
    if (provisional.disputes > 0) return false;
    if (provisional.root === null) {
      if (at.nowMs < provisional.deadlineMs) return false;
      rewindFleet(fleet, at);
      return true;
    }
    const last = fleet.finalRounds + 1 >= fleet.terms.rounds;
    // No later round will end its challenges: the deadline of its audits does.
    if (last) return at.nowMs >= provisional.auditDeadlineMs && decideFate(fleet, provisional, at);
  }
  openRound(fleet, at);
  return true;
}

function openRound(fleet: Fleet, at: FleetContext): void {
  const { terms, epoch, seats } = fleet;
  if (seats.active < terms.minSeats) {
    return pauseFleet(fleet, `${seats.active} seats are active of ${terms.minSeats} needed`, at);
  }
  const round = fleet.nextRound++;
  if (epoch.number === 0 || round - epoch.firstRound >= terms.epochRounds) {
    const shape = shapeOf(seats.account.length, terms);
    fleet.epoch = { number: epoch.number + 1, firstRound: round, seed: at.seed, shape };
  }
  const startRoot = fleet.provisional?.root ?? fleet.finalRoot;
  fleet.open = {
    round,
    epoch: fleet.epoch.number,
    shape: fleet.epoch.shape,
    phase: 'cohorts',
    deadlineMs: at.nowMs + terms.deadlinesMs.cohorts,
    startRoot,
    seed: null,
    cohortsClosed: 0,
    cohortsFailed: 0,
    cohortsAudited: 0,
    auditDeadlineMs: 0,
    includedUpdates: 0,
    badUpdates: 0,
    folded: 0,
    fold: startRoot,
    root: null,
    disputes: 0,
  };
}

/** All tries of a committee, its two phases each, and one try's time to open and to fold. */
export function segmentsMs({ terms }: Fleet): number {
  return 2 * (panelTriesMax + 1) * terms.deadlinesMs.panel;
}

/** Goes on with the cohorts that closed; those that did not are left behind. */
function closeCohorts(fleet: Fleet, open: FleetRound, at: FleetContext): boolean {
  const { cohorts } = open.shape;
  const all = open.cohortsClosed + open.cohortsFailed === cohorts;
  if (!all && at.nowMs < open.deadlineMs) return false;
  if (open.cohortsClosed * 10_000 < fleet.terms.minCohortsBps * cohorts) {
    pauseFleet(fleet, `${open.cohortsClosed} of ${cohorts} cohorts closed`, at);
    return true;
  }
  open.phase = 'segments';
  open.deadlineMs = at.nowMs + segmentsMs(fleet);
  open.seed = at.seed;
  return true;
}

/**
 * Folds the next segment's digest into the root: `root ← H("cw/fleet-root/1", contract, fleet,
 * round, segment, root, digest)`, from `startRoot`. Errors: `WRONG_PHASE`, `WRONG_ROUND`.
 */
export function foldSegment(fleet: Fleet, segment: number, at: FleetContext): void {
  const round = foldingRound(fleet);
  if (!round) return refuse('WRONG_PHASE', 'no round has segments to fold now');
  if (segment !== round.folded) {
    refuse('WRONG_ROUND', `segment ${round.folded} is folded next; fold in order`);
  }
  const record = recordOf(fleet.segments[segment], round.round);
  if (!record?.digest) return refuse('WRONG_PHASE', `segment ${segment} is not decided yet`);
  const { contract, id } = fleet;
  const parts = [contract, id, round.round, segment, round.fold, record.digest];
  const encoded = ['cw/fleet-root/1', ...parts].map((part) => at.utf8(String(part)));
  round.fold = formatDigest(at.hash(encodeParts(encoded)));
  if (++round.folded < round.shape.segments) return;
  round.root = round.fold;
  if (round === fleet.open) round.phase = 'folded';
}

/** The open round, or a provisional one whose segment a jury corrected. */
function foldingRound(fleet: Fleet): FleetRound | null {
  const round = fleet.open ?? fleet.provisional;
  const isOpen = round?.phase === 'segments' || round === fleet.provisional;
  return round && isOpen && round.root === null ? round : null;
}

/** Makes the provisional round final, or rewinds it. Returns false while something is undecided. */
function decideFate(fleet: Fleet, round: FleetRound, at: FleetContext): boolean {
  const audited = round.cohortsAudited >= round.cohortsClosed || at.nowMs >= round.auditDeadlineMs;
  if (round.disputes > 0 || round.root === null || !audited) return false;
  if (round.badUpdates * 10_000 > fleet.terms.taintBps * round.includedUpdates) {
    rewindFleet(fleet, at);
    return true;
  }
  fleet.provisional = null;
  fleet.finalRound = round.round;
  fleet.finalRounds++;
  fleet.finalRoot = round.root;
  fleet.taintedUpdates += round.badUpdates;
  if (fleet.finalRounds >= fleet.terms.rounds) fleet.status = 'completed';
  return true;
}

/** Back to the last final root: the provisional round and the open one never happened. */
export function rewindFleet(fleet: Fleet, at: FleetContext): void {
  const { provisional } = fleet;
  fleet.provisional = null;
  if (provisional) cancelRound(fleet, provisional);
  abortOpenRound(fleet);
  if (fleet.status === 'running') openRound(fleet, at);
}

/** The open round never happened: whoever worked in it gets its slices again later, or others do. */
export function abortOpenRound(fleet: Fleet): void {
  const { open } = fleet;
  if (!open) return;
  fleet.open = null;
  cancelRound(fleet, open);
}

function cancelRound(fleet: Fleet, { round }: FleetRound): void {
  fleet.cancelled.push(round);
  if (fleet.cancelled.length < fleetCancelledMax || isEnded(fleet)) return;
  stopFleet(fleet, 'too many rounds were lost');
}

/** Nothing is lost: the open round is cancelled, the provisional one stays as it is. */
export function pauseFleet(fleet: Fleet, because: string, at: FleetContext): void {
  const { pause, giveUp } = fleet.terms.deadlinesMs;
  abortOpenRound(fleet);
  if (isEnded(fleet)) return;
  fleet.status = 'paused';
  fleet.pausedBecause = because;
  fleet.resumeAtMs = at.nowMs + pause;
  fleet.giveUpAtMs = at.nowMs + giveUp;
}

/** Everybody keeps what final rounds earned; the rest of the escrow goes back (refundFleet). */
export function stopFleet(fleet: Fleet, because: string): void {
  for (const round of [fleet.provisional, fleet.open]) {
    if (round) fleet.cancelled.push(round.round);
  }
  fleet.provisional = fleet.open = null;
  fleet.status = 'stopped';
  fleet.pausedBecause = because;
}

/** Once every record is settled, what the escrow still holds is the treasury's. */
export function refundFleet(fleet: Fleet): bigint {
  if (!isEnded(fleet)) refuse('RUN_NOT_OPEN', `fleet ${fleet.id} has not ended`);
  if (fleet.unsettled > 0) {
    refuse('WRONG_PHASE', `${fleet.unsettled} records are to be settled first`);
  }
  const rest = fleet.escrowYocto;
  fleet.escrowYocto = 0n;
  moveMoney(fleet.totals, 'escrows', 'treasury', rest);
  return rest;
}
