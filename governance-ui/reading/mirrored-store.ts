/**
 * Blobs from the registry or, where it is silent, lacks one or lies, from the mirrors that the network file
 * names, in its order. Nobody is trusted: each store checks the digest of what it got. Whoever failed is
 * asked last for a while, so that a registry that is gone costs one wait and not one for each blob.
 */
import type { Digest } from '@commonweights/dataset-registry/digest/digest.js';
import { BlobError } from '@commonweights/dataset-registry/store/blob-errors.js';
import type { BlobSource } from '@commonweights/dataset-registry/store/blob-store.js';
import { HttpStore } from '@commonweights/dataset-registry/store/http-store.js';

/** A source that does not answer, or answers wrongly, is asked after the others for so long. */
const asideMs = 60_000;
const stallMs = 5_000;

interface Entry {
  readonly source: BlobSource;
  asideUntilMs: number;
}

export class MirroredStore implements BlobSource {
  readonly #entries: readonly Entry[];

  constructor(
    sources: readonly BlobSource[],
    private readonly now: () => number = () => Date.now(),
  ) {
    this.#entries = sources.map((source) => ({ source, asideUntilMs: 0 }));
  }

  /** Errors: those of the registry, which comes first, when nobody has the bytes. */
  async get(digest: Digest, options?: { maxBytes?: number }): Promise<Uint8Array> {
    const failures = new Map<Entry, unknown>();
    for (const entry of this.#inOrder()) {
      try {
        return await entry.source.get(digest, options);
      } catch (error) {
        failures.set(entry, error);
        // That one lacks a blob, or that it is too large, says nothing about the next blob.
        const code = error instanceof BlobError ? error.code : null;
        if (code === 'STORE_UNREACHABLE' || code === 'BLOB_CORRUPT') {
          entry.asideUntilMs = this.now() + asideMs;
        }
      }
    }
    throw failures.get(this.#entries[0]!);
  }

  /** The sort is stable: the order of the file, but for those that are set aside. */
  #inOrder(): Entry[] {
    const nowMs = this.now();
    const isAside = ({ asideUntilMs }: Entry) => Number(asideUntilMs > nowMs);
    return [...this.#entries].sort((a, b) => isAside(a) - isAside(b));
  }
}

export function openMirrored(it: { registry: string; mirrors: readonly string[] }): BlobSource {
  const urls = [it.registry, ...it.mirrors];
  return new MirroredStore(urls.map((url) => new HttpStore(url, { stallMs })));
}
