/**
 * One upload, from socket to blob: hashed while it is written to a temporary file, visible only
 * when the digest is the one in its name. It is cut off when it is larger than announced, stalls,
 * or drips.
 */
import { createHash, type Hash } from 'node:crypto';
import { open, rm, type FileHandle } from 'node:fs/promises';
import type { Request } from 'express';
import type { Digest } from '../digest/digest.js';
import type { ReceivingStore } from '../store/blob-store.js';
import { FileFilling } from '../store/hash-file.js';
import { uploadBytesPerSecondMin, uploadGraceMs, uploadStallMs } from './limits.js';
import { Refusal } from './refusal.js';

export interface UploadTimes {
  stallMs: number;
  graceMs: number;
}

export const uploadTimesDefault: UploadTimes = { stallMs: uploadStallMs, graceMs: uploadGraceMs };

/** Bytes that the request announces; throws a `Refusal` when it announces none or too many. */
export function announcedBytes(request: Request, blobBytesMax: number): number {
  const text = request.headers['content-length'];
  if (text === undefined || !/^\d{1,15}$/.test(text)) {
    throw new Refusal(411, 'LENGTH_REQUIRED', 'no content-length', 'send the size of the blob');
  }
  const bytes = Number(text);
  if (bytes > blobBytesMax) throw tooLarge(bytes, blobBytesMax);
  if (request.headers['content-encoding'] !== undefined) {
    throw new Refusal(415, 'ENCODED_BODY', 'the body has a content-encoding', 'send plain bytes');
  }
  return bytes;
}

/** Receives the body into the store as `digest`. Throws a `Refusal`; nothing half-done stays. */
export async function receiveBlob(
  request: Request,
  store: ReceivingStore,
  expected: { digest: Digest; bytes: number },
  times: UploadTimes = uploadTimesDefault,
): Promise<void> {
  const path = await store.temporaryPath();
  try {
    const file = await open(path, 'wx');
    const hash = createHash('sha256');
    try {
      await writeBody(request, file, { at: 0, bytes: expected.bytes }, { times, hash });
    } finally {
      await file.close();
    }
    const found = `sha256:${hash.digest('hex')}`;
    if (found !== expected.digest) throw wrongDigest(found, expected.digest);
    await store.adopt(path, expected.digest);
  } finally {
    await rm(path, { force: true });
  }
}

/** Writes exactly the announced bytes of the body to the file, at `at`, and to the disk. Throws a `Refusal`. */
export async function writeBody(
  request: Request,
  file: FileHandle,
  { at, bytes }: { at: number; bytes: number },
  { times, hash }: { times: UploadTimes; hash: Hash | null },
): Promise<void> {
  const pace = watchPace(request, times);
  const filling = new FileFilling(file, at);
  let received = 0;
  try {
    for await (const piece of request as AsyncIterable<Uint8Array>) {
      pace.sawBytes(piece.length);
      received += piece.length;
      if (received > bytes) throw lengthWrong(received, bytes);
      await filling.add(piece);
      hash?.update(piece);
    }
    if (received !== bytes) throw lengthWrong(received, bytes);
    pace.stop();
    await filling.end();
  } catch (error) {
    if (error instanceof Refusal || !request.destroyed) throw error;
    const why = 'the upload broke off or was too slow';
    throw new Refusal(408, 'UPLOAD_CUT_OFF', why, 'send it again');
  } finally {
    pace.stop();
    await filling.settle();
  }
}

export function tooLarge(bytes: number, blobBytesMax: number): Refusal {
  return new Refusal(
    413,
    'BLOB_TOO_LARGE',
    `${bytes} bytes; this registry takes blobs of at most ${blobBytesMax}`,
    'cut the file into smaller blobs, or use another registry',
  );
}

export function wrongDigest(found: string, named: Digest): Refusal {
  return new Refusal(
    422,
    'WRONG_DIGEST',
    `the body is ${found}, not ${named}`,
    'name the blob by the sha256 of the bytes you send',
  );
}

/**
 * Destroys the request when no byte came for a while, or when it falls behind the minimum rate: at
 * every moment, since one that announces much could otherwise drip for days before it is late.
 */
function watchPace(
  request: Request,
  times: UploadTimes,
): { sawBytes(count: number): void; stop(): void } {
  const cutOff = (): void => {
    request.destroy();
  };
  let lateMs = performance.now() + times.graceMs;
  const patienceMs = (): number => Math.min(times.stallMs, lateMs - performance.now());
  let timer = setTimeout(cutOff, patienceMs());
  return {
    sawBytes: (count) => {
      lateMs += (1_000 * count) / uploadBytesPerSecondMin;
      clearTimeout(timer);
      timer = setTimeout(cutOff, Math.max(0, patienceMs()));
    },
    stop: () => clearTimeout(timer),
  };
}

function lengthWrong(received: number, announced: number): Refusal {
  return new Refusal(
    400,
    'WRONG_LENGTH',
    `${received} bytes came where ${announced} were announced`,
    'send the content-length of the body',
  );
}
