/**
 * A run as it is stored. One record for the run, one for each seat (overwritten each round), one
 * for the audits in progress, one for applications until the draw. What `commit`, `reveal` and
 * `certify` need is in the run and one seat, so their cost does not grow with the audits.
 */
import type { Digest } from '@commonweights/dataset-registry/digest/digest-text.js';
import type { AuditState, Claim, Phase, RunStatus, SeatRole, SliceOfSeat } from './run.js';

export interface Run {
  id: number;
  proposal: number;
  proposer: string;
  status: RunStatus;
  pausedBecause: string | null;
  budgetYocto: bigint;
  escrowYocto: bigint;
  /** Rewards and fees that left the escrow. */
  paidYocto: bigint;
  finalRounds: number;
  cancelledRounds: number;
  finalRound: number;
  finalRoot: Digest;
  logHead: Digest | null;
  nextRound: number;
  /** The next round starts from ZERO local states, because one was cancelled. */
  resetNext: boolean;
  nextSlice: number;
  /** Slices to hand out again before new ones. */
  returnedSlices: number[];
  /** By seat number. */
  roster: RosterEntry[];
  open: OpenRound | null;
  provisional: ProvisionalRound | null;
  enrolDeadlineMs: number;
}

export interface RosterEntry {
  role: SeatRole;
  status: 'active' | 'absent' | 'expelled' | 'left';
  fromRound: number;
}

export interface OpenRound {
  round: number;
  ordinal: number;
  phase: Phase;
  deadlineMs: number;
  startRoot: Digest;
  localReset: boolean;
  slices: SliceOfSeat[];
  committed: number[];
  revealed: number[];
  certified: number[];
  /** How many certifiers named `revealed[i]`. */
  named: number[];
  included: number[] | null;
  submitted: number[];
  roots: { root: Digest; count: number }[];
}

export interface ProvisionalRound {
  round: number;
  ordinal: number;
  root: Digest;
  startRoot: Digest;
  localReset: boolean;
  included: number[];
  slices: SliceOfSeat[];
  revealed: number[];
}

export interface Seat {
  seat: number;
  account: string;
  stakeYocto: bigint;
  /** Ordinals (1-based count of final rounds) of the rounds whose pay is held back. */
  held: number[];
  earnedYocto: bigint;
  slashedYocto: bigint;
  verifiedRounds: number;
  auditsRight: number;
  auditsWrong: number;
  rejoins: number;
  localOut: Digest;
  claim: Claim | null;
  previousClaim: Claim | null;
}

export interface Applicant {
  account: string;
  role: SeatRole;
  fromRound: number;
}

export interface Audit {
  round: number;
  seat: number;
  segment: number;
  auditor: number;
  /** The auditor that did not answer in time, if one was replaced. */
  replaced: number | null;
  state: AuditState;
  deadlineMs: number;
  startLeaf: Digest | null;
  answered: boolean;
  answer: Digest | null;
  openedLeaf: Digest | null;
  /** Null: not drawn yet. */
  jury: { seat: number; answered: boolean; leaf: Digest | null }[] | null;
  /** Whether the auditor's answer stood; null while open, or when nobody answered. */
  right: boolean | null;
  /** What this audit slashed and its round's closing distributes. */
  potYocto: bigint;
}
