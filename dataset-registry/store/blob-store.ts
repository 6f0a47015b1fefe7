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

/** All that whoever reads whole blobs needs. */
export type BlobSource = Pick<BlobStore, 'get'>;

/** A store whose owner may take blobs out again: one's own disk or memory, never a registry. */
export interface ErasableStore extends BlobStore {
  /** Whether there was something to remove; it is gone either way. */
  remove(digest: Digest): Promise<boolean>;
}

export interface StoredBlob {
  readonly digest: Digest;
  readonly bytes: number;
}

/**
 * What a registry keeps its blobs in. It receives into a file on this machine, checks what came, and then
 * has it adopted: nothing that was not checked is ever there under a digest.
 */
export interface ReceivingStore extends ErasableStore {
  /** On this machine: where what is received lies. */
  readonly folder: string;
  /** A fresh path in that folder. What is left there by who was killed is swept. */
  temporaryPath(): Promise<string>;
  /** Makes a file whose digest the caller has checked visible as that blob; the file is gone then. */
  adopt(path: string, digest: Digest): Promise<void>;
  /** Every blob, in any order. */
  list(): AsyncIterable<StoredBlob>;
}

export function isErasable(store: BlobStore): store is ErasableStore {
  return typeof (store as Partial<ErasableStore>).remove === 'function';
}
