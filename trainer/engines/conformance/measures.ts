/** How far apart results are and may be, and the error of a check that fails. */
import type { Engine } from '../engine.js';

/** Relative L2 distances from the reference. */
export interface Bounds {
  /** Of an operation's result and gradients. */
  readonly operation: number;
  /** Of the gradient of a whole program, which plans compute in another order. */
  readonly gradient: number;
  /** Of what a few steps from moments of zero change: AdamW divides small numbers by small ones. */
  readonly steps: number;
}

/** Unit roundoffs are 2^−24, 2^−11 and 2^−8: the same sums of a few hundred terms, 2^13 and 2^16 times. */
const bounds = {
  float32: { operation: 1e-5, gradient: 1e-5, steps: 1e-3 },
  float16: { operation: 5e-3, gradient: 1e-2, steps: 0.1 },
  bfloat16: { operation: 4e-2, gradient: 8e-2, steps: 0.4 },
} as const satisfies Record<string, Bounds>;

export function boundsOf({ precision }: Pick<Engine, 'precision'>): Bounds {
  return bounds[precision ?? 'float32'];
}

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
