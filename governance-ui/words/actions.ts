/**
 * What a proposal would do, in sentences that a voter can check against the action itself. Nothing
 * here is taken from the proposer's own description. Most words are those of the command line
 * (`dao-contracts/client/action-words.ts`); policy and weights are told here against what holds now.
 */
import {
  describeAction,
  effectsOfAction as effectsElsewhere,
  type Figures,
} from '@commonweights/dao-contracts/client/action-words.js';
import { formatNear } from '@commonweights/dao-contracts/client/near-amount.js';
import type {
  MembersView,
  PolicyView,
  ProposalView,
  RunView,
} from '@commonweights/dao-contracts/client/views.js';
import { formatBps, groupThousands, plural, shortDigest, shortNear } from './amounts.js';
import { formatSpan } from './times.js';

type Action = ProposalView['action'];

/** What the DAO is like now: what a change is told against. */
export interface Present {
  readonly policy: PolicyView;
  readonly members: MembersView;
  /** The one that the action names; null: it names none, or there is none. */
  readonly run: RunView | null;
}

const figures: Figures = {
  near: shortNear,
  digest: shortDigest,
  span: formatSpan,
  whole: groupThousands,
};

/** One line for lists. */
export function titleOfAction(action: Action): string {
  const text = describeAction(action, figures);
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}

/** What would change, one sentence each. */
export function effectsOfAction(action: Action, now: Present): string[] {
  switch (action.kind) {
    case 'set-member':
      return [effectOfMember(action, now.members)];
    case 'set-members':
      return action.members.map((member) => effectOfMember(member, now.members));
    case 'set-policy':
      return effectsOfPolicy(action.policy, now.policy);
    default:
      return effectsElsewhere(action, now.run, figures);
  }
}

function effectOfMember(
  action: { account: string; weight: string },
  { members, totalWeight }: MembersView,
): string {
  const before = members.find(({ account }) => account === action.account)?.weight;
  if (action.weight === '0') return `${action.account} would lose its vote.`;
  if (before === undefined) {
    return `${action.account} would become a member with weight ${action.weight}, beside ${totalWeight} now.`;
  }
  return `The weight of ${action.account} would go from ${before} to ${action.weight}.`;
}

function weightOfReputation({ reputation }: Pick<PolicyAction, 'reputation'>): string {
  if (!reputation) return 'nothing';
  const { shareBpsMax, fullAtPoints } = reputation;
  return `at most ${formatBps(shareBpsMax)} of the members (all of it from ${fullAtPoints} points)`;
}

function dataOfRuns(approvedOnly = false): string {
  return approvedOnly ? 'approved data only' : 'any data under an allowed licence';
}

type PolicyAction = Extract<Action, { kind: 'set-policy' }>['policy'];

function effectsOfPolicy(next: PolicyAction, now: PolicyView): string[] {
  const changes: [string, string, string][] = [
    ['Voting would last', ...spans(now.votingPeriodMs, next.votingPeriodMs)],
    ['The timelock would last', ...spans(now.timelockMs, next.timelockMs)],
    ['Accepted proposals would expire after', ...spans(now.expiryMs, next.expiryMs)],
    ['The quorum would be', formatBps(now.quorumBps), formatBps(next.quorumBps)],
    ['Approval would take', formatBps(now.approvalBps), formatBps(next.approvalBps)],
    ['A late quorum would lengthen voting by', ...spans(now.lateQuorumMs, next.lateQuorumMs)],
    [
      'An account could have open',
      plural(now.liveProposalsMax, 'proposal'),
      plural(next.liveProposalsMax, 'proposal'),
    ],
    ['The bond would be', ...amounts(now.bondYocto, next.bondYocto)],
    [
      'The most that a teraFLOP of a round may cost would be',
      ...amounts(now.rewardPerTeraFlopYoctoMax, next.rewardPerTeraFlopYoctoMax),
    ],
    ['Reputation would weigh', weightOfReputation(now), weightOfReputation(next)],
    [
      'Runs could train on',
      dataOfRuns(now.approvedDatasetsOnly),
      dataOfRuns(next.approvedDatasetsOnly),
    ],
    ['Allowed licences would be', listOf(now.licences), listOf(next.licences)],
    ['Accepted tokens would be', listOf(now.tokens), listOf(next.tokens)],
  ];
  const sentences = changes
    .filter(([, before, after]) => before !== after)
    .map(([what, before, after]) => `${what} ${after} instead of ${before}.`);
  return sentences.length > 0 ? sentences : ['Nothing: it is the policy that holds already.'];
}

/** Both as short as they can be told apart: what differs must not look the same. */
function amounts(now: bigint | string, next: bigint | string): [string, string] {
  const [before, after] = [BigInt(now), BigInt(next)];
  const alike = shortNear(before) === shortNear(after) && before !== after;
  const write = alike ? formatNear : shortNear;
  return [write(before), write(after)];
}

function spans(now: number, next: number): [string, string] {
  const alike = formatSpan(now) === formatSpan(next) && now !== next;
  const write = alike ? (ms: number) => `${ms} ms` : formatSpan;
  return [write(now), write(next)];
}

function listOf(names: readonly string[]): string {
  return names.join(', ') || 'none';
}
