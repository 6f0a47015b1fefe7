/**
 * One segment of the parameters in the open round: its committee fetches that segment of every
 * closed cohort's aggregate, combines them, steps the outer optimizer, and names the digest of the
 * segment's new state. The first committees of a round are disjoint, so nobody serves in two.
 */
import { refuse } from '../errors.js';
import type { FleetContext } from './context.js';
import { panelTriesMax } from './limits.js';
import { canAct, markAbsent } from './money.js';
import { drawPanel, movePanel, type Panel } from './panel.js';
import { pauseFleet } from './round.js';
import { SeatOrder } from './seat-order.js';
import { settleSegmentRound, takeRecord } from './settle.js';
import { idleSegmentRound, recordOf, type Fleet, type FleetRound } from './state.js';

/** Anyone may call it, once a round. Errors: `WRONG_PHASE`, `NOT_FOUND`, `ALREADY_ACTED`. */
export function openSegment(fleet: Fleet, segment: number, at: FleetContext): void {
  const { open, terms } = fleet;
  if (open?.phase !== 'segments' || !open.seed) {
    return refuse('WRONG_PHASE', 'no round has segments to combine now; wait for the next one');
  }
  if (!Number.isInteger(segment) || segment < 0 || segment >= open.shape.segments) {
    refuse('NOT_FOUND', `segment ${segment} of ${open.shape.segments}; count from 0`);
  }
  const pair = (fleet.segments[segment] ??= [idleSegmentRound(), idleSegmentRound()]);
  if (recordOf(pair, open.round)) refuse('ALREADY_ACTED', 'this segment is open in this round');
  const record = takeRecord(pair, (one) => settleSegmentRound(fleet, one));
  fleet.unsettled++;
  record.round = open.round;
  record.epoch = open.epoch;
  record.tries = 1;
  record.digest = null;
  record.judged = false;
  const first = segment * terms.committeeSeats;
  record.panel = drawCommittee(fleet, open, { seed: open.seed, first }, at);
}

/** Moves the committee, or replaces one that found no majority. Returns whether anything moved. */
export function tickSegment(fleet: Fleet, segment: number, at: FleetContext): boolean {
  const { open, terms } = fleet;
  const record = open && recordOf(fleet.segments[segment], open.round);
  if (!open || !record?.panel) return false;
  const { panel } = record;
  if (!movePanel(panel, { nowMs: at.nowMs, phaseMs: terms.deadlinesMs.panel })) return false;
  if (panel.phase !== 'undecided') return true;
  markSilent(fleet, panel, open.epoch);
  if (record.tries >= panelTriesMax) {
    pauseFleet(fleet, `segment ${segment} found no majority in ${panelTriesMax} tries`, at);
    return true;
  }
  record.tries++;
  record.panel = drawCommittee(fleet, open, { seed: at.seed, first: 0 }, at);
  return true;
}

/** Silence costs no stake, since a machine may fail; but who was silent has to say it is back. */
export function markSilent(fleet: Fleet, panel: Panel, epoch: number): void {
  // A panel in which too few sealed never came to openings.
  const acted = 2 * panel.sealed > panel.size ? panel.votes : panel.hasSealed;
  for (let place = 0; place < panel.size; place++) {
    if (acted[place] === 0) markAbsent(fleet, panel.members[place]!, epoch);
  }
}

function drawCommittee(
  fleet: Fleet,
  round: FleetRound,
  it: { seed: Uint8Array; first: number },
  at: FleetContext,
): Panel {
  const order = new SeatOrder(it.seed, round.shape.seats, at.hash);
  const members = new Uint32Array(fleet.terms.committeeSeats);
  let expected = 0;
  for (let place = 0; place < members.length; place++) {
    members[place] = order.seatAt(it.first + place);
    if (canAct(fleet, members[place]!, round.epoch)) expected++;
  }
  return drawPanel({ members, expected, deadlineMs: at.nowMs + fleet.terms.deadlinesMs.panel });
}
