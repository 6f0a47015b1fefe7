/**
 * A proposal's life: voting, then the timelock, then a time in which anybody may execute it. What
 * stage it is in follows from its votes and the clock; only what somebody did is stored. Policy and
 * weights are those of its creation. Its bond is given back or forfeited exactly once.
 */
import type { Digest } from '@commonweights/dataset-registry/digest/digest-text.js';
import type { Action, Policy } from './actions.js';
import { refuse } from './errors.js';
import type { Choice, ProposalStatus, ProposalView } from './views.js';

export interface Proposal {
  id: number;
  proposer: string;
  action: Action;
  actionDigest: Digest;
  description: Digest;
  createdAtMs: number;
  votingEndsMs: number;
  executableAtMs: number;
  expiresAtMs: number;
  yes: bigint;
  no: bigint;
  abstain: bigint;
  totalWeight: bigint;
  quorumBps: number;
  approvalBps: number;
  bondYocto: bigint;
  bond: 'held' | 'returned' | 'forfeited';
  /** What was done to it; null: nothing but votes. */
  done: 'executed' | 'cancelled' | null;
  /** Id of the run or release that its execution made. */
  created: number | null;
  /** For a release: the final round whose root it is, and the log head then. */
  evidence: { round: number; logHead: Digest } | null;
}

export function createProposal(it: {
  id: number;
  proposer: string;
  action: Action;
  actionDigest: Digest;
  description: Digest;
  policy: Policy;
  totalWeight: bigint;
  nowMs: number;
  evidence: Proposal['evidence'];
}): Proposal {
  const { id, proposer, action, actionDigest, description, policy, totalWeight, nowMs } = it;
  const votingEndsMs = nowMs + policy.votingPeriodMs;
  const executableAtMs = votingEndsMs + policy.timelockMs;
  return {
    id,
    proposer,
    action,
    actionDigest,
    description,
    createdAtMs: nowMs,
    votingEndsMs,
    executableAtMs,
    expiresAtMs: executableAtMs + policy.expiryMs,
    yes: 0n,
    no: 0n,
    abstain: 0n,
    totalWeight,
    quorumBps: policy.quorumBps,
    approvalBps: policy.approvalBps,
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

/** One vote of an account that has not voted on it before. Changes `proposal`. */
export function castVote(
  proposal: Proposal,
  ballot: { account: string; weight: bigint; choice: Choice; action: Digest; nowMs: number },
): void {
  if (statusOf(proposal, ballot.nowMs) !== 'voting') {
    refuse('VOTING_CLOSED', `voting on proposal ${proposal.id} has ended; propose it again`);
  }
  if (ballot.action !== proposal.actionDigest) {
    refuse('WRONG_ACTION', `proposal ${proposal.id} is ${proposal.actionDigest}; read it again`);
  }
  if (ballot.weight <= 0n) {
    refuse('NOT_MEMBER', `${ballot.account} had no weight when proposal ${proposal.id} was made`);
  }
  proposal[ballot.choice] += ballot.weight;
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

/** The guardian's one power: to stop what passed but was not executed yet. */
export function cancelProposal(proposal: Proposal, nowMs: number): void {
  const status = statusOf(proposal, nowMs);
  if (status !== 'queued') {
    refuse(
      'PROPOSAL_CLOSED',
      `proposal ${proposal.id} is ${status}; only a queued one is cancelled`,
    );
  }
  proposal.done = 'cancelled';
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

export function viewProposal(proposal: Proposal, nowMs: number): ProposalView {
  const { done, evidence, ...shown } = proposal;
  void done;
  void evidence;
  return {
    ...shown,
    status: statusOf(proposal, nowMs),
    yes: `${proposal.yes}`,
    no: `${proposal.no}`,
    abstain: `${proposal.abstain}`,
    totalWeight: `${proposal.totalWeight}`,
    bondYocto: `${proposal.bondYocto}`,
  };
}
