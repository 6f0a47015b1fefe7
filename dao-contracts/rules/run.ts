/**
 * A run as the contract shows it, with its rounds, seats and audits. JSON throughout: money is a
 * decimal string of yoctoNEAR, digests carry their algorithm, times are block times in
 * milliseconds. docs/protocol/views.md is the text to this.
 */
import type { Digest } from '@commonweights/dataset-registry/digest/digest-text.js';
import type { Amendment, RunTerms } from './run-terms.js';
import type { AuditDistance, DisputedDistance, SeatDistances } from './tolerance/state.js';

export type { Amendment, RunTerms } from './run-terms.js';

export type RunStatus = 'enrolling' | 'running' | 'paused' | 'completed' | 'stopped';
export type Phase = 'train' | 'reveal' | 'certify' | 'aggregate';
export type SeatRole = 'trainer' | 'auditor';
/**
 * `applied`: before the draw, numbered in order of application (the draw numbers anew).
 * `left`: the run ended and stake and pay went to the account's ledger. */
export type SeatStatus = 'applied' | 'active' | 'absent' | 'expelled' | 'left';
/** What a jury decides about: an audit's answer, a round's root, whether an update can be had. */
export type DisputeKind = 'audit' | 'root' | 'update';
/** A panel answers; then who lost may appeal; the last instance is a vote of the DAO. */
export type DisputeStage = 'jury' | 'window' | 'dao';
/** For what was claimed, or against it. */
export type Verdict = 'for' | 'against';
/** `measure` and `uncover` only in the tolerance class. */
export type AuditState =
  'material' | 'answer' | 'opening' | 'measure' | 'uncover' | 'disputed' | 'passed' | 'failed';

export interface SliceOfSeat {
  seat: number;
  slice: number;
}

export interface RunView {
  id: number;
  proposal: number;
  proposer: string;
  terms: RunTerms;
  budgetYocto: string;
  escrowYocto: string;
  paidYocto: string;
  status: RunStatus;
  pausedBecause: string | null;
  /** The DAO paused it: no round opens before this block time. */
  pausedUntilMs: number | null;
  /** Paused: block time from which a tick stops it for good; null: it is not, or still judged. */
  pauseEndsMs: number | null;
  /** Relayed calls that the escrow paid for. */
  relayedCalls: number;
  /** Final rounds whose data the escrow paid for. */
  dataRounds: number;
  /** Final rounds between `to` and `at`, both left out, are void by a vote of the DAO. */
  rewinds: { at: number; to: number }[];
  /** New terms that hold from the next round boundary on. */
  amendment: Amendment | null;
  /** Final ones plus the provisional one. */
  closedRounds: number;
  /** Number of the last final round; 0: none yet, `finalRoot` is the initial root. */
  finalRound: number;
  finalRoot: Digest;
  /** By which that round was worked; an amendment may have named another one since. */
  finalSpec: Digest;
  logHead: Digest | null;
  open: OpenRoundView | null;
  provisional: ProvisionalRoundView | null;
  /** Of the open and the provisional round. */
  audits: AuditView[];
  /** Of these, and of earlier rounds where money still hangs on them. */
  disputes: DisputeView[];
  /** There are others, which the same view shows from where these end on. */
  moreDisputes: boolean;
  enrolDeadlineMs: number;
  /** Work is left of what was decided on: only ticks move the run, until none is (work.md). */
  busy: boolean;
  nextRound: number;
  /** Block time when the view was made: what deadlines are compared with. */
  nowMs: number;
}

export interface OpenRoundView {
  round: number;
  /** Rounds closed before it that count: learning-rate schedules follow it. */
  ordinal: number;
  phase: Phase;
  deadlineMs: number;
  startRoot: Digest;
  /** Everybody's local state starts as ZERO in this round. */
  localReset: boolean;
  /** The round's trainers. */
  slices: SliceOfSeat[];
  committed: number[];
  revealed: number[];
  /** Who certifies; empty before that. */
  witnesses: number[];
  certified: number[];
  included: number[] | null;
  submitted: number[];
}

export interface ProvisionalRoundView {
  round: number;
  ordinal: number;
  root: Digest;
  startRoot: Digest;
  localReset: boolean;
  included: number[];
  slices: SliceOfSeat[];
  /** Who named the root. */
  namedBy: number[];
  struck: 'root' | 'update' | null;
  challengeUntilMs: number;
  /** What a challenge has to attach. */
  challengeYocto: string;
}

export interface AuditView {
  round: number;
  /** Whose claim is audited. */
  seat: number;
  segment: number;
  auditor: number;
  state: AuditState;
  deadlineMs: number;
  startLeaf: Digest | null;
  answer: Digest | null;
  answered: boolean;
  openedLeaf: Digest | null;
  /** Tolerance class only, from the opening on. */
  distance?: AuditDistance;
  jury: { seat: number; answered: boolean }[];
}

export interface DisputeView {
  id: number;
  round: number;
  ordinal: number;
  kind: DisputeKind;
  seat: number | null;
  segment: number | null;
  startLeaf: Digest | null;
  claimed: Digest;
  other: Digest | null;
  /** Tolerance class only. */
  distance?: DisputedDistance;
  plaintiff: string;
  plaintiffSeat: number | null;
  defendants: number[];
  stage: DisputeStage;
  level: number;
  deadlineMs: number;
  /** Who sits on it now; empty: to be drawn by the next tick, or nobody is asked. */
  panel: { seat: number; answered: boolean }[];
  verdict: Verdict | null;
  acted: boolean;
  /** Taken by the standing verdict, not yet distributed. */
  lockedYocto: string;
  bondsYocto: string;
  /** What an appeal has to attach now; null: none is possible. */
  appealYocto: string | null;
}

export interface SeatView {
  seat: number;
  /** Owner: enrolled and staked. */
  account: string;
  /** Label of the account's machine. */
  worker: string;
  /** Gets all money that the seat earns or gets back. */
  payout: string;
  /** Who acts for the seat: its account unless that named another. */
  operator: string;
  /** Started without a stake: pay becomes stake until it is whole. */
  earnsStake: boolean;
  role: SeatRole;
  status: SeatStatus;
  fromRound: number;
  stakeYocto: string;
  heldBackYocto: string;
  earnedYocto: string;
  slashedYocto: string;
  verifiedRounds: number;
  auditsRight: number;
  auditsWrong: number;
  localOut: Digest;
  /** Tolerance class only, once the seat was audited. */
  distances?: SeatDistances;
  claim: Claim | null;
  previousClaim: Claim | null;
}

export interface Claim {
  round: number;
  commitment: Digest;
  revealed: RevealedClaim | null;
}

export interface RevealedClaim {
  update: Digest;
  updateBytes: number;
  startRoot: Digest;
  localIn: Digest;
  localOut: Digest;
  traceRoot: Digest;
}

/** Canonical JSON; its digest is the new `logHead`. */
export interface RoundRecord {
  version: 1;
  run: number;
  round: number;
  /** `rewind` is no round but a vote: final rounds between `to` and it are void. */
  outcome: 'final' | 'rewound' | 'aborted' | 'rewind';
  previous: Digest | null;
  startRoot: Digest;
  /** With `rewind` only: the final round whose root the run goes back to; 0: the initial root. */
  to?: number;
  root: Digest | null;
  claims: ClaimRecord[];
  audits: { seat: number; segment: number; auditor: number; verdict: 'passed' | 'failed' }[];
  /** Included seats of a final round whose claim failed: few enough to keep it. */
  tainted: number[];
  /** The committee that certified; empty: everybody who revealed did. */
  witnesses: number[];
}

export interface ClaimRecord {
  seat: number;
  account: string;
  slice: number;
  commitment: Digest;
  update: Digest;
  updateBytes: number;
  localIn: Digest;
  localOut: Digest;
  traceRoot: Digest;
  included: boolean;
  verdict: 'unaudited' | 'passed' | 'failed';
}

/** What `tick` returns: where the run stands after it. */
export interface TickResult {
  status: RunStatus;
  round: number | null;
  phase: Phase | null;
  /** False: nothing was due. */
  moved: boolean;
  /** Work is left: tick again, until it is not; nobody acts before. */
  busy: boolean;
}
