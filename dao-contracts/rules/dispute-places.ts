/** How many disputes of a run there can be at one time: each has a place in its record. */
import { disputesMax } from './limits.js';
import type { RunDraft } from './run-draft.js';
import type { Dispute } from './run-state.js';

/**
 * Whether one more finds a place among those that juries decide. What waits for the DAO may wait for
 * weeks, and takes nobody's.
 */
export function hasPlace({ disputes }: Pick<RunDraft, 'disputes'>, most = disputesMax): boolean {
  return countOpen(disputes) < most;
}

function countOpen(disputes: readonly Pick<Dispute, 'stage'>[]): number {
  return disputes.filter(({ stage }) => stage !== 'dao').length;
}

/** Whether the DAO takes one more. */
export function hasPlaceAtDao({ disputes }: Pick<RunDraft, 'disputes'>): boolean {
  return disputes.length - countOpen(disputes) < disputesMax;
}
