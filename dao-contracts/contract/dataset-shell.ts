/** Datasets on chain: registered, withdrawn, disputed, approved. The rules decide; this stores and pays. */
import { near } from 'near-sdk-js';
import type { Digest } from '@commonweights/dataset-registry/digest/digest-text.js';
import type { Action } from '../rules/actions.js';
import {
  checkBountyDataset,
  datasetOfBounty,
  requireProposer,
} from '../rules/bounty/dataset-of-bounty.js';
import {
  closeDispute,
  disputeBondYocto,
  openDispute,
  requireOpen,
  requirePublisher,
  withdrawDataset,
  type DatasetDispute,
  type DatasetVerdict,
} from '../rules/dataset-dispute.js';
import { checkLicence, checkTrainable, checkUsable, newDataset } from '../rules/datasets.js';
import { refuse } from '../rules/errors.js';
import { ancestorsMax } from '../rules/limits.js';
import { moveMoney, noMoney, receiveMoney, type Totals } from '../rules/totals.js';
import type { DatasetDisputeView, DatasetRecord, DatasetView } from '../rules/views.js';
import { loadBounty, loadContributors, loadTerms } from './bounty-shell.js';
import { caller, emit, nowMs } from './call.js';
import { listIds } from './pages.js';
import {
  applyMoves,
  creditLedger,
  datasets,
  proposals,
  readMoney,
  readSettings,
  takeId,
  writeMoney,
} from './records.js';
import { chargeStorage, storageUsed } from './storage-charge.js';

export function register(record: DatasetRecord, bounty: number | null): void {
  const before = storageUsed();
  if (datasets.get(record.id)) {
    refuse('ALREADY_EXISTS', `dataset ${record.id} is registered; publish under a new version`);
  }
  for (const { dataset } of record.parents) {
    if (!datasets.get(dataset)) refuse('NOT_FOUND', `parent ${dataset} is not registered`);
  }
  const publisher = caller();
  if (bounty !== null) {
    const known = loadBounty(bounty);
    const { proposer } = proposals.get(known.proposal)!;
    requireProposer({ caller: publisher, proposer, bounty });
    const terms = loadTerms(bounty);
    const labelled = terms.material === null ? null : loadDataset(terms.material);
    const decided = datasetOfBounty(known, terms, loadContributors(known), labelled);
    checkBountyDataset(record, decided);
  }
  datasets.put(record.id, newDataset(record, { publisher, bounty, nowMs: nowMs() }));
  near.storageWrite(`di:${takeId('datasets')}`, record.id);
  pay(before);
  emit([{ event: 'dataset_registered', data: { id: record.id, publisher } }]);
}

export function withdraw(id: string): void {
  const before = storageUsed();
  const dataset = loadDataset(id);
  withdrawDataset(dataset, caller());
  datasets.put(id, dataset);
  pay(before);
  noteStatus(dataset);
}

export function setOptOut(id: string, optOut: Digest): void {
  const before = storageUsed();
  const dataset = loadDataset(id);
  requirePublisher(dataset, caller());
  datasets.put(id, { ...dataset, optOut });
  pay(before);
  emit([{ event: 'opt_out_set', data: { id, optOut } }]);
}

export function dispute(id: string, evidence: Digest): number {
  const before = storageUsed();
  const dataset = loadDataset(id);
  const bondYocto = disputeBondYocto(BigInt(readSettings().policy.bondYocto), dataset);
  const attached = near.attachedDeposit();
  if (attached < bondYocto) {
    refuse(
      'DEPOSIT_TOO_SMALL',
      `attach the bond of ${bondYocto} yoctoNEAR and a little for storage`,
    );
  }
  const last = lastDispute(dataset);
  const it = { by: caller(), evidence, bondYocto, nowMs: nowMs(), last };
  const opened = openDispute(dataset, it);
  store(dataset, opened);
  const moves = noMoney();
  receiveMoney(moves, 'bonds', bondYocto);
  chargeStorage(moves, { before, attachedYocto: attached - bondYocto });
  applyMoves(moves);
  noteStatus(dataset);
  return opened.dispute;
}

/** By anybody, where the DAO has not decided in time. */
export function lapseDispute(id: string): void {
  const before = storageUsed();
  const moves = noMoney();
  close(id, null, { verdict: 'lapsed', moves });
  chargeStorage(moves, { before, attachedYocto: near.attachedDeposit() });
  applyMoves(moves);
}

type Resolution = Extract<Action, { kind: 'resolve-dataset-dispute' }>;

/** By vote. */
export function resolve({ dataset, dispute: number, verdict }: Resolution, moves: Totals): void {
  close(dataset, number, { verdict, moves });
}

export function checkResolution({ dataset, dispute: number }: Resolution): void {
  requireOpen(readDispute(dataset, number), dataset);
}

export function approve(id: string): void {
  const dataset = checkApproval(id);
  datasets.put(id, { ...dataset, approved: true });
  emit([{ event: 'dataset_approved', data: { id } }]);
}

export function checkApproval(id: string): DatasetView {
  const dataset = loadDataset(id);
  if (dataset.status === 'withdrawn') checkUsable(dataset);
  return dataset;
}

/**
 * What a run may train on: as the policy wants it, with nothing blocked behind it, and nothing under a
 * licence that the policy does not allow: a release is asked for all of them, too.
 */
export function requireTrainable(ids: readonly string[]): void {
  const { policy } = readSettings();
  for (const id of ids) checkTrainable(loadDataset(id), policy);
  for (const id of requireUsable(ids)) {
    if (!ids.includes(id)) checkLicence(loadDataset(id).licenceConcluded, policy, `${id} is`);
  }
}

/** Neither these nor anything that they descend from is disputed or withdrawn. Returns all of it. */
export function requireUsable(ids: readonly string[]): ReadonlySet<string> {
  // A set is walked in order, with what is added on the way.
  const seen = new Set(ids);
  for (const id of seen) {
    const dataset = loadDataset(id);
    checkUsable(dataset);
    for (const parent of dataset.parents) seen.add(parent.dataset);
    if (seen.size > ancestorsMax) {
      refuse('TOO_MANY', `${ids.join(', ')} descend from more than ${ancestorsMax} datasets`);
    }
  }
  return seen;
}

export function listDisputes(it: {
  id: string;
  from: number;
  limit: number;
}): DatasetDisputeView[] {
  const numbers = listIds(it, datasets.get(it.id)?.disputes ?? 0);
  return numbers.map((number) => {
    const found = readDispute(it.id, number)!;
    return { ...found, bondYocto: `${found.bondYocto}` };
  });
}

export function loadDataset(id: string): DatasetView {
  return datasets.get(id) ?? refuse('NOT_FOUND', `dataset ${id} is not registered`);
}

/** `number` null: the last one. */
function close(
  id: string,
  number: number | null,
  it: { verdict: DatasetVerdict; moves: Totals },
): void {
  const { verdict, moves } = it;
  const dataset = loadDataset(id);
  const found = requireOpen(readDispute(id, number ?? dataset.disputes), id);
  const { bondYocto, by } = found;
  if (closeDispute(dataset, found, { verdict, nowMs: nowMs() })) {
    moveMoney(moves, 'bonds', 'ledgers', bondYocto);
    creditLedger(by, bondYocto);
  } else moveMoney(moves, 'bonds', 'treasury', bondYocto);
  store(dataset, found);
  noteStatus(dataset);
}

/** Null: there never was one. */
export function lastDispute({ id, disputes }: DatasetView): DatasetDispute | null {
  return disputes === 0 ? null : readDispute(id, disputes);
}

function readDispute(id: string, number: number): DatasetDispute | null {
  return readMoney<DatasetDispute>(`dd:${id}:${number}`);
}

function store(dataset: DatasetView, found: DatasetDispute): void {
  datasets.put(dataset.id, dataset);
  writeMoney(`dd:${dataset.id}:${found.dispute}`, found);
}

function noteStatus({ id, status, disputes }: DatasetView): void {
  emit([{ event: 'dataset_status', data: { id, status, disputes } }]);
}

function pay(before: bigint): void {
  const moves = noMoney();
  chargeStorage(moves, { before, attachedYocto: near.attachedDeposit() });
  applyMoves(moves);
}
