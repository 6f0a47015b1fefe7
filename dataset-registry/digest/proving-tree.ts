/**
 * The tree of RFC 6962 over a list that goes by once, and the way from one of its leaves to the root: kept are the
 * roots of whole blocks and the leaves of one block, however long the list is.
 *
 * Law: after any digests, root and proof are those of `digestTreeRoot` and `proveDigest` over all of them.
 */
import { digestBytes, formatDigest, sha256, type Digest } from './digest.js';
import { hashPair } from './growing-tree.js';
import { proveInclusion } from './merkle.js';

/** A power of two, so that a block is a whole subtree: 10 million leaves have 10,000 of them. */
const blockLeaves = 1_024;

export class ProvingTree {
  count = 0;
  /** Of the blocks that are whole. */
  private readonly roots: Uint8Array[] = [];
  private block: Uint8Array[] = [];
  private found: { index: number; block: Uint8Array[] } | null = null;

  /** `wanted`: the leaf to be proven; of several equal ones, the first. */
  constructor(private readonly wanted: Digest) {}

  add(leaf: Digest): void {
    const bytes = digestBytes(leaf);
    this.block.push(bytes);
    if (leaf === this.wanted && !this.found) this.found = { index: this.count, block: this.block };
    this.count++;
    if (this.block.length < blockLeaves) return;
    this.roots.push(rootOf(this.block.map((one) => hashPair(0, [one]))));
    this.block = [];
  }

  root(): Digest {
    return formatDigest(this.count === 0 ? sha256(new Uint8Array(0)) : rootOf(this.allRoots()));
  }

  /** Null: the leaf did not come by. */
  proof(): { index: number; proof: Digest[] } | null {
    if (!this.found) return null;
    const { index, block } = this.found;
    const inBlock = proveInclusion(block, index % blockLeaves, sha256);
    const way = [...inBlock, ...siblings(this.allRoots(), Math.floor(index / blockLeaves))];
    return { index, proof: way.map(formatDigest) };
  }

  private allRoots(): Uint8Array[] {
    if (this.block.length === 0) return this.roots;
    return [...this.roots, rootOf(this.block.map((one) => hashPair(0, [one])))];
  }
}

/** Neighbours are joined level by level, an odd last one moves up: as in `merkle.ts`. */
function above(level: readonly Uint8Array[]): Uint8Array[] {
  const nodes: Uint8Array[] = [];
  for (let i = 0; i < level.length; i += 2) {
    const right = level[i + 1];
    nodes.push(right ? hashPair(1, [level[i]!, right]) : level[i]!);
  }
  return nodes;
}

function rootOf(nodes: readonly Uint8Array[]): Uint8Array {
  let level = nodes;
  while (level.length > 1) level = above(level);
  return level[0]!;
}

function siblings(nodes: readonly Uint8Array[], index: number): Uint8Array[] {
  const way: Uint8Array[] = [];
  let level = nodes;
  for (let at = index; level.length > 1; at >>= 1) {
    const sibling = level[at ^ 1];
    if (sibling) way.push(sibling);
    level = above(level);
  }
  return way;
}
