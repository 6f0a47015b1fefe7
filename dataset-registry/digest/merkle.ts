/**
 * The Merkle tree of RFC 6962, section 2.1: how a list of any length becomes one root, and how one
 * entry is shown to be in it without the rest. The hash is an argument and this file imports types
 * only, because the contract bundles it with the chain's SHA-256; everybody else uses
 * `digest-tree.ts`, which brings the hash.
 *
 * Laws, tested as properties: every leaf's own proof verifies; a proof verifies for no other leaf and
 * for no other root, and given the size for no other index (equal leaves apart); proofs have at most
 * ⌈log₂ size⌉ nodes. A root does not bind the size: the first proof of a tree of three is that of a
 * tree of four whose last two leaves nobody knows.
 */
import type { Sha256 } from './digest-text.js';

export interface Inclusion {
  /** The leaf's data, before leaf hashing. */
  leaf: Uint8Array;
  index: number;
  /** Leaves in the tree: part of what is proven, so it must come from a trusted place. */
  size: number;
  /** Sibling hashes from the leaf upwards, 32 bytes each. */
  proof: readonly Uint8Array[];
  root: Uint8Array;
}

/** 32-byte root over the leaves' data; the root of no leaves is the hash of no bytes. */
export function merkleRoot(leaves: readonly Uint8Array[], hash: Sha256): Uint8Array {
  if (leaves.length === 0) return hash(new Uint8Array(0));
  return rootOfLevel(
    leaves.map((leaf) => hashLeaf(leaf, hash)),
    hash,
  );
}

/** Sibling hashes that lead from leaf `index` to the root. */
export function proveInclusion(
  leaves: readonly Uint8Array[],
  index: number,
  hash: Sha256,
): Uint8Array[] {
  if (!Number.isInteger(index) || index < 0 || index >= leaves.length) {
    throw new Error(`BAD_LEAF_INDEX: ${index} is not the index of one of ${leaves.length} leaves`);
  }
  const proof: Uint8Array[] = [];
  let level = leaves.map((leaf) => hashLeaf(leaf, hash));
  for (let at = index; level.length > 1; at >>>= 1) {
    const sibling = level[at ^ 1];
    if (sibling) proof.push(sibling);
    level = parents(level, hash);
  }
  return proof;
}

/** Whether `leaf` is leaf `index` of the tree of `size` leaves under `root`. Never throws. */
export function verifyInclusion(claim: Inclusion, hash: Sha256): boolean {
  const { index, size, proof, root } = claim;
  if (!Number.isSafeInteger(size) || size > 0xffffffff || !Number.isInteger(index)) return false;
  if (index < 0 || index >= size) return false;
  let node = hashLeaf(claim.leaf, hash);
  let at = index;
  let last = size - 1;
  let used = 0;
  for (; last > 0; at = half(at), last = half(last)) {
    const left = at % 2 === 1;
    // The right-most node of an odd level has no sibling and moves up unchanged.
    if (!left && at === last) continue;
    const sibling = proof[used++];
    if (!sibling || sibling.length !== 32) return false;
    node = left ? hashNode(sibling, node, hash) : hashNode(node, sibling, hash);
  }
  return used === proof.length && sameBytes(node, root);
}

/**
 * Joining neighbours level by level, an odd last node moving up unchanged, gives RFC 6962's tree:
 * its left subtree is always the largest power of two below the size.
 */
function rootOfLevel(level: Uint8Array[], hash: Sha256): Uint8Array {
  while (level.length > 1) level = parents(level, hash);
  return level[0]!;
}

function parents(level: readonly Uint8Array[], hash: Sha256): Uint8Array[] {
  const above: Uint8Array[] = [];
  for (let i = 0; i < level.length; i += 2) {
    const right = level[i + 1];
    above.push(right ? hashNode(level[i]!, right, hash) : level[i]!);
  }
  return above;
}

function hashLeaf(data: Uint8Array, hash: Sha256): Uint8Array {
  const bytes = new Uint8Array(1 + data.length);
  bytes.set(data, 1);
  return hash(bytes);
}

function hashNode(left: Uint8Array, right: Uint8Array, hash: Sha256): Uint8Array {
  const bytes = new Uint8Array(65);
  bytes[0] = 1;
  bytes.set(left, 1);
  bytes.set(right, 33);
  return hash(bytes);
}

function half(n: number): number {
  return Math.floor(n / 2);
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}
