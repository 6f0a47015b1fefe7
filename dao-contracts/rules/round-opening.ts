/** How rounds begin and how they end without a result: openings, pauses, stops. */
import type { Digest } from '@commonweights/dataset-registry/digest/digest-text.js';
import { cancelledRoundsMax, recordOverheadBytes, roundCostMax } from './budget.js';
import { suspendDisputes } from './dispute.js';
import type { RunDraft } from './run-draft.js';
import type { SliceOfSeat } from './run.js';
import { distributePot, settleRun } from './settlement.js';

/** Final rounds and the provisional one. */
export function closedRounds(run: { finalRounds: number; provisional: unknown }): number {
  return run.finalRounds + (run.provisional ? 1 : 0);
}

/**
 * Opens the next round if the run wants one and has the trainers for it, else pauses. `resuming`
 * takes trainers who wanted to start later too: their round would never come while paused.
 */
export function openRound(draft: RunDraft, resuming = false): void {
  const { run, terms } = draft;
  if (run.open || closedRounds(run) >= terms.rounds) return;
  // The provisional round is not paid yet. What verdicts have locked may still come back.
  const promised = BigInt(run.provisional ? 2 : 1) * roundCostMax(terms);
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
  if (trainers.length < terms.minWorkers) {
    // A tick in a pause that goes on moves nothing: it must not log the pause again.
    if (run.status === 'paused') return;
    run.status = 'paused';
    run.pausedBecause = `${trainers.length} trainers are active where ${terms.minWorkers} are needed`;
    draft.emit('run_paused', { because: run.pausedBecause });
    return;
  }
  run.status = 'running';
  run.pausedBecause = null;
  run.nextRound++;
  run.open = {
    round,
    ordinal: closedRounds(run),
    phase: 'train',
    deadlineMs: draft.at.nowMs + terms.deadlinesMs.train,
    startRoot: run.provisional?.root ?? run.finalRoot,
    localReset: run.resetNext || (round - 1) % terms.localResetInterval === 0,
    slices: trainers.map((seat) => ({ seat, slice: nextSlice(draft) })),
    committed: [],
    revealed: [],
    certified: [],
    witnesses: [],
    named: [],
    included: null,
    submitted: [],
    roots: [],
  };
  run.resetNext = false;
  draft.emit('round_opened', { round, startRoot: run.open.startRoot });
}

function nextSlice(draft: RunDraft): number {
  return draft.run.returnedSlices.shift() ?? draft.run.nextSlice++;
}

/** Queues slices to be trained again, in order: the oldest data first. */
export function returnSlices(draft: RunDraft, slices: readonly SliceOfSeat[]): void {
  const { run } = draft;
  run.returnedSlices = [...run.returnedSlices, ...slices.map(({ slice }) => slice)].sort(
    (a, b) => a - b,
  );
}

/** Cancels the open round, if any. Its audits lapse; what they slashed is distributed. */
export function abortOpenRound(draft: RunDraft): void {
  const { run } = draft;
  const round = run.open;
  if (!round) return;
  run.open = null;
  abortRecord(draft, round);
  returnSlices(draft, round.slices);
  dropAudits(draft, round.round);
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

function dropAudits(draft: RunDraft, round: number): void {
  const dropped = draft.audits.filter((audit) => audit.round === round);
  draft.audits = draft.audits.filter((audit) => audit.round !== round);
  for (const audit of dropped) {
    distributePot(draft, audit, { toEscrowYocto: 0n, honest: [] });
  }
}

/** Nothing is lost: the round is cancelled, and the run waits until enough trainers are active. */
export function pauseRun(draft: RunDraft, because: string): void {
  abortOpenRound(draft);
  draft.run.status = 'paused';
  draft.run.pausedBecause = because;
  draft.emit('run_paused', { because });
  stopIfHopeless(draft);
}

/** A run that cancels more rounds than it was funded to record stops and refunds. */
export function stopIfHopeless(draft: RunDraft): void {
  const { status, cancelledRounds } = draft.run;
  if (status === 'stopped') return;
  if (cancelledRounds >= cancelledRoundsMax(draft.terms)) {
    stopRun(draft, 'too many rounds were cancelled');
  }
}

export function stopRun(draft: RunDraft, because: string): void {
  const { run } = draft;
  abortOpenRound(draft);
  const { provisional } = run;
  if (provisional) {
    run.provisional = null;
    abortRecord(draft, provisional);
    dropAudits(draft, provisional.round);
  }
  suspendDisputes(draft);
  settleRun(draft);
  run.status = 'stopped';
  run.pausedBecause = null;
  draft.emit('run_stopped', { because });
}
