/**
 * Randomness that depends on nothing but a seed and a position: Philox 4×32-10 (Salmon et al.,
 * "Parallel random numbers: as easy as 1, 2, 3", 2011). Any element can be drawn alone, in any
 * order, on any machine, with integer arithmetic only.
 */

const roundMultipliers = [0xd2511f53, 0xcd9e8d57] as const;
const keyIncrements = [0x9e3779b9, 0xbb67ae85] as const;
const rounds = 10;

/** A key of 64 bits from a seed; `stream` separates uses of one seed. */
export interface RandomKey {
  readonly low: number;
  readonly high: number;
  readonly stream: number;
}

/** `seed` is a natural number below 2⁵³, `stream` one below 2³². */
export function keyOf(seed: number, stream: number): RandomKey {
  if (!Number.isSafeInteger(seed) || seed < 0) {
    throw new Error(`BAD_SEED: ${seed} is not a natural number below 2^53`);
  }
  return { low: seed >>> 0, high: Math.floor(seed / 0x1_0000_0000) >>> 0, stream: stream >>> 0 };
}

/** Writes four words of 32 random bits for block `index` (below 2⁵³) into `out`. */
export function drawBlock(key: RandomKey, index: number, out: Uint32Array): void {
  let c0 = index >>> 0;
  let c1 = Math.floor(index / 0x1_0000_0000) >>> 0;
  let c2 = key.stream;
  let c3 = 0;
  let k0 = key.low;
  let k1 = key.high;
  for (let round = 0; round < rounds; round++) {
    const high0 = multiplyHigh(roundMultipliers[0], c0);
    const low0 = Math.imul(roundMultipliers[0], c0) >>> 0;
    const high1 = multiplyHigh(roundMultipliers[1], c2);
    const low1 = Math.imul(roundMultipliers[1], c2) >>> 0;
    c0 = (high1 ^ c1 ^ k0) >>> 0;
    c1 = low1;
    c2 = (high0 ^ c3 ^ k1) >>> 0;
    c3 = low0;
    k0 = (k0 + keyIncrements[0]) >>> 0;
    k1 = (k1 + keyIncrements[1]) >>> 0;
  }
  out[0] = c0;
  out[1] = c1;
  out[2] = c2;
  out[3] = c3;
}

/** Upper 32 bits of a product of two 32-bit words, by halves: JavaScript's product would round. */
function multiplyHigh(a: number, b: number): number {
  const aLow = a & 0xffff;
  const aHigh = a >>> 16;
  const bLow = b & 0xffff;
  const bHigh = b >>> 16;
  const low = aLow * bLow;
  const middle = aHigh * bLow + Math.floor(low / 65536);
  const cross = aLow * bHigh + (middle % 65536);
  return (aHigh * bHigh + Math.floor(middle / 65536) + Math.floor(cross / 65536)) >>> 0;
}
