/** What a registry's answers mean to a client that trusts none of them. */
import { BlobError, unreachable } from './blob-errors.js';

/** Answers to an upload that was in order: cut off, still running, too many at once. */
const laterStatuses = [408, 409, 425, 429];

/** A refusal is final; a busy or failing server is asked again later. */
export function notTaken(base: string, response: Response, text: string): BlobError {
  const { status, headers } = response;
  const why = `answered ${status}: ${text}`;
  if (status < 500 && !laterStatuses.includes(status)) {
    return new BlobError('UPLOAD_REFUSED', `${base} ${why}`);
  }
  const seconds = /^\d{1,6}$/.exec(headers.get('retry-after') ?? '')?.[0];
  return unreachable(base, `${why}; try again ${seconds ? `in ${seconds} s` : 'later'}`);
}

/** The byte from which the server wants the upload to go on. */
export function readOffset(text: string): number | null {
  const offset = /"offset":(\d{1,15})[,}]/.exec(text)?.[1];
  return offset === undefined ? null : Number(offset);
}

export function checkRange(base: string, response: Response, start: number): void {
  if (response.status !== 206) throw unreachable(base, 'does not serve ranges');
  const named = /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(response.headers.get('content-range') ?? '');
  if (!named || Number(named[1]) !== start) throw unreachable(base, 'served another range');
}

/** What it says is to come, as its reader will see it; 0 where it does not say. */
export function announcedBytes({ headers }: Response): number {
  // The length of a packed answer is that of what is packed.
  if (headers.get('content-encoding') !== null) return 0;
  const text = headers.get('content-length') ?? '';
  return /^\d{1,15}$/.test(text) ? Number(text) : 0;
}
