/**
 * A run as it is stored. One record for the run, one for each seat and one for the audits of its
 * claim (both overwritten each round), one for applications until the draw. What `commit`, `reveal`
 * and `certify` need is in the run and one seat, and a step of an audit needs those of one claim, so
 * their cost does not grow with the audits.
 */
import type { Digest } from '@commonweights/dataset-registry/digest/digest-text.js';
import type { HeldPay } from './dispute-state.js';
import type { SeatSet } from './seat-set.js';
import type { AuditDistance, DisputedDistance, SeatDistances } from './tolerance/state.js';
import type { Work } from './work.js';

import type { AuditState, Claim, Phase, RunStatus, SeatRole, SliceOfSeat } from './run.js';

export type { Bond, Dispute, HeldPay, Juror, Loss, Owed, PastPanel } from './dispute-state.js';

export interface Run {
  id: number;
  proposal: number;
  proposer: string;
  status: RunStatus;
  pausedBecause: string | null;
  /** The DAO paused it: no round opens before this block time. */
  pausedUntilMs: number | null;
  /** Since when a paused run waits. */
  pausedSinceMs: number | null;
  /** Paces of the last rounds, oldest first (pace.ts). */
  recentMs: Readonly<Record<Phase | 'audit', readonly number[]>>;
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
  /** What calls have decided and not carried out yet; empty: anybody may act (work.ts). */
  work: readonly Work[];
  /** While a tick's work is left: its randomness, which decides what the next ticks draw. */
  draws: { seed: string; drawn: number } | null;
  nextDispute: number;
  /** When what is left was decided, if anything is: nobody could act since. */
  busySinceMs: number | null;
  /** For how long it was so, all in all: times of audits are kept without it (run-clock.ts). */
  busyMs: number;
  /** Seats whose claims have audits. */
  audited: SeatSet;
  decoysPaid: number;
  /** Final rounds whose data was paid for: what each contributor has earned follows from it. */
  dataRounds: number;
}

export interface RosterEntry {
  role: SeatRole;
  status: 'active' | 'absent' | 'expelled' | 'left';
  fromRound: number;
  /** Party numbers of the owner and of the payout account (seat-owner.ts). */
  owner: number;
  payee: number;
}

/** Lists that acts add to are replaced, not changed: what a call only reads is not stored anew. */
export interface OpenRound {
  round: number;
  ordinal: number;
  phase: Phase;
  /** When the phase began. */
  sinceMs: number;
  /** How many are to act in it. */
  expected: number;
  /** Later than so long after it an act is far behind the others': acts do not read the terms. */
  lateAfterMs: number;
  /** What the terms leave it at most. */
  mostMs: number;
  /** How long it took until more than half had acted, once they have (pace.ts). */
  halfMs: number | null;
  deadlineMs: number;
  startRoot: Digest;
  localReset: boolean;
  slices: SliceOfSeat[];
  /** Waited for in vain: absent when this round ends. */
  missed: readonly number[];
  committed: readonly number[];
  revealed: readonly number[];
  certified: readonly number[];
  /** Who certifies; drawn when all have revealed. */
  witnesses: number[];
  /** Those who revealed, from when witnesses name some of them. */
  nameable: SeatSet;
  /** What `certified[i]` named; counted when the phase ends, so that each writes a word of its own. */
  named: readonly SeatSet[];
  /** Then: who named what is included. */
  witnessed: ProvisionalRound['witnessed'];
  included: number[] | null;
  submitted: readonly number[];
  roots: { root: Digest; by: number[] }[];
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
  /** A jury found that this must not stand: it will be rewound once its audits are closed. */
  struck: 'root' | 'update' | null;
  /** When it became provisional. */
  sinceMs: number;
  /** It does not become final before: who computed another root needs time to say so. */
  challengeUntilMs: number;
  /** Who named the root. */
  namedBy: number[];
  /** Audits drawn, and those that are not closed. */
  audits: number;
  auditsOpen: number;
  /** None of these is due before; 0: to be looked at. */
  auditsDueMs: number;
  /** One of these waits for a place among the disputes. */
  crowded: boolean;
  /** Seats whose claims failed an audit. */
  failed: SeatSet;
  /** Auditors that did not answer, and have been fined for it. */
  silent: SeatSet;
  /** Who certified each included update. */
  witnessed: { seat: number; by: SeatSet }[];
  /** A drawn committee; empty where everybody certified. */
  committee: number[];
  /** How often it was challenged. */
  challenges: { root: number; update: number };
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
  /** The round of its last absence, 0: none. */
  absentIn: number;
  /** How much behind the others it was lately, as of round `lateIn` (silence.ts). */
  lateness: number;
  lateIn: number;
  /** Whose claims it said it had no material of where a jury had it; the round of the last. */
  denied: SeatSet;
  deniedIn: number;
  /** Of round `round`, it said of so many claims that it had no material. */
  denials: Readonly<{ round: number; count: number }>;
  /** Decoys of its traces that the run paid for. */
  decoysPaid: number;
  /** Calls that relayers were paid for since round `round` was the next to open. */
  relayed: Readonly<{ round: number; calls: number }>;
  localOut: Digest;
  claim: Readonly<Claim> | null;
  previousClaim: Readonly<Claim> | null;
  /** Tolerance class only; absent or null until the seat was audited. */
  distances?: SeatDistances | null;
}

export interface Applicant {
  account: string;
  worker: string;
  payout: string;
  earnsStake: boolean;
  role: SeatRole;
  fromRound: number;
}

/** Another leaf than the worker's; what a decoy covered, which is none; or what was measured. */
export type DisputeGround = 'answer' | 'decoy-taken' | DisputedDistance['about'];

export interface Audit {
  round: number;
  seat: number;
  segment: number;
  auditor: number;
  /** The auditor that did not answer in time, if one was replaced. */
  replaced: number | null;
  state: AuditState;
  /** When the step began that it is at, and until when it is waited for: of the run's clock. */
  sinceMs: number;
  deadlineMs: number;
  startLeaf: Digest | null;
  answered: boolean;
  answer: Digest | null;
  openedLeaf: Digest | null;
  /** Its auditor computed what a decoy covered, and the decoy is one that counts. */
  decoy: boolean;
  /** Whether the auditor's answer stood; null while open, or when nobody answered. */
  right: boolean | null;
  /** Why it is disputed, while its dispute waits for a place among those that are open. */
  queued: DisputeGround | null;
  /** Tolerance class only; absent or null until the worker opened. */
  distance?: AuditDistance | null;
  /** What this audit slashed and its round's closing distributes. */
  potYocto: bigint;
}
