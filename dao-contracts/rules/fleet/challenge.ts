/**
 * Whoever recomputes a segment, or a cohort's aggregate, and finds another digest than was decided
 * says so with a bond. A jury drawn over the whole fleet recomputes it too. A committee can be
 * captured by luck of the draw; a jury several times its size practically not, and it costs nothing
 * while nobody cheats.
 */
import type { Digest } from '@commonweights/dataset-registry/digest/digest-text.js';
import { refuse } from '../errors.js';
import { moveMoney, receiveMoney } from '../totals.js';
import type { FleetContext } from './context.js';
import { panelTriesMax } from './limits.js';
import { canAct, credit, expelSeat, requireLive } from './money.js';
import { decisionOf, drawPanel, movePanel, type Panel } from './panel.js';
import { abortOpenRound, rewindFleet, segmentsMs } from './round.js';
import { SeatOrder } from './seat-order.js';
import { markSilent } from './segment.js';
import {
  FAILED_AUDIT,
  INCLUDED,
  recordOf,
  SUBMITTED,
  type CohortRound,
  type Dispute,
  type Fleet,
  type FleetRound,
  type SegmentRound,
} from './state.js';
import { jurySizeOf } from './terms.js';

export interface Target {
  about: 'segment' | 'cohort';
  index: number;
}

/** Errors: `WRONG_PHASE`, `ALREADY_ACTED`, `DEPOSIT_TOO_SMALL`, `NOT_FOUND` (nobody to judge it). */
export function challenge(
  fleet: Fleet,
  it: Target & { account: string; depositYocto: bigint },
  at: FleetContext,
): void {
  requireLive(fleet);
  const { provisional: round, terms } = fleet;
  const record = round && disputable(fleet, round, it);
  if (!round || !record) {
    return refuse('WRONG_PHASE', `this ${it.about} is not decided in a provisional round`);
  }
  // The next round's root stands on this one: once it is folded the window is closed.
  const over = fleet.open ? fleet.open.phase === 'folded' : at.nowMs >= round.auditDeadlineMs;
  if (over) refuse('WRONG_PHASE', 'the next round is folded: the time to challenge is over');
  if (record.dispute || record.judged) {
    refuse('ALREADY_ACTED', `this ${it.about} is being judged or was judged already`);
  }
  const bondYocto = terms.challengeBondYocto;
  if (it.depositYocto < bondYocto) {
    refuse('DEPOSIT_TOO_SMALL', `attach the bond of ${bondYocto} yoctoNEAR`);
  }
  const jury = drawJury(fleet, round, record, at);
  receiveMoney(fleet.totals, 'bonds', it.depositYocto);
  credit(fleet, it.account, 'bonds', it.depositYocto - bondYocto);
  round.disputes++;
  record.dispute = { challenger: it.account, bondYocto, tries: 1, jury };
}

/** Moves a jury, replaces a silent one, and ends what no jury could decide. */
export function tickDispute(fleet: Fleet, target: Target, at: FleetContext): boolean {
  const round = fleet.provisional;
  const record = round && disputable(fleet, round, target);
  if (!round || !record?.dispute) return false;
  const { dispute } = record;
  const phaseMs = fleet.terms.deadlinesMs.panel;
  if (!movePanel(dispute.jury, { nowMs: at.nowMs, phaseMs })) return false;
  if (dispute.jury.phase !== 'undecided') return true;
  markSilent(fleet, dispute.jury, round.epoch);
  if (dispute.tries < panelTriesMax) {
    dispute.tries++;
    dispute.jury = drawJury(fleet, round, record, at);
    return true;
  }
  endDispute(fleet, round, record, dispute);
  credit(fleet, dispute.challenger, 'bonds', dispute.bondYocto);
  // Nobody was shown to be wrong, and nobody can build on what could not be judged.
  if ('panel' in record) rewindFleet(fleet, at);
  else dropCohort(round, record);
  return true;
}

/** Called with each opened answer: acts once the jury has decided. */
export function judge(fleet: Fleet, target: Target, nowMs: number): void {
  const round = fleet.provisional;
  const record = round && disputable(fleet, round, target);
  const dispute = record?.dispute;
  const decision = dispute && decisionOf(dispute.jury);
  if (!round || !record || !dispute || !decision) return;
  endDispute(fleet, round, record, dispute);
  if (decision === decidedDigest(record)) {
    // The bond pays the jury; it covers their fees (terms.ts).
    const paid = payJurors(fleet, dispute.jury, { from: 'bonds', yocto: dispute.bondYocto });
    moveMoney(fleet.totals, 'bonds', 'treasury', dispute.bondYocto - paid);
    return;
  }
  let slashed = 0n;
  for (const seat of wrongSeats(record)) slashed += expelSeat(fleet, seat, record.epoch);
  const reward = slashed / 10n;
  credit(fleet, dispute.challenger, 'bonds', dispute.bondYocto);
  credit(fleet, dispute.challenger, 'slashed', reward);
  const paid = payJurors(fleet, dispute.jury, { from: 'slashed', yocto: slashed - reward });
  moveMoney(fleet.totals, 'slashed', 'treasury', slashed - reward - paid);
  if ('panel' in record) correctSegment(fleet, round, record, { digest: decision, nowMs });
  else dropCohort(round, record);
}

/** The jury did the segment again; whoever trained from the wrong root trained for nothing. */
function correctSegment(
  fleet: Fleet,
  round: FleetRound,
  record: SegmentRound,
  it: { digest: Digest; nowMs: number },
): void {
  record.digest = it.digest;
  round.deadlineMs = it.nowMs + segmentsMs(fleet);
  round.folded = 0;
  round.fold = round.startRoot;
  round.root = null;
  abortOpenRound(fleet);
}

/**
 * The whole cohort's weight in this round is bad. It was clipped to the median norm like every
 * other; whether the round can stand with it is a matter of shares (round.ts).
 */
function dropCohort(round: FleetRound, record: CohortRound): void {
  for (let place = 0; place < record.size; place++) {
    const marks = record.marks[place]!;
    if ((marks & (INCLUDED | FAILED_AUDIT)) === INCLUDED) round.badUpdates++;
    record.marks[place] = marks & ~INCLUDED;
  }
  if (record.phase === 'closed') round.cohortsAudited++;
  record.phase = 'failed';
}

function disputable(
  fleet: Fleet,
  round: FleetRound,
  target: Target,
): SegmentRound | CohortRound | null {
  if (target.about === 'segment') {
    const record = recordOf(fleet.segments[target.index], round.round);
    return record?.digest ? record : null;
  }
  const record = recordOf(fleet.cohorts[target.index], round.round);
  return record && (record.phase === 'closed' || record.phase === 'audited') ? record : null;
}

function decidedDigest(record: SegmentRound | CohortRound): Digest | null {
  return 'panel' in record ? record.digest : record.root;
}

/** Who decided what is challenged: they are not asked again, and lose their stake if it was wrong. */
function wrongSeats(record: SegmentRound | CohortRound): number[] {
  const seats: number[] = [];
  if ('panel' in record) {
    const { panel, digest } = record;
    const decided = (panel?.answers.findIndex((one) => one.digest === digest) ?? -1) + 1;
    for (let place = 0; panel && place < panel.size; place++) {
      if (decided > 0 && panel.votes[place] === decided) seats.push(panel.members[place]!);
    }
    return seats;
  }
  const decided = record.roots.findIndex(({ root }) => root === record.root) + 1;
  for (let place = 0; place < record.size; place++) {
    if ((record.marks[place]! & SUBMITTED) === 0 || record.votes[place] !== decided) continue;
    seats.push(record.members[place]!);
  }
  return seats;
}

function drawJury(
  fleet: Fleet,
  round: FleetRound,
  record: SegmentRound | CohortRound,
  at: FleetContext,
): Panel {
  const accused = wrongSeats(record);
  const { shape } = round;
  const members = new Uint32Array(jurySizeOf(shape, fleet.terms, accused.length));
  // Terms rule it out (terms.ts); a draw without an end must not depend on that alone.
  if (members.length === 0) {
    refuse('NOT_FOUND', `all ${shape.seats} seats decided it; nobody is left to judge`);
  }
  const order = new SeatOrder(at.seed, shape.seats, at.hash);
  let expected = 0;
  for (let place = 0, drawn = 0; drawn < members.length && place < shape.seats; place++) {
    const seat = order.seatAt(place);
    if (accused.includes(seat)) continue;
    members[drawn++] = seat;
    if (canAct(fleet, seat, round.epoch)) expected++;
  }
  return drawPanel({ members, expected, deadlineMs: at.nowMs + fleet.terms.deadlinesMs.panel });
}

function endDispute(
  fleet: Fleet,
  round: FleetRound,
  record: SegmentRound | CohortRound,
  dispute: Dispute,
): void {
  if (record.dispute !== dispute) throw new Error('BUG: a dispute ended twice');
  record.dispute = null;
  record.judged = true;
  round.disputes--;
}

/** A fee for each juror who opened what was decided, or less where the money ends. Returns the sum. */
function payJurors(
  fleet: Fleet,
  jury: Panel,
  it: { from: 'bonds' | 'slashed'; yocto: bigint },
): bigint {
  const decided = jury.decision! + 1;
  const right = jury.answers[jury.decision!]!.count;
  const share = it.yocto / BigInt(right);
  const fee = share < fleet.terms.panelFeeYocto ? share : fleet.terms.panelFeeYocto;
  let paid = 0n;
  for (let place = 0; place < jury.size; place++) {
    if (jury.votes[place] !== decided) continue;
    credit(fleet, fleet.seats.account[jury.members[place]!]!, it.from, fee);
    paid += fee;
  }
  return paid;
}
