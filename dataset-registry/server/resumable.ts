/**
 * Uploads that go on after a broken line: pieces with `Content-Range: bytes a-b/total` are appended
 * to a part file per account and digest. The part is hashed as a whole at the end, so a piece from
 * a confused or hostile client costs only that client's own upload.
 */
import { createHash } from 'node:crypto';
import { mkdir, open, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Request } from 'express';
import type { Digest } from '../digest/digest.js';
import { digestOfFile, type FolderStore } from '../store/folder-store.js';
import { partLifeMs, partsMax } from './limits.js';
import { Refusal } from './refusal.js';
import { tooLarge, writeBody, wrongDigest, type UploadTimes } from './upload.js';

export interface ContentRange {
  start: number;
  /** Exclusive. */
  end: number;
  total: number;
}

/** The request's range, or null when it sends the whole blob. Throws a `Refusal`. */
export function readContentRange(request: Request): ContentRange | null {
  const text = request.headers['content-range'];
  if (text === undefined) return null;
  const match = /^bytes (\d{1,15})-(\d{1,15})\/(\d{1,15})$/.exec(text);
  const [start, last, total] = match ? match.slice(1).map(Number) : [];
  if (start === undefined || last === undefined || total === undefined || last >= total) {
    throw badRange(`content-range ${JSON.stringify(text.slice(0, 80))}`);
  }
  if (start > last) throw badRange('content-range that ends before it begins');
  return { start, end: last + 1, total };
}

/** The size of the whole blob; throws a `Refusal` when range, body and bound disagree. */
export function checkTotal(range: ContentRange, sentBytes: number, blobBytesMax: number): number {
  if (range.end - range.start !== sentBytes) {
    throw badRange(`a range of ${range.end - range.start} bytes over a body of ${sentBytes}`);
  }
  if (range.total <= blobBytesMax) return range.total;
  throw tooLarge(range.total, blobBytesMax);
}

/** Parts of unfinished uploads, by account and blob. */
export class PartShelf {
  private readonly busy = new Set<string>();

  constructor(private readonly folder: string) {}

  /**
   * Bytes of the account's other broken-off uploads: they are on the disk, so they count. Those that
   * are running are reserved already.
   */
  async bytesHeld(accountId: string, except: Digest): Promise<number> {
    const own = `${hashText(accountId)}-`;
    const names = await readdir(this.folder).catch(() => []);
    let bytes = 0;
    for (const name of names) {
      const path = join(this.folder, name);
      const counts = name.startsWith(own) && path !== this.pathOf(accountId, except);
      if (counts && !this.busy.has(path)) bytes += await sizeOrZero(path);
    }
    return bytes;
  }

  /**
   * Appends a piece; when it is the last, checks the whole and makes it a blob. Throws a `Refusal`;
   * `WRONG_OFFSET` says from which byte to go on.
   */
  async receive(piece: {
    request: Request;
    store: FolderStore;
    accountId: string;
    digest: Digest;
    range: ContentRange;
    times: UploadTimes;
    nowMs: number;
  }): Promise<{ complete: boolean }> {
    const { request, store, accountId, digest, range, times } = piece;
    const path = this.pathOf(accountId, digest);
    if (this.busy.has(path)) {
      throw new Refusal(409, 'UPLOAD_RUNNING', 'this upload is running already', 'wait for it');
    }
    this.busy.add(path);
    try {
      await this.makeRoom(path, piece.nowMs);
      const have = await sizeOrZero(path);
      if (have !== range.start) throw wrongOffset(have, range.start);
      const file = await open(path, 'a');
      try {
        await writeBody(request, file, range.end - range.start, times);
        await file.sync();
      } finally {
        await file.close();
      }
      if (range.end < range.total) return { complete: false };
      const found = await digestOfFile(path);
      if (found !== digest) {
        await rm(path, { force: true });
        throw wrongDigest(found, digest);
      }
      await store.adopt(path, digest);
      return { complete: true };
    } finally {
      this.busy.delete(path);
    }
  }

  /** Forgets parts nobody came back for; refuses a new one when too many are left. */
  private async makeRoom(path: string, nowMs: number): Promise<void> {
    await mkdir(this.folder, { recursive: true });
    const names = await readdir(this.folder);
    if (names.length < partsMax || names.some((name) => join(this.folder, name) === path)) return;
    for (const name of names) {
      const old = join(this.folder, name);
      const found = await stat(old).catch(() => null);
      if (found && nowMs - found.mtimeMs > partLifeMs && !this.busy.has(old)) {
        await rm(old, { force: true });
      }
    }
    if ((await readdir(this.folder)).length < partsMax) return;
    const remedy = 'send the blob whole, or try again later';
    throw new Refusal(503, 'TOO_MANY_PARTS', 'too many unfinished uploads', remedy);
  }

  private pathOf(accountId: string, digest: Digest): string {
    return join(this.folder, `${hashText(accountId)}-${digest.slice('sha256:'.length)}`);
  }
}

function hashText(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

async function sizeOrZero(path: string): Promise<number> {
  return stat(path).then(
    (found) => found.size,
    () => 0,
  );
}

function wrongOffset(have: number, start: number): Refusal {
  return new Refusal(
    409,
    'WRONG_OFFSET',
    `${have} bytes are here, the piece begins at ${start}`,
    `go on from byte ${have}`,
    { offset: have },
  );
}

function badRange(what: string): Refusal {
  return new Refusal(400, 'BAD_RANGE', what, 'write bytes <first>-<last>/<total>');
}
