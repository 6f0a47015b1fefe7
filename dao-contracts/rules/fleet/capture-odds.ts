/**
 * How likely a panel drawn by lot is captured: more than half of its seats, drawn without
 * replacement, belong to liars. Exact, in integers: a chance of one in 10¹² is no place for floats.
 */

/** A chance as a fraction of two integers. */
export interface Chance {
  of: bigint;
  outOf: bigint;
}

/**
 * P[more than half of `size` seats are liars'] where `liars` of `seats` are (hypergeometric). A
 * majority is counted over the seats drawn, so silence never makes one.
 */
export function captureChance(it: { size: number; seats: number; liars: number }): Chance {
  const { size, seats, liars } = it;
  let captured = 0n;
  for (let k = Math.floor(size / 2) + 1; k <= Math.min(size, liars); k++) {
    captured += choose(liars, k) * choose(seats - liars, size - k);
  }
  return { of: captured, outOf: choose(seats, size) };
}

/** The same for a fleet without end (binomial): an upper bound for every N with that share. */
export function captureChanceOfShare(it: {
  size: number;
  liarsOf: bigint;
  liarsOutOf: bigint;
}): Chance {
  const { size, liarsOf, liarsOutOf } = it;
  let captured = 0n;
  for (let k = Math.floor(size / 2) + 1; k <= size; k++) {
    captured += choose(size, k) * liarsOf ** BigInt(k) * (liarsOutOf - liarsOf) ** BigInt(size - k);
  }
  return { of: captured, outOf: liarsOutOf ** BigInt(size) };
}

/** The smallest odd size up to `most` whose capture is rarer than one in `oneIn`; null: none. */
export function smallestPanel(it: {
  liarsOf: bigint;
  liarsOutOf: bigint;
  oneIn: bigint;
  most: number;
}): number | null {
  for (let size = 1; size <= it.most; size += 2) {
    const { of, outOf } = captureChanceOfShare({ ...it, size });
    if (of * it.oneIn <= outOf) return size;
  }
  return null;
}

/** Binomial coefficient; 0 where k is outside 0 … n. */
function choose(n: number, k: number): bigint {
  if (k < 0 || k > n) return 0n;
  let value = 1n;
  for (let i = 1; i <= Math.min(k, n - k); i++) {
    value = (value * BigInt(n - Math.min(k, n - k) + i)) / BigInt(i);
  }
  return value;
}
