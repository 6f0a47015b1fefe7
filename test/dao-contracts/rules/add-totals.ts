/** The books of a DAO in a test: what the contract does bucket by bucket (contract/records.ts). */
import {
  addMove,
  buckets,
  noMoney,
  type Totals,
} from '@commonweights/dao-contracts/rules/totals.js';

/** Adds the moves of one call. */
export function addTotals(totals: Totals, moves: Totals): Totals {
  const sum = noMoney();
  for (const bucket of buckets) sum[bucket] = addMove(bucket, totals[bucket], moves[bucket]);
  return sum;
}
