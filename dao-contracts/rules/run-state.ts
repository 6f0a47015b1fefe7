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
  /** The DAO paused it: no round opens before this block time. */
  pausedUntilMs: number | null;
  budgetYocto: bigint;
  escrowYocto: bigint;
  /** Rewards and fees that left the escrow. */
  paidYocto: bigint;
  finalRounds: number;
  /** Final rounds ever paid; unlike `finalRounds`, no rewind of the DAO takes any back. */
  paidRounds: number;
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
  /** Accounts that own seats or are paid for them, numbered as they came. */
  parties: number;
  /** Applications and seats, ever, that earn their stake. */
  earners: number;
  /** Relayed calls paid for, less what rewinds brought new money for. */
  relayedCalls: number;
  /** New terms wait for the next round boundary. */
  amendment: boolean;
  /** Rounds between `to` and `at`, both left out, were final and are void. */
  rewinds: { at: number; to: number }[];
  open: OpenRound | null;
  provisional: ProvisionalRound | null;
  enrolDeadlineMs: number;
}

export interface RosterEntry {
  role: SeatRole;
  status: 'active' | 'absent' | 'expelled' | 'left';
  fromRound: number;
  /** Party numbers of the owner and of the payout account (seat-owner.ts). */
  owner: number;
  payee: number;
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
  /** Label of the account's machine; '' by default. */
  worker: string;
  /** Gets all money that the seat earns or gets back. */
  payout: string;
  payoutChanges: number;
  /** Who acts for the seat; null: its account. */
  operator: string | null;
  stakeYocto: bigint;
  /** Pay becomes stake until the stake is whole. */
  earnsStake: boolean;
  /** Pay that is held back, by the ordinal (1-based count of paid rounds) that earned it. */
  held: HeldPay[];
  earnedYocto: bigint;
  slashedYocto: bigint;
  verifiedRounds: number;
  auditsRight: number;
  auditsWrong: number;
  rejoins: number;
  /** Calls that relayers were paid for since round `round` was the next to open. */
  relayed: { round: number; calls: number };
  localOut: Digest;
  claim: Claim | null;
  previousClaim: Claim | null;
}

export interface HeldPay {
  ordinal: number;
  yocto: bigint;
}

export interface Applicant {
  account: string;
  worker: string;
  payout: string;
  earnsStake: boolean;
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
