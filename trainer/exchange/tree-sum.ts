/**
 * Sums whose bits do not depend on who computes them. A float sum depends on its order, so the
 * order is fixed: runs of 128 elements left to right, runs joined pairwise as a binary tree whose
 * left half is the largest power of two of runs. Everything in f64, which JavaScript guarantees.
 */

const RUN = 128;

/** Sum of `values[start … end)`. */
export function treeSum(values: ArrayLike<number>, start = 0, end = values.length): number {
  const length = end - start;
  if (length <= RUN) {
    let sum = 0;
    for (let i = start; i < end; i++) sum += values[i]!;
    return sum;
  }
  const middle = start + leftHalf(length);
  return treeSum(values, start, middle) + treeSum(values, middle, end);
}

/** Sum of `(values[i] − centre)²` over `[start … end)`, in the same order. */
export function treeSumSquares(
  values: ArrayLike<number>,
  centre = 0,
  start = 0,
  end = values.length,
): number {
  const length = end - start;
  if (length <= RUN) {
    let sum = 0;
    for (let i = start; i < end; i++) {
      const difference = values[i]! - centre;
      sum += difference * difference;
    }
    return sum;
  }
  const middle = start + leftHalf(length);
  return (
    treeSumSquares(values, centre, start, middle) + treeSumSquares(values, centre, middle, end)
  );
}

/** Sum of `of(i)` over `[start … end)`, in the same order: for terms that are in no array. */
export function treeSumOf(of: (i: number) => number, start: number, end: number): number {
  const length = end - start;
  if (length <= RUN) {
    let sum = 0;
    for (let i = start; i < end; i++) sum += of(i);
    return sum;
  }
  const middle = start + leftHalf(length);
  return treeSumOf(of, start, middle) + treeSumOf(of, middle, end);
}

/** L2 norm. Finite float32 input cannot overflow it: (3.4e38)² × 2³⁰ is far below 1.8e308. */
export function l2Norm(values: Float32Array): number {
  return Math.sqrt(treeSumSquares(values));
}

function leftHalf(length: number): number {
  let half = RUN;
  while (half * 2 < length) half *= 2;
  return half;
}
