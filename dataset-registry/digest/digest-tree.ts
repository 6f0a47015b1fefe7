/**
 * RFC 6962 trees whose leaves are digests: a file's chunks, a dataset's items, a round's trace.
 * Leaf data is the digest's 32 raw bytes.
 */
import { digestBytes, formatDigest, sha256, type Digest } from './digest.js';
import { merkleRoot, proveInclusion, verifyInclusion } from './merkle.js';

export interface DigestInclusion {
  leaf: Digest;
  index: number;
  /** Leaves in the tree: must come from a trusted place, like the root. */
  size: number;
  proof: readonly Digest[];
  root: Digest;
}

export function digestTreeRoot(leaves: readonly Digest[]): Digest {
  return formatDigest(merkleRoot(leaves.map(digestBytes), sha256));
}

export function proveDigest(leaves: readonly Digest[], index: number): Digest[] {
  return proveInclusion(leaves.map(digestBytes), index, sha256).map(formatDigest);
}

export function verifyDigest(claim: DigestInclusion): boolean {
  return verifyInclusion(
    {
      leaf: digestBytes(claim.leaf),
      index: claim.index,
      size: claim.size,
      proof: claim.proof.map(digestBytes),
      root: digestBytes(claim.root),
    },
    sha256,
  );
}
