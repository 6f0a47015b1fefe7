/**
 * One update out of the aggregates of a fleet's cohorts, for one segment of the parameters: what a
 * segment's committee computes, and whoever checks it. As inside a cohort (aggregate.ts): no single
 * one weighs more than a typical one, sums go in cohort order in f64, the same bits everywhere.
 *
 * Norms are those of the segment, since nobody in a committee holds more. A cohort's weight is the
 * number of updates in its aggregate, so that with equal norms the result is the mean over workers.
 *
 * Law: with one cohort the result is its aggregate.
 */
import { lowerMedian } from '@commonweights/dao-contracts/rules/lower-median.js';
import { requireFinite } from './finite.js';
import { l2Norm } from './tree-sum.js';

export interface CohortAggregate {
  /** The segment of the cohort's aggregate, as decoded from what the cohort published. */
  readonly values: Float32Array;
  /** Updates in it, at least 1. */
  readonly included: number;
}

/** Errors: `NO_UPDATES`, `BAD_LENGTH`, `BAD_WEIGHT`, `NON_FINITE`. */
export function combineCohorts(inCohortOrder: readonly CohortAggregate[]): Float32Array {
  const first = inCohortOrder[0];
  if (!first) throw new Error('NO_UPDATES: no cohort closed; the round cannot go on, pause');
  const { length } = first.values;
  for (const [i, { values, included }] of inCohortOrder.entries()) {
    if (values.length !== length) {
      throw new Error(`BAD_LENGTH: cohort ${i} has ${values.length}, not ${length} elements`);
    }
    if (!Number.isSafeInteger(included) || included < 1) {
      throw new Error(`BAD_WEIGHT: cohort ${i} has ${included} updates; give an integer above 0`);
    }
    requireFinite(values, `cohort ${i}`);
  }
  const norms = inCohortOrder.map(({ values }) => l2Norm(values));
  const limit = lowerMedian(norms);
  const sum = new Float64Array(length);
  let weight = 0;
  for (const [i, { values, included }] of inCohortOrder.entries()) {
    const scale = norms[i]! > limit ? (included * limit) / norms[i]! : included;
    for (let j = 0; j < length; j++) sum[j] = sum[j]! + scale * values[j]!;
    weight += included;
  }
  const combined = new Float32Array(length);
  for (let j = 0; j < length; j++) combined[j] = sum[j]! / weight;
  return combined;
}
