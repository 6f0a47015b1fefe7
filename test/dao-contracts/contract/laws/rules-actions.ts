/** What proposals do, by the rules alone (rules-dao.ts). */
import { digestOf, type Digest } from '@commonweights/dataset-registry/digest/digest.js';
import { encodeUtf8 } from '@commonweights/dataset-registry/digest/hash-parts.js';
import type { Action } from '@commonweights/dao-contracts/rules/actions.js';
import {
  checkAmendment,
  requireLive,
  specOfFinal,
} from '@commonweights/dao-contracts/rules/amendment.js';
import { escrowNeeded } from '@commonweights/dao-contracts/rules/budget.js';
import { checkDataShare } from '@commonweights/dao-contracts/rules/data-shares.js';
import { checkTrainable, checkUsable } from '@commonweights/dao-contracts/rules/datasets.js';
import { checkResolvable } from '@commonweights/dao-contracts/rules/dispute.js';
import { refuse } from '@commonweights/dao-contracts/rules/errors.js';
import { isVoid } from '@commonweights/dao-contracts/rules/live-run.js';
import { fundingStorageYocto, newRun } from '@commonweights/dao-contracts/rules/new-run.js';
import { checkPrice } from '@commonweights/dao-contracts/rules/price-per-flop.js';
import type { Proposal } from '@commonweights/dao-contracts/rules/proposal.js';
import type { RunCommand } from '@commonweights/dao-contracts/rules/run-events.js';
import { refuseIfCheatingPays } from '@commonweights/dao-contracts/rules/terms-economics.js';
import { moveMoney } from '@commonweights/dao-contracts/rules/totals.js';
import type { DatasetView, ReleaseView } from '@commonweights/dao-contracts/rules/views.js';
import { setMembers } from './rules-electorate.js';
import type { RulesCall, RulesDao } from './rules-dao.js';

type Of<K extends Action['kind']> = Extract<Action, { kind: K }>;

/** Refuses what can be known to be impossible; returns a release's evidence. */
export function checkAction(dao: RulesDao, action: Action): Proposal['evidence'] {
  switch (action.kind) {
    case 'fund-run':
      checkFunding(dao, action);
      return null;
    case 'publish-release': {
      checkUnreleased(dao, action.manifest);
      const { run, terms } = dao.runState(action.run);
      if (run.finalRound === 0 || run.finalRoot !== action.root) {
        refuse('NOT_FINAL', `the last final root is ${run.finalRoot}`);
      }
      const text = dao.state.records.get(`${run.id}:${run.finalRound}`)!;
      return {
        round: run.finalRound,
        logHead: digestOf(encodeUtf8(text)),
        spec: specOfFinal(run, terms),
      };
    }
    case 'revoke-release':
      requirePublished(dao, action.release);
      return null;
    case 'pause-run':
      requireLive(dao.runState(action.run).run);
      return null;
    case 'resume-run':
    case 'rewind-run':
      dao.runState(action.run);
      return null;
    case 'amend-run': {
      const { run, terms } = dao.runState(action.run);
      const { changes, budgetYocto } = action;
      checkAmendment(run, terms, { changes, budgetYocto: BigInt(budgetYocto) });
      checkAmendedPrices(dao, action);
      return null;
    }
    case 'stop-run': {
      const { status } = dao.runState(action.run).run;
      if (status === 'completed' || status === 'stopped') refuse('RUN_NOT_OPEN', `it is ${status}`);
      return null;
    }
    case 'resolve-dispute': {
      const { disputes } = dao.runState(action.run);
      const dispute = disputes.find(({ id }) => id === action.dispute);
      checkResolvable(dispute ?? refuse('DISPUTE_CLOSED', `no open dispute ${action.dispute}`));
      return null;
    }
    case 'approve-dataset':
      requireApprovable(dao, action.dataset);
      return null;
    default:
      return null;
  }
}

export function perform(
  dao: RulesDao,
  it: { proposal: Proposal; action: Action; call: RulesCall },
): void {
  const { proposal, action, call } = it;
  const { state } = dao;
  const command = (run: number, next: RunCommand) => void dao.commandRun(run, next, call);
  switch (action.kind) {
    case 'fund-run':
      return fundRun(dao, { proposal, action, call });
    case 'publish-release':
      return publish(dao, { proposal, action, call });
    case 'transfer': {
      const yocto = BigInt(action.amountYocto);
      requireTreasury(dao, yocto);
      moveMoney(state.totals, 'treasury', 'ledgers', yocto);
      dao.ledger(action.to).balance += yocto;
      return;
    }
    case 'transfer-token':
      // Tokens have laws of their own (tokens.test.ts); no life accepts one.
      return refuse('NOT_FOUND', `the DAO never accepted ${action.token}`);
    case 'revoke-release':
      requirePublished(dao, action.release).status = 'revoked';
      return;
    case 'set-member':
      return setMembers(state.electorate, [action], dao.moment(call));
    case 'set-members':
      return setMembers(state.electorate, action.members, dao.moment(call));
    case 'set-policy':
      state.policy = action.policy;
      state.policyVersion++;
      return;
    case 'set-guardian': {
      const { account, termMs } = action;
      state.guardian = account === null ? null : { account, untilMs: call.nowMs + termMs };
      return;
    }
    case 'approve-dataset':
      requireApprovable(dao, action.dataset).approved = true;
      return;
    case 'stop-run':
      return command(action.run, { kind: 'stop' });
    case 'resolve-dispute': {
      const { dispute, verdict } = action;
      return command(action.run, { kind: 'resolve', dispute, verdict });
    }
    case 'pause-run':
      return command(action.run, { kind: 'pause', forMs: action.forMs });
    case 'resume-run':
      return command(action.run, { kind: 'resume' });
    case 'amend-run': {
      const budgetYocto = BigInt(action.budgetYocto);
      requireTreasury(dao, budgetYocto);
      checkAmendedPrices(dao, action);
      return command(action.run, { kind: 'amend', changes: action.changes, budgetYocto });
    }
    case 'rewind-run': {
      const budgetYocto = BigInt(action.budgetYocto);
      requireTreasury(dao, budgetYocto);
      return command(action.run, { kind: 'rewind', to: action.to, budgetYocto });
    }
    default:
      throw new Error(`the model cannot carry out ${(action as Action).kind}`);
  }
}

function checkFunding(dao: RulesDao, { terms, budgetYocto }: Of<'fund-run'>): void {
  const needed = escrowNeeded(terms);
  if (BigInt(budgetYocto) < needed) refuse('BUDGET_TOO_SMALL', `at least ${needed}`);
  checkPrice(terms, dao.state.policy);
  for (const id of terms.datasets) checkTrainable(requireDataset(dao, id), dao.state.policy);
  // No dataset of a life has parents.
  const trainedOn = new Set(terms.datasets);
  for (const { dataset } of terms.dataShares) {
    checkDataShare(requireDataset(dao, dataset), trainedOn);
  }
}

function requireDataset({ state }: RulesDao, id: string): DatasetView {
  return state.datasets.find((one) => one.id === id) ?? refuse('NOT_FOUND', `no dataset ${id}`);
}

function requireApprovable(dao: RulesDao, id: string): DatasetView {
  const dataset = requireDataset(dao, id);
  if (dataset.status === 'withdrawn') checkUsable(dataset);
  return dataset;
}

function fundRun(
  dao: RulesDao,
  it: { proposal: Proposal; action: Of<'fund-run'>; call: RulesCall },
): void {
  const { proposal, action, call } = it;
  const { terms } = action;
  checkFunding(dao, action);
  const budgetYocto = BigInt(action.budgetYocto);
  requireTreasury(dao, budgetYocto);
  const { totals, runs } = dao.state;
  const storageYocto = fundingStorageYocto(terms);
  moveMoney(totals, 'treasury', 'escrows', budgetYocto);
  moveMoney(totals, 'escrows', 'storage', storageYocto);
  dao.noteStorage(storageYocto);
  const id = runs.length + 1;
  const { nowMs } = call;
  const { proposer } = proposal;
  runs.push({
    run: newRun({ id, proposal: proposal.id, proposer, terms, budgetYocto, nowMs }),
    terms,
    seats: [],
    audits: [],
    disputes: [],
    applicants: [],
    parties: [],
    operators: {},
    amendment: null,
    records: [],
  });
  proposal.created = id;
}

function publish(
  dao: RulesDao,
  it: { proposal: Proposal; action: Of<'publish-release'>; call: RulesCall },
): void {
  const { state } = dao;
  const { proposal, action, call } = it;
  checkUnreleased(dao, action.manifest);
  const { round, logHead, spec } = proposal.evidence!;
  if (isVoid(state.runs[action.run - 1]!.run, round)) refuse('NOT_FINAL', `${round} was rewound`);
  const { run, root, manifest, evaluation, title, version } = action;
  const id = state.releases.length + 1;
  state.releases.push({
    ...{ id, proposal: proposal.id, run, round, logHead, spec, root, manifest },
    ...{ evaluation, title, version, publishedAtMs: call.nowMs, status: 'published' },
  });
  proposal.created = id;
}

function checkUnreleased({ state }: RulesDao, manifest: Digest): void {
  if (state.releases.some((one) => one.manifest === manifest)) {
    refuse('ALREADY_EXISTS', `${manifest} is a release already`);
  }
}

function requirePublished({ state }: RulesDao, id: number): ReleaseView {
  const release = state.releases[id - 1] ?? refuse('NOT_FOUND', `there is no release ${id}`);
  if (release.status !== 'published') refuse('ALREADY_ACTED', `it is ${release.status} already`);
  return release;
}

/** New prices must keep to the policy and make cheating lose, like those of a new run. */
function checkAmendedPrices(dao: RulesDao, { run, changes }: Of<'amend-run'>): void {
  checkPrice(changes, dao.state.policy);
  refuseIfCheatingPays({ ...dao.runState(run).terms, ...changes });
}

function requireTreasury({ state }: RulesDao, yocto: bigint): void {
  if (state.totals.treasury < yocto) refuse('TREASURY_TOO_SMALL', `it holds less than ${yocto}`);
}
