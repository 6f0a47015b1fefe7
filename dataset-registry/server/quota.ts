/**
 * Who stored how much. Bytes are reserved when an upload begins and become used when the blob is
 * visible, so that parallel uploads cannot pass the bound together. The count survives a restart.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeWhole } from '../store/whole-file.js';
import { accountsMax, blobChargeBytesMin } from './limits.js';
import { Refusal } from './refusal.js';

export interface Reservation {
  /** The upload became a blob: the reserved bytes are used from now on. */
  use(): Promise<void>;
  /** The upload failed or the blob was there already: the bytes are free again. */
  release(): void;
}

export class QuotaBook {
  private readonly used = new Map<string, number>();
  private readonly reserved = new Map<string, { bytes: number; uploads: number }>();
  private writing: Promise<void> = Promise.resolve();

  private constructor(
    private readonly path: string,
    private readonly bytesPerAccount: number,
  ) {}

  static async open(dataDir: string, bytesPerAccount: number): Promise<QuotaBook> {
    const book = new QuotaBook(join(dataDir, 'quota.json'), bytesPerAccount);
    const text = await readFile(book.path, 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return '{}';
      throw error;
    });
    for (const [account, bytes] of Object.entries(JSON.parse(text) as Record<string, unknown>)) {
      if (!Number.isSafeInteger(bytes) || (bytes as number) < 0) {
        throw new Error(
          `BAD_QUOTA_FILE: ${book.path} has ${String(bytes)} for ${account}; mend it`,
        );
      }
      book.used.set(account, bytes as number);
    }
    return book;
  }

  usedBy(account: string): number {
    return this.used.get(account) ?? 0;
  }

  /**
   * Reserves room for a blob, 4 KiB at least; `unfinishedBytes` lie on disk without being used or reserved. Throws a `Refusal`
   * when the account, or the registry, has no room for it.
   */
  reserve(account: string, blobBytes: number, unfinishedBytes = 0): Reservation {
    const bytes = Math.max(blobBytes, blobChargeBytesMin);
    const held = this.reserved.get(account) ?? { bytes: 0, uploads: 0 };
    const used = this.usedBy(account) + unfinishedBytes;
    if (used + held.bytes + bytes > this.bytesPerAccount) {
      throw new Refusal(
        413,
        'QUOTA_EXCEEDED',
        `${account} has stored ${used} of ${this.bytesPerAccount} bytes; ${bytes} more ` +
          'do not fit',
        'ask the operator for more, or use another registry',
      );
    }
    if (!this.used.has(account) && this.used.size >= accountsMax) {
      throw new Refusal(507, 'REGISTRY_FULL', 'no room for new accounts', 'use another registry');
    }
    this.reserved.set(account, { bytes: held.bytes + bytes, uploads: held.uploads + 1 });
    return this.reservation(account, bytes);
  }

  private reservation(account: string, bytes: number): Reservation {
    let open = true;
    const release = (): void => {
      if (!open) return;
      open = false;
      const held = this.reserved.get(account)!;
      if (held.uploads === 1) this.reserved.delete(account);
      else this.reserved.set(account, { bytes: held.bytes - bytes, uploads: held.uploads - 1 });
    };
    const use = async (): Promise<void> => {
      release();
      this.used.set(account, this.usedBy(account) + bytes);
      await this.save();
    };
    return { use, release };
  }

  /**
   * One writer at a time; each write is whole or not at all. One that failed is told to who waited for
   * it, and the next one writes everything.
   */
  private save(): Promise<void> {
    const before = this.writing.catch(() => {});
    this.writing = before.then(async () => {
      await writeWhole(this.path, JSON.stringify(Object.fromEntries(this.used)));
    });
    return this.writing;
  }
}
