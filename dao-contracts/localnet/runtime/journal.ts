/**
 * The chain on disk: one line per block, each with the entries that the block changed and a
 * checksum. A line is written before anybody is told of its block, so a node that is killed goes
 * on from its last whole line. A last line without its end is cut off: nobody was told of it.
 * Anything else that does not check stops the start with a sentence instead of a guess.
 */
import { createHash } from 'node:crypto';
import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import type { BlockHeader } from './block-header.js';
import { releaseFolder, takeFolder } from './folder-lock.js';
import type { Change } from './world.js';

export interface JournalEntry {
  /** In the first line: what the lines are written by. */
  format?: number;
  /** Part of a snapshot: the changes are not those of the block. */
  snapshot?: true;
  /** Of a snapshot: the tree over the blocks that were forgotten. */
  tree?: { size: number; peaks: readonly Uint8Array[] };
  /** Null: the snapshot goes on in the next line. */
  block: BlockHeader | null;
  changes: readonly Change[];
}

/** Since 2, headers are the protocol's. */
export const journalFormat = 2;

/** Writes what it can and says how many bytes that were, like write(2). */
export type WriteSome = (file: number, bytes: Uint8Array) => number;

const fileName = 'chain.jsonl';
const readBytes = 1024 * 1024;

export class Journal {
  /** What was cut off when it was opened: a line that was never written to its end. */
  readonly cutBytes: number;
  #file: number;
  #bytes: number;
  readonly #path: string;

  private constructor(
    private readonly folder: string,
    readBack: (entry: JournalEntry) => void,
    private readonly writeSome: WriteSome,
  ) {
    this.#path = join(folder, fileName);
    const isThere = existsSync(this.#path);
    this.#bytes = isThere ? readEntries(this.#path, readBack) : 0;
    this.cutBytes = isThere ? statSync(this.#path).size - this.#bytes : 0;
    if (this.cutBytes > 0) truncateSync(this.#path, this.#bytes);
    this.#file = openSync(this.#path, 'a');
  }

  /**
   * Opens or creates the chain in `folder`, which no other node may be using. `readBack` gets what
   * is in it, entry by entry.
   */
  static open(
    folder: string,
    readBack: (entry: JournalEntry) => void,
    writeSome: WriteSome = writeSync,
  ): Journal {
    mkdirSync(folder, { recursive: true });
    takeFolder(folder);
    try {
      rmSync(join(folder, `${fileName}.new`), { force: true });
      return new Journal(folder, readBack, writeSome);
    } catch (error) {
      releaseFolder(folder);
      throw error;
    }
  }

  /** Reads a chain that a node may be using: up to its last whole line. */
  static peek(folder: string, readBack: (entry: JournalEntry) => void): void {
    readEntries(join(folder, fileName), readBack);
  }

  /** Length of the file. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Throws when not all of it could be written; nothing may be appended after that. */
  append(entry: JournalEntry): void {
    this.#bytes += this.#write(this.#file, entry);
  }

  /** Replaces the history by `snapshot`. The swap is atomic; should it fail, all is as it was. */
  compact(snapshot: Iterable<JournalEntry>): void {
    const path = `${this.#path}.new`;
    const next = openSync(path, 'w');
    let bytes = 0;
    try {
      for (const entry of snapshot) bytes += this.#write(next, entry);
      fsyncSync(next);
      renameSync(path, this.#path);
    } catch (error) {
      closeSync(next);
      rmSync(path, { force: true });
      throw error;
    }
    closeSync(this.#file);
    this.#file = next;
    this.#bytes = bytes;
  }

  close(): void {
    try {
      fsyncSync(this.#file);
    } finally {
      closeSync(this.#file);
      releaseFolder(this.folder);
    }
  }

  /** A disk that is nearly full takes a part; only the next attempt fails. */
  #write(file: number, entry: JournalEntry): number {
    const line = Buffer.from(formatLine(entry));
    for (let at = 0; at < line.length;) {
      const written = this.writeSome(file, line.subarray(at));
      if (written <= 0) throw new Error('DISK_FULL: the disk takes no more of the chain');
      at += written;
    }
    return line.length;
  }
}

/** Returns the length of the file without a torn last line. */
function readEntries(path: string, readBack: (entry: JournalEntry) => void): number {
  const file = openSync(path, 'r');
  let start = 0;
  try {
    for (const line of readLines(file)) {
      const entry = parseLine(line);
      if (!entry) {
        throw new Error(
          `CORRUPT_CHAIN: ${path} is damaged at byte ${start}; restore it or start with a new folder`,
        );
      }
      if (start === 0 && entry.format !== journalFormat) {
        throw new Error(
          `OTHER_FORMAT: ${path} is a chain of format ${entry.format ?? 1}, this node reads ` +
            `${journalFormat}; go on with the version that wrote it, or start with a new folder`,
        );
      }
      readBack(entry);
      start += line.length + 1;
    }
  } finally {
    closeSync(file);
  }
  return start;
}

/** Lines without their ends; what comes after the last end is left out. */
function* readLines(file: number): Generator<Buffer> {
  let parts: Buffer[] = [];
  for (;;) {
    const chunk = Buffer.alloc(readBytes);
    const read = chunk.subarray(0, readSync(file, chunk));
    if (read.length === 0) return;
    let start = 0;
    for (let end; (end = read.indexOf(10, start)) >= 0; start = end + 1) {
      yield Buffer.concat([...parts, read.subarray(start, end)]);
      parts = [];
    }
    parts.push(read.subarray(start));
  }
}
function formatLine(entry: JournalEntry): string {
  const text = JSON.stringify(entry, tagValue);
  return `${checksum(text)} ${text}\n`;
}

function parseLine(line: Buffer): JournalEntry | null {
  const text = line.subarray(17).toString();
  if (line.subarray(0, 16).toString() !== checksum(text)) return null;
  return JSON.parse(text, untagValue) as JournalEntry;
}

function checksum(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}

/** JSON has neither bigints nor bytes: they are written as `{ "$n": … }` and `{ "$b": … }`. */
function tagValue(this: Record<string, unknown>, key: string, value: unknown): unknown {
  if (typeof value === 'bigint') return { $n: `${value}` };
  // Buffers turn into JSON before a replacer sees them, so the original is looked up.
  const original = this[key];
  if (original instanceof Uint8Array) return { $b: Buffer.from(original).toString('base64') };
  return value;
}

function untagValue(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const { $n, $b } = value as { $n?: string; $b?: string };
  if ($n !== undefined) return BigInt($n);
  if ($b !== undefined) return new Uint8Array(Buffer.from($b, 'base64'));
  return value;
}
