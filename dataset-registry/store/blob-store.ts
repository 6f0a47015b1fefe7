/**
 * Where content-addressed bytes live. Every implementation (folder, registry over HTTP, bucket)
 * offers the same five calls, and none of them is trusted: `get` checks what it returns.
 */
import type { Digest } from '../digest/digest.js';

export interface BlobStore {
  has(digest: Digest): Promise<boolean>;
  /** Bytes, or null when the store does not hold the blob. */
  size(digest: Digest): Promise<number | null>;
  /**
   * The whole blob, its digest checked. Errors: `BLOB_MISSING`, `BLOB_CORRUPT`, `BLOB_TOO_LARGE`
   * (larger than `maxBytes`), `STORE_UNREACHABLE`.
   */
  get(digest: Digest, options?: { maxBytes?: number }): Promise<Uint8Array>;
  /** Stores the bytes (again is harmless) and returns their digest. */
  put(bytes: Uint8Array): Promise<Digest>;
  /**
   * Bytes `start` up to, not including, `end`, unchecked: chunk verification sits above. `signal`:
   * nobody waits for them any more.
   */
  read(
    digest: Digest,
    range: { start: number; end: number; signal?: AbortSignal },
  ): AsyncIterable<Uint8Array>;
}

/** A store whose owner may take blobs out again: one's own disk or memory, never a registry. */
export interface ErasableStore extends BlobStore {
  /** Whether there was something to remove; it is gone either way. */
  remove(digest: Digest): Promise<boolean>;
}

export function isErasable(store: BlobStore): store is ErasableStore {
  return typeof (store as Partial<ErasableStore>).remove === 'function';
}
