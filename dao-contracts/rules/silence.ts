/**
 * What silence and slowness cost. Whoever was waited for in vain is absent: it has no part in the next
 * round, so it loses a round's pay, be it as trainer, witness, auditor or juror. Nothing else the
 * first times, since machines fail. Each absence soon after others keeps it away for twice as many
 * rounds, and from the fourth on takes a tenth of its stake. Rounds in between are forgiven for.
 */
import { absencesFree, forgivenAfterRounds, latenessMax, latenessOfRound } from './limits.js';
import type { RunDraft } from './run-draft.js';
import type { OpenRound, Seat } from './run-state.js';
import { depositSlashed, takeTenth } from './settlement.js';

/** It may come back from the round on that `fromRound` then says. */
export function makeAbsent(draft: RunDraft, number: number, round: number): void {
  const { run } = draft;
  const entry = draft.roster(number);
  if (entry.status !== 'active') return;
  entry.status = 'absent';
  const seat = draft.seat(number);
  seat.rejoins = Math.max(0, seat.rejoins - forgiven(seat, round));
  // A dispute may be of an older round than its last absence was.
  seat.absentIn = Math.max(seat.absentIn, round);
  entry.fromRound = run.nextRound + roundsAway(seat);
  draft.emit('seat_absent', { round, seat: number });
  if (seat.rejoins < absencesFree) return;
  const yocto = takeTenth(draft, number);
  if (yocto > 0n) draft.emit('absence_fined', { round, seat: number, yocto: `${yocto}` });
  depositSlashed(draft, { seat: number, yocto });
}

function forgiven({ absentIn }: Seat, round: number): number {
  return Math.max(0, Math.floor((round - absentIn) / forgivenAfterRounds));
}

/** 0 after the first absence, then 1, 3, 7 … */
function roundsAway({ rejoins }: Pick<Seat, 'rejoins'>): number {
  return 2 ** rejoins - 1;
}

/**
 * Waited for in vain in `round`. A trainer of the open round stays in it until its end: else it
 * would owe no reveal any more for what it committed.
 */
export function miss(draft: RunDraft, number: number, round: number): void {
  if (draft.hasEnded || !draft.isActive(number)) return;
  const { open } = draft.run;
  if (!open?.slices.some(({ seat }) => seat === number)) return makeAbsent(draft, number, round);
  if (!open.missed.includes(number)) open.missed = [...open.missed, number];
}

/** At the end of a round, whichever it is. */
export function dismissMissed(draft: RunDraft, open: OpenRound): void {
  const { round, missed } = open;
  open.missed = [];
  draft.plan({ do: 'make-absent', left: [...missed], round });
}

/**
 * Always at the last hour is as bad for the others as absent, and is that when it happens in more
 * than some rounds soon after one another. `afterMs`: since the step began.
 */
export function noteLateness(
  draft: RunDraft,
  seat: Seat,
  it: { round: number; afterMs: number; lateAfterMs: number },
): void {
  const { round, afterMs, lateAfterMs } = it;
  if (seat.lateIn >= round || afterMs <= lateAfterMs) return;
  seat.lateness = Math.max(0, seat.lateness - (round - seat.lateIn)) + latenessOfRound;
  seat.lateIn = round;
  if (seat.lateness > latenessMax) miss(draft, seat.seat, round);
}
