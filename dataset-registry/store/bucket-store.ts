/**
 * Blobs in a bucket of any server that speaks S3, as objects `<prefix>blobs/<digest>`: a bucket that anybody
 * may read is a mirror as it is. An object is there as a whole or not at all, and each is signed with the
 * SHA-256 that its name says, so that even a client that errs can put nothing else there. What is received
 * is first written and checked on this machine (`temporaryPath`), and only then sent.
 */
import { randomBytes } from 'node:crypto';
import { mkdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { digestOf, isDigest, parseDigest, type Digest } from '../digest/digest.js';
import { BlobError, corrupt, missing, tooLarge, unreachable } from './blob-errors.js';
import type { ReceivingStore, StoredBlob } from './blob-store.js';
import type { BucketOptions } from './bucket-address.js';
import { BucketClient, type BucketTimes, type ObjectSource } from './bucket-client.js';
import { sweepLeftovers } from './leftovers.js';
import { blobBytesMax, bucketObjectBytesMax, strikesMax } from './limits.js';

export interface BucketStoreOptions extends BucketOptions, BucketTimes {
  /** Where what is received lies until it is checked and sent. */
  readonly stagingFolder: string;
}

export class BucketStore implements ReceivingStore {
  readonly folder: string;
  private readonly client: BucketClient;
  private readonly keyPrefix: string;
  private swept: Promise<void> | null = null;

  constructor(options: BucketStoreOptions) {
    this.folder = options.stagingFolder;
    this.keyPrefix = `${options.prefix}blobs/`;
    this.client = new BucketClient(options, options);
  }

  get name(): string {
    return this.client.name;
  }

  async has(digest: Digest): Promise<boolean> {
    return (await this.size(digest)) !== null;
  }

  async size(digest: Digest): Promise<number | null> {
    return this.client.size(this.keyOf(digest));
  }

  async get(digest: Digest, options: { maxBytes?: number } = {}): Promise<Uint8Array> {
    const maxBytes = options.maxBytes ?? blobBytesMax;
    const size = await this.size(digest);
    if (size === null) throw missing(digest, this.name);
    if (size > maxBytes) throw tooLarge(digest, size, maxBytes);
    const bytes = new Uint8Array(size);
    let at = 0;
    for await (const piece of this.read(digest, { start: 0, end: size })) {
      bytes.set(piece, at);
      at += piece.length;
    }
    const found = digestOf(bytes.subarray(0, at));
    if (found !== digest) throw corrupt(digest, this.name, found);
    return bytes;
  }

  /** Always sends: what a server has rotted is mended so. */
  async put(bytes: Uint8Array): Promise<Digest> {
    const digest = digestOf(bytes);
    await this.send(digest, { sha256: hexOf(digest), size: bytes.length, bytes });
    return digest;
  }

  async remove(digest: Digest): Promise<boolean> {
    const there = await this.has(digest);
    if (there) await this.client.remove(this.keyOf(digest));
    return there;
  }

  /** A line that breaks is taken up again where it broke. */
  async *read(
    digest: Digest,
    range: { start: number; end: number; signal?: AbortSignal },
  ): AsyncGenerator<Uint8Array, void> {
    let at = range.start;
    for (let strikes = 0; at < range.end;) {
      const before = at;
      try {
        const pieces = await this.client.read(this.keyOf(digest), { ...range, start: at });
        if (!pieces) throw missing(digest, this.name);
        for await (const piece of pieces) {
          at += piece.length;
          yield piece;
        }
        return;
      } catch (error) {
        const isBroken = error instanceof BlobError && error.code === 'STORE_UNREACHABLE';
        if (!isBroken || at === before || ++strikes >= strikesMax) throw error;
      }
    }
  }

  async *list(): AsyncGenerator<StoredBlob, void> {
    for await (const { key, size } of this.client.list(this.keyPrefix)) {
      const digest = key.slice(this.keyPrefix.length);
      if (isDigest(digest) && Number.isSafeInteger(size)) yield { digest, bytes: size };
    }
  }

  async temporaryPath(): Promise<string> {
    await mkdir(this.folder, { recursive: true });
    await (this.swept ??= sweepLeftovers(this.folder, Date.now()));
    return join(this.folder, `${process.pid}-${randomBytes(8).toString('hex')}`);
  }

  async adopt(path: string, digest: Digest): Promise<void> {
    await this.putFile(path, digest);
    await rm(path, { force: true });
  }

  /** A file whose digest the caller has checked; it stays where it is. */
  async putFile(path: string, digest: Digest): Promise<void> {
    const { size } = await stat(path);
    await this.send(digest, { sha256: hexOf(digest), size, path });
  }

  /** A server that keeps half of what it is sent is found out here, before anybody reads it. */
  private async send(digest: Digest, source: ObjectSource): Promise<void> {
    if (source.size > bucketObjectBytesMax)
      throw tooLarge(digest, source.size, bucketObjectBytesMax);
    const key = this.keyOf(digest);
    await this.client.put(key, source);
    const kept = await this.client.size(key);
    if (kept === source.size) return;
    await this.client.remove(key);
    throw unreachable(this.name, `kept ${kept ?? 'none'} of ${source.size} bytes of ${digest}`);
  }

  /** The digest is parsed first: no key leaves the prefix. */
  private keyOf(digest: Digest): string {
    return `${this.keyPrefix}${parseDigest(digest)}`;
  }
}

function hexOf(digest: Digest): string {
  return digest.slice('sha256:'.length);
}
