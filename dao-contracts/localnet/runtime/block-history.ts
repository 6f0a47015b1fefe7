/**
 * The blocks so far, by height and by hash, the tree over all their hashes, and what the last few of
 * them changed. Old ones are forgotten, except genesis, as NEAR's nodes do; how many are kept is more
 * than a transaction may look back.
 */
import { baseDecode } from 'near-api-js';
import { limits } from '../protocol/parameters.js';
import { emptyOutcomeRoot, type BlockHeader } from './block-header.js';
import { BlockTree } from './block-tree.js';
import type { Change } from './world.js';

/** Of these, what they changed is kept. */
const recentBlocks = 256;
const keptDefault = limits.transactionValidityBlocks + 2;
/** Forgotten at a time: moving the rest costs the same for one as for many. */
const forgottenAtOnce = 1_024;

export class BlockHistory {
  private first: BlockHeader | undefined;
  /** Without genesis. */
  private headers: BlockHeader[] = [];
  private readonly heights = new Map<string, number>();
  private readonly recent = new Map<number, readonly Change[]>();
  /** Hashes of the last block of each epoch that is over, by the epoch's id. */
  private readonly epochEnds = new Map<string, string>();
  private tree = new BlockTree();
  /** Ordinal of the last block in which something was executed. */
  private lastBusy = 0;

  constructor(private readonly kept = keptDefault) {}

  /** `changes`: null where they are not known. */
  add(header: BlockHeader, changes: readonly Change[] | null): void {
    const before = this.latest;
    if (before?.hash === header.previousHash && before.epochId !== header.epochId) {
      this.epochEnds.set(before.epochId, before.hash);
    }
    if (this.first) this.headers.push(header);
    else this.first = header;
    this.heights.set(header.hash, header.height);
    // The tree of snapshots is put in its place before the first block that needs it.
    if (this.tree.size === header.ordinal - 1) this.tree.add(baseDecode(header.hash));
    if (header.left.outcomeRoot !== emptyOutcomeRoot) this.lastBusy = header.ordinal;
    if (changes) this.recent.set(header.height, changes);
    if (this.recent.size > recentBlocks) this.recent.delete(this.recent.keys().next().value!);
    if (this.headers.length >= this.kept + forgottenAtOnce) this.forget();
  }

  /** Blocks were forgotten when the snapshot was made: the tree goes on from its peaks. */
  resumeTree(size: number, peaks: readonly Uint8Array[]): void {
    this.tree = BlockTree.from(size, peaks);
  }

  get latest(): BlockHeader | undefined {
    return this.headers.at(-1) ?? this.first;
  }

  get head(): BlockHeader {
    return this.latest!;
  }

  get genesis(): BlockHeader {
    return this.first!;
  }

  get lastBusyOrdinal(): number {
    return this.lastBusy;
  }

  /** All that are kept, oldest first. */
  *headersKept(): Generator<BlockHeader> {
    yield this.genesis;
    yield* this.headers;
  }

  heightOf(hash: string): number | undefined {
    return this.heights.get(hash);
  }

  byHash(hash: string): BlockHeader | undefined {
    const height = this.heights.get(hash);
    return height === undefined ? undefined : this.at(height);
  }

  /** Heights only rise but may jump (fast forward), so they are found by halving. */
  at(height: number): BlockHeader | undefined {
    if (height === this.first?.height) return this.first;
    let [low, high] = [0, this.headers.length - 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.headers[middle]!.height < height) low = middle + 1;
      else high = middle;
    }
    const found = this.headers[low];
    return found?.height === height ? found : undefined;
  }

  /** The last block of an epoch that is over. */
  endOfEpoch(epochId: string): BlockHeader | undefined {
    const hash = this.epochEnds.get(epochId);
    return hash === undefined ? undefined : this.byHash(hash);
  }

  /** What a recent block changed; undefined where that is no longer kept. */
  changesIn(height: number): readonly Change[] | undefined {
    return this.recent.get(height);
  }

  /** Over the first `size` blocks. */
  rootOver(size: number): Uint8Array {
    return this.tree.rootOf(size);
  }

  /**
   * From a block to the root that a later one carries: over all blocks before that. Null for genesis
   * once blocks after it were forgotten.
   */
  pathTo(block: BlockHeader, later: BlockHeader): ReturnType<BlockTree['pathOf']> | null {
    if (block.ordinal <= this.forgottenBlocks) return null;
    return this.tree.pathOf(block.ordinal - 1, later.ordinal - 1);
  }

  /** The tree before the oldest block that is kept besides genesis; null: genesis is before it. */
  forgottenTree(): { size: number; peaks: Uint8Array[] } | null {
    const size = this.forgottenBlocks;
    return size === 0 ? null : { size, peaks: this.tree.peaksOf(size) };
  }

  /** With genesis, which is kept but not in the tree any more; 0 before any was forgotten. */
  private get forgottenBlocks(): number {
    const oldest = this.headers[0]?.ordinal ?? 2;
    return oldest === 2 ? 0 : oldest - 1;
  }

  private forget(): void {
    for (const { hash, epochId } of this.headers.splice(0, forgottenAtOnce)) {
      this.heights.delete(hash);
      if (this.epochEnds.get(epochId) === hash) this.epochEnds.delete(epochId);
    }
    this.tree.dropBefore(this.headers[0]!.ordinal - 1);
  }
}
