/** What a worker of the tolerance class keeps of a trace with decoys in it (plant-wrong-ends.ts). */
import type { Digest } from '@commonweights/dataset-registry/digest/digest.js';

/** What stands in a trace, and what it covers. */
export interface CoveredTrace {
  readonly traced: readonly Digest[];
  /** By leaf: the bytes that a planted one is the digest of. */
  readonly planted: ReadonlyMap<number, Uint8Array>;
  readonly realRoot: Digest;
  /** Of the round's secret: may be told where a segment starts from a decoy. */
  readonly hidden: Digest;
  /** Of the commitment. */
  readonly salt: string;
}
