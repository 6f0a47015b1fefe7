/**
 * What can happen to a dataset after it was registered: its publisher withdraws it, anybody disputes
 * it with a bond, the DAO decides by vote. Nothing is deleted: statuses change, disputes stay on
 * record. A dataset has one open dispute at a time, whose bond goes to one place, once.
 */
import type { Digest } from '@commonweights/dataset-registry/digest/digest-text.js';
import { refuse } from './errors.js';
import { bondDoublingsMax, resolutionMs } from './limits.js';
import type { DatasetDisputeView, DatasetView } from './views.js';

export type DatasetVerdict = NonNullable<DatasetDisputeView['verdict']>;

export interface DatasetDispute extends Omit<DatasetDisputeView, 'bondYocto'> {
  bondYocto: bigint;
}

/**
 * New runs are refused from here on. Also of what its publisher has withdrawn: what runs have set aside
 * for its contributors hangs on the verdict. `last`: its latest dispute. Changes `dataset`.
 */
export function openDispute(
  dataset: DatasetView,
  it: {
    by: string;
    evidence: Digest;
    bondYocto: bigint;
    nowMs: number;
    last: Pick<DatasetDispute, 'verdict'> | null;
  },
): DatasetDispute {
  if (it.last?.verdict === null || it.last?.verdict === 'upheld') {
    const already = it.last.verdict === null ? 'disputed' : 'withdrawn by a verdict';
    refuse('DATASET_BLOCKED', `dataset ${dataset.id} is ${already} already`);
  }
  const { by, evidence, bondYocto, nowMs } = it;
  if (dataset.status === 'active') dataset.status = 'disputed';
  const dispute = ++dataset.disputes;
  const opened = { dataset: dataset.id, dispute, by, evidence, bondYocto, openedAtMs: nowMs };
  return { ...opened, verdict: null, closedAtMs: null };
}

const leastBondYocto = 10n ** 24n;

/**
 * What a dispute of a dataset costs: each one before it came to nothing, for one that is upheld is
 * the last there is, and doubles it, since a dispute blocks every new run on it until a vote decides.
 */
export function disputeBondYocto(
  bondYocto: bigint,
  { disputes }: Pick<DatasetView, 'disputes'>,
): bigint {
  // Twice nothing is nothing, and a policy may ask nothing for a proposal.
  const least = bondYocto > leastBondYocto ? bondYocto : leastBondYocto;
  return least << BigInt(Math.min(disputes, bondDoublingsMax));
}

/** The open one. Error: `DISPUTE_CLOSED`. */
export function requireOpen(dispute: DatasetDispute | null, id: string): DatasetDispute {
  if (dispute && dispute.verdict === null) return dispute;
  return refuse('DISPUTE_CLOSED', `dataset ${id} has no such open dispute`);
}

/** Returns whether the bond goes back to who put it up. Changes both. */
export function closeDispute(
  dataset: DatasetView,
  dispute: DatasetDispute,
  it: { verdict: DatasetVerdict; nowMs: number },
): boolean {
  const { verdict, nowMs } = it;
  requireOpen(dispute, dataset.id);
  if (verdict === 'lapsed' && nowMs < dispute.openedAtMs + resolutionMs) {
    refuse('WRONG_PHASE', `the DAO may decide until ${dispute.openedAtMs + resolutionMs} ms`);
  }
  dispute.verdict = verdict;
  dispute.closedAtMs = nowMs;
  if (verdict === 'upheld') dataset.status = 'withdrawn';
  // Its publisher may have withdrawn it meanwhile, which no verdict undoes.
  else if (dataset.status === 'disputed') dataset.status = 'active';
  return verdict !== 'dismissed';
}

/** For good. An open dispute stays open: its bond is still to be decided on. Changes `dataset`. */
export function withdrawDataset(dataset: DatasetView, by: string): void {
  requirePublisher(dataset, by);
  if (dataset.status === 'withdrawn') {
    refuse('DATASET_BLOCKED', `dataset ${dataset.id} is withdrawn already`);
  }
  dataset.status = 'withdrawn';
}

export function requirePublisher({ id, publisher }: DatasetView, by: string): void {
  if (by !== publisher) {
    refuse('NOT_PUBLISHER', `${publisher} published dataset ${id}; dispute it instead`);
  }
}
