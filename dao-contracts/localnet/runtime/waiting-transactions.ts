/** Transactions that wait for a block, oldest first, bounded in number and in bytes. */
import type { Transaction } from './transaction.js';

const countMax = 10_000;
/** Of them together: twenty of the largest, or all of the usual ones of a kilobyte or two. */
const bytesMaxDefault = 32 * 1024 * 1024;

export class WaitingTransactions {
  /** In the order in which they came. */
  private readonly byHash = new Map<string, Transaction>();
  private bytes = 0;

  constructor(private readonly bytesMax = bytesMaxDefault) {}

  get size(): number {
    return this.byHash.size;
  }

  has(hash: string): boolean {
    return this.byHash.has(hash);
  }

  hasRoomFor({ sizeBytes }: Transaction): boolean {
    return this.byHash.size < countMax && this.bytes + sizeBytes <= this.bytesMax;
  }

  add(transaction: Transaction): void {
    this.byHash.set(transaction.hash, transaction);
    this.bytes += transaction.sizeBytes;
  }

  /** The oldest, which waits no more. */
  take(): Transaction | undefined {
    const [oldest] = this.byHash.values();
    if (!oldest) return undefined;
    this.byHash.delete(oldest.hash);
    this.bytes -= oldest.sizeBytes;
    return oldest;
  }
}
