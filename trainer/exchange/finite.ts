/**
 * A NaN or an infinity fails the round: it would spread to every worker within one average. Looked
 * for in the exponent bits, which is one integer comparison per element.
 */

const INFINITY_BITS = 0x7f800000;
/** Added to an exponent of all ones it reaches the sign bit, and to no other. */
const LOWEST_EXPONENT_BIT = 0x00800000;
/** Elements that are looked at together, without a branch for each. */
const BLOCK = 4_096;

/** Index of the first element that is NaN or infinite, or −1. */
export function firstNonFinite(values: Float32Array): number {
  const bits = new Int32Array(values.buffer, values.byteOffset, values.length);
  for (let from = 0; from < bits.length; from += BLOCK) {
    const end = Math.min(bits.length, from + BLOCK);
    let sums = 0;
    for (let i = from; i < end; i++) sums |= (bits[i]! & INFINITY_BITS) + LOWEST_EXPONENT_BIT;
    if (sums >= 0) continue;
    for (let i = from; i < end; i++) if ((bits[i]! & INFINITY_BITS) === INFINITY_BITS) return i;
  }
  return -1;
}

/** Throws `NON_FINITE` when an element is NaN or infinite; `what` names the vector. */
export function requireFinite(values: Float32Array, what: string): void {
  const index = firstNonFinite(values);
  if (index >= 0) throw nonFinite(what, index);
}

export function nonFinite(what: string, index: number): Error {
  return new Error(
    `NON_FINITE: element ${index} of ${what} is not a finite number; ` +
      'the round fails, lower the learning rate if it repeats',
  );
}
