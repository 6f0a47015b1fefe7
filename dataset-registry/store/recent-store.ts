/**
 * A store in memory that holds only so much, and drops what was not asked for the longest: for a
 * browser tab that works for days and can have every blob again from elsewhere.
 */
import type { Digest } from '../digest/digest.js';
import type { ErasableStore } from './blob-store.js';
import { MemoryStore } from './memory-store.js';

export class RecentStore implements ErasableStore {
  readonly #store = new MemoryStore();
  /** Sizes by digest; the one asked for last is the last. */
  readonly #sizes = new Map<Digest, number>();
  #bytes = 0;

  constructor(private readonly bytesMax: number) {}

  has(digest: Digest): Promise<boolean> {
    return this.#store.has(digest);
  }

  size(digest: Digest): Promise<number | null> {
    return this.#store.size(digest);
  }

  get(digest: Digest, options: { maxBytes?: number } = {}): Promise<Uint8Array> {
    this.#touch(digest);
    return this.#store.get(digest, options);
  }

  read(digest: Digest, range: { start: number; end: number }): AsyncIterable<Uint8Array> {
    this.#touch(digest);
    return this.#store.read(digest, range);
  }

  /** What is larger than the whole store is not kept. */
  async put(bytes: Uint8Array): Promise<Digest> {
    const digest = await this.#store.put(bytes);
    this.#forget(digest);
    this.#sizes.set(digest, bytes.length);
    this.#bytes += bytes.length;
    for (const oldest of this.#sizes.keys()) {
      if (this.#bytes <= this.bytesMax) break;
      await this.remove(oldest);
    }
    return digest;
  }

  remove(digest: Digest): Promise<boolean> {
    this.#forget(digest);
    return this.#store.remove(digest);
  }

  #touch(digest: Digest): void {
    const size = this.#sizes.get(digest);
    if (size === undefined) return;
    this.#sizes.delete(digest);
    this.#sizes.set(digest, size);
  }

  #forget(digest: Digest): void {
    this.#bytes -= this.#sizes.get(digest) ?? 0;
    this.#sizes.delete(digest);
  }
}
