/**
 * The tree of RFC 6962 over a list that is not over yet: only the roots of its whole subtrees are kept,
 * one for each bit of the length, however long the list is.
 *
 * Law: after any digests, `root()` equals `digestTreeRoot` of all of them.
 */
import { digestBytes, formatDigest, sha256, type Digest } from './digest.js';

export class GrowingTree {
  /** Roots of whole subtrees, largest first; their sizes are the bits of `count`. */
  readonly #peaks: Uint8Array[];
  count: number;

  /** `from`: what another tree had, to go on with. Error: `BAD_TREE`. */
  constructor(from: { count: number; peaks: readonly Digest[] } = { count: 0, peaks: [] }) {
    const bits = [...from.count.toString(2)].filter((bit) => bit === '1').length;
    if (from.peaks.length !== bits) {
      throw new Error(
        `BAD_TREE: ${from.peaks.length} subtrees of ${from.count} leaves; begin anew`,
      );
    }
    this.#peaks = from.peaks.map(digestBytes);
    this.count = from.count;
  }

  /** Roots of its whole subtrees: all that is needed to go on. */
  peaks(): Digest[] {
    return this.#peaks.map(formatDigest);
  }

  add(leaf: Digest): void {
    let node = hashPair(0, [digestBytes(leaf)]);
    for (let size = this.count++; size % 2 === 1; size = (size - 1) / 2) {
      node = hashPair(1, [this.#peaks.pop()!, node]);
    }
    this.#peaks.push(node);
  }

  root(): Digest {
    const [...peaks] = this.#peaks;
    let node = peaks.pop();
    if (!node) return formatDigest(sha256(new Uint8Array(0)));
    for (let peak = peaks.pop(); peak; peak = peaks.pop()) node = hashPair(1, [peak, node]);
    return formatDigest(node);
  }
}

/** A leaf (0) or a node over two (1). */
export function hashPair(kind: 0 | 1, parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(1 + 32 * parts.length);
  bytes[0] = kind;
  parts.forEach((part, i) => bytes.set(part, 1 + 32 * i));
  return sha256(bytes);
}
