/** What a chain is started with. */
import type { ClockKind } from './clock.js';
import type { WriteSome } from './journal.js';
import type { StateRecord } from './patch-state.js';

export interface ChainOptions {
  seed: string;
  clock: ClockKind;
  rootAccount: string;
  maxAttachedGas: number;
  /** The most that a view may burn. Default: `limits.defaultViewGas`. */
  maxViewGas?: number;
  dataDir: string | null;
  /** A new chain begins with these too. */
  records?: readonly StateRecord[];
  /** How the journal is written. */
  writeSome?: WriteSome;
  /** A journal longer than this is rewritten as a snapshot. Default 64 MiB. */
  compactAboveBytes?: number;
  /** Of transactions that wait for a block. Default 32 MiB. */
  waitingBytesMax?: number;
  /** Older blocks than so many are forgotten. Default: more than a transaction may look back. */
  blocksKept?: number;
}
