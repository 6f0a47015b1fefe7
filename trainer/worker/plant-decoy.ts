/** A worker's side of decoys: which leaf its trace commits to instead of the one it computed. */
import type { Digest } from '@commonweights/dataset-registry/digest/digest.js';
import { plantedLeaf } from '@commonweights/dao-contracts/rules/commitment.js';
import { traceRootOf } from '@commonweights/dao-contracts/rules/trace.js';
import type { CoveredTrace } from './covered-trace.js';
import type { RoundResult } from './round.js';

export interface Decoy {
  /** Of the leaf that it covers: neither the first nor the last one. */
  readonly index: number;
  readonly nonce: Digest;
}

/** `leaves` are the computed ones; `traceRoot` commits to `tracedLeaves`. */
export interface TracedResult extends RoundResult {
  readonly decoy: Decoy | null;
  /** Tolerance class: its decoys are of another kind (plant-wrong-ends.ts). */
  readonly cover?: CoveredTrace;
}

export function plantDecoy(result: RoundResult, decoy: Decoy | null): TracedResult {
  const planted = { ...result, decoy };
  return decoy ? { ...planted, traceRoot: traceRootOf(tracedLeaves(planted)) } : planted;
}

/** What the trace root commits to, leaf by leaf. */
export function tracedLeaves({
  leaves,
  decoy,
  cover,
}: Pick<TracedResult, 'leaves' | 'decoy' | 'cover'>): Digest[] {
  if (cover) return [...cover.traced];
  return leaves.map((leaf, i) =>
    i === decoy?.index ? plantedLeaf({ leaf, nonce: decoy.nonce }) : leaf,
  );
}
