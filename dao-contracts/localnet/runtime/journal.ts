/**
 * The chain on disk: one line per block, each with the entries that the block changed and a
 * checksum. A line is written before anybody is told of its block, so a node that is killed goes
 * on from its last whole line; a torn last line is cut off, and anything else that does not check
 * stops the start with a sentence instead of a guess.
 */
import { createHash } from 'node:crypto';
import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { releaseFolder, takeFolder } from './folder-lock.js';
import type { Change } from './world.js';

export interface JournalEntry {
  block: BlockHeader;
  changes: readonly Change[];
}

export interface BlockHeader {
  height: number;
  hash: string;
  previousHash: string;
  timeNs: bigint;
}

const fileName = 'chain.jsonl';
/** A journal longer than this is rewritten as a snapshot when the node starts. */
const compactAboveBytes = 64 * 1024 * 1024;

export class Journal {
  private file: number;

  private constructor(
    private readonly folder: string,
    readonly entries: readonly JournalEntry[],
  ) {
    this.file = openSync(join(folder, fileName), 'a');
  }

  /** Opens or creates the chain in `folder`, which no other node may be using. */
  static open(folder: string): Journal {
    mkdirSync(folder, { recursive: true });
    takeFolder(folder);
    const path = join(folder, fileName);
    rmSync(`${path}.new`, { force: true });
    try {
      return new Journal(folder, existsSync(path) ? readEntries(path) : []);
    } catch (error) {
      releaseFolder(folder);
      throw error;
    }
  }

  append(entry: JournalEntry): void {
    writeSync(this.file, formatLine(entry));
  }

  /** Replaces the history by `snapshot` if it has grown long. The swap is atomic. */
  compact(snapshot: () => JournalEntry[]): void {
    const path = join(this.folder, fileName);
    if (readFileSync(path).length < compactAboveBytes) return;
    const next = openSync(`${path}.new`, 'w');
    for (const entry of snapshot()) writeSync(next, formatLine(entry));
    fsyncSync(next);
    closeSync(next);
    closeSync(this.file);
    renameSync(`${path}.new`, path);
    this.file = openSync(path, 'a');
  }

  close(): void {
    fsyncSync(this.file);
    closeSync(this.file);
    releaseFolder(this.folder);
  }
}

function readEntries(path: string): JournalEntry[] {
  const raw = readFileSync(path);
  const entries: JournalEntry[] = [];
  let start = 0;
  while (start < raw.length) {
    const end = raw.indexOf(10, start);
    const entry = end < 0 ? null : parseLine(raw.subarray(start, end));
    if (!entry) {
      const isLast = end < 0 || end === raw.length - 1;
      if (isLast) {
        truncateSync(path, start);
        break;
      }
      throw new Error(
        `CORRUPT_CHAIN: ${path} is damaged at byte ${start}; restore it or start with a new folder`,
      );
    }
    entries.push(entry);
    start = end + 1;
  }
  return entries;
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
