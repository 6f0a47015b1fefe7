/**
 * A contributor's blobs: its own folder first, then the registries and peers it knows. What was
 * fetched is kept as far as the disk takes it, since a worker that certified an update has promised to
 * hold it. Bytes are
 * counted, because what a round costs in traffic is one of the figures people ask for.
 */
import { digestOf, type Digest } from '@commonweights/dataset-registry/digest/digest.js';
import { BlobError } from '@commonweights/dataset-registry/store/blob-errors.js';
import { isErasable, type BlobStore } from '@commonweights/dataset-registry/store/blob-store.js';

export interface Traffic {
  uploadedBytes: number;
  downloadedBytes: number;
}

export class LayeredStore implements BlobStore {
  readonly traffic: Traffic = { uploadedBytes: 0, downloadedBytes: 0 };

  constructor(
    private readonly near: BlobStore,
    private readonly far: BlobStore,
  ) {}

  async has(digest: Digest): Promise<boolean> {
    return (await this.near.has(digest)) || (await this.far.has(digest));
  }

  async size(digest: Digest): Promise<number | null> {
    return (await this.near.size(digest)) ?? (await this.far.size(digest));
  }

  async get(digest: Digest, options: { maxBytes?: number } = {}): Promise<Uint8Array> {
    const kept = await this.held(digest, options);
    if (kept) return kept;
    const bytes = await this.far.get(digest, options);
    this.traffic.downloadedBytes += bytes.length;
    await this.#keep(bytes);
    return bytes;
  }

  /** What is here. A blob that has rotted here is dropped: the others may still have it whole. */
  async held(digest: Digest, options: { maxBytes?: number } = {}): Promise<Uint8Array | null> {
    if (!(await this.near.has(digest))) return null;
    try {
      return await this.near.get(digest, options);
    } catch (error) {
      const code = error instanceof BlobError ? error.code : '';
      if (code === 'BLOB_CORRUPT') await this.forget(digest);
      // Missing: forgotten between the question and the answer.
      else if (code !== 'BLOB_MISSING') throw error;
      return null;
    }
  }

  /** Keeps the bytes here only. Errors: those of the near store, a full disk among them. */
  async put(bytes: Uint8Array): Promise<Digest> {
    return this.near.put(bytes);
  }

  /** Keeps the bytes here and, unless somebody did already, offers them to everybody. */
  async publish(bytes: Uint8Array): Promise<Digest> {
    const digest = await this.#keep(bytes);
    // Asking first only saves traffic: when the question fails, the offer may still be taken.
    if (!(await this.far.has(digest).catch(() => false))) {
      await this.far.put(bytes);
      this.traffic.uploadedBytes += bytes.length;
    }
    return digest;
  }

  /**
   * Drops the bytes here, never elsewhere; whether some were dropped. Never throws, since nobody
   * should stop working because tidying failed.
   */
  async forget(digest: Digest): Promise<boolean> {
    if (!isErasable(this.near)) return false;
    return this.near.remove(digest).catch(() => false);
  }

  /**
   * As far as there is room. Whoever has no room for what others have too must not say, as an auditor,
   * that it cannot be had, nor keep, as a worker, what others wait for to itself.
   */
  async #keep(bytes: Uint8Array): Promise<Digest> {
    try {
      return await this.near.put(bytes);
    } catch (error) {
      if (!isDiskFull(error)) throw error;
      return digestOf(bytes);
    }
  }

  async *read(digest: Digest, range: { start: number; end: number }): AsyncIterable<Uint8Array> {
    if (await this.near.has(digest)) return yield* this.near.read(digest, range);
    for await (const part of this.far.read(digest, range)) {
      this.traffic.downloadedBytes += part.length;
      yield part;
    }
  }
}

function isDiskFull(error: unknown): boolean {
  return ['ENOSPC', 'EDQUOT'].includes(String((error as { code?: unknown }).code));
}
