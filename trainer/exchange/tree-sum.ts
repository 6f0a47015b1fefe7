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

/**
 * `treeSumSquares` of values that come in pieces, in their order. What is kept is a sum for each whole
 * subtree, as many as the length has binary digits.
 *
 * Law: whatever the pieces, the sum has the bits of the whole vector's.
 */
export class TreeSquares {
  /** Sums of whole subtrees, largest first, and how many runs are in each. */
  readonly #sums: number[] = [];
  readonly #runs: number[] = [];
  #run = 0;
  #inRun = 0;

  add(values: ArrayLike<number>): void {
    for (let i = 0; i < values.length;) {
      const end = Math.min(values.length, i + RUN - this.#inRun);
      this.#inRun += end - i;
      let run = this.#run;
      for (; i < end; i++) run += values[i]! * values[i]!;
      this.#run = run;
      if (this.#inRun === RUN) this.#closeRun();
    }
  }

  sum(): number {
    let sum = this.#inRun > 0 ? this.#run : (this.#sums.at(-1) ?? 0);
    const rest = this.#inRun > 0 ? this.#sums : this.#sums.slice(0, -1);
    for (let i = rest.length - 1; i >= 0; i--) sum = rest[i]! + sum;
    return sum;
  }

  #closeRun(): void {
    let [sum, runs] = [this.#run, 1];
    for (; this.#runs.at(-1) === runs; runs *= 2) {
      sum = this.#sums.pop()! + sum;
      this.#runs.pop();
    }
    this.#sums.push(sum);
    this.#runs.push(runs);
    [this.#run, this.#inRun] = [0, 0];
  }
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
