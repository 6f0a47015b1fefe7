/** How far apart results are, and the error of a check that fails. */

/** L2 of the difference over that of `b`; 0 where both are zero. */
export function relativeDistance(a: Float32Array, b: Float32Array): number {
  if (a.length !== b.length) return Infinity;
  let [apart, size] = [0, 0];
  for (let i = 0; i < b.length; i++) {
    apart += (a[i]! - b[i]!) ** 2;
    size += b[i]! * b[i]!;
  }
  return apart === 0 ? 0 : Math.sqrt(apart / size);
}

/** Throws `NOT_CONFORMING`. */
export function requireThat(holds: boolean, otherwise: string): void {
  if (!holds) {
    throw new Error(`NOT_CONFORMING: ${otherwise}; do not train with this engine here`);
  }
}
