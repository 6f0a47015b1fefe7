/**
 * Shares of data: what contributors of a dataset take of what a run has set aside for them. A share
 * has one record, how many rounds each contributor has taken, whose bytes the run's budget paid for.
 */
import {
  checkDataShare,
  dataStanding,
  returnDataShare,
  takeDataShare,
  viewDataShare,
  type ShareBook,
} from '../rules/data-shares.js';
import { refuse } from '../rules/errors.js';
import type { RunTerms } from '../rules/run-terms.js';
import { moveMoney, noMoney } from '../rules/totals.js';
import type { DataShareView } from '../rules/views.js';
import { caller, emit } from './call.js';
import { lastDispute, loadDataset, requireUsable } from './dataset-shell.js';
import {
  applyMoves,
  readDataShare,
  readLedger,
  terms,
  writeDataShare,
  writeLedger,
} from './records.js';
import { loadRun } from './run-shell.js';
import { storageCost, storageUsed } from './storage-charge.js';

/** Of a run that is to be funded, and whose datasets may be trained on. */
export function requireShares({ datasets, dataShares }: RunTerms): void {
  if (dataShares.length === 0) return;
  const trainedOn = requireUsable(datasets);
  for (const { dataset } of dataShares) checkDataShare(loadDataset(dataset), trainedOn);
}

/** The caller's part of what a run has set aside for a dataset, onto its ledger. */
export function take({ run, dataset }: { run: number; dataset: string }): string {
  const account = caller();
  const known = termsOf(run);
  const place = placeOf(known, run, dataset);
  const book = readBook(run, known, place);
  const { rounds, yocto } = takeDataShare(known, book, account);
  writeDataShare(run, place, book.taken);
  const cost = openLedger(account);
  if (yocto <= cost) {
    refuse(
      'NOTHING_TO_CLAIM',
      `${yocto} yoctoNEAR do not pay ${cost} for a ledger; wait for more rounds, or open one by ` +
        'storage_deposit',
    );
  }
  const ledger = readLedger(account);
  // Whose money paid for the record gets it back with the record.
  ledger.lockedYocto += cost;
  ledger.balance += yocto - cost;
  writeLedger(ledger);
  const moves = noMoney();
  moveMoney(moves, 'dataShares', 'storage', cost);
  moveMoney(moves, 'dataShares', 'ledgers', yocto - cost);
  applyMoves(moves);
  const data = { run, dataset, account, rounds, amountYocto: `${yocto}` };
  emit([{ event: 'data_share_taken', data }]);
  return `${yocto}`;
}

/** By anybody: what is left of a forfeited share is the treasury's again. */
export function giveBackShare({ run, dataset }: { run: number; dataset: string }): string {
  const known = termsOf(run);
  const place = placeOf(known, run, dataset);
  const book = readBook(run, known, place);
  const yocto = returnDataShare(known, book);
  writeDataShare(run, place, book.taken);
  const moves = noMoney();
  moveMoney(moves, 'dataShares', 'treasury', yocto);
  applyMoves(moves);
  emit([{ event: 'data_share_returned', data: { run, dataset, amountYocto: `${yocto}` } }]);
  return `${yocto}`;
}

export function listShares(it: { run: number; account: string | null }): DataShareView[] {
  const { run, account } = it;
  const known = terms.get(run);
  if (!known) return [];
  return known.dataShares.map((_, place) => {
    return viewDataShare(known, readBook(run, known, place), account);
  });
}

function termsOf(run: number): RunTerms {
  return terms.get(run) ?? refuse('NOT_FOUND', `there is no run ${run}`);
}

function placeOf({ dataShares }: RunTerms, run: number, name: string): number {
  const place = dataShares.findIndex(({ dataset }) => dataset === name);
  if (place < 0) refuse('NOT_FOUND', `run ${run} pays nothing for dataset ${name}`);
  return place;
}

function readBook(run: number, { dataShares }: RunTerms, place: number): ShareBook {
  const share = dataShares[place]!;
  const dataset = loadDataset(share.dataset);
  return {
    share,
    contributors: dataset.contributors,
    taken: readDataShare(run, place) ?? dataset.contributors.map(() => 0),
    standing: dataStanding(lastDispute(dataset)),
    rounds: loadRun(run).dataRounds,
  };
}

/** Price of the account's ledger where it has none; it is there afterwards. */
function openLedger(account: string): bigint {
  const before = storageUsed();
  writeLedger(readLedger(account));
  return storageCost(before);
}
