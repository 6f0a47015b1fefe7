/**
 * What a change of the policy would do: which rules would differ, and what that means for proposals
 * that are open now. Those keep the thresholds of the policy that they were made under; only what
 * is asked again when they are executed, what data may be trained on and what a run may pay, follows
 * the new one.
 */
import type { DatasetCalls } from './datasets.js';
import type { GovernanceCalls } from './governance.js';
import { readAll } from './page.js';
import type { Policy } from '../rules/actions.js';
import { checkBountyLicence } from '../rules/bounty/dataset-of-bounty.js';
import { checkLicence, checkTrainable } from '../rules/datasets.js';
import { ancestorsMax } from '../rules/limits.js';
import { Refusal } from '../rules/errors.js';
import { checkPrice } from '../rules/price-per-flop.js';
import type { RunTerms } from '../rules/run-terms.js';
import { toWire } from './money-fields.js';
import type { RunCalls } from './runs.js';
import type { DatasetView, PolicyView, ProposalView } from './views.js';

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
  /** Why it could not be executed any more, in the contract's words for what would refuse it. */
  readonly stopped: readonly string[];
  /** What refuses it now, and no longer would. */
  readonly freed: readonly string[];
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
  Pick<DatasetCalls, 'getDataset'> &
  Pick<RunCalls, 'getRun'>;

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
  const [now, next] = [toRules(it.now), toRules(it.next)];
  const answers = (await checksOf(action, it.client)).map((check) => ({
    now: refusalOf(() => check(now)),
    next: refusalOf(() => check(next)),
  }));
  return {
    ...{ proposal: one.id, status: one.status, kind: action.kind, keeps },
    stopped: answers.flatMap(({ now, next }) => (now === null && next !== null ? [next] : [])),
    freed: answers.flatMap(({ now, next }) => (now !== null && next === null ? [now] : [])),
    replaces: action.kind === 'set-policy',
  };
}

type Check = (policy: Policy) => void;

/** What the contract asks of the policy when an action is executed, by the contract's own rules. */
async function checksOf(action: ProposalView['action'], client: Reader): Promise<Check[]> {
  switch (action.kind) {
    case 'fund-run': {
      const { datasets } = action.terms;
      const data = (await withAncestors(datasets, client)).map((one): Check => {
        return datasets.includes(one.id)
          ? (policy) => checkTrainable(one, policy)
          : (policy) => checkLicence(one.licenceConcluded, policy, `${one.id} is`);
      });
      return [...data, priceOf(action.terms)];
    }
    case 'amend-run': {
      const run = await client.getRun({ run: action.run });
      return run === null ? [] : [priceOf({ ...run.terms, ...action.changes })];
    }
    case 'open-bounty': {
      const { licence, material } = action.terms;
      const labelled = material === null ? null : await client.getDataset({ id: material });
      return [(policy) => checkBountyLicence(licence, labelled, policy)];
    }
    default:
      return [];
  }
}

/** Those on record, with all that they descend from. */
async function withAncestors(ids: readonly string[], client: Reader): Promise<DatasetView[]> {
  const found: DatasetView[] = [];
  // A set is walked in order, with what is added on the way.
  const seen = new Set(ids);
  for (const id of seen) {
    const record = await client.getDataset({ id });
    if (!record) continue;
    found.push(record);
    for (const parent of record.parents) if (seen.size < ancestorsMax) seen.add(parent.dataset);
  }
  return found;
}

function priceOf(terms: object): Check {
  const priced = toWire(terms) as RunTerms;
  return (policy) => checkPrice(priced, policy);
}

/** As the rules have it: money in decimal strings. */
function toRules(policy: ProposedPolicy): Policy {
  return toWire(policy) as Policy;
}

function refusalOf(check: () => void): string | null {
  try {
    check();
    return null;
  } catch (error) {
    if (error instanceof Refusal) return error.message;
    throw error;
  }
}
