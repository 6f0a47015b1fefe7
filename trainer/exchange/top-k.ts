/**
 * The k largest magnitudes of every chunk of a flat vector, ties to the lowest index: the part of
 * the codec that touches every element, so the one that decides its speed.
 *
 * Magnitudes are compared as integers (the bits of a float without its sign order like its size).
 * Each chunk is filtered with a guess taken from the chunk before, so that only about two k of
 * its elements are looked at twice; the guess changes the time, never the result. Where data
 * decide, a branch is guessed wrong as often as not and costs more than a dozen operations: so
 * elements are put in their place unconditionally, and what data decide is whether they stay.
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
  const found: Candidates = {
    keys: new Int32Array(shape.chunk),
    indices: new Uint32Array(shape.chunk),
  };
  const room = new Int32Array(shape.chunk);
  let at = 0;
  let guess = 0;
  for (let start = 0; start < bits.length; start += shape.chunk) {
    const end = Math.min(start + shape.chunk, bits.length);
    const wanted = keptOfChunk(end - start, shape);
    let count = collect(bits, { start, end, atLeast: guess }, found);
    // Too few: a chunk of smaller values. Looking again is cheap beside ranking all of them.
    for (let lower = 0x800000; count < wanted; lower *= 2) {
      count = collect(bits, { start, end, atLeast: Math.max(0, guess - lower) }, found);
    }
    const { threshold, ties } = thresholdOf(found, { count, wanted }, room);
    at = keep(found, { count, threshold, ties }, kept, at);
    // Exponent and mantissa as one integer: 2²¹ less is smaller by an eighth to a fourth.
    guess = Math.max(0, threshold - 0x200000);
  }
  return kept;
}

interface Candidates {
  /** Magnitudes as integers, and where in the vector they are, in its order. */
  readonly keys: Int32Array;
  readonly indices: Uint32Array;
}

/** Gathers elements of at least a magnitude; how many there are. */
function collect(
  bits: Int32Array,
  { start, end, atLeast }: { start: number; end: number; atLeast: number },
  { keys, indices }: Candidates,
): number {
  let count = 0;
  let i = start;
  for (; i + 4 <= end; i += 4) {
    const a = bits[i]! & MAGNITUDE;
    const b = bits[i + 1]! & MAGNITUDE;
    const c = bits[i + 2]! & MAGNITUDE;
    const d = bits[i + 3]! & MAGNITUDE;
    // Negative when all four are smaller, as most are.
    if (((a - atLeast) & (b - atLeast) & (c - atLeast) & (d - atLeast)) < 0) continue;
    keys[count] = a;
    indices[count] = i;
    count += 1 + ((a - atLeast) >> 31);
    keys[count] = b;
    indices[count] = i + 1;
    count += 1 + ((b - atLeast) >> 31);
    keys[count] = c;
    indices[count] = i + 2;
    count += 1 + ((c - atLeast) >> 31);
    keys[count] = d;
    indices[count] = i + 3;
    count += 1 + ((d - atLeast) >> 31);
  }
  for (; i < end; i++) {
    const key = bits[i]! & MAGNITUDE;
    keys[count] = key;
    indices[count] = i;
    count += 1 + ((key - atLeast) >> 31);
  }
  return count;
}

/**
 * The `wanted`th largest of `count` keys, and how many of those that equal it are wanted: bit by
 * bit from the highest in which keys differ, keys that have it before those that do not. So at
 * most 31 passes, each over what the one before left. Error: `NON_FINITE`.
 */
function thresholdOf(
  { keys, indices }: Candidates,
  { count, wanted }: { count: number; wanted: number },
  room: Int32Array,
): { threshold: number; ties: number } {
  let [all, any] = [MAGNITUDE, 0];
  for (let i = 0; i < count; i++) {
    const key = keys[i]!;
    room[i] = key;
    all &= key;
    any |= key;
  }
  // Only where every bit of the exponent occurs can a key have them all.
  if (any >= INFINITY_BITS) requireFiniteKeys(keys, indices, count);

  let [from, to, ties] = [0, count, wanted];
  for (let bit = highestBit(all ^ any); bit !== 0 && to - from > 1; bit >>>= 1) {
    let middle = from;
    for (let i = from; i < to; i++) {
      const key = room[i]!;
      room[i] = room[middle]!;
      room[middle] = key;
      middle += (key & bit) === 0 ? 0 : 1;
    }
    if (ties <= middle - from) to = middle;
    else {
      ties -= middle - from;
      from = middle;
    }
  }
  return { threshold: room[from]!, ties };
}

function highestBit(value: number): number {
  return value === 0 ? 0 : 1 << (31 - Math.clz32(value));
}

function requireFiniteKeys(keys: Int32Array, indices: Uint32Array, count: number): void {
  for (let i = 0; i < count; i++) {
    if (keys[i]! < INFINITY_BITS) continue;
    throw nonFinite('the pseudo-gradient with its error feedback', indices[i]!);
  }
}

/** Of the keys that equal the threshold, only as many as larger ones leave room for. */
function keep(
  { keys, indices }: Candidates,
  { count, threshold, ties }: { count: number; threshold: number; ties: number },
  kept: Uint32Array,
  from: number,
): number {
  let at = from;
  for (let i = 0; i < count; i++) {
    const key = keys[i]!;
    if (key > threshold || (key === threshold && ties-- > 0)) kept[at++] = indices[i]!;
  }
  return at;
}
