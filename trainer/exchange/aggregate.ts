/**
 * One update out of many, such that a minority cannot move the model far. Every worker runs this
 * over the same updates in seat order and gets the same bits: sums over workers go in seat order in
 * f64, norms by the fixed tree, the median of an even count is the lower one.
 */
import { lowerMedian } from '@commonweights/dao-contracts/rules/lower-median.js';
import { requireFinite } from './finite.js';
import { UPDATES_MAX } from './limits.js';
import { l2Norm } from './tree-sum.js';

/**
 * `clipped-mean`: each update is scaled down to the median L2 norm, then averaged, so that no
 * single one weighs more than a typical one. `trimmed-mean`: per element, the given share of the
 * largest and of the smallest values is left out; for dense updates (of sparse ones it would leave
 * out nearly everything that was sent).
 */
export type AggregationRule =
  { readonly kind: 'clipped-mean' } | { readonly kind: 'trimmed-mean'; readonly trimBps: number };

/**
 * The mean update. Errors: `NO_UPDATES`, `TOO_MANY_UPDATES`, `BAD_LENGTH`, `NON_FINITE`,
 * `BAD_RULE`.
 */
export function aggregate(
  updatesInSeatOrder: readonly Float32Array[],
  rule: AggregationRule = { kind: 'clipped-mean' },
): Float32Array {
  const updates = updatesInSeatOrder;
  const first = updates[0];
  if (!first) throw new Error('NO_UPDATES: none to average; the round cannot close, wait or pause');
  if (updates.length > UPDATES_MAX) {
    throw new Error(`TOO_MANY_UPDATES: ${updates.length}; a round has at most ${UPDATES_MAX}`);
  }
  for (const [i, update] of updates.entries()) {
    if (update.length !== first.length) {
      throw new Error(`BAD_LENGTH: update ${i} has ${update.length}, not ${first.length} elements`);
    }
    requireFinite(update, `update ${i}`);
  }
  return rule.kind === 'clipped-mean' ? clippedMean(updates) : trimmedMean(updates, rule.trimBps);
}

function clippedMean(updates: readonly Float32Array[]): Float32Array {
  const norms = updates.map(l2Norm);
  const limit = lowerMedian(norms);
  const sum = new Float64Array(updates[0]!.length);
  for (const [i, update] of updates.entries()) {
    const scale = norms[i]! > limit ? limit / norms[i]! : 1;
    for (let j = 0; j < sum.length; j++) sum[j] = sum[j]! + scale * update[j]!;
  }
  const mean = new Float32Array(sum.length);
  for (let j = 0; j < sum.length; j++) mean[j] = sum[j]! / updates.length;
  return mean;
}

function trimmedMean(updates: readonly Float32Array[], trimBps: number): Float32Array {
  if (!Number.isInteger(trimBps) || trimBps < 0 || trimBps >= 5000) {
    throw new Error(`BAD_RULE: trimBps is ${trimBps}; give an integer from 0 to 4999`);
  }
  const trimmed = Math.floor((updates.length * trimBps) / 10_000);
  const kept = updates.length - 2 * trimmed;
  const mean = new Float32Array(updates[0]!.length);
  const column = new Float64Array(updates.length);
  for (let j = 0; j < mean.length; j++) {
    for (let i = 0; i < column.length; i++) column[i] = updates[i]![j]!;
    // The values sort by size (−0 before +0), so their order does not depend on the seats.
    column.sort();
    let sum = 0;
    for (let i = trimmed; i < trimmed + kept; i++) sum += column[i]!;
    mean[j] = sum / kept;
  }
  return mean;
}
