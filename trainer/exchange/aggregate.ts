/**
 * One update out of many, such that a minority cannot move the model far. Every worker runs this
 * over the same updates in seat order and gets the same bits: sums over workers go in seat order in
 * f64, norms by the fixed tree, the median of an even count is the lower one.
 */
import { lowerMedian } from '@commonweights/dao-contracts/rules/lower-median.js';
import { requireFinite } from './finite.js';
import { UPDATES_MAX } from './limits.js';
import { l2Norm, treeSumSquares } from './tree-sum.js';

/**
 * `clipped-mean`: each update is scaled down to the median L2 norm, then averaged, so that no
 * single one weighs more than a typical one. `trimmed-mean`: per element, the given share of the
 * largest and of the smallest values is left out; for dense updates (of sparse ones it would leave
 * out nearly everything that was sent). `centred-clipping` (Karimireddy, He and Jaggi, 2021): from
 * nothing, `iterations` times, the centre moves by the mean of what updates differ from it, each
 * difference scaled down to the median of their norms. The first step is the clipped mean; later
 * ones clip around where most updates are, so that a push which is small beside an update but not
 * beside its difference from the others counts for less.
 */
export type AggregationRule =
  | { readonly kind: 'clipped-mean' }
  | { readonly kind: 'trimmed-mean'; readonly trimBps: number }
  | { readonly kind: 'centred-clipping'; readonly iterations: number };

/** What a run aggregates by unless its recipe names another rule. */
export const defaultRule: AggregationRule = { kind: 'clipped-mean' };

/** Beyond a few the centre hardly moves any more. */
const iterationsMax = 8;

/**
 * The mean update. Errors: `NO_UPDATES`, `TOO_MANY_UPDATES`, `BAD_LENGTH`, `NON_FINITE`,
 * `BAD_RULE`.
 */
export function aggregate(
  updatesInSeatOrder: readonly Float32Array[],
  rule: AggregationRule = defaultRule,
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
  switch (rule.kind) {
    case 'clipped-mean':
      return clippedMean(updates);
    case 'trimmed-mean':
      return trimmedMean(updates, rule.trimBps);
    case 'centred-clipping':
      return centredClipping(updates, rule.iterations);
  }
}

/** A rule from JSON; `complain` makes the error. */
export function decodeAggregationRule(
  value: unknown,
  complain: (facts: string) => Error,
): AggregationRule {
  const { kind, ...rest } = Object(value) as Record<string, unknown>;
  const only = (name?: string): unknown => {
    for (const key of Object.keys(rest)) {
      if (key !== name) throw complain(`"${key}" is no field of aggregation "${String(kind)}"`);
    }
    return name === undefined ? undefined : rest[name];
  };
  switch (kind) {
    case 'clipped-mean':
      only();
      return { kind };
    case 'trimmed-mean': {
      const trimBps = only('trimBps');
      if (isWhole(trimBps, 0, 4_999)) return { kind, trimBps };
      throw complain('"trimBps" must be an integer from 0 to 4999');
    }
    case 'centred-clipping': {
      const iterations = only('iterations');
      if (isWhole(iterations, 1, iterationsMax)) return { kind, iterations };
      throw complain(`"iterations" must be an integer from 1 to ${iterationsMax}`);
    }
    default:
      throw complain(
        `aggregation ${JSON.stringify(kind)} is unknown; known are "clipped-mean", ` +
          '"trimmed-mean" and "centred-clipping"',
      );
  }
}

function isWhole(value: unknown, least: number, most: number): value is number {
  return Number.isInteger(value) && (value as number) >= least && (value as number) <= most;
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
  if (!isWhole(trimBps, 0, 4_999)) {
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

function centredClipping(updates: readonly Float32Array[], iterations: number): Float32Array {
  if (!isWhole(iterations, 1, iterationsMax)) {
    throw new Error(`BAD_RULE: iterations is ${iterations}; give 1 to ${iterationsMax}`);
  }
  const length = updates[0]!.length;
  const centre = new Float64Array(length);
  const difference = new Float64Array(length);
  for (let iteration = 0; iteration < iterations; iteration++) {
    const norms = updates.map((update) => {
      for (let j = 0; j < length; j++) difference[j] = update[j]! - centre[j]!;
      return Math.sqrt(treeSumSquares(difference));
    });
    const limit = lowerMedian(norms);
    const sum = new Float64Array(length);
    for (const [i, update] of updates.entries()) {
      const scale = norms[i]! > limit ? limit / norms[i]! : 1;
      for (let j = 0; j < length; j++) sum[j] = sum[j]! + scale * (update[j]! - centre[j]!);
    }
    for (let j = 0; j < length; j++) centre[j] = centre[j]! + sum[j]! / updates.length;
  }
  return Float32Array.from(centre);
}
