/**
 * One update out of many, such that a minority cannot move the model far. Every worker runs this
 * over the same updates in seat order and gets the same bits: sums over workers go in seat order in
 * f64, norms by the fixed tree, the median of an even count is the lower one.
 *
 * Here the updates are in memory; aggregate-stream.ts has the same for updates that are not.
 */
import { defaultRule, type AggregationRule } from './aggregation-rule.js';
import { passesOf } from './aggregation-passes.js';
import { requireFinite } from './finite.js';
import { AGGREGATED_TOGETHER, UPDATES_MAX } from './limits.js';

/**
 * The mean update. Errors: `NO_UPDATES`, `TOO_MANY_UPDATES`, `BAD_LENGTH`, `NON_FINITE`,
 * `BAD_RULE`.
 */
export function aggregate(
  updatesInSeatOrder: readonly Float32Array[],
  rule: AggregationRule = defaultRule,
): Float32Array {
  const updates = updatesInSeatOrder;
  requireCount(updates.length);
  const { length } = updates[0]!;
  for (const [i, update] of updates.entries()) {
    if (update.length !== length) {
      throw new Error(`BAD_LENGTH: update ${i} has ${update.length}, not ${length} elements`);
    }
    requireFinite(update, `update ${i}`);
  }
  const mean = new Float32Array(length);
  const passes = passesOf(rule, { updates: updates.length, length });
  for (let pass = 0; pass < passes.count; pass++) {
    for (let start = 0; start < length; start += AGGREGATED_TOGETHER) {
      const end = Math.min(length, start + AGGREGATED_TOGETHER);
      const chunks = updates.map((update) => update.subarray(start, end));
      passes.see({ pass, start, chunks, mean: mean.subarray(start, end) });
    }
  }
  return mean;
}

export function requireCount(updates: number): void {
  if (updates === 0) {
    throw new Error('NO_UPDATES: none to average; the round cannot close, wait or pause');
  }
  if (updates > UPDATES_MAX) {
    throw new Error(`TOO_MANY_UPDATES: ${updates}; a round has at most ${UPDATES_MAX}`);
  }
}
