/** The auditor's and the worker's side of sealed.ts, with the platform's SHA-256. */
import type { Digest } from '@commonweights/dataset-registry/digest/digest.js';
import { platform } from '../commitment.js';
import { coveringSaltWith, hiddenWith, isPlantedWith, sealWith, type Seal } from './sealed.js';

export type { Seal } from './sealed.js';

export function sealOf(it: Seal): Digest {
  return sealWith(it, platform);
}

export function hiddenOf(secret: string): Digest {
  return hiddenWith(secret, platform);
}

/** The salt of a commitment whose trace may have decoys. */
export function coveringSaltOf(it: { secret: string; realRoot: Digest }): string {
  return coveringSaltWith({ hidden: hiddenOf(it.secret), realRoot: it.realRoot }, platform);
}

/** The leaves of a round that its secret draws decoys for, ascending. */
export function plantedLeaves(it: {
  secret: string;
  round: number;
  segments: number;
  shareBps: number;
}): number[] {
  const leaves = Array.from({ length: it.segments }, (_, index) => index);
  return leaves.filter((index) => isPlantedWith({ ...it, index }, platform));
}
