/** How many disputes of a run there can be at one time: each has a place in its record. */
import { disputesMax, wrongAuditsMax } from './limits.js';
import type { RunDraft } from './run-draft.js';
import type { Audit, Dispute } from './run-state.js';

/**
 * Whether one more finds a place among those that juries decide. What waits for the DAO may wait for
 * weeks, and what has failed a claim may wait for its round, which waits for what is queued: neither
 * takes a place.
 */
export function hasPlace({ disputes }: Pick<RunDraft, 'disputes'>, most = disputesMax): boolean {
  return countOpen(disputes) < most;
}

/**
 * Whether an audit can be disputed now. Else it waits, and its round with it: from whatever a place then
 * becomes free by, the next tick finds the audit (`crowded`).
 */
export function findPlace(draft: RunDraft, audit: Audit, ground: Audit['queued']): boolean {
  const found = hasPlace(draft);
  audit.queued = found ? null : ground;
  if (!found) draft.run.provisional!.crowded = true;
  return found;
}

function countOpen(disputes: readonly Pick<Dispute, 'stage' | 'acted'>[]): number {
  return disputes.filter(({ stage, acted }) => stage === 'jury' || (stage === 'window' && !acted))
    .length;
}

/**
 * Whether the DAO takes one more, of this plaintiff if it is one: what juries found a seat to have
 * answered wrongly is no fine yet while it waits there, and must not be more than a seat survives.
 */
export function hasPlaceAtDao(draft: Pick<RunDraft, 'disputes'>, seat: number | null): boolean {
  const waiting = draft.disputes.filter(({ stage }) => stage === 'dao').length;
  return waiting < disputesMax && undecidedOf(draft, seat).length < wrongAuditsMax - 1;
}

/** Answers that juries found wrong and that the seat which gave them carried to the DAO. */
export function undecidedOf({ disputes }: Pick<RunDraft, 'disputes'>, seat: number | null) {
  return disputes.filter(
    ({ stage, kind, verdict, plaintiffSeat }) =>
      stage === 'dao' && kind === 'audit' && verdict === 'for' && plaintiffSeat === seat,
  );
}
