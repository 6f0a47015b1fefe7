/**
 * The order of data in an epoch: a seeded permutation that tells any position without building a
 * table, so that a worker computes only its own slice. A four-round Feistel network over the next
 * even number of bits, walked until the value falls below the count (Black & Rogaway, "Ciphers
 * with arbitrary finite domains", 2002). Integers only.
 */
import { drawBlock, keyOf } from '../program/counter-random.js';

/** Marks this use of a seed; initial weights have their own. */
const orderStream = 0x6f726472;
const feistelRounds = 4;

export interface Permutation {
  readonly count: number;
  readonly seed: number;
  readonly epoch: number;
}

/** Where position `index` of the epoch points: a bijection of 0 … count − 1. */
export function permute(permutation: Permutation, index: number): number {
  check(permutation, index);
  const { count, seed, epoch } = permutation;
  const halfBits = halfBitsFor(count);
  const words = new Uint32Array(4);
  const key = keyOf(seed, orderStream);
  let value = index;
  // The domain is less than four times the count, so few values walk far; each walk is a cycle that
  // holds `index` itself, so it ends.
  do {
    value = encipher(value);
  } while (value >= count);
  return value;

  function encipher(plain: number): number {
    const size = 1 << halfBits;
    let left = Math.floor(plain / size);
    let right = plain % size;
    for (let round = 0; round < feistelRounds; round++) {
      drawBlock(key, (epoch * feistelRounds + round) * 0x10000 + right, words);
      const mixed = (left ^ words[0]!) >>> 0;
      left = right;
      right = mixed % size;
    }
    return left * size + right;
  }
}

/** The position of the epoch that points at `value`. Law: `permute(p, findPlace(p, v))` is v. */
export function findPlace(permutation: Permutation, value: number): number {
  check(permutation, value);
  const { count, seed, epoch } = permutation;
  const size = 1 << halfBitsFor(count);
  const words = new Uint32Array(4);
  const key = keyOf(seed, orderStream);
  let place = value;
  // The same walk backwards.
  do {
    let left = Math.floor(place / size);
    let right = place % size;
    for (let round = feistelRounds - 1; round >= 0; round--) {
      drawBlock(key, (epoch * feistelRounds + round) * 0x10000 + left, words);
      const mixed = ((right ^ words[0]!) >>> 0) % size;
      right = left;
      left = mixed;
    }
    place = left * size + right;
  } while (place >= count);
  return place;
}

function check({ count, epoch }: Permutation, index: number): void {
  if (!Number.isInteger(count) || count < 1 || count > 0x1_0000_0000) {
    throw new Error(`BAD_PERMUTATION: count ${count} is not from 1 to 2^32`);
  }
  if (!Number.isInteger(index) || index < 0 || index >= count) {
    throw new Error(`BAD_PERMUTATION: index ${index} is not one of ${count}`);
  }
  if (!Number.isInteger(epoch) || epoch < 0 || epoch >= 0x1_0000_0000) {
    throw new Error(`BAD_PERMUTATION: epoch ${epoch} is not from 0 to 2^32 − 1`);
  }
}

/** Bits of one Feistel half, such that two halves name at least `count` values. */
function halfBitsFor(count: number): number {
  let bits = 1;
  for (let values = 4; values < count; values *= 4) bits++;
  return bits;
}
