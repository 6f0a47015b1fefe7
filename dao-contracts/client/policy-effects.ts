/**
 * What a change of the policy would do: which rules would differ, and what that means for proposals
 * that are open now. Those keep the thresholds of the policy that they were made under; only what
 * is asked again when they are executed, what data may be trained on and what a run may pay, follows
 * the new one.
 */
import type { DatasetCalls } from './datasets.js';
import type { GovernanceCalls } from './governance.js';
import { readAll } from './page.js';
import { checkPrice } from '../rules/price-per-flop.js';
import { toWire } from './money-fields.js';
import type { PolicyView, ProposalView } from './views.js';

type SetPolicy = Extract<ProposalView['action'], { kind: 'set-policy' }>;
export type ProposedPolicy = SetPolicy['policy'];
export type PolicyField = keyof ProposedPolicy;

export interface PolicyChange {
  readonly field: PolicyField;
  readonly before: ProposedPolicy[PolicyField];
  readonly after: ProposedPolicy[PolicyField];
}

export interface AffectedProposal {
  readonly proposal: number;
  readonly status: ProposalView['status'];
  readonly kind: ProposalView['action']['kind'];
  /** Rules that it keeps though the new policy has others. */
  readonly keeps: readonly PolicyChange[];
  /** Datasets that it could not be executed with any more, or could again. */
  readonly blocked: readonly { dataset: string; licence: string }[];
  readonly unblocked: readonly { dataset: string; licence: string }[];
  /** Whether its run would pay more than the new policy allows, or no longer would. */
  readonly price: 'too-dear' | 'allowed-again' | null;
  /** Whether it would replace the policy in its turn. */
  readonly replaces: boolean;
}

export interface PolicyEffects {
  readonly changes: readonly PolicyChange[];
  readonly live: readonly AffectedProposal[];
}

/** Rules that a proposal keeps a copy of. */
const kept = ['quorumBps', 'approvalBps', 'bondYocto', 'lateQuorumMs'] as const;

export function comparePolicies(now: ProposedPolicy, next: ProposedPolicy): PolicyChange[] {
  // Optional rules may be in one of them only. Whoever reads from the chain gets more fields.
  const dropped = optionalRules.filter((field) => field in now && !(field in next));
  return [...(Object.keys(next) as PolicyField[]), ...dropped]
    .map((field) => ({ field, before: now[field], after: next[field] }))
    .filter(({ before, after }) => textOf(before) !== textOf(after));
}

const optionalRules = ['approvedDatasetsOnly', 'reputation'] as const;

/** Fields of an object come in the order of the contract's decoder from both sides. */
function textOf(rule: unknown): string {
  return typeof rule === 'object' ? JSON.stringify(toWire(rule)) : `${String(rule)}`;
}

type Reader = Pick<GovernanceCalls, 'getPolicy' | 'listProposals'> &
  Pick<DatasetCalls, 'getDataset'>;

/** `proposal`: the one that proposes it, which is not told about itself. */
export async function readPolicyEffects(
  client: Reader,
  it: { proposal: number; next: ProposedPolicy },
): Promise<PolicyEffects> {
  const [now, proposals] = await Promise.all([
    client.getPolicy(),
    readAll((page) => client.listProposals(page)),
  ]);
  const live: AffectedProposal[] = [];
  for (const one of proposals) {
    const isLive = one.status === 'voting' || one.status === 'queued';
    if (isLive && one.id !== it.proposal) live.push(await affect(one, { ...it, now, client }));
  }
  return { changes: comparePolicies(now, it.next), live };
}

async function affect(
  one: ProposalView,
  it: { now: PolicyView; next: ProposedPolicy; client: Reader },
): Promise<AffectedProposal> {
  const keeps = kept
    .map((field): PolicyChange => ({ field, before: one[field], after: it.next[field] }))
    .filter(({ before, after }) => before !== after);
  const { action } = one;
  const names = action.kind === 'fund-run' ? action.terms.datasets : [];
  const data = await Promise.all(
    names.map(async (dataset) => {
      const licence = (await it.client.getDataset({ id: dataset }))?.licenceConcluded ?? '';
      const may = (policy: ProposedPolicy) => policy.licences.includes(licence);
      return { dataset, licence, now: may(it.now), next: may(it.next) };
    }),
  );
  const named = (of: typeof data) => of.map(({ dataset, licence }) => ({ dataset, licence }));
  return {
    ...{ proposal: one.id, status: one.status, kind: action.kind, keeps },
    blocked: named(data.filter(({ now, next }) => now && !next)),
    unblocked: named(data.filter(({ now, next }) => !now && next)),
    price: comparePrices(action, it),
    replaces: action.kind === 'set-policy',
  };
}

function comparePrices(
  action: ProposalView['action'],
  it: { now: ProposedPolicy; next: ProposedPolicy },
): AffectedProposal['price'] {
  if (action.kind !== 'fund-run') return null;
  const terms = toWire(action.terms) as Parameters<typeof checkPrice>[0];
  const allows = (policy: ProposedPolicy) => {
    try {
      checkPrice(terms, toWire(policy) as Parameters<typeof checkPrice>[1]);
      return true;
    } catch {
      return false;
    }
  };
  if (allows(it.now) === allows(it.next)) return null;
  return allows(it.next) ? 'allowed-again' : 'too-dear';
}
