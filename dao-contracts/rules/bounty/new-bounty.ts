/** A bounty as it is the moment the DAO funded it, and as anybody is shown it. */
import { bountyBytes, storageYoctoPerByte } from '../limits.js';
import { alphaBps } from './agreement.js';
import type { BountyView } from './bounty-view.js';
import type { Bounty } from './state.js';
import { bountyEscrow, type BountyTerms } from './terms.js';

/** What the bounty's own records cost, which is charged at once. */
export const bountyStorageYocto = BigInt(bountyBytes) * storageYoctoPerByte;

export function newBounty(it: {
  id: number;
  proposal: number;
  terms: BountyTerms;
  nowMs: number;
}): Bounty {
  const { id, proposal, terms, nowMs } = it;
  return {
    id,
    proposal,
    phase: 'submit',
    deadlineMs: nowMs + terms.windowsMs.submit,
    escrowYocto: bountyEscrow(terms) - bountyStorageYocto,
    paidYocto: 0n,
    contributors: 0,
    reviewers: 0,
    batches: 0,
    revealed: 0,
    sealed: 0,
    opened: 0,
    seed: null,
    settled: 0,
    accepted: 0,
    peaks: [],
    itemsRoot: null,
    agreement: { yes: 0, no: 0, disagreement60: 0 },
  };
}

export function viewBounty(
  { peaks, agreement, ...bounty }: Bounty,
  it: { terms: BountyTerms; nowMs: number },
): BountyView {
  void peaks;
  const { yes, no } = agreement;
  return {
    ...bounty,
    ...it,
    escrowYocto: `${bounty.escrowYocto}`,
    paidYocto: `${bounty.paidYocto}`,
    votes: { yes, no },
    alphaBps: alphaBps(agreement),
  };
}

/**
 * Shares of a dataset by accepted items, in basis points that sum to 10,000: rounded down, then one
 * more each to those who lost most by it, ties to the lower number. None of at most `bountyItemsMax`
 * items rounds to nothing.
 */
export function sharesOf(accepted: readonly number[]): number[] {
  const total = accepted.reduce((sum, count) => sum + count, 0);
  if (total === 0) return accepted.map(() => 0);
  const shares = accepted.map((count) => Math.floor((count * 10_000) / total));
  const left = 10_000 - shares.reduce((sum, share) => sum + share, 0);
  const lost = accepted.map((count, i) => ({ i, lost: (count * 10_000) % total }));
  lost.sort((a, b) => b.lost - a.lost || a.i - b.i);
  for (const { i } of lost.slice(0, left)) shares[i]!++;
  return shares;
}
