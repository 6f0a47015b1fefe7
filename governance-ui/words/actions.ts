/**
 * What a proposal would do, in sentences that a voter can check against the action itself. Nothing
 * here is taken from the proposer's own description. In English most words are those of the command
 * line (`dao-contracts/client/action-words.ts`); policy and weights are told here against what holds now.
 */
import type { Figures } from '@commonweights/dao-contracts/client/action-words.js';
import { formatNear } from '@commonweights/dao-contracts/client/near-amount.js';
import type {
  MembersView,
  PolicyView,
  ProposalView,
  RunView,
} from '@commonweights/dao-contracts/client/views.js';
import { texts } from '../texts/language.js';
import type { Texts } from '../texts/texts.js';
import { countOf, formatBps, groupThousands, shortDigest, shortNear } from './amounts.js';
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
  return texts().actions.title(action, figures);
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
      return texts().actions.effects(action, now.run, figures);
  }
}

function effectOfMember(
  { account, weight }: { account: string; weight: string },
  { members, totalWeight }: MembersView,
): string {
  const say = texts().actions.member;
  const before = members.find((one) => one.account === account)?.weight;
  if (weight === '0') return say.loses(account);
  if (before === undefined) return say.joins({ account, weight, total: totalWeight });
  return say.changes({ account, before, after: weight });
}

type PolicyAction = Extract<Action, { kind: 'set-policy' }>['policy'];
export type PolicyRule = keyof Texts['actions']['policy'];

/** A rule that differs, before and after, as short as they can be told apart. */
export interface RuleChange {
  readonly rule: PolicyRule;
  readonly before: string;
  readonly after: string;
}

export function changesOfPolicy(next: PolicyAction, now: PolicyView): RuleChange[] {
  const open = (policy: PolicyAction) => countOf(policy.liveProposalsMax, 'proposals');
  const pairs: [PolicyRule, string, string][] = [
    ['votingPeriodMs', ...spans(now.votingPeriodMs, next.votingPeriodMs)],
    ['timelockMs', ...spans(now.timelockMs, next.timelockMs)],
    ['expiryMs', ...spans(now.expiryMs, next.expiryMs)],
    ['quorumBps', formatBps(now.quorumBps), formatBps(next.quorumBps)],
    ['approvalBps', formatBps(now.approvalBps), formatBps(next.approvalBps)],
    ['lateQuorumMs', ...spans(now.lateQuorumMs, next.lateQuorumMs)],
    ['liveProposalsMax', open(now), open(next)],
    ['bondYocto', ...amounts(now.bondYocto, next.bondYocto)],
    [
      'rewardPerTeraFlopYoctoMax',
      ...amounts(now.rewardPerTeraFlopYoctoMax, next.rewardPerTeraFlopYoctoMax),
    ],
    ['reputation', weightOfReputation(now), weightOfReputation(next)],
    [
      'approvedDatasetsOnly',
      dataOfRuns(now.approvedDatasetsOnly),
      dataOfRuns(next.approvedDatasetsOnly),
    ],
    ['licences', listOf(now.licences), listOf(next.licences)],
    ['tokens', listOf(now.tokens), listOf(next.tokens)],
  ];
  return pairs
    .filter(([, before, after]) => before !== after)
    .map(([rule, before, after]) => ({ rule, before, after }));
}

function effectsOfPolicy(next: PolicyAction, now: PolicyView): string[] {
  const say = texts().actions;
  const changes = changesOfPolicy(next, now);
  if (changes.length === 0) return [say.same];
  return changes.map(({ rule, before, after }) =>
    say.insteadOf({ what: say.policy[rule], before, after }),
  );
}

function weightOfReputation({ reputation }: Pick<PolicyAction, 'reputation'>): string {
  const say = texts().actions;
  if (!reputation) return say.noReputation;
  const { shareBpsMax, fullAtPoints } = reputation;
  return say.reputation({ share: formatBps(shareBpsMax), points: `${fullAtPoints}` });
}

function dataOfRuns(approvedOnly = false): string {
  const say = texts().actions;
  return approvedOnly ? say.approvedData : say.anyData;
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
  const { exactMs } = texts().actions;
  const write = alike ? (ms: number) => exactMs(`${ms}`) : formatSpan;
  return [write(now), write(next)];
}

function listOf(names: readonly string[]): string {
  const { and, none } = texts().common;
  return names.join(and) || none;
}

/** One rule's value in words, whatever its kind. */
export function formatRule(field: string, value: unknown): string {
  if (field.endsWith('Yocto') || field.endsWith('YoctoMax')) {
    return shortNear(BigInt(value as bigint | string));
  }
  if (field.endsWith('Bps')) return formatBps(value as number);
  if (field.endsWith('Ms')) return formatSpan(value as number);
  if (Array.isArray(value)) return listOf(value as string[]);
  return `${value as number}`;
}
