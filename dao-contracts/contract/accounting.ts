/** All the money in sight: what is in which bucket, and what the account has beyond all of it. */
import { near } from 'near-sdk-js';
import { storageYoctoPerByte } from '../rules/limits.js';
import { buckets, type Bucket } from '../rules/totals.js';
import type { AccountingView } from '../rules/views.js';
import { readBucket, readStoredTotals } from './records.js';

export function showAccounting(): AccountingView {
  const totals = readStoredTotals();
  const held = Object.fromEntries(
    buckets.map((bucket) => [bucket, readBucket(bucket, totals)]),
  ) as Record<Bucket, bigint>;
  // What it is worth now, not what was once paid for it.
  held.storage = near.storageUsage() * storageYoctoPerByte;
  const balance = near.accountBalance();
  const surplus = buckets
    // What is in flight has left the balance already.
    .filter((bucket) => bucket !== 'inFlight')
    .reduce((rest, bucket) => rest - held[bucket], balance);
  const named = buckets.map((bucket) => [`${bucket}Yocto`, `${held[bucket]}`]);
  return {
    balanceYocto: `${balance}`,
    ...Object.fromEntries(named),
    surplusYocto: `${surplus}`,
  } as AccountingView;
}
