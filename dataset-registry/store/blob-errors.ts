/** What can go wrong with a blob, in the same words for every store. */
import type { Digest } from '../digest/digest.js';

export type BlobErrorCode =
  | 'BLOB_MISSING'
  | 'BLOB_CORRUPT'
  | 'BLOB_TOO_LARGE'
  | 'STORE_UNREACHABLE'
  | 'UPLOAD_REFUSED'
  | 'NO_SOURCE_LEFT';

export class BlobError extends Error {
  readonly code: BlobErrorCode;

  constructor(code: BlobErrorCode, facts: string, options?: { cause?: unknown }) {
    super(`${code}: ${facts}`, options);
    this.name = 'BlobError';
    this.code = code;
  }
}

export function missing(digest: Digest, where: string): BlobError {
  return new BlobError('BLOB_MISSING', `${digest} is not in ${where}; try another source`);
}

export function corrupt(digest: Digest, where: string, found: string): BlobError {
  return new BlobError(
    'BLOB_CORRUPT',
    `${where} has ${found} under the name ${digest}; nothing was used; try another source`,
  );
}

export function tooLarge(digest: Digest, bytes: number, maxBytes: number): BlobError {
  return new BlobError(
    'BLOB_TOO_LARGE',
    `${digest} has ${bytes} bytes or more, at most ${maxBytes} are read here; fetch it in chunks`,
  );
}

export function unreachable(where: string, why: string, cause?: unknown): BlobError {
  return new BlobError(
    'STORE_UNREACHABLE',
    `${where}: ${why}; check the address and the network, or name another source`,
    { cause },
  );
}
