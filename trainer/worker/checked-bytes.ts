/**
 * An update on the disk, of which a piece is in memory. Its bytes were checked against the digest as a
 * whole when they came; what is read again is checked piece by piece, since a disk that rots in between
 * would make this seat name a wrong root, and pay for it.
 */
import { sha256, type Digest } from '@commonweights/dataset-registry/digest/digest.js';
import { corrupt } from '@commonweights/dataset-registry/store/blob-errors.js';
import type { UpdateBytes } from '../exchange/update-stream.js';
import type { LayeredStore } from './layered-store.js';

/** Read and checked at once. */
export const blockBytes = 262_144;
/** Of an update whose codec has two places that are read side by side. */
const blocksAtHand = 2;
const hashBytes = 32;

export class CheckedBytes implements UpdateBytes {
  readonly length: number;
  /** Of each block. */
  readonly #hashes: Uint8Array;
  readonly #atHand = new Map<number, Uint8Array>();

  /** `bytes`: those of the digest; they are not kept. */
  constructor(
    private readonly blobs: LayeredStore,
    private readonly digest: Digest,
    bytes: Uint8Array,
  ) {
    this.length = bytes.length;
    const count = Math.ceil(bytes.length / blockBytes);
    this.#hashes = new Uint8Array(hashBytes * count);
    for (let i = 0; i < count; i++) {
      this.#hashes.set(sha256(bytes.subarray(...this.#rangeOf(i))), hashBytes * i);
    }
  }

  /** Errors: those of the stores, `BLOB_CORRUPT`. */
  async read(start: number, end: number): Promise<Uint8Array> {
    const read = new Uint8Array(end - start);
    for (let at = start; at < end;) {
      const index = Math.floor(at / blockBytes);
      const [first, last] = this.#rangeOf(index);
      const to = Math.min(end, last);
      const block = await this.#block(index);
      read.set(block.subarray(at - first, to - first), at - start);
      at = to;
    }
    return read;
  }

  async #block(index: number): Promise<Uint8Array> {
    const known = this.#atHand.get(index);
    if (known) return known;
    const block = (await this.#readAndCheck(index)) ?? (await this.#fetchAgain(index));
    if (!block) throw corrupt(this.digest, 'what was read of it', `others at block ${index}`);
    this.#atHand.set(index, block);
    if (this.#atHand.size > blocksAtHand) {
      this.#atHand.delete(this.#atHand.keys().next().value!);
    }
    return block;
  }

  /** What has rotted here is dropped, and the whole fetched from where others have it. */
  async #fetchAgain(index: number): Promise<Uint8Array | null> {
    await this.blobs.forget(this.digest);
    await this.blobs.get(this.digest, { maxBytes: this.length });
    return this.#readAndCheck(index);
  }

  /** Null: other bytes than there were. Errors: those of the stores. */
  async #readAndCheck(index: number): Promise<Uint8Array | null> {
    const [start, end] = this.#rangeOf(index);
    const block = new Uint8Array(end - start);
    let at = 0;
    for await (const part of this.blobs.read(this.digest, { start, end })) {
      if (at + part.length > block.length) return null;
      block.set(part, at);
      at += part.length;
    }
    const hash = this.#hashes.subarray(hashBytes * index, hashBytes * (index + 1));
    const found = sha256(block);
    return at === block.length && found.every((byte, i) => byte === hash[i]) ? block : null;
  }

  #rangeOf(index: number): [number, number] {
    return [index * blockBytes, Math.min(this.length, (index + 1) * blockBytes)];
  }
}
