/** How the contract checks that a leaf belongs to a trace, with the chain's own hash. */
import {
  digestBytes,
  type Digest,
  type Sha256,
} from '@commonweights/dataset-registry/digest/digest-text.js';
import { verifyInclusion } from '@commonweights/dataset-registry/digest/merkle.js';

/** Sibling hashes from the leaf upwards. */
export type TraceProof = Digest[];

/** Whether `leaf` is leaf `index` of a trace of `segments + 1` leaves. Never throws. */
export function verifyTraceLeaf(
  it: { leaf: Digest; index: number; segments: number; proof: TraceProof; root: Digest },
  hash: Sha256,
): boolean {
  return verifyInclusion(
    {
      leaf: digestBytes(it.leaf),
      index: it.index,
      size: it.segments + 1,
      proof: it.proof.map(digestBytes),
      root: digestBytes(it.root),
    },
    hash,
  );
}
