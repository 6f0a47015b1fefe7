/**
 * How far two ends of one segment are apart. The two snapshots are public blobs when this is
 * computed, and every sum runs in a fixed order in f64 (tree-sum.ts), so everybody who has the blobs
 * comes to the same integers: what an auditor says of them can be checked without training anything.
 */
import type { ToleranceTerms } from '@commonweights/dao-contracts/rules/tolerance/terms.js';
import type { Snapshot } from '../checkpoint/snapshot.js';
import { treeSumOf } from '../exchange/tree-sum.js';

/** Relative L2 distances of the worker's end from the auditor's, by part; each at least 0. */
export interface Distances {
  /** Of the segment's change of the parameters, before any codec. */
  readonly delta: number;
  readonly firstMoment: number;
  /** Of the roots of second moments: their squares would hide all but the largest. */
  readonly secondMoment: number;
  /** Of the step that the moments would take next: what poisoned moments would bend. */
  readonly nextStep: number;
}

/** Three states of one segment: the agreed start, and both its ends. */
export interface SegmentEnds {
  readonly start: Snapshot;
  readonly worker: Snapshot;
  readonly auditor: Snapshot;
}

/** A distance above 1000 says no more than 1000 does. */
const billionthsMax = 10 ** 12;
/** Keeps steps of parameters without a second moment finite. */
const nextStepEpsilon = 1e-8;

export function distancesOf({ start, worker, auditor }: SegmentEnds): Distances {
  const { length } = start.params;
  const from = (end: Snapshot) => (i: number) => end.params[i]! - start.params[i]!;
  const first = (end: Snapshot) => (i: number) => end.local.firstMoment[i]!;
  const second = (end: Snapshot) => (i: number) => Math.sqrt(end.local.secondMoment[i]!);
  const step = (end: Snapshot) => (i: number) =>
    end.local.firstMoment[i]! / (Math.sqrt(end.local.secondMoment[i]!) + nextStepEpsilon);
  const between = (of: (end: Snapshot) => (i: number) => number) =>
    relativeDistance(of(worker), of(auditor), length);
  return {
    delta: between(from),
    firstMoment: between(first),
    secondMoment: between(second),
    nextStep: between(step),
  };
}

/** ‖a − b‖ / ‖b‖; 0 where both are zero, 1000 where only b is. */
function relativeDistance(
  a: (i: number) => number,
  b: (i: number) => number,
  length: number,
): number {
  const apart = sumOfSquares((i) => a(i) - b(i), length);
  const size = sumOfSquares(b, length);
  if (apart === 0) return 0;
  return size === 0 ? billionthsMax / 1e9 : Math.sqrt(apart) / Math.sqrt(size);
}

function sumOfSquares(of: (i: number) => number, length: number): number {
  return sumOf((i) => {
    const value = of(i);
    return value * value;
  }, length);
}

function sumOf(of: (i: number) => number, length: number): number {
  return treeSumOf(of, 0, length);
}

/** Rounded up, so that what is beyond a bound is said to be. */
export function billionthsOf(distance: number): number {
  return Math.min(billionthsMax, Math.ceil(distance * 1e9));
}

/** The largest part decides: none may hide behind another. */
export function residualBillionths(ends: SegmentEnds): number {
  return billionthsOf(Math.max(...Object.values(distancesOf(ends))));
}

/** A distance, its part along the sum of those before it, and the sum with it. */
export interface MeasuredEnds {
  readonly residualBillionths: number;
  /** Signed, in billionths, towards zero; 0 where there is no sum yet. */
  readonly alongBillionths: number;
  readonly sum: Float32Array;
}

/** What bounds a sum. */
export type SumBounds = Pick<ToleranceTerms, 'toleranceBillionths' | 'window'>;

/**
 * u = (worker − auditor) / ‖the auditor's delta‖, added to `before`, which was shrunk to a reach of
 * n·τ where it was longer. What is beyond the tolerance is a jury's question and adds nothing. So
 * neither an outlier nor a file that somebody made up can be so long that what comes after no longer
 * turns it, or that adding to it leaves it as it was. Laws: the part along is never longer than the
 * residual; the sum is finite, and no longer than (n + 1)·τ by more than rounding.
 */
export function measureEnds(
  ends: SegmentEnds,
  before: Float32Array | null,
  bounds: SumBounds,
): MeasuredEnds {
  const { start, worker, auditor } = ends;
  const { length } = start.params;
  const residual = residualBillionths(ends);
  const reach = before ? Math.sqrt(sumOfSquares((i) => before[i]!, length)) : 0;
  const reachMax = (bounds.window * bounds.toleranceBillionths) / 1e9;
  const scale = reach > reachMax ? reachMax / reach : 1;
  const isOutlier = residual > bounds.toleranceBillionths;
  const size = Math.sqrt(sumOfSquares((i) => auditor.params[i]! - start.params[i]!, length));
  const u = (i: number) =>
    isOutlier || size === 0 ? 0 : (worker.params[i]! - auditor.params[i]!) / size;
  const sum = new Float32Array(length);
  for (let i = 0; i < length; i++) sum[i] = Math.fround(scale * (before?.[i] ?? 0) + u(i));
  const along = before && reach > 0 ? sumOf((i) => u(i) * before[i]!, length) / reach : 0;
  return { residualBillionths: residual, alongBillionths: Math.trunc(along * 1e9) + 0, sum };
}
