/** How many disputes of a run there can be at one time: each has a place in its record. */
import { disputesMax } from './limits.js';
import type { RunDraft } from './run-draft.js';
import type { Dispute } from './run-state.js';

/**
 * Whether one more finds a place among those that juries decide. What waits for the DAO may wait for
 * weeks, and what has failed a claim may wait for its round, which waits for what is queued: neither
 * takes a place.
 */
export function hasPlace({ disputes }: Pick<RunDraft, 'disputes'>, most = disputesMax): boolean {
  return countOpen(disputes) < most;
}

function countOpen(disputes: readonly Pick<Dispute, 'stage' | 'acted'>[]): number {
  return disputes.filter(({ stage, acted }) => stage === 'jury' || (stage === 'window' && !acted))
    .length;
}

/** Whether the DAO takes one more. */
export function hasPlaceAtDao({ disputes }: Pick<RunDraft, 'disputes'>): boolean {
  return disputes.filter(({ stage }) => stage === 'dao').length < disputesMax;
}
