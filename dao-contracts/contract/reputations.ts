/** Loads and stores what accounts are known for; the rules decide what changes. */
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
import { nowMs } from './call.js';
import { readJson, writeJson } from './records.js';

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
    total = settled.total;
  }
  writeTotal(total);
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
