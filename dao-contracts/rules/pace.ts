/**
 * How fast the cohort is, and so how long it waits for the others. What counts of a phase is when
 * more than half had acted: who is slow on purpose, as long as it is the smaller part, then moves no
 * deadline. The terms' deadlines are upper bounds, and what holds until a phase was seen once.
 */
import { deadlineAfter } from './deadline.js';
import {
  deadlineLeastMs,
  lateShareOfDeadline,
  paceOfSlowest,
  paceRounds,
  paceSpreads,
  shortestShareOfDeadline,
  shortestShareWithStake,
} from './limits.js';
import type { RunDraft } from './run-draft.js';
import type { Phase } from './run.js';
import type { OpenRound } from './run-state.js';

export type Step = Phase | 'audit';

/**
 * Where silence takes a stake, the wait never gets as short as where it only takes a round's pay,
 * and what was announced is never shortened.
 */
export function deadlineOf(draft: RunDraft, step: Step, risksStake: boolean): number {
  return waitFor(draft, step, risksStake ? shortestShareWithStake : shortestShareOfDeadline);
}

/** An act that comes later after its step began is far behind the others'. */
export function lateAfter(draft: RunDraft, step: Step): number {
  return waitFor(draft, step, lateShareOfDeadline);
}

function waitFor(draft: RunDraft, step: Step, share: number): number {
  return waitAfter(draft.run.recentMs[step], { share, mostMs: draft.terms.deadlinesMs[step] });
}

/** The last phases' pace, no shorter than that share of `mostMs`, the terms' deadline. */
function waitAfter(recentMs: readonly number[], it: { share: number; mostMs: number }): number {
  const { share, mostMs } = it;
  // Below the shortest time there is nothing to choose from.
  if (recentMs.length === 0 || mostMs <= deadlineLeastMs) return mostMs;
  return deadlineAfter(recentMs, {
    leastMs: Math.max(deadlineLeastMs, Math.ceil(mostMs / share)),
    mostMs,
    spreads: paceSpreads,
    rounds: Math.min(paceRounds, recentMs.length),
  });
}

/**
 * Called by each act, which does not read the terms: the one that makes them more than half says how
 * fast the cohort is.
 */
export function notePace(draft: RunDraft, open: OpenRound, acted: number): void {
  const { expected } = open;
  if (2 * acted <= expected || 2 * (acted - 1) > expected) return;
  const { phase: step, sinceMs, mostMs } = open;
  open.halfMs ??= draft.at.nowMs - sinceMs;
  if (step === 'reveal') return;
  const recentMs = withPace(draft.run.recentMs[step], open.halfMs, mostMs);
  const waitMs = waitAfter(recentMs, { share: shortestShareOfDeadline, mostMs });
  open.deadlineMs = Math.min(open.deadlineMs, sinceMs + waitMs);
}

/**
 * The phase is over, `acted` having acted: its pace is kept. Where more than half were silent, the
 * next time they are given twice as long.
 */
export function endPace(draft: RunDraft, open: OpenRound, acted: number): void {
  const { phase: step, sinceMs, deadlineMs, mostMs, expected } = open;
  if (keepHalf(draft, open) || 2 * acted > expected) return;
  const halfMs = Math.ceil((2 * (deadlineMs - sinceMs)) / paceOfSlowest);
  keepPace(draft, { step, mostMs, halfMs });
}

/** Of a phase that more than half have acted in. Acts note it in the open round, the one record they write. */
export function keepHalf(draft: RunDraft, open: OpenRound): boolean {
  const { phase: step, mostMs, halfMs } = open;
  if (halfMs === null) return false;
  open.halfMs = null;
  keepPace(draft, { step, mostMs, halfMs });
  return true;
}

/** `halfMs`: how long more than half took. The slowest that is waited for takes some times that. */
export function keepPace(
  draft: RunDraft,
  it: { step: Step; mostMs: number; halfMs: number },
): void {
  const { step, mostMs, halfMs } = it;
  const { run } = draft;
  run.recentMs = { ...run.recentMs, [step]: withPace(run.recentMs[step], halfMs, mostMs) };
}

function withPace(recentMs: readonly number[], halfMs: number, mostMs: number): number[] {
  return [...recentMs, Math.min(mostMs, paceOfSlowest * halfMs)].slice(-paceRounds);
}
