/**
 * What the contract shows. JSON throughout: money and weights are decimal strings, digests carry
 * their algorithm, times are block times in milliseconds. docs/protocol/views.md is the text to this.
 */
import type { Digest } from '@commonweights/dataset-registry/digest/digest-text.js';
import type { Action, Member, Policy } from './actions.js';
import type { CodeRecord, StagedCode, UpgradeRecord } from './upgrade.js';

export type { Action, Member, Policy, ReputationPolicy } from './actions.js';
export type * from './run.js';
export type { BountyTerms } from './bounty/terms.js';
export type { BountyPhase, BountyView } from './bounty/bounty-view.js';

export type ProposalStatus =
  'voting' | 'queued' | 'executed' | 'rejected' | 'expired' | 'cancelled';
export type Choice = 'yes' | 'no' | 'abstain';

export interface ProposalView {
  id: number;
  proposer: string;
  action: Action;
  /** Digest of the canonical JSON of `action`: what a vote names. */
  actionDigest: Digest;
  description: Digest;
  status: ProposalStatus;
  createdAtMs: number;
  /** One voting period earlier: weight counts that was there by then, and still at creation. */
  snapshotMs: number;
  /** Of the policy that it was made under, and keeps. */
  policyVersion: number;
  votingEndsMs: number;
  /** When the timelock ends; the end of voting where the action waits for none. */
  executableAtMs: number;
  expiresAtMs: number;
  /** Weights, decimal strings. */
  yes: string;
  no: string;
  abstain: string;
  totalWeight: string;
  /** Where the policy counts reputation: its part of `totalWeight`, and how it is weighed. */
  reputation?: ReputationElectorate;
  quorumBps: number;
  approvalBps: number;
  /** Voting goes on at least so long after the quorum was reached. */
  lateQuorumMs: number;
  /** Whether a late quorum has made voting longer. */
  extended: boolean;
  bondYocto: string;
  bond: 'held' | 'returned' | 'forfeited';
  /** Id of the run or release that its execution made. */
  created: number | null;
}

/** What a proposal keeps of the reputation that may vote on it: decimal strings. */
export interface ReputationElectorate {
  /** What all of it weighs: a part of the proposal's `totalWeight`. */
  weight: string;
  /** So much weight for so many shares; and the shares of one account that count at most. */
  poolWeight: string;
  perShares: string;
  sharesMax: string;
}

/** What a publisher declares. `id` is `<name>@<version>`. */
export interface DatasetRecord {
  id: string;
  version: string;
  title: string;
  manifest: Digest;
  itemsRoot: Digest;
  bytes: number;
  items: number;
  source: string;
  /** ISO 8601 date, or a range of two with a slash. */
  collectedAt: string;
  licenceDeclared: string;
  licenceConcluded: string;
  evidence: Digest | null;
  parents: { dataset: string; transform: Digest }[];
  contributors: { account: string; weightBps: number }[];
}

export interface DatasetView extends DatasetRecord {
  publisher: string;
  registeredAtMs: number;
  status: 'active' | 'disputed' | 'withdrawn';
  /** The bounty whose accepted items it is; null: made otherwise. */
  bounty: number | null;
  /** Whether a vote approved it, and the shares of its contributors with it. */
  approved: boolean;
  /** Digest of a list of items that are to be left out from now on, as its publisher said last. */
  optOut: Digest | null;
  /** How many were opened, ever; the last one may be open. */
  disputes: number;
}

/** What a run pays for one dataset, and what the account that was asked for gets of it. */
export interface DataShareView {
  dataset: string;
  /** Of the run's `dataRewardYocto`. */
  weightBps: number;
  /** `disputed`: nobody can take anything; `forfeited`: it goes back to the treasury. */
  standing: 'due' | 'disputed' | 'forfeited';
  /** Final rounds that the run has paid for so far. */
  rounds: number;
  perRoundYocto: string;
  accruedYocto: string;
  takenYocto: string;
  /** Null: the account is no contributor. */
  own: {
    weightBps: number;
    perRoundYocto: string;
    roundsTaken: number;
    dueYocto: string;
  } | null;
}

export interface DatasetDisputeView {
  dataset: string;
  /** Disputes of a dataset count from 1. */
  dispute: number;
  by: string;
  evidence: Digest;
  bondYocto: string;
  openedAtMs: number;
  /** Null: open. Lapsed: the DAO did not decide in time; the bond was returned. */
  verdict: 'upheld' | 'dismissed' | 'lapsed' | null;
  closedAtMs: number | null;
}

export interface ReleaseView {
  id: number;
  proposal: number;
  run: number;
  /** Final round whose root it is, and the log head right after that round. */
  round: number;
  logHead: Digest;
  /** By which the round was worked; votes may have amended the run since. */
  spec: Digest;
  root: Digest;
  manifest: Digest;
  evaluation: Digest;
  title: string;
  version: string;
  publishedAtMs: number;
  status: 'published' | 'revoked';
}

/** What became of an upgrade that was carried out. */
export type UpgradeView = UpgradeRecord;

export interface CodeView extends CodeRecord {
  /** Version of what is stored. */
  state: number;
}

export interface StagedCodeView extends StagedCode {
  /** From then on anybody may remove it. */
  untilMs: number;
}

export interface HealthView {
  state: number;
  code: Digest | null;
  counts: { proposals: number; runs: number; datasets: number; releases: number };
  surplusYocto: string;
}

export interface EarningsView {
  account: string;
  /** Can be claimed now. */
  ledgerYocto: string;
  /** Sent by a claim whose transfer has not been confirmed yet. */
  inFlightYocto: string;
  claimedYocto: string;
  /** The account's latest seats, newest first (at most 16). */
  seats: { run: number; seat: number }[];
}

/** As of now: what has faded since is gone from it. */
export interface ReputationView {
  account: string;
  /** Decimal string. */
  points: string;
  /** What counts of them: no more than an account's share of all. */
  standing: string;
  /** All accounts' points together. */
  totalPoints: string;
  verifiedRounds: number;
  auditsRight: number;
  auditsWrong: number;
  slashes: number;
}

/** A token (NEP-141) on the DAO's books, in its smallest units. */
export interface TokenView {
  token: string;
  /** Whether the policy takes more of it. */
  accepted: boolean;
  treasuryUnits: string;
  ledgersUnits: string;
  inFlightUnits: string;
  /** What an account can claim; null: none was asked about. */
  account: { ledgerUnits: string; inFlightUnits: string } | null;
}

export interface AccountingView {
  balanceYocto: string;
  treasuryYocto: string;
  bondsYocto: string;
  stakesYocto: string;
  heldBackYocto: string;
  escrowsYocto: string;
  /** Slashed, but not yet distributed because its round is not closed. */
  slashedYocto: string;
  ledgersYocto: string;
  inFlightYocto: string;
  /** Put down for storage (NEP-145) and not used. */
  depositsYocto: string;
  storageYocto: string;
  /** Earned by contributors of data, and not taken yet. */
  dataSharesYocto: string;
  /** Balance − everything above but what is in flight, which has left it; never negative. */
  surplusYocto: string;
}

/** One page of the members, how many there are, and the total of their weights. */
export interface MembersView {
  members: Member[];
  count: number;
  totalWeight: string;
}

/** What an account can vote with now. */
export interface StandingView {
  account: string;
  weight: string;
  delegate: string | null;
  /** Sum of the weights of those who named it as their delegate. */
  delegated: string;
  /** Since when it is so. */
  atMs: number;
  /** Where the policy counts reputation: what its own would weigh on a proposal made now. */
  reputation?: string;
}

/** One account's part in one proposal. */
export interface BallotView {
  proposal: number;
  account: string;
  /** Null: it has not voted; some of its delegators have. */
  choice: Choice | null;
  weight: string;
  /** How much of that is delegated to it. */
  delegated: string;
}

export interface PolicyView extends Policy {
  /** Counts changes; a proposal names the one that it was made under. */
  version: number;
  /** May cancel what waits in the timelock until `guardianUntilMs`; null: there is none. */
  guardian: string | null;
  guardianUntilMs: number;
}
