/**
 * What is known on chain that speaks against a proposal, while it is being written: what the contract
 * would refuse at once, and what could not be carried out as things are. The contract decides; where a
 * rule of its own can be asked here, it is.
 */
import type { Action } from '@commonweights/dao-contracts/rules/actions.js';
import { bountyEscrow } from '@commonweights/dao-contracts/rules/bounty/terms.js';
import { checkBountyLicence } from '@commonweights/dao-contracts/rules/bounty/dataset-of-bounty.js';
import { checkUsable } from '@commonweights/dao-contracts/rules/datasets.js';
import { Refusal, unreachable } from '@commonweights/dao-contracts/rules/errors.js';
import { checkPrice } from '@commonweights/dao-contracts/rules/price-per-flop.js';
import { checkRunTerms } from '@commonweights/dao-contracts/rules/terms-decoding.js';
import { refuseIfCheatingPays } from '@commonweights/dao-contracts/rules/terms-economics.js';
import type { Policy } from '@commonweights/dao-contracts/rules/actions.js';
import type { RunTerms } from '@commonweights/dao-contracts/rules/run-terms.js';
import {
  comparePolicies,
  type ProposedPolicy,
} from '@commonweights/dao-contracts/client/policy-effects.js';
import { fromWire, toWire } from '@commonweights/dao-contracts/client/money-fields.js';
import type { DatasetView, RunView } from '@commonweights/dao-contracts/client/views.js';
import { groupThousands, shortNear } from '../words/amounts.js';
import { texts } from '../texts/language.js';
import type { DaoNow } from './dao-now.js';

export interface Remark {
  /** `stops`: the contract would refuse the proposal itself; `minds`: not yet, or only its execution. */
  readonly kind: 'stops' | 'minds' | 'tells';
  readonly text: string;
  /** Whether it is a sentence of the contract's rules, which are in English. */
  readonly ofRules?: true;
}

export function remarksOn(action: Action, dao: DaoNow): Remark[] {
  switch (action.kind) {
    case 'transfer':
      return onTreasury(BigInt(action.amountYocto), dao);
    case 'transfer-token':
      return onToken(action, dao);
    case 'fund-run':
      return [
        ...onTreasury(BigInt(action.budgetYocto), dao),
        ...asked(() => checkPrice(action.terms, rulesOf(dao))),
      ];
    case 'open-bounty': {
      const { licence, material } = action.terms;
      const labelled = material === null ? null : found(material, dao);
      return [
        ...onTreasury(bountyEscrow(action.terms), dao),
        ...(material !== null && !labelled ? onDataset(material, dao) : []),
        ...(labelled ? asked(() => checkUsable(labelled)) : []),
        ...asked(() => checkBountyLicence(licence, labelled, rulesOf(dao))),
      ];
    }
    case 'set-policy': {
      const next = fromWire(action.policy) as ProposedPolicy;
      const same = comparePolicies(dao.policy, next).length === 0;
      return same ? [minds(texts().create.remarks.nothingChanges)] : [];
    }
    case 'set-member':
      return onMembers([action], dao);
    case 'set-members':
      return onMembers(action.members, dao);
    case 'set-guardian':
      return [];
    case 'stop-run':
    case 'pause-run':
    case 'resume-run':
    case 'rewind-run':
    case 'amend-run':
    case 'resolve-dispute':
    case 'publish-release':
      return onRun(action, dao);
    case 'revoke-release':
      return onRelease(action.release, dao);
    case 'approve-dataset': {
      const dataset = found(action.dataset, dao);
      const { approved } = texts().create.remarks;
      if (dataset?.approved) return [minds(approved(dataset.id))];
      return onDataset(action.dataset, dao);
    }
    case 'resolve-dataset-dispute': {
      const dataset = found(action.dataset, dao);
      if (!dataset) return onDataset(action.dataset, dao);
      const { notDisputed } = texts().create.remarks;
      return dataset.status === 'disputed' ? [] : [stops(notDisputed(dataset.id))];
    }
    case 'upgrade':
      return [];
    default:
      return unreachable(action);
  }
}

/** What speaks against this account proposing anything at all. */
export function remarksOnProposer(account: string, needsYocto: bigint, dao: DaoNow): Remark[] {
  const { placesTaken, balance } = texts().create.remarks;
  const most = dao.policy.liveProposalsMax;
  const open = dao.proposals.filter(
    ({ proposer, status }) => proposer === account && ['voting', 'queued'].includes(status),
  ).length;
  const has = dao.balanceYocto;
  return [
    ...(open >= most ? [stops(placesTaken({ open, most, account }))] : []),
    ...(has !== null && has < needsYocto
      ? [stops(balance({ account, has: shortNear(has), needs: shortNear(needsYocto) }))]
      : []),
  ];
}

export function onTreasury(yocto: bigint, { accounting }: DaoNow): Remark[] {
  if (yocto === 0n) return [];
  const { treasury, treasuryTooSmall } = texts().create.remarks;
  const holds = shortNear(accounting.treasuryYocto);
  const asks = shortNear(yocto);
  if (yocto > accounting.treasuryYocto) return [minds(treasuryTooSmall({ asked: asks, holds }))];
  const left = shortNear(accounting.treasuryYocto - yocto);
  return [{ kind: 'tells', text: treasury({ asked: asks, holds, left }) }];
}

function onToken(action: Extract<Action, { kind: 'transfer-token' }>, dao: DaoNow): Remark[] {
  const { tokenUnknown, tokenTooLittle } = texts().create.remarks;
  const { token } = action;
  const kept = dao.tokens.find((one) => one.token === token);
  if (!kept) return [minds(tokenUnknown(token))];
  if (kept.treasuryUnits >= BigInt(action.amountUnits)) return [];
  return [minds(tokenTooLittle({ token, units: groupThousands(`${kept.treasuryUnits}`) }))];
}

function onMembers(
  changes: readonly { account: string; weight: string }[],
  { members: { members } }: DaoNow,
): Remark[] {
  const { nothingChanges, lastMember } = texts().create.remarks;
  const weights = new Map(members.map(({ account, weight }) => [account, weight]));
  const changed = changes.filter(({ account, weight }) => (weights.get(account) ?? '0') !== weight);
  if (changed.length === 0) return [minds(nothingChanges)];
  for (const { account, weight } of changed) weights.set(account, weight);
  return [...weights.values()].every((weight) => weight === '0') ? [minds(lastMember)] : [];
}

type OnRun = Extract<Action, { run: number }>;

function onRun(action: OnRun, dao: DaoNow): Remark[] {
  const say = texts().create.remarks;
  const run = dao.runs.find(({ id }) => id === action.run);
  // An older one may be there: only the newest were read.
  if (!run) return [minds(say.noRun(action.run))];
  const ended = run.status === 'completed' || run.status === 'stopped';
  switch (action.kind) {
    case 'publish-release':
      if (dao.releases.some(({ manifest }) => manifest === action.manifest)) {
        return [stops(say.released)];
      }
      if (run.finalRound === 0) return [stops(say.nothingFinal(run.id))];
      return run.finalRoot === action.root ? [] : [stops(say.notFinalRoot)];
    case 'resolve-dispute': {
      const { run: id, dispute } = action;
      const waits = run.disputes.some((one) => one.id === dispute && one.stage === 'dao');
      return waits ? [] : [stops(say.noDispute({ run: id, dispute }))];
    }
    case 'stop-run':
      return ended ? [stops(say.runEnded(run.id))] : [];
    default:
      if (ended) return [stops(say.runEnded(run.id))];
  }
  if (run.status === 'enrolling') return [minds(say.runNotStarted(run.id))];
  switch (action.kind) {
    case 'resume-run':
      return run.status === 'paused' ? [] : [minds(say.runNotPaused(run.id))];
    case 'rewind-run': {
      const { to, budgetYocto } = action;
      const late = to >= run.finalRound;
      return [
        ...(late ? [minds(say.roundNotFinal({ round: to, last: run.finalRound }))] : []),
        ...onTreasury(BigInt(budgetYocto), dao),
      ];
    }
    case 'amend-run':
      return [...onAmendment(action, run, dao), ...onTreasury(BigInt(action.budgetYocto), dao)];
    default:
      return [];
  }
}

function onAmendment(
  { changes }: Extract<Action, { kind: 'amend-run' }>,
  run: RunView,
  dao: DaoNow,
): Remark[] {
  const next = { ...(toWire(run.terms) as RunTerms), ...changes };
  const checks = [
    () => checkRunTerms(next),
    () => refuseIfCheatingPays(next),
    () => checkPrice(next, rulesOf(dao)),
  ];
  return checks.flatMap((check) => asked(check));
}

function onRelease(id: number, { releases }: DaoNow): Remark[] {
  const say = texts().create.remarks;
  const release = releases.find((one) => one.id === id);
  if (!release) return [minds(say.noRelease(id))];
  return release.status === 'revoked' ? [stops(say.revoked(id))] : [];
}

function onDataset(id: string, dao: DaoNow): Remark[] {
  const say = texts().create.remarks;
  const dataset = found(id, dao);
  // An older one may be there: only the newest were read.
  if (!dataset) return [minds(say.noDataset(id))];
  return dataset.status === 'withdrawn' ? [stops(say.withdrawn(id))] : [];
}

function found(id: string, { datasets }: DaoNow): DatasetView | null {
  return datasets.find((one) => one.id === id) ?? null;
}

function rulesOf({ policy }: DaoNow): Policy {
  return toWire(policy) as Policy;
}

/** What the rules say against it, if anything. */
export function asked(check: () => void): Remark[] {
  try {
    check();
    return [];
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return [{ kind: 'stops', text: error.message, ofRules: true }];
  }
}

function stops(text: string): Remark {
  return { kind: 'stops', text };
}

function minds(text: string): Remark {
  return { kind: 'minds', text };
}
