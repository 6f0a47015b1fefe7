/**
 * Randomness that depends on nothing but a seed and a position: Philox 4×32-10 (Salmon et al.,
 * "Parallel random numbers: as easy as 1, 2, 3", 2011). Any element can be drawn alone, in any
 * order, on any machine, with integer arithmetic only.
 */

/** The rounds' two multipliers in halves of 16 bits. */
const [low0, high0] = [0x1f53, 0xd251] as const;
const [low1, high1] = [0x8d57, 0xcd9e] as const;
const multiplier0 = (high0 << 16) | low0;
const multiplier1 = (high1 << 16) | low1;
const keyIncrement0 = 0x9e3779b9 | 0;
const keyIncrement1 = 0xbb67ae85 | 0;
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
  // Words of 32 bits as signed integers throughout: engines compute those without floating point.
  let c0 = index | 0;
  let c1 = Math.floor(index / 0x1_0000_0000) | 0;
  let c2 = key.stream | 0;
  let c3 = 0;
  let k0 = key.low | 0;
  let k1 = key.high | 0;
  for (let round = 0; round < rounds; round++) {
    const upper0 = multiplyHigh(low0, high0, c0);
    const upper1 = multiplyHigh(low1, high1, c2);
    const lower0 = Math.imul(multiplier0, c0);
    const lower1 = Math.imul(multiplier1, c2);
    c0 = upper1 ^ c1 ^ k0;
    c1 = lower1;
    c2 = upper0 ^ c3 ^ k1;
    c3 = lower0;
    k0 = (k0 + keyIncrement0) | 0;
    k1 = (k1 + keyIncrement1) | 0;
  }
  out[0] = c0;
  out[1] = c1;
  out[2] = c2;
  out[3] = c3;
}

/** Upper 32 bits of a product of two 32-bit words, by halves: JavaScript's product would round. */
function multiplyHigh(aLow: number, aHigh: number, b: number): number {
  const bLow = b & 0xffff;
  const bHigh = b >>> 16;
  const low = Math.imul(aLow, bLow);
  const upper = Math.imul(aHigh, bLow);
  const cross = Math.imul(aLow, bHigh);
  const middle = (low >>> 16) + (upper & 0xffff) + (cross & 0xffff);
  return (Math.imul(aHigh, bHigh) + (upper >>> 16) + (cross >>> 16) + (middle >>> 16)) | 0;
}
