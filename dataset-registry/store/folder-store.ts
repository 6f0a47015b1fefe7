/**
 * Blobs in a folder: `<folder>/<first two hex digits>/<64 hex digits>`. A blob appears under its
 * name only when all of it is written (temporary file, then rename), so a killed writer leaves no
 * half blob behind; what it left in `tmp/` is swept by the next writer. The disk is not trusted
 * either: `get` checks the digest, and `put` mends a blob that has rotted.
 */
import { randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, opendir, rename, rm, stat, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { digestOf, isDigest, parseDigest, type Digest } from '../digest/digest.js';
import { corrupt, missing, tooLarge } from './blob-errors.js';
import type { ReceivingStore, StoredBlob } from './blob-store.js';
import { digestOfFile, readHashed, writeHashed } from './hash-file.js';
import { sweepLeftovers } from './leftovers.js';
import { blobBytesMax } from './limits.js';

/** From this on, writing it takes longer than hashing it. */
const largeBytes = 2 ** 22;
/** What is read at a time of a large part of a blob, for each that asks. */
const readBytes = 2 ** 18;

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
    const { bytes, digest: found } = await readHashed(this.pathOf(digest), size);
    if (found !== digest) throw corrupt(digest, this.folder, found);
    return bytes;
  }

  async put(bytes: Uint8Array): Promise<Digest> {
    // Whether a large one is here already is known only when it is hashed, and by then it can be written.
    const isLarge = bytes.length >= largeBytes;
    let digest = isLarge ? null : digestOf(bytes);
    if (digest && (await this.holdsWhole(digest, bytes.length))) return digest;
    const temporary = await this.temporaryPath();
    try {
      const file = await open(temporary, 'wx');
      try {
        if (digest) {
          await file.writeFile(bytes);
          await file.sync();
        } else digest = await writeHashed(file, bytes);
      } finally {
        await file.close();
      }
      if (isLarge && (await this.holdsWhole(digest, bytes.length))) return digest;
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
      yield* createReadStream(path, {
        ...{ start: range.start, end: range.end - 1, highWaterMark: readBytes },
      });
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
