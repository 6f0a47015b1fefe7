/**
 * The chain on disk: what every block changed, one line each, rewritten as a snapshot when that has
 * become longer than the state is worth. A chain in memory has none.
 */
import type { BlockHeader } from './block-header.js';
import type { BlockHistory } from './block-history.js';
import { Journal, journalFormat, type JournalEntry, type WriteSome } from './journal.js';
import type { Change, World } from './world.js';

const compactAboveBytesDefault = 64 * 1024 * 1024;
/** Changes in one line of a snapshot: a whole state could be longer than any text may be. */
const changesPerLine = 1_000;

export interface ChainFileOptions {
  dataDir: string | null;
  writeSome?: WriteSome;
  /** A journal longer than this is rewritten as a snapshot. Default 64 MiB. */
  compactAboveBytes?: number;
}

export class ChainFile {
  private readonly journal: Journal | null;
  private compactAboveBytes: number;

  /** Reads `world` and `history` back. */
  constructor(
    private readonly world: World,
    private readonly history: BlockHistory,
    options: ChainFileOptions,
  ) {
    this.compactAboveBytes = options.compactAboveBytes ?? compactAboveBytesDefault;
    const readBack = ({ block, changes, snapshot, tree }: JournalEntry) => {
      for (const change of changes) world.apply(change);
      if (tree) history.resumeTree(tree.size, tree.peaks);
      if (block) history.add(block, snapshot ? null : changes);
    };
    const { dataDir, writeSome } = options;
    this.journal = dataDir === null ? null : Journal.open(dataDir, readBack, writeSome);
  }

  get cutBytes(): number {
    return this.journal?.cutBytes ?? 0;
  }

  /** Before anybody is told of the block. */
  append(block: BlockHeader, changes: readonly Change[]): void {
    const format = block.ordinal === 1 ? { format: journalFormat } : {};
    this.journal?.append({ ...format, block, changes });
  }

  /** Between two blocks, when all that there is has been written. */
  compact(): void {
    if (!this.journal || this.journal.bytes <= this.compactAboveBytes) return;
    this.journal.compact(this.snapshot());
    // A state that is that large itself must not be written at every block.
    this.compactAboveBytes = Math.max(this.compactAboveBytes, 2 * this.journal.bytes);
  }

  close(): void {
    this.journal?.close();
  }

  private *snapshot(): Generator<JournalEntry> {
    const line = { snapshot: true, block: null, changes: [] } as const;
    const { genesis, head } = this.history;
    const tree = this.history.forgottenTree();
    yield { ...line, format: journalFormat };
    for (const block of this.history.headersKept()) {
      if (block !== head) yield { ...line, block };
      if (block === genesis && tree) yield { ...line, tree };
    }
    let changes: Change[] = [];
    for (const change of this.world.snapshot()) {
      if (changes.length === changesPerLine) {
        yield { ...line, changes };
        changes = [];
      }
      changes.push(change);
    }
    yield { ...line, block: head, changes };
  }
}
