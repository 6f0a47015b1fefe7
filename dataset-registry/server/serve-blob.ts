/** A blob's bytes to whoever asks, and a manifest parsed; and who reads too slowly is cut off. */
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Request, Response } from 'express';
import { isDigest, type Digest } from '../digest/digest.js';
import { manifestLimits, parseManifest } from '../digest/manifest.js';
import type { BlobStore } from '../store/blob-store.js';
import { chooseEncoding, tagAtClient, tagOf, type BlobPress } from './blob-press.js';
import { answerBytesPerSecondMin } from './limits.js';
import { Refusal } from './refusal.js';

export function readDigest(request: Request): Digest {
  const text: unknown = request.params['digest'];
  if (isDigest(text)) return text;
  throw new Refusal(
    400,
    'BAD_DIGEST',
    'the path does not end in a digest',
    'write sha256: and 64 lower-case hex digits',
  );
}

export const privateHeaders = {
  'cache-control': 'private, no-store',
  vary: 'accept-encoding, authorization',
} as const;

function missingBlob(digest: Digest): Refusal {
  return new Refusal(404, 'BLOB_MISSING', `${digest} is not here`, 'try another registry');
}

/**
 * A blob never changes, so it may be cached for ever. It is packed for who unpacks, unless it is large, would
 * not get smaller, or a range is asked for; HEAD tells of it as it is. Of several ranges at once, all is sent.
 */
export async function sendBlob(
  it: {
    store: BlobStore;
    press: BlobPress;
    times: { answerGraceMs: number };
    /** It is for whoever asked, and no cache on the way. */
    isPrivate: boolean;
  },
  request: Request,
  response: Response,
): Promise<void> {
  const { store, press, times } = it;
  const digest = readDigest(request);
  const size = await store.size(digest);
  if (size === null) throw missingBlob(digest);
  response.set({
    'accept-ranges': 'bytes',
    'cache-control': 'public, max-age=31536000, immutable',
    'content-type': 'application/octet-stream',
    'content-disposition': 'attachment',
    vary: 'accept-encoding',
    etag: tagOf(digest, null),
    ...(it.isPrivate ? privateHeaders : {}),
  });
  const known = tagAtClient(request, digest);
  if (known !== null) return void response.set('etag', known).status(304).end();
  const range = readRange(request, size, tagOf(digest, null));
  const whole = request.headers.range === undefined && request.method === 'GET';
  const encoding = whole ? chooseEncoding(request) : null;
  const packed = encoding && (await press.pack(store, { digest, size }, encoding));
  watchReader(response, times.answerGraceMs);
  if (encoding && packed) {
    response.set({ 'content-encoding': encoding, etag: tagOf(digest, encoding) });
    return void response.set('content-length', String(packed.length)).end(packed);
  }
  if (range) {
    response.status(206);
    response.set('content-range', `bytes ${range.start}-${range.end - 1}/${size}`);
  }
  const { start, end } = range ?? { start: 0, end: size };
  response.set('content-length', String(end - start));
  if (request.method === 'HEAD' || start === end) return void response.end();
  const abort = new AbortController();
  response.once('close', () => abort.abort());
  const pieces = store.read(digest, { start, end, signal: abort.signal });
  try {
    await pipeline(Readable.from(pieces, { objectMode: false, highWaterMark: 2 ** 18 }), response);
  } catch (error) {
    // Whoever asked has gone: nobody's fault, and nobody to tell.
    if (isGone(error)) return;
    throw error;
  }
}

/** The one range that was asked for; null: all of it. Throws the refusal `BAD_RANGE`. */
function readRange(
  request: Request,
  size: number,
  etag: string,
): { start: number; end: number } | null {
  if (request.headers.range === undefined) return null;
  const condition = request.headers['if-range'];
  if (condition !== undefined && condition !== etag) return null;
  const ranges = request.range(size);
  if (ranges === -1) {
    throw new Refusal(416, 'BAD_RANGE', 'no such range in this blob', 'ask HEAD first', { size });
  }
  if (ranges === undefined || ranges === -2 || ranges.type !== 'bytes') return null;
  const [only, ...others] = ranges;
  return only && others.length === 0 ? { start: only.start, end: only.end + 1 } : null;
}

export async function readManifest(store: BlobStore, digest: Digest): Promise<unknown> {
  const size = await store.size(digest);
  if (size === null) throw missingBlob(digest);
  const what = 'this blob is not a manifest';
  const remedy = 'fetch it as a blob';
  if (size > manifestLimits.bytesMax) throw new Refusal(422, 'NOT_A_MANIFEST', what, remedy);
  const bytes = await store.get(digest);
  try {
    return parseManifest(bytes);
  } catch (error) {
    throw new Refusal(422, 'NOT_A_MANIFEST', `${what}: ${(error as Error).message}`, remedy);
  }
}

/** Reading a byte now and then holds a connection and a file as well as sending one does. */
function watchReader(response: Response, graceMs: number): void {
  const { socket } = response;
  if (!socket) return;
  // What the system has taken; the rest waits in the process.
  const taken = () => socket.bytesWritten - socket.writableLength;
  let last = taken();
  const timer = setInterval(() => {
    const now = taken();
    if (now - last < (answerBytesPerSecondMin * graceMs) / 1_000) socket.destroy();
    last = now;
  }, graceMs).unref();
  response.once('close', () => clearInterval(timer));
}

function isGone(error: unknown): boolean {
  const { code } = error as { code?: string };
  return code === 'ERR_STREAM_PREMATURE_CLOSE' || code === 'ECONNRESET' || code === 'EPIPE';
}
