/**
 * The k largest magnitudes of every chunk of a flat vector, ties to the lowest index: the part of
 * the codec that touches every element, so the one that decides its speed.
 *
 * Magnitudes are compared as integers (the bits of a float without its sign order like its size).
 * Each chunk is filtered with a guess taken from the chunk before, so that only about two k of
 * its elements are looked at twice; the guess changes the time, never the result.
 */
import { nonFinite } from './finite.js';

const MAGNITUDE = 0x7fffffff;
const INFINITY_BITS = 0x7f800000;

/** How many elements of a chunk of `length` (the last one may be short) are kept. */
export function keptOfChunk(length: number, { k, chunk }: { k: number; chunk: number }): number {
  return Math.ceil((k * length) / chunk);
}

/** How many elements of a vector of `length` are kept in all. */
export function keptInAll(length: number, shape: { k: number; chunk: number }): number {
  const whole = Math.floor(length / shape.chunk);
  return whole * shape.k + keptOfChunk(length % shape.chunk, shape);
}

/** Flat indices of the kept elements, ascending. Error: `NON_FINITE`. */
export function selectTopK(values: Float32Array, shape: { k: number; chunk: number }): Uint32Array {
  const bits = new Int32Array(values.buffer, values.byteOffset, values.length);
  const kept = new Uint32Array(keptInAll(values.length, shape));
  const keys = new Int32Array(shape.chunk);
  const indices = new Uint32Array(shape.chunk);
  let at = 0;
  let guess = 0;
  for (let start = 0; start < bits.length; start += shape.chunk) {
    const end = Math.min(start + shape.chunk, bits.length);
    const wanted = keptOfChunk(end - start, shape);
    let count = collect(bits, { start, end, atLeast: guess }, keys, indices);
    if (count < 0) throw nonFinite('the pseudo-gradient with its error feedback', ~count);
    if (count < wanted) count = collect(bits, { start, end, atLeast: 0 }, keys, indices);
    if (count < 0) throw nonFinite('the pseudo-gradient with its error feedback', ~count);

    const sorted = keys.slice(0, count).sort();
    const threshold = sorted[count - wanted]!;
    // Of the elements that equal the threshold, only as many fit as larger ones leave room for.
    let above = count - wanted;
    while (above < count && sorted[above]! === threshold) above++;
    let ties = wanted - (count - above);
    for (let i = 0; i < count; i++) {
      const key = keys[i]!;
      if (key > threshold || (key === threshold && ties-- > 0)) kept[at++] = indices[i]!;
    }
    // Exponent and mantissa as one integer: 2²¹ less is smaller by an eighth to a fourth.
    guess = Math.max(0, threshold - 0x200000);
  }
  return kept;
}

/** Gathers elements of at least a magnitude; for a non-finite element `~index`, not a count. */
function collect(
  bits: Int32Array,
  range: { start: number; end: number; atLeast: number },
  keys: Int32Array,
  indices: Uint32Array,
): number {
  const { start, end, atLeast } = range;
  let count = 0;
  for (let i = start; i < end; i++) {
    const key = bits[i]! & MAGNITUDE;
    if (key >= atLeast) {
      if (key >= INFINITY_BITS) return ~i;
      keys[count] = key;
      indices[count++] = i;
    }
  }
  return count;
}
