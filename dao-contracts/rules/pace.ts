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

/** The last phases' pace, no shorter than that share of the terms' deadline. */
function waitFor(draft: RunDraft, step: Step, share: number): number {
  const mostMs = draft.terms.deadlinesMs[step];
  const recentMs = draft.run.recentMs[step];
  // Below the shortest time there is nothing to choose from.
  if (recentMs.length === 0 || mostMs <= deadlineLeastMs) return mostMs;
  return deadlineAfter(recentMs, {
    leastMs: Math.max(deadlineLeastMs, Math.ceil(mostMs / share)),
    mostMs,
    spreads: paceSpreads,
    rounds: Math.min(paceRounds, recentMs.length),
  });
}

/** Called by each act: the one that makes them more than half says how fast the cohort is. */
export function notePace(draft: RunDraft, open: OpenRound, acted: number): void {
  const { expected } = open;
  if (2 * acted <= expected || 2 * (acted - 1) > expected) return;
  const { phase, sinceMs } = open;
  keepPace(draft, phase, draft.at.nowMs - sinceMs);
  if (phase === 'reveal') return;
  open.deadlineMs = Math.min(open.deadlineMs, sinceMs + deadlineOf(draft, phase, false));
}

/** More than half were silent: the next time they are given twice as long. */
export function noteTimeout(draft: RunDraft, open: OpenRound, acted: number): void {
  if (2 * acted > open.expected) return;
  const { phase, sinceMs, deadlineMs } = open;
  keepPace(draft, phase, Math.ceil((2 * (deadlineMs - sinceMs)) / paceOfSlowest));
}

/** `halfMs`: how long more than half took. The slowest that is waited for takes some times that. */
export function keepPace(draft: RunDraft, step: Step, halfMs: number): void {
  const { recentMs } = draft.run;
  const waited = Math.min(draft.terms.deadlinesMs[step], paceOfSlowest * halfMs);
  recentMs[step] = [...recentMs[step], waited].slice(-paceRounds);
}
