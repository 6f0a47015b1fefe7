/**
 * The Merkle tree over the hashes of all blocks, whose roots headers carry. It keeps the roots of whole
 * subtrees, packed, and only what roots and paths of recent blocks need.
 *
 * Laws, tested as properties: `rootOf(n)` equals the root of `treeOf` the first n leaves, `pathOf(i, n)`
 * leaf i's path there; dropping what came before a leaf changes neither for it and later leaves, nor
 * does a tree that goes on from `peaksOf(n)`.
 */
import { joinHashes, type PathItem } from '../../client/light-client-format.js';

export class BlockTree {
  /** By level: roots of whole subtrees of 2^level leaves, from the left. */
  private readonly levels: HashList[] = [];
  private count = 0;

  /** A tree of `count` leaves that nobody will ask about: all that is known of them are its peaks. */
  static from(count: number, peaks: readonly Uint8Array[]): BlockTree {
    const tree = new BlockTree();
    tree.count = count;
    const left = [...peaks];
    for (let level = Math.floor(Math.log2(Math.max(1, count))); level >= 0; level--) {
      const nodes = count >>> level;
      const isPeak = nodes % 2 === 1;
      const list = new HashList(isPeak ? nodes - 1 : nodes);
      if (isPeak) list.push(left.shift()!);
      tree.levels[level] = list;
    }
    return tree;
  }

  get size(): number {
    return this.count;
  }

  add(leaf: Uint8Array): void {
    let node = leaf;
    let at = this.count++;
    for (let level = 0; ; level++, at >>>= 1) {
      (this.levels[level] ??= new HashList(at)).push(node);
      if (at % 2 === 0) return;
      node = joinHashes(this.nodeAt(level, at - 1), node);
    }
  }

  /** Of the first `size` leaves; zero for none. */
  rootOf(size: number): Uint8Array {
    return size === 0 ? new Uint8Array(32) : this.rootOfRange(0, size);
  }

  /** From leaf `index` to the root of the first `size` leaves. */
  pathOf(index: number, size: number): PathItem[] {
    const path: PathItem[] = [];
    for (let level = 0; (size - 1) >>> level > 0; level++) {
      const at = index >>> level;
      if (at % 2 === 1) path.push({ hash: this.nodeAt(level, at - 1), side: 'left' });
      else if (at < (size - 1) >>> level) {
        const start = (at + 1) * 2 ** level;
        const end = Math.min(size, start + 2 ** level);
        path.push({ hash: this.rootOfRange(start, end), side: 'right' });
      }
    }
    return path;
  }

  /** The roots of the whole subtrees that the first `size` leaves are made of, largest first. */
  peaksOf(size: number): Uint8Array[] {
    return this.wholeSubtrees(0, size);
  }

  /** Nobody will ask for leaves, or roots, before leaf `index`. */
  dropBefore(index: number): void {
    this.levels.forEach((list, level) => list.dropBefore((index >>> level) & ~1));
  }

  /** Leaves `start` (a multiple of a power of two that is no less than their number) to `end`. */
  private rootOfRange(start: number, end: number): Uint8Array {
    const peaks = this.wholeSubtrees(start, end);
    return peaks.reduceRight((right, left) => joinHashes(left, right));
  }

  private wholeSubtrees(start: number, end: number): Uint8Array[] {
    const peaks: Uint8Array[] = [];
    let at = start;
    while (at < end) {
      const level = Math.floor(Math.log2(end - at));
      peaks.push(this.nodeAt(level, at / 2 ** level));
      at += 2 ** level;
    }
    return peaks;
  }

  private nodeAt(level: number, at: number): Uint8Array {
    return this.levels[level]!.at(at);
  }
}

const perPage = 1024;

/** 32 bytes each, in pages that go when nobody needs them. */
class HashList {
  private readonly pages = new Map<number, Uint8Array>();
  private firstPage: number;

  /** The first to be pushed has index `next`. */
  constructor(private next: number) {
    this.firstPage = Math.floor(next / perPage);
  }

  push(hash: Uint8Array): void {
    const page = Math.floor(this.next / perPage);
    let bytes = this.pages.get(page);
    if (!bytes) this.pages.set(page, (bytes = new Uint8Array(32 * perPage)));
    bytes.set(hash, 32 * (this.next++ % perPage));
  }

  at(index: number): Uint8Array {
    const bytes = this.pages.get(Math.floor(index / perPage));
    if (!bytes || index >= this.next) throw new Error(`block tree: node ${index} is not kept`);
    const start = 32 * (index % perPage);
    return bytes.slice(start, start + 32);
  }

  dropBefore(index: number): void {
    const page = Math.floor(index / perPage);
    for (; this.firstPage < page; this.firstPage++) this.pages.delete(this.firstPage);
  }
}
