/**
 * Files hashed as they are read or written: the system reads or writes one piece while the platform hashes
 * another, so that where there is a second core the disk's cache costs little beside SHA-256.
 */
import { open, type FileHandle } from 'node:fs/promises';
import { startDigest } from '../digest/digest-stream.js';
import type { Digest } from '../digest/digest.js';

/** Large enough that asking the system costs little beside hashing, small enough for any memory. */
const pieceBytes = 2 ** 20;

/** What was written goes to the disk itself in steps, beside the writing, and not all at the end. */
const syncStepBytes = 2 ** 23;

/** Of what is in a file from its beginning to its end. */
export async function digestOfFile(path: string): Promise<Digest> {
  const file = await open(path, 'r');
  try {
    return await digestOfHandle(file);
  } finally {
    await file.close();
  }
}

export async function digestOfHandle(file: FileHandle): Promise<Digest> {
  const hash = startDigest();
  const buffers = [new Uint8Array(pieceBytes), new Uint8Array(pieceBytes)];
  let at = 0;
  let next = file.read(buffers[0]!, 0, pieceBytes, at);
  for (let turn = 0; ; turn++) {
    const { bytesRead } = await next;
    if (bytesRead === 0) return hash.end();
    at += bytesRead;
    next = file.read(buffers[(turn + 1) % 2]!, 0, pieceBytes, at);
    next.catch(() => {}); // It fails in its turn.
    hash.update(buffers[turn % 2]!.subarray(0, bytesRead));
  }
}

/**
 * A file of `size` bytes in memory, once, not twice: it may be as large as a model. What was cut off meanwhile stays
 * zero, and the digest says so.
 */
export async function readHashed(
  path: string,
  size: number,
): Promise<{ bytes: Uint8Array; digest: Digest }> {
  const bytes = new Uint8Array(size);
  const hash = startDigest();
  const file = await open(path, 'r');
  try {
    const read = (at: number) => file.read(bytes, at, Math.min(pieceBytes, size - at), at);
    let at = 0;
    let next = read(at);
    while (at < size) {
      const { bytesRead } = await next;
      if (bytesRead === 0) break;
      const piece = bytes.subarray(at, at + bytesRead);
      at += bytesRead;
      next = read(at);
      next.catch(() => {}); // It fails in its turn.
      hash.update(piece);
    }
    await next;
    hash.update(bytes.subarray(at));
  } finally {
    await file.close();
  }
  return { bytes, digest: hash.end() };
}

/**
 * Bytes that come in pieces, written one behind the other and put on the disk itself. What came is written while
 * its caller hashes it, or waits for more; so the bytes must stay as they are until `end`.
 */
export class FileFilling {
  private waiting: Uint8Array[] = [];
  private waitingBytes = 0;
  private unsynced = 0;
  private writing: Promise<void> | null = null;
  private syncing: Promise<void> = Promise.resolve();
  private failure: unknown = null;

  /** `at`: where the first byte goes. */
  constructor(
    private readonly file: FileHandle,
    private at = 0,
  ) {}

  /** Waits only where much is not written yet. Errors: of this piece or of one before. */
  async add(piece: Uint8Array): Promise<void> {
    if (this.failure !== null) throw this.failure;
    this.waiting.push(piece);
    this.waitingBytes += piece.length;
    this.writing ??= this.writeAll();
    if (this.waitingBytes >= pieceBytes) await this.written();
  }

  /** All of it is on the disk. */
  async end(): Promise<void> {
    await this.written();
    await this.syncing;
    await this.file.sync();
  }

  /** Nothing of it is under way any more: the file can be closed. */
  async settle(): Promise<void> {
    await this.writing;
    await this.syncing.catch(() => {});
  }

  private async written(): Promise<void> {
    await this.writing;
    if (this.failure !== null) throw this.failure;
  }

  private async writeAll(): Promise<void> {
    try {
      while (this.waiting.length > 0) {
        const { waiting, waitingBytes } = this;
        [this.waiting, this.waitingBytes] = [[], 0];
        await this.write(waiting, waitingBytes);
      }
    } catch (error) {
      this.failure = error;
    } finally {
      this.writing = null;
    }
  }

  private async write(pieces: readonly Uint8Array[], bytes: number): Promise<void> {
    let rest = pieces;
    for (let done = 0; done < bytes;) {
      const { bytesWritten } = await this.file.writev(rest as Uint8Array[], this.at);
      if (bytesWritten === 0) throw new Error('ENOSPC: the disk takes no more');
      done += bytesWritten;
      this.at += bytesWritten;
      // A disk may take less than all.
      if (done < bytes) rest = [Buffer.concat(pieces).subarray(done)];
    }
    this.unsynced += bytes;
    if (this.unsynced < syncStepBytes) return;
    this.unsynced = 0;
    await this.syncing;
    this.syncing = this.file.datasync();
    this.syncing.catch(() => {}); // Whoever waits for it next tells of it.
  }
}

/** Bytes written to a new file, hashed meanwhile. */
export async function writeHashed(file: FileHandle, bytes: Uint8Array): Promise<Digest> {
  const hash = startDigest();
  const filling = new FileFilling(file);
  try {
    for (let at = 0; at < bytes.length; at += pieceBytes) {
      const piece = bytes.subarray(at, at + pieceBytes);
      await filling.add(piece);
      hash.update(piece);
    }
    await filling.end();
  } finally {
    await filling.settle();
  }
  return hash.end();
}
