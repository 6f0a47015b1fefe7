/** A store in memory: for tests, and for a browser tab that audits and keeps nothing. */
import { digestOf, type Digest } from '../digest/digest.js';
import type { ErasableStore } from './blob-store.js';
import { missing, tooLarge } from './blob-errors.js';
import { blobBytesMax } from './limits.js';

export class MemoryStore implements ErasableStore {
  readonly blobs = new Map<Digest, Uint8Array>();

  async has(digest: Digest): Promise<boolean> {
    return this.blobs.has(digest);
  }

  async size(digest: Digest): Promise<number | null> {
    return this.blobs.get(digest)?.length ?? null;
  }

  async get(digest: Digest, options: { maxBytes?: number } = {}): Promise<Uint8Array> {
    const bytes = this.find(digest);
    const maxBytes = options.maxBytes ?? blobBytesMax;
    if (bytes.length > maxBytes) throw tooLarge(digest, bytes.length, maxBytes);
    return bytes.slice();
  }

  async put(bytes: Uint8Array): Promise<Digest> {
    const digest = digestOf(bytes);
    this.blobs.set(digest, bytes.slice());
    return digest;
  }

  async *read(
    digest: Digest,
    range: { start: number; end: number },
  ): AsyncGenerator<Uint8Array, void> {
    yield this.find(digest).slice(range.start, range.end);
  }

  async remove(digest: Digest): Promise<boolean> {
    return this.blobs.delete(digest);
  }

  private find(digest: Digest): Uint8Array {
    const bytes = this.blobs.get(digest);
    if (!bytes) throw missing(digest, 'memory');
    return bytes;
  }
}
