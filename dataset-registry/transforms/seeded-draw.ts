/** Coins that anybody can throw again: a hash decides. */
import { digestBytes } from '../digest/digest.js';
import { taggedDigest } from '../digest/tagged.js';

/** Uniform in 0 … 2^32 − 1 (by a random oracle). */
export function draw(tag: string, parts: readonly (string | number)[]): number {
  const raw = digestBytes(taggedDigest(tag, [...parts]));
  return new DataView(raw.buffer, raw.byteOffset).getUint32(0);
}

/** True for a share of `bps` ten-thousandths of all draws. */
export function drawBelow(tag: string, parts: readonly (string | number)[], bps: number): boolean {
  return draw(tag, parts) * 10_000 < bps * 2 ** 32;
}
