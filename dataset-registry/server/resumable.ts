/**
 * Uploads that go on after a broken line: pieces with `Content-Range: bytes a-b/total` are appended
 * to a part file per account and digest. The part is hashed as a whole at the end, so a piece from
 * a confused or hostile client costs only that client's own upload.
 */
import { createHash, type Hash } from 'node:crypto';
import { mkdir, open, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Request } from 'express';
import type { Digest } from '../digest/digest.js';
import type { ReceivingStore } from '../store/blob-store.js';
import { digestOfFile } from '../store/hash-file.js';
import { partLifeMs, partsMax, partsPerAccountMax } from './limits.js';
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
  /** By path, of the bytes that are in it. */
  private readonly hashes = new Map<string, { readonly hash: Hash; readonly bytes: number }>();

  constructor(private readonly folder: string) {}

  /**
   * Bytes of other broken-off uploads, all and the account's own: they are on the disk, so they count.
   * Those that are running are reserved already.
   */
  async bytesHeld(
    except: Digest,
    accountId: string,
  ): Promise<{ byAll: number; byAccount: number }> {
    const names = await readdir(this.folder).catch(() => []);
    const held = { byAll: 0, byAccount: 0 };
    for (const name of names) {
      const path = join(this.folder, name);
      if (path === this.pathOf(accountId, except) || this.busy.has(path)) continue;
      const bytes = await sizeOrZero(path);
      held.byAll += bytes;
      if (ownerOf(name) === hashText(accountId)) held.byAccount += bytes;
    }
    return held;
  }

  /**
   * Appends a piece; when it is the last, checks the whole and makes it a blob. Throws a `Refusal`;
   * `WRONG_OFFSET` says from which byte to go on.
   */
  async receive(piece: {
    request: Request;
    store: ReceivingStore;
    accountId: string;
    digest: Digest;
    range: ContentRange;
    times: UploadTimes;
    nowMs: number;
  }): Promise<{ complete: boolean }> {
    const { request, accountId, digest, range, times } = piece;
    const path = this.pathOf(accountId, digest);
    if (this.busy.has(path)) {
      throw new Refusal(409, 'UPLOAD_RUNNING', 'this upload is running already', 'wait for it');
    }
    this.busy.add(path);
    try {
      await this.makeRoom(path, piece);
      const have = await sizeOrZero(path);
      // All of it came before, and it did not become a blob: a kill, or a store that was away.
      if (have >= range.total) {
        await this.finish(path, piece);
        return { complete: true };
      }
      if (have !== range.start) throw wrongOffset(have, range.start);
      await this.append(path, request, range, times);
      if (range.end < range.total) return { complete: false };
      await this.finish(path, piece);
      return { complete: true };
    } finally {
      this.busy.delete(path);
    }
  }

  /** Hashed as it comes: a part whose pieces all came to this process need not be read again. */
  private async append(
    path: string,
    request: Request,
    { start, end }: ContentRange,
    times: UploadTimes,
  ): Promise<void> {
    const before = start === 0 ? { hash: createHash('sha256'), bytes: 0 } : this.hashes.get(path);
    // Of a piece that breaks off nobody knows how much was written.
    this.hashes.delete(path);
    const hash = before?.bytes === start ? before.hash : null;
    const file = await open(path, 'a');
    try {
      await writeBody(request, file, { at: start, bytes: end - start }, { times, hash });
    } finally {
      await file.close();
    }
    if (hash) this.hashes.set(path, { hash, bytes: end });
    if (this.hashes.size > partsMax) this.hashes.delete(this.hashes.keys().next().value!);
  }

  private async finish(
    path: string,
    { store, digest, range }: { store: ReceivingStore; digest: Digest; range: ContentRange },
  ): Promise<void> {
    const own = this.hashes.get(path);
    this.hashes.delete(path);
    const isHashed = own !== undefined && own.bytes === range.total;
    const found = isHashed ? `sha256:${own.hash.digest('hex')}` : await digestOfFile(path);
    if (found !== digest) {
      await rm(path, { force: true });
      throw wrongDigest(found, digest);
    }
    await store.adopt(path, digest);
  }

  /**
   * Room for a new part: an account's own oldest goes when it has many, then those nobody came back
   * for, then the oldest of whoever has more than a fair share. Refuses when all shares are fair.
   */
  private async makeRoom(
    path: string,
    { accountId, nowMs }: { accountId: string; nowMs: number },
  ): Promise<void> {
    await mkdir(this.folder, { recursive: true });
    const names = await readdir(this.folder);
    if (names.some((name) => join(this.folder, name) === path)) return;
    const own = names.filter((name) => ownerOf(name) === hashText(accountId));
    if (own.length >= partsPerAccountMax && (await this.dropOldest(own, nowMs))) return;
    if (names.length < partsMax) return;
    if (await this.dropOldest(names, nowMs - partLifeMs)) return;
    const counts = new Map<string, number>();
    for (const name of names) counts.set(ownerOf(name), (counts.get(ownerOf(name)) ?? 0) + 1);
    const greedy = Math.max(own.length + 2, ...counts.values());
    const shared = names.filter((name) => counts.get(ownerOf(name))! >= greedy);
    if (await this.dropOldest(shared, nowMs)) return;
    const remedy = 'send the blob whole, or try again later';
    const facts = { retryAfterSeconds: 60 };
    throw new Refusal(503, 'TOO_MANY_PARTS', 'too many unfinished uploads', remedy, facts);
  }

  /** Whether one was dropped; those written to now, or after `untilMs`, stay. */
  private async dropOldest(names: readonly string[], untilMs: number): Promise<boolean> {
    let oldest: { path: string; writtenMs: number } | null = null;
    for (const name of names) {
      const path = join(this.folder, name);
      const writtenMs = (await stat(path).catch(() => null))?.mtimeMs;
      if (writtenMs === undefined || writtenMs > untilMs || this.busy.has(path)) continue;
      if (!oldest || writtenMs < oldest.writtenMs) oldest = { path, writtenMs };
    }
    if (!oldest || this.busy.has(oldest.path)) return false;
    await rm(oldest.path, { force: true });
    return true;
  }

  private pathOf(accountId: string, digest: Digest): string {
    return join(this.folder, `${hashText(accountId)}-${digest.slice('sha256:'.length)}`);
  }
}

/** The account's hash in a part's name. */
function ownerOf(name: string): string {
  return name.split('-', 1)[0]!;
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
