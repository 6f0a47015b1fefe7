/** What anybody is shown of a bounty: JSON, money as decimal strings. */
import type { Digest } from '@commonweights/dataset-registry/digest/digest-text.js';
import type { BountyTerms } from './terms.js';

/** In this order, each until its deadline or until everybody has acted. */
export type BountyPhase =
  | 'submit'
  | 'reveal'
  | 'review'
  | 'open'
  /** A tick settles the next batch. */
  | 'tally'
  /** A tick gives the next reviewers their stakes back. */
  | 'pay'
  | 'closed';

export interface BountyView {
  id: number;
  proposal: number;
  terms: BountyTerms;
  phase: BountyPhase;
  deadlineMs: number;
  escrowYocto: string;
  paidYocto: string;
  contributors: number;
  reviewers: number;
  batches: number;
  revealed: number;
  sealed: number;
  opened: number;
  seed: string | null;
  settled: number;
  accepted: number;
  /** Of the tree over the accepted items, in order of payment; null before all are settled. */
  itemsRoot: Digest | null;
  /** Votes for and against on items that had two or more, and Krippendorff's alpha over them. */
  votes: { yes: number; no: number };
  alphaBps: number | null;
  nowMs: number;
}
