/** The policy in words for a terminal: its rules, how a proposal would change them, and for whom. */
import type {
  AffectedProposal,
  PolicyChange,
  PolicyEffects,
  PolicyField,
  ProposedPolicy,
} from '@commonweights/dao-contracts/client/policy-effects.js';
import { formatNear } from '@commonweights/dao-contracts/client/near-amount.js';
import { formatTable } from './output.js';

const words: { [field in PolicyField]?: string } = {
  votingPeriodMs: 'voting lasts',
  timelockMs: 'timelock',
  expiryMs: 'to execute within',
  quorumBps: 'quorum',
  approvalBps: 'approval',
  bondYocto: 'bond',
  lateQuorumMs: 'late quorum adds up to',
  liveProposalsMax: 'open proposals each',
  licences: 'licences',
  tokens: 'tokens',
  approvedDatasetsOnly: 'approved data only',
  reputation: 'reputation in votes',
  rewardPerTeraFlopYoctoMax: 'most pay per teraFLOP',
};

/** Fields that this program does not know are shown under their own names. */
export function describePolicy(policy: ProposedPolicy): [string, string][] {
  return (Object.keys(policy) as PolicyField[]).map((field) => [
    words[field] ?? field,
    formatRule(field, policy[field]),
  ]);
}

export function formatRule(field: string, value: unknown): string {
  if (field === 'reputation') return formatReputation(value as ProposedPolicy['reputation']);
  if (/Yocto(Max)?$/.test(field)) return formatNear(BigInt(value as string));
  if (field.endsWith('Bps')) return `${Number(value) / 100} %`;
  if (field.endsWith('Ms')) return formatDuration(Number(value));
  return Array.isArray(value) ? value.join(', ') || 'none' : `${String(value)}`;
}

function formatReputation(rule: ProposedPolicy['reputation']): string {
  if (!rule) return 'does not count';
  const share = `${rule.shareBpsMax / 100} %`;
  return `at most ${share} of what members weigh, all of it from ${rule.fullAtPoints} points`;
}

/** In the largest unit that it is a whole number of. */
export function formatDuration(ms: number): string {
  const units: [string, number][] = [
    ['day', 86_400_000],
    ['hour', 3_600_000],
    ['minute', 60_000],
    ['second', 1_000],
  ];
  for (const [name, size] of units) {
    const count = ms / size;
    if (ms > 0 && Number.isInteger(count)) return `${count} ${name}${count === 1 ? '' : 's'}`;
  }
  return `${ms} ms`;
}

export function describeEffects({ changes, live }: PolicyEffects): string {
  if (changes.length === 0) return 'It would change nothing: this policy holds already.\n';
  const rows = changes.map(({ field, before, after }) => [
    words[field] ?? field,
    formatRule(field, before),
    formatRule(field, after),
  ]);
  const table = formatTable(['rule', 'now', 'would be'], rows);
  if (live.length === 0) return `${table}\nNo other proposal is open.\n`;
  const affected = live.map((one) => [one.proposal, one.status, one.kind, describeAffected(one)]);
  const heading = 'Open proposals keep the rules that they were made under:\n';
  return `${table}\n${heading}${formatTable(['id', 'status', 'kind', 'what it means'], affected)}`;
}

function describeAffected(one: AffectedProposal): string {
  const facts = [
    ...one.keeps.map(describeKept),
    ...one.stopped.map((why) => `could not be executed any more: ${why}`),
    ...one.freed.map((why) => `could be executed again, which now is refused: ${why}`),
    ...(one.replaces ? ['would replace this policy if executed after it'] : []),
  ];
  return facts.join('; ') || 'the same under both';
}

function describeKept({ field, before, after }: PolicyChange): string {
  const [was, is] = [formatRule(field, before), formatRule(field, after)];
  return `keeps ${words[field] ?? field} ${was}, not ${is}`;
}
