/**
 * The guardian's one power: to stop what passed while it waits in the timelock. It has a term, and
 * no say in who the guardian is or in disputes; and what it cancelled once it cannot cancel again, so it delays a
 * decision that the members insist on, and never makes one.
 */
import type { Action } from './actions.js';
import { refuse } from './errors.js';
import { statusOf, type Proposal } from './proposal.js';

/** Who it is; and disputes, which wait for a vote only so long: to delay it would decide it. */
const notForGuardian: readonly Action['kind'][] = [
  'set-guardian',
  'resolve-dispute',
  'resolve-dataset-dispute',
];

export interface Guardian {
  account: string;
  /** End of its term. */
  untilMs: number;
}

/** Changes `proposal`. `cancelledBefore`: whether a proposal of the same action was cancelled. */
export function cancelProposal(
  proposal: Proposal,
  it: { caller: string; guardian: Guardian | null; cancelledBefore: boolean; nowMs: number },
): void {
  const { guardian, nowMs } = it;
  const { id, executableAtMs } = proposal;
  if (it.caller !== guardian?.account) {
    refuse(
      'PRIVATE',
      `only the guardian, ${guardian?.account ?? 'of whom there is none'}, may cancel`,
    );
  }
  if (nowMs >= guardian.untilMs) {
    refuse('PRIVATE', `the term of ${guardian.account} ended at ${guardian.untilMs} ms`);
  }
  const status = statusOf(proposal, nowMs);
  if (status !== 'queued' || nowMs >= executableAtMs) {
    refuse('PROPOSAL_CLOSED', `proposal ${id} is ${status}; only one in its timelock is cancelled`);
  }
  if (notForGuardian.includes(proposal.kind)) {
    refuse('PRIVATE', `proposal ${id} is to ${proposal.kind}, in which the guardian has no say`);
  }
  if (it.cancelledBefore) {
    refuse('PRIVATE', `the action of proposal ${id} was cancelled before; members insist on it`);
  }
  proposal.done = 'cancelled';
}
