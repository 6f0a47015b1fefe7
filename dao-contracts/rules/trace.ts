/**
 * The trace of a round: digests of the worker's state at each segment boundary, under one RFC 6962
 * root. An audit opens two neighbouring leaves of it and nothing else. This is the worker's side;
 * the contract checks with trace-proof.ts.
 */
import { sha256 } from '@commonweights/dataset-registry/digest/digest.js';
import {
  digestBytes,
  formatDigest,
  type Digest,
} from '@commonweights/dataset-registry/digest/digest-text.js';
import { merkleRoot, proveInclusion } from '@commonweights/dataset-registry/digest/merkle.js';
import type { TraceProof } from './trace-proof.js';

export function traceRootOf(leaves: readonly Digest[]): Digest {
  return formatDigest(merkleRoot(leaves.map(digestBytes), sha256));
}

export function proveTraceLeaf(leaves: readonly Digest[], index: number): TraceProof {
  return proveInclusion(leaves.map(digestBytes), index, sha256).map(formatDigest);
}
