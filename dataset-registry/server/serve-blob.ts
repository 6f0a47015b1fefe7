/** A blob's bytes to whoever asks, and a manifest parsed; and who reads too slowly is cut off. */
import type { Request, Response } from 'express';
import { isDigest, type Digest } from '../digest/digest.js';
import { manifestLimits, parseManifest } from '../digest/manifest.js';
import type { FolderStore } from '../store/folder-store.js';
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

function missingBlob(digest: Digest): Refusal {
  return new Refusal(404, 'BLOB_MISSING', `${digest} is not here`, 'try another registry');
}

/** A blob never changes, so it may be cached for ever; ranges and HEAD are express's own. */
export async function sendBlob(
  store: FolderStore,
  digest: Digest,
  response: Response,
  { answerGraceMs }: { answerGraceMs: number },
): Promise<void> {
  if (!(await store.has(digest))) throw missingBlob(digest);
  response.set({
    'cache-control': 'public, max-age=31536000, immutable',
    'content-type': 'application/octet-stream',
    'content-disposition': 'attachment',
    etag: `"${digest}"`,
  });
  watchReader(response, answerGraceMs);
  await new Promise<void>((resolve, reject) => {
    const path = store.pathOf(digest);
    const sending = { cacheControl: false, lastModified: false, dotfiles: 'allow' as const };
    response.sendFile(path, sending, (error?: Error & { status?: number }) => {
      // Whoever asked has gone: nobody's fault, and nobody to tell.
      if (!error || response.destroyed || isGone(error)) return resolve();
      if (error.status === 416) {
        return reject(
          new Refusal(416, 'BAD_RANGE', 'no such range in this blob', 'ask HEAD first'),
        );
      }
      reject(error);
    });
  });
}

export async function readManifest(store: FolderStore, digest: Digest): Promise<unknown> {
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

function isGone(error: Error & { code?: string }): boolean {
  return error.code === 'ECONNABORTED';
}
