/**
 * How much a registry takes: bytes of all blobs, and what has to stay free of this machine's disk. Accounts are cheap,
 * so quotas of accounts alone would not keep a disk from filling. Counted once at the start, then kept:
 * what the operator erases by hand counts until the next start.
 */
import { mkdir, statfs } from 'node:fs/promises';
import type { ReceivingStore } from '../store/blob-store.js';
import { Refusal } from './refusal.js';

export interface DiskBounds {
  /** Of all blobs together. */
  bytesMax?: number;
  /** What others on this disk are left. */
  keepFreeBytes?: number;
}

export interface RoomReservation {
  /** The bytes are a blob now. */
  use(): void;
  /** They did not become one; after `use`, nothing. */
  release(): void;
}

export class DiskRoom {
  private reserved = 0;

  private constructor(
    private readonly folder: string,
    private readonly bounds: DiskBounds,
    private used: number,
  ) {}

  /** What all of them take together, on the disk of the first. */
  static async open(
    stores: readonly [ReceivingStore, ...ReceivingStore[]],
    bounds: DiskBounds,
  ): Promise<DiskRoom> {
    let used = 0;
    for (const store of stores) for await (const { bytes } of store.list()) used += bytes;
    const [{ folder }] = stores;
    await mkdir(folder, { recursive: true });
    return new DiskRoom(folder, bounds, used);
  }

  get usedBytes(): number {
    return this.used;
  }

  /** `unfinishedBytes` lie on the disk without being a blob. Throws the refusal `REGISTRY_FULL`. */
  async reserve(bytes: number, unfinishedBytes = 0): Promise<RoomReservation> {
    const { bytesMax = Infinity, keepFreeBytes = 0 } = this.bounds;
    // Taken before anything is awaited, so that two that come together do not both fit.
    this.reserved += bytes;
    let open = true;
    const release = (): void => {
      if (open) this.reserved -= bytes;
      open = false;
    };
    const use = (): void => {
      release();
      this.used += bytes;
    };
    try {
      if (this.used + this.reserved + unfinishedBytes > bytesMax) throw full();
      if (keepFreeBytes > 0) {
        const { bavail, bsize } = await statfs(this.folder);
        if (bavail * bsize - this.reserved < keepFreeBytes) throw full();
      }
    } catch (error) {
      release();
      throw error;
    }
    return { use, release };
  }
}

function full(): Refusal {
  return new Refusal(507, 'REGISTRY_FULL', 'its disk has no room for more', 'use another registry');
}
