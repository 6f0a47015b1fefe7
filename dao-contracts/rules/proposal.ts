/**
 * A proposal's life: voting, then the timelock where its kind of action waits for one, then a time
 * in which anybody may execute it. What stage it is in follows from its votes and the clock; only
 * what somebody did is stored. Policy and electorate are those of its creation (electorate.ts). Its
 * bond is given back or forfeited exactly once.
 */
import type { Digest } from '@commonweights/dataset-registry/digest/digest-text.js';
import type { Action, Policy } from './actions.js';
import { castBallot, type Ballot } from './ballot.js';
import type { AtBothMoments, Standing } from './electorate.js';
import { refuse } from './errors.js';
import { waits } from './timelock.js';
import type { Choice, ProposalStatus, ProposalView, ReputationElectorate } from './views.js';

export interface Proposal {
  id: number;
  proposer: string;
  /** Of its action, which is a record of its own: a vote need not read it. */
  kind: Action['kind'];
  actionDigest: Digest;
  description: Digest;
  createdAtMs: number;
  /** One voting period earlier: weight counts that was there by then (electorate.ts). */
  snapshotMs: number;
  /** Of the policy that it was made under, and keeps. */
  policyVersion: number;
  votingEndsMs: number;
  executableAtMs: number;
  expiresAtMs: number;
  yes: bigint;
  no: bigint;
  abstain: bigint;
  totalWeight: bigint;
  /** Where the policy counts reputation: a part of `totalWeight`, and how it is weighed. */
  reputation?: ReputationElectorate;
  quorumBps: number;
  approvalBps: number;
  /** Voting goes on at least so long after the quorum was reached. */
  lateQuorumMs: number;
  /** Whether a late quorum has made voting longer: that happens once. */
  extended: boolean;
  bondYocto: bigint;
  bond: 'held' | 'returned' | 'forfeited';
  /** What was done to it; null: nothing but votes. */
  done: 'executed' | 'cancelled' | null;
  /** Id of the run or release that its execution made. */
  created: number | null;
  /** For a release: the final round whose root it is, the log head then, its spec. */
  evidence: { round: number; logHead: Digest; spec: Digest } | null;
}

export function createProposal(it: {
  id: number;
  proposer: string;
  action: Action;
  actionDigest: Digest;
  description: Digest;
  policy: Policy;
  policyVersion: number;
  /** Of members, and of reputation where it counts. */
  totalWeight: bigint;
  reputation?: ReputationElectorate;
  nowMs: number;
  evidence: Proposal['evidence'];
}): Proposal {
  const { id, proposer, action, actionDigest, description, policy, totalWeight, nowMs } = it;
  const votingEndsMs = nowMs + policy.votingPeriodMs;
  const executableAtMs = votingEndsMs + (waits(action.kind) ? policy.timelockMs : 0);
  return {
    id,
    proposer,
    kind: action.kind,
    actionDigest,
    description,
    createdAtMs: nowMs,
    snapshotMs: nowMs - policy.votingPeriodMs,
    policyVersion: it.policyVersion,
    votingEndsMs,
    executableAtMs,
    expiresAtMs: executableAtMs + policy.expiryMs,
    yes: 0n,
    no: 0n,
    abstain: 0n,
    totalWeight,
    ...(it.reputation && { reputation: it.reputation }),
    quorumBps: policy.quorumBps,
    approvalBps: policy.approvalBps,
    lateQuorumMs: policy.lateQuorumMs,
    extended: false,
    bondYocto: BigInt(policy.bondYocto),
    bond: 'held',
    done: null,
    created: null,
    evidence: it.evidence,
  };
}

export function statusOf(proposal: Proposal, nowMs: number): ProposalStatus {
  if (proposal.done) return proposal.done;
  if (nowMs < proposal.votingEndsMs) return 'voting';
  if (!isApproved(proposal)) return 'rejected';
  return nowMs < proposal.expiresAtMs ? 'queued' : 'expired';
}

export function hasQuorum(proposal: Proposal): boolean {
  const voted = proposal.yes + proposal.no + proposal.abstain;
  return voted * 10_000n >= BigInt(proposal.quorumBps) * proposal.totalWeight;
}

function isApproved(proposal: Proposal): boolean {
  const { yes, no } = proposal;
  if (!hasQuorum(proposal) || yes <= no) return false;
  return yes * 10_000n >= BigInt(proposal.approvalBps) * (yes + no);
}

/** One vote. Returns its weight. Changes `proposal` and the ballots (ballot.ts). */
export function castVote(
  proposal: Proposal,
  it: {
    account: string;
    choice: Choice;
    /** Digest of the action that the voter read. */
    action: Digest;
    standing: AtBothMoments<Standing>;
    ballot: Ballot;
    delegates: AtBothMoments<Ballot | null>;
    reputation?: bigint;
    nowMs: number;
  },
): bigint {
  const { action, nowMs, ...vote } = it;
  if (statusOf(proposal, nowMs) !== 'voting') {
    refuse('VOTING_CLOSED', `voting on proposal ${proposal.id} has ended; propose it again`);
  }
  if (action !== proposal.actionDigest) {
    refuse('WRONG_ACTION', `proposal ${proposal.id} is ${proposal.actionDigest}; read it again`);
  }
  const hadQuorum = hasQuorum(proposal);
  const weight = castBallot(proposal, { ...vote, proposal: proposal.id });
  if (!hadQuorum && hasQuorum(proposal)) extendVoting(proposal, nowMs);
  return weight;
}

/** Nobody decides by voting when the others can no longer answer. */
function extendVoting(proposal: Proposal, nowMs: number): void {
  const laterMs = nowMs + proposal.lateQuorumMs - proposal.votingEndsMs;
  if (proposal.extended || laterMs <= 0) return;
  proposal.extended = true;
  proposal.votingEndsMs += laterMs;
  proposal.executableAtMs += laterMs;
  proposal.expiresAtMs += laterMs;
}

/**
 * Marks a proposal as executed, or, if it was rejected or expired, only settles its bond. Returns
 * whether the action is to be done now. Changes `proposal`.
 */
export function executeProposal(proposal: Proposal, nowMs: number): boolean {
  const status = statusOf(proposal, nowMs);
  switch (status) {
    case 'voting':
      return refuse('PROPOSAL_NOT_READY', `voting goes on until ${proposal.votingEndsMs} ms`);
    case 'queued':
      if (nowMs < proposal.executableAtMs) {
        refuse('PROPOSAL_NOT_READY', `the timelock ends at ${proposal.executableAtMs} ms`);
      }
      proposal.done = 'executed';
      return true;
    case 'rejected':
    case 'expired':
      if (proposal.bond === 'held') return false;
  }
  return refuse('PROPOSAL_CLOSED', `proposal ${proposal.id} is ${status}; propose it again`);
}

/**
 * Ends the bond's life. A vote without quorum forfeits it: nobody cared for what was proposed.
 * Returns where it goes. Changes `proposal`.
 */
export function settleBond(proposal: Proposal): 'returned' | 'forfeited' {
  if (proposal.bond !== 'held') throw new Error(`BUG: bond of ${proposal.id} settled twice`);
  proposal.bond = hasQuorum(proposal) ? 'returned' : 'forfeited';
  return proposal.bond;
}

/** Whether it still takes one of its proposer's places (policy: `liveProposalsMax`). */
export function isLive(proposal: Proposal, nowMs: number): boolean {
  const status = statusOf(proposal, nowMs);
  return status === 'voting' || status === 'queued';
}

export function viewProposal(
  proposal: Proposal,
  it: { action: Action; nowMs: number },
): ProposalView {
  const { kind, done, evidence, ...shown } = proposal;
  void kind;
  void done;
  void evidence;
  const { action, nowMs } = it;
  return {
    ...shown,
    action,
    status: statusOf(proposal, nowMs),
    yes: `${proposal.yes}`,
    no: `${proposal.no}`,
    abstain: `${proposal.abstain}`,
    totalWeight: `${proposal.totalWeight}`,
    bondYocto: `${proposal.bondYocto}`,
  };
}
