/**
 * Blobs in a folder: `<folder>/<first two hex digits>/<64 hex digits>`. A blob appears under its
 * name only when all of it is written (temporary file, then rename), so a killed writer leaves no
 * half blob behind; what it left in `tmp/` is swept by the next writer. The disk is not trusted
 * either: `get` checks the digest, and `put` mends a blob that has rotted.
 */
import { createHash, randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, opendir, rename, rm, stat, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { digestOf, isDigest, parseDigest, type Digest } from '../digest/digest.js';
import { corrupt, missing, tooLarge } from './blob-errors.js';
import type { ReceivingStore, StoredBlob } from './blob-store.js';
import { sweepLeftovers } from './leftovers.js';
import { blobBytesMax } from './limits.js';

export class FolderStore implements ReceivingStore {
  private swept: Promise<void> | null = null;

  constructor(readonly folder: string) {}

  /** Where the blob lies or would lie. The digest is parsed first: no path leaves the folder. */
  pathOf(digest: Digest): string {
    const hex = parseDigest(digest).slice('sha256:'.length);
    return join(this.folder, hex.slice(0, 2), hex);
  }

  async has(digest: Digest): Promise<boolean> {
    return (await this.size(digest)) !== null;
  }

  async size(digest: Digest): Promise<number | null> {
    try {
      const found = await stat(this.pathOf(digest));
      return found.isFile() ? found.size : null;
    } catch (error) {
      if (isAbsent(error)) return null;
      throw error;
    }
  }

  async get(digest: Digest, options: { maxBytes?: number } = {}): Promise<Uint8Array> {
    const maxBytes = options.maxBytes ?? blobBytesMax;
    const size = await this.size(digest);
    if (size === null) throw missing(digest, this.folder);
    if (size > maxBytes) {
      // A small blob that has grown by damage is damaged, which can be mended, not too large.
      const found = await digestOfFile(this.pathOf(digest));
      if (found !== digest) throw corrupt(digest, this.folder, found);
      throw tooLarge(digest, size, maxBytes);
    }
    const bytes = await readWhole(this.pathOf(digest), size);
    const found = digestOf(bytes);
    if (found !== digest) throw corrupt(digest, this.folder, found);
    return bytes;
  }

  async put(bytes: Uint8Array): Promise<Digest> {
    const digest = digestOf(bytes);
    if (await this.holdsWhole(digest, bytes.length)) return digest;
    const temporary = await this.temporaryPath();
    try {
      const file = await open(temporary, 'wx');
      try {
        await file.writeFile(bytes);
        await file.sync();
      } finally {
        await file.close();
      }
      await this.adopt(temporary, digest);
    } finally {
      await rm(temporary, { force: true });
    }
    return digest;
  }

  async remove(digest: Digest): Promise<boolean> {
    try {
      await unlink(this.pathOf(digest));
      return true;
    } catch (error) {
      if (isAbsent(error)) return false;
      throw error;
    }
  }

  async *read(
    digest: Digest,
    range: { start: number; end: number },
  ): AsyncGenerator<Uint8Array, void> {
    if (range.end <= range.start) return;
    const path = this.pathOf(digest);
    try {
      yield* createReadStream(path, { start: range.start, end: range.end - 1 });
    } catch (error) {
      throw isAbsent(error) ? missing(digest, this.folder) : error;
    }
  }

  async *list(): AsyncGenerator<StoredBlob, void> {
    for await (const { name } of entriesOf(this.folder)) {
      if (!/^[0-9a-f]{2}$/.test(name)) continue;
      for await (const { name: hex } of entriesOf(join(this.folder, name))) {
        const digest = `sha256:${hex}`;
        if (!isDigest(digest) || !hex.startsWith(name)) continue;
        const bytes = await this.size(digest);
        if (bytes !== null) yield { digest, bytes };
      }
    }
  }

  /** A fresh path inside the store's own file system, so that `adopt` is an atomic rename. */
  async temporaryPath(): Promise<string> {
    const folder = join(this.folder, 'tmp');
    await mkdir(folder, { recursive: true });
    await (this.swept ??= sweepLeftovers(folder, Date.now()));
    return join(folder, `${process.pid}-${randomBytes(8).toString('hex')}`);
  }

  /** Makes a file whose digest the caller has checked visible as that blob. */
  async adopt(path: string, digest: Digest): Promise<void> {
    const target = this.pathOf(digest);
    await mkdir(join(target, '..'), { recursive: true });
    await rename(path, target);
  }

  /** A file of the right size may still have rotted: writing it again must mend it. */
  private async holdsWhole(digest: Digest, bytes: number): Promise<boolean> {
    if ((await this.size(digest)) !== bytes) return false;
    return (await digestOfFile(this.pathOf(digest)).catch(() => null)) === digest;
  }
}

/** Once in memory, not twice: blobs may be as large as a model. */
async function readWhole(path: string, size: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(size);
  const file = await open(path, 'r');
  try {
    for (let at = 0; at < size;) {
      const { bytesRead } = await file.read(bytes, at, size - at, at);
      // Cut meanwhile: what is missing stays zero, and the digest says so.
      if (bytesRead === 0) break;
      at += bytesRead;
    }
  } finally {
    await file.close();
  }
  return bytes;
}

/** Digest of a file, streamed. */
export async function digestOfFile(path: string): Promise<Digest> {
  const hash = createHash('sha256');
  for await (const piece of createReadStream(path, { highWaterMark: 2 ** 20 })) hash.update(piece);
  return parseDigest(`sha256:${hash.digest('hex')}`);
}

/** None where there is no such folder. */
async function* entriesOf(folder: string): AsyncGenerator<{ name: string }, void> {
  const entries = await opendir(folder).catch((error: unknown) => {
    if (isAbsent(error)) return null;
    throw error;
  });
  if (entries) yield* entries;
}

function isAbsent(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException).code;
  return code === 'ENOENT' || code === 'ENOTDIR';
}
