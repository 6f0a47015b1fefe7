/**
 * Loads and stores what accounts are known for, and what of it is counted for votes; the rules
 * decide what changes.
 */
import { near } from 'near-sdk-js';
import {
  noReputation,
  settleReputation,
  viewReputation,
  type Reputation,
  type ReputationTotal,
  type RunConduct,
} from '../rules/reputation.js';
import type { ReputationView } from '../rules/views.js';
import { countReputation, endCounted } from '../rules/reputation-weight.js';
import { noMoney } from '../rules/totals.js';
import { emit, nowMs } from './call.js';
import { countedReputations, countedTotals } from './electorate-records.js';
import { thisMoment } from './electorate-shell.js';
import { applyMoves, readJson, writeJson } from './records.js';
import { chargeStorage, storageUsed } from './storage-charge.js';

/** One record, so that no call goes over accounts. Written when the contract is initialised. */
const totalKey = 'y';

export function initReputation(): void {
  writeTotal({ points: 0n, atMs: 0 });
}

export function settleReputations(conducts: ReadonlyMap<string, RunConduct>): void {
  if (conducts.size === 0) return;
  let total = readTotal();
  for (const [account, conduct] of conducts) {
    const at = nowMs();
    const settled = settleReputation({ reputation: read(account), total }, conduct, at);
    const { reputation } = settled;
    writeJson(`y:${account}`, { ...reputation, points: `${reputation.points}` });
    if (conduct.auditsWrong + conduct.slashes > 0) endCountedOf(account);
    total = settled.total;
  }
  writeTotal(total);
}

/** For later proposals. Written over in a fixed width: a run settles without paying for bytes. */
function endCountedOf(account: string): void {
  if (!countedReputations.has(account)) return;
  const ended = endCounted(countedReputations.latest(account), thisMoment());
  if (ended) countedReputations.put(account, ended);
}

/** Anybody may have anybody's counted, and pays for the records. */
export function countReputationOf(account: string): void {
  const before = storageUsed();
  const { points, atMs } = read(account);
  const { counted, total } = countReputation({
    ...{ account, points, atMs, moment: thisMoment() },
    counted: countedReputations.latest(account),
    total: countedTotals.latest(''),
  });
  countedReputations.put(account, counted);
  countedTotals.put('', total);
  const moves = noMoney();
  chargeStorage(moves, { before, attachedYocto: near.attachedDeposit() });
  applyMoves(moves);
  emit([{ event: 'reputation_counted', data: { account, shares: `${counted.shares}` } }]);
}

export function showReputation(account: string): ReputationView {
  return viewReputation({ reputation: read(account), total: readTotal() }, nowMs());
}

function read(account: string): Reputation {
  const stored = readJson<Omit<Reputation, 'points'> & { points: string }>(`y:${account}`);
  return stored ? { ...stored, points: BigInt(stored.points) } : noReputation(account, nowMs());
}

function readTotal(): ReputationTotal {
  const text = near.storageRead(totalKey);
  if (text === null) return { points: 0n, atMs: 0 };
  const { points, atMs } = JSON.parse(text) as { points: string; atMs: number };
  return { points: BigInt(points), atMs };
}

function writeTotal({ points, atMs }: ReputationTotal): void {
  writeJson(totalKey, { points: `${points}`, atMs });
}
