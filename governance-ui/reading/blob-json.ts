/**
 * JSON out of a registry nobody trusts: the store checks the digest, this file bounds the size and
 * remembers what was read, since a blob never changes.
 */
import type { Digest } from '@commonweights/dataset-registry/digest/digest.js';
import type { BlobStore } from '@commonweights/dataset-registry/store/blob-store.js';

/** Specs, evaluations and descriptions are a few kilobytes; a page reads no more than this. */
const jsonBytesMax = 2 ** 20;
const rememberedMax = 200;
/** A blob may be uploaded after it was named; ask again, but not every second. */
const askAgainAfterMs = 15_000;

/** What a blob holds, or why it could not be read. */
export type BlobAnswer<T> =
  { readonly value: T; readonly why: null } | { readonly value: null; readonly why: string };

export class BlobReader {
  readonly #answers = new Map<string, { answer: BlobAnswer<unknown>; atMs: number }>();

  constructor(
    private readonly store: Pick<BlobStore, 'get'>,
    private readonly now: () => number = () => Date.now(),
  ) {}

  /** Bytes as `parse` reads them. Never throws: a page shows what it can and says what it cannot. */
  async read<T>(it: {
    digest: Digest;
    /** Names the parser, so that one blob can be read in two ways. */
    as: string;
    parse: (bytes: Uint8Array) => T;
    bytesMax?: number;
  }): Promise<BlobAnswer<T>> {
    const key = `${it.as} ${it.digest}`;
    const known = this.#answers.get(key);
    if (known && (known.answer.why === null || this.now() < known.atMs + askAgainAfterMs)) {
      return known.answer as BlobAnswer<T>;
    }
    const answer = await this.#fetch(it);
    if (this.#answers.size >= rememberedMax) this.#answers.clear();
    this.#answers.set(key, { answer, atMs: this.now() });
    return answer;
  }

  /** A JSON object. */
  readJson(digest: Digest): Promise<BlobAnswer<Record<string, unknown>>> {
    return this.read({ digest, as: 'json', parse: parseObject });
  }

  async #fetch<T>(it: {
    digest: Digest;
    parse: (bytes: Uint8Array) => T;
    bytesMax?: number;
  }): Promise<BlobAnswer<T>> {
    try {
      const bytes = await this.store.get(it.digest, { maxBytes: it.bytesMax ?? jsonBytesMax });
      return { value: it.parse(bytes), why: null };
    } catch (error) {
      return { value: null, why: (error as Error).message };
    }
  }
}

export function parseObject(bytes: Uint8Array): Record<string, unknown> {
  const value: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return value as Record<string, unknown>;
  }
  throw new Error('NOT_AN_OBJECT: the blob is JSON, but no object');
}
