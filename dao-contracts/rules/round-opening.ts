/** How rounds begin and how they end without a result: openings, pauses, stops. */
import type { Digest } from '@commonweights/dataset-registry/digest/digest-text.js';
import { applyAmendment } from './amendment.js';
import {
  cancelledRoundsMax,
  recordOverheadBytes,
  roundYocto,
  unusedApplicationsYocto,
} from './budget.js';
import { pauseMsMax } from './limits.js';
import { deadlineOf, keepHalf, lateAfter } from './pace.js';
import type { RunDraft } from './run-draft.js';
import type { Run } from './run-state.js';
import type { SliceOfSeat } from './run.js';
import { noSeats, seatsIn } from './seat-set.js';
import { settleRun } from './settlement.js';
import { dismissMissed } from './silence.js';
import { moveMoney } from './totals.js';

/** Final rounds and the provisional one. */
export function closedRounds(run: { finalRounds: number; provisional: unknown }): number {
  return run.finalRounds + (run.provisional ? 1 : 0);
}

/**
 * Opens the next round if the run wants one and has the trainers for it, else pauses. `resuming`
 * takes trainers who wanted to start later too: their round would never come while paused.
 */
export function openRound(draft: RunDraft, resuming = false): void {
  const { run } = draft;
  if (run.open || isHeld(draft)) return;
  if (run.amendment) {
    if (run.provisional) return;
    applyAmendment(draft);
  }
  const { terms } = draft;
  if (closedRounds(run) >= terms.rounds) return;
  // The provisional round is not paid yet. What verdicts have locked may still come back.
  const promised = BigInt(run.provisional ? 2 : 1) * roundYocto(terms);
  if (run.escrowYocto < promised) {
    if (!run.provisional) stopRun(draft, 'the escrow cannot pay another round');
    return;
  }
  const round = run.nextRound;
  const active = run.roster.flatMap((entry, seat) =>
    entry.role === 'trainer' && entry.status === 'active' ? [seat] : [],
  );
  let trainers = active.filter((seat) => draft.roster(seat).fromRound <= round);
  if (resuming && trainers.length < terms.minWorkers) trainers = active;
  // Fewer places by an amendment: the seats that came first go on, the others wait.
  trainers = trainers.slice(0, terms.maxWorkers);
  // Who sits out a round, for want of a place or until its own first one, is not there for its reset
  // or for a rewind either, so it brings nothing along later.
  const waiting = active.filter((seat) => !trainers.includes(seat));
  if (trainers.length < terms.minWorkers) {
    // A tick in a pause that goes on moves nothing: it must not log the pause again.
    if (run.status === 'paused') return;
    run.status = 'paused';
    run.pausedBecause = `${trainers.length} trainers are active where ${terms.minWorkers} are needed`;
    run.pausedSinceMs = draft.at.nowMs;
    draft.emit('run_paused', { because: run.pausedBecause });
    return;
  }
  draft.plan({ do: 'forget-state', left: waiting });
  run.status = 'running';
  run.pausedBecause = null;
  run.pausedUntilMs = null;
  run.pausedSinceMs = null;
  run.nextRound++;
  run.open = {
    round,
    ordinal: closedRounds(run),
    phase: 'train',
    sinceMs: draft.at.nowMs,
    lateAfterMs: lateAfter(draft, 'train'),
    mostMs: terms.deadlinesMs.train,
    halfMs: null,
    expected: trainers.length,
    deadlineMs: draft.at.nowMs + deadlineOf(draft, 'train', false),
    startRoot: run.provisional?.root ?? run.finalRoot,
    localReset: run.resetNext || (round - 1) % terms.localResetInterval === 0,
    slices: trainers.map((seat) => ({ seat, slice: nextSlice(draft) })),
    missed: [],
    committed: [],
    revealed: [],
    certified: [],
    witnesses: [],
    nameable: noSeats,
    named: [],
    witnessed: [],
    included: null,
    submitted: [],
    roots: [],
  };
  run.resetNext = false;
  draft.emit('round_opened', { round, startRoot: run.open.startRoot });
}

/** Whether the DAO paused the run and neither took it back nor let its time pass. */
function isHeld(draft: RunDraft): boolean {
  const { pausedUntilMs } = draft.run;
  return pausedUntilMs !== null && draft.at.nowMs < pausedUntilMs;
}

function nextSlice(draft: RunDraft): number {
  return draft.run.returnedSlices.shift() ?? draft.run.nextSlice++;
}

/** Queues slices to be trained again, in order: the oldest data first. */
export function returnSlices(draft: RunDraft, slices: readonly Pick<SliceOfSeat, 'slice'>[]): void {
  const { run } = draft;
  run.returnedSlices = [...run.returnedSlices, ...slices.map(({ slice }) => slice)].sort(
    (a, b) => a - b,
  );
}

/** Cancels the open round, if any. It has no audits yet: those are drawn when it is provisional. */
export function abortOpenRound(draft: RunDraft): void {
  const { run } = draft;
  const round = run.open;
  if (!round) return;
  run.open = null;
  keepHalf(draft, round);
  dismissMissed(draft, round);
  abortRecord(draft, round);
  returnSlices(draft, round.slices);
}

function abortRecord(draft: RunDraft, it: { round: number; startRoot: Digest }): void {
  const { run } = draft;
  const { round, startRoot } = it;
  run.cancelledRounds++;
  run.resetNext = true;
  draft.appendRecord(
    {
      audits: [],
      claims: [],
      outcome: 'aborted',
      previous: run.logHead,
      root: null,
      round,
      run: run.id,
      startRoot,
      tainted: [],
      version: 1,
      witnesses: [],
    },
    recordOverheadBytes,
  );
}

/** What they slashed is distributed. */
function dropAudits(draft: RunDraft): void {
  const left = seatsIn(draft.run.audited);
  const unpaid = { toEscrowYocto: 0n, honest: [] };
  draft.plan({ do: 'share-pots', left, rewound: false, unpaid }, { do: 'drop-audits' });
}

/** Cancels the provisional round, if any, before its audits are closed. */
export function abortProvisional(draft: RunDraft): void {
  const { run } = draft;
  const round = run.provisional;
  if (!round) return;
  run.provisional = null;
  abortRecord(draft, round);
  // The slices of seats that were not included went back when the round became provisional.
  returnSlices(
    draft,
    round.slices.filter(({ seat }) => round.included.includes(seat)),
  );
  dropAudits(draft);
}

/** Nothing is lost: the round is cancelled, and the run waits until enough trainers are active. */
export function pauseRun(draft: RunDraft, because: string): void {
  abortOpenRound(draft);
  draft.run.status = 'paused';
  draft.run.pausedBecause = because;
  draft.run.pausedSinceMs = draft.at.nowMs;
  draft.emit('run_paused', { because });
  draft.plan({ do: 'stop-hopeless' });
}

/** A run that cancels more rounds than it was funded to record stops and refunds. */
export function stopIfHopeless(draft: RunDraft): void {
  if (!draft.hasEnded && isHopeless(draft)) stopRun(draft, 'too many rounds were cancelled');
}

export function isHopeless({ run, terms }: RunDraft): boolean {
  return run.cancelledRounds >= cancelledRoundsMax(terms);
}

/**
 * When a paused run gives up waiting; null: it is not paused. Its stakes and its escrow would else be
 * locked for as long as nobody comes back and nobody votes.
 */
export function pauseEndsMs(
  run: Pick<Run, 'status' | 'pausedSinceMs' | 'pausedUntilMs'>,
): number | null {
  if (run.status !== 'paused' || run.pausedSinceMs === null) return null;
  return Math.max(run.pausedSinceMs, run.pausedUntilMs ?? 0) + pauseMsMax;
}

/** Not while a provisional round is still to be judged: it may become final and be paid. */
export function stopIfForsaken(draft: RunDraft): void {
  const endsMs = pauseEndsMs(draft.run);
  if (endsMs === null || draft.at.nowMs < endsMs || draft.run.provisional) return;
  stopRun(draft, `paused too long: ${draft.run.pausedBecause ?? 'no reason'}`);
  draft.moved = true;
}

/** Nobody can apply any more: into the escrow, and with what is left of it to the treasury. */
export function returnUnusedApplications(draft: RunDraft): void {
  const { length: applications } = draft.applicants;
  const yocto = unusedApplicationsYocto(applications);
  moveMoney(draft.moves, 'storage', 'escrows', yocto);
  draft.run.escrowYocto += yocto;
  draft.emit('enrolment_ended', { applications, returnedYocto: `${yocto}` });
}

export function stopRun(draft: RunDraft, because: string): void {
  if (draft.run.status === 'enrolling') returnUnusedApplications(draft);
  abortOpenRound(draft);
  abortProvisional(draft);
  draft.plan({ do: 'suspend-disputes' });
  settleRun(draft, 'stopped', because);
}
