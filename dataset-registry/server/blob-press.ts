/**
 * Blobs packed for the way (gzip, br, zstd), for clients that say they unpack. Texts shrink to a third, weights
 * not at all, so a blob's beginning is tried first. What was packed is kept as long as there is room: a blob
 * never changes, and whoever asks again costs nothing. Nobody waits for it: when all hands are busy, a blob
 * goes out as it is.
 */
import { promisify } from 'node:util';
import * as zlib from 'node:zlib';
import type { Request } from 'express';
import type { Digest } from '../digest/digest.js';
import type { BlobStore } from '../store/blob-store.js';
import {
  dullDigestsMax,
  packedBytesMax,
  packedShareMax,
  packingAtOnceMax,
  packingBytesMax,
  packingBytesMin,
  packingTrialBytes,
} from './limits.js';

export type Encoding = 'br' | 'zstd' | 'gzip';

type Pack = (bytes: Uint8Array) => Promise<Uint8Array>;

const { constants } = zlib;

const packers = new Map<Encoding, Pack>([
  [
    'br',
    (bytes) =>
      promisify(zlib.brotliCompress)(bytes, {
        params: {
          [constants.BROTLI_PARAM_QUALITY]: 5,
          [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
        },
      }),
  ],
  ['gzip', (bytes) => promisify(zlib.gzip)(bytes, { level: 6 })],
]);
// Only some Nodes have it.
const { zstdCompress } = zlib as unknown as {
  zstdCompress?: (bytes: Uint8Array, done: (error: Error | null, packed: Buffer) => void) => void;
};
if (zstdCompress) packers.set('zstd', promisify(zstdCompress));

/** The best of those that the client takes; null: it takes none. */
export function chooseEncoding(request: Request): Encoding | null {
  if (request.headers['accept-encoding'] === undefined) return null;
  const order: Encoding[] = ['br', 'zstd', 'gzip'];
  return order.find((one) => packers.has(one) && request.acceptsEncodings(one) === one) ?? null;
}

/** The tag of a blob in an encoding: another one for other bytes. */
export function tagOf(digest: Digest, encoding: Encoding | null): string {
  return encoding === null ? `"${digest}"` : `"${digest}-${encoding}"`;
}

/** The tag of this blob, in any encoding, that the client says it has. */
export function tagAtClient(request: Request, digest: Digest): string | null {
  const named = request.headers['if-none-match']?.split(',').map((tag) => tag.trim());
  const own = [null, ...packers.keys()].map((encoding) => tagOf(digest, encoding));
  for (const tag of named ?? []) {
    if (tag === '*') return own[0]!;
    // Of a weak tag the bytes may differ, and nothing else.
    const found = own.find((one) => one === tag.replace(/^W\//, ''));
    if (found) return found;
  }
  return null;
}

export class BlobPress {
  /** By digest and encoding; what was asked for last is the last. */
  private readonly kept = new Map<string, Uint8Array>();
  private keptBytes = 0;
  /** What does not get smaller. */
  private readonly dull = new Set<Digest>();
  private running = 0;

  constructor(private readonly bytesMax: number = packedBytesMax) {}

  /** Null: it goes out as it is. */
  async pack(
    store: BlobStore,
    blob: { digest: Digest; size: number },
    encoding: Encoding,
  ): Promise<Uint8Array | null> {
    const { digest, size } = blob;
    if (size < packingBytesMin || size > packingBytesMax || this.dull.has(digest)) return null;
    const key = tagOf(digest, encoding);
    const found = this.kept.get(key);
    if (found) {
      this.kept.delete(key);
      this.kept.set(key, found);
      return found;
    }
    if (this.running >= packingAtOnceMax) return null;
    this.running++;
    try {
      const bytes = await store.get(digest, { maxBytes: size }).catch(() => null);
      // One that has rotted is sent as it is, for its reader to see.
      if (!bytes) return null;
      const packed = (await shrinks(bytes)) ? await packers.get(encoding)!(bytes) : null;
      if (!packed || packed.length > size * packedShareMax)
        return (this.rememberDull(digest), null);
      this.keep(key, packed);
      return packed;
    } finally {
      this.running--;
    }
  }

  private rememberDull(digest: Digest): void {
    this.dull.add(digest);
    if (this.dull.size > dullDigestsMax) this.dull.delete(this.dull.keys().next().value!);
  }

  private keep(key: string, packed: Uint8Array): void {
    this.keptBytes += packed.length - (this.kept.get(key)?.length ?? 0);
    this.kept.set(key, packed);
    for (const [oldest, { length }] of this.kept) {
      if (this.keptBytes <= this.bytesMax) break;
      this.kept.delete(oldest);
      this.keptBytes -= length;
    }
  }
}

/** Whether its beginning does. */
async function shrinks(bytes: Uint8Array): Promise<boolean> {
  const trial = bytes.subarray(0, packingTrialBytes);
  const packed = await promisify(zlib.deflateRaw)(trial, { level: 1 });
  return packed.length <= trial.length * packedShareMax;
}
