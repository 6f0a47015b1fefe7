/**
 * One file from many sources, none of them trusted: chunks are fetched in parallel, each is checked
 * against the manifest as it arrives and only then written, a source that lies, stalls or drips is
 * dropped, and what is on disk already is kept when the download starts again. The file gets its
 * name only when its whole digest is right.
 */
import { createHash } from 'node:crypto';
import { mkdir, open, rename, rm, stat, type FileHandle } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { decodeChunkList, encodeChunkList } from '../digest/chunk-list.js';
import { digestOf, type Digest } from '../digest/digest.js';
import { countChunks, type ManifestFile } from '../digest/manifest.js';
import { BlobError, corrupt, unreachable } from './blob-errors.js';
import type { BlobStore } from './blob-store.js';
import {
  chunkBytesPerSecondMin,
  chunkGraceMs,
  connectionsDefault,
  connectionsMax,
  stallMs,
  strikesMax,
} from './limits.js';
import { within } from './patience.js';

/** Somewhere to read from, with the name under which it is reported. */
export interface ChunkSource {
  name: string;
  store: BlobStore;
}

export interface FetchFileRequest {
  file: Pick<ManifestFile, 'digest' | 'size' | 'chunks'>;
  chunkBytes: number;
  /** In order of preference. */
  sources: readonly ChunkSource[];
  /** Where the file goes; `partOf(target)` holds what is there so far. */
  target: string;
  connections?: number;
  stallMs?: number;
  onProgress?: (progress: { doneBytes: number; totalBytes: number }) => void;
  onSourceDropped?: (dropped: { name: string; why: string }) => void;
}

/**
 * Fetches, checks and names the file. Errors: `NO_SOURCE_LEFT` (the part stays for another try),
 * `BLOB_CORRUPT` (the manifest's digest and its chunks disagree), `BAD_CHUNK_LIST`.
 */
export async function fetchFile(request: FetchFileRequest): Promise<void> {
  const { file, target, chunkBytes } = request;
  const race = new SourceRace(request);
  const chunks = await fetchChunkList(race, file, chunkBytes);
  await mkdir(dirname(target), { recursive: true });
  const part = partOf(target);
  const handle = await open(part, (await exists(part)) ? 'r+' : 'w+');
  try {
    await handle.truncate(file.size);
    await fillPart(request, race, chunks, handle);
    await handle.sync();
    const found = await digestOfHandle(handle, file.size);
    if (found !== file.digest) {
      await rm(part, { force: true });
      throw corrupt(file.digest, 'the manifest: its chunks are right but together it', found);
    }
  } finally {
    await handle.close();
  }
  await rename(part, target);
}

/**
 * The unfinished file of a target. Its name begins with a dot, which no file of a manifest may: with
 * a mere ending, a manifest that has `a` and `a.part` would make one file overwrite the other.
 */
export function partOf(target: string): string {
  return join(dirname(target), `.${basename(target)}.part`);
}

interface Chunk {
  index: number;
  start: number;
  end: number;
  digest: Digest;
}

async function fillPart(
  request: FetchFileRequest,
  race: SourceRace,
  digests: readonly Digest[],
  handle: FileHandle,
): Promise<void> {
  const { file, chunkBytes } = request;
  const wanted: Chunk[] = digests.map((digest, index) => {
    const start = index * chunkBytes;
    return { index, digest, start, end: Math.min(start + chunkBytes, file.size) };
  });
  const todo: Chunk[] = [];
  let doneBytes = 0;
  for (const chunk of wanted) {
    if (await holds(handle, chunk)) doneBytes += chunk.end - chunk.start;
    else todo.push(chunk);
  }
  const report = (): void => request.onProgress?.({ doneBytes, totalBytes: file.size });
  report();
  const connections = Math.min(
    request.connections ?? connectionsDefault,
    connectionsMax,
    todo.length,
  );
  let next = 0;
  let failed = false;
  const work = async (): Promise<void> => {
    while (!failed && next < todo.length) {
      const chunk = todo[next++]!;
      try {
        const bytes = await race.fetch(file.digest, chunk);
        await handle.write(bytes, 0, bytes.length, chunk.start);
        doneBytes += bytes.length;
        report();
      } catch (error) {
        failed = true;
        throw error;
      }
    }
  };
  // All workers end before the handle is closed, also when one has failed.
  const ends = await Promise.allSettled(Array.from({ length: connections }, work));
  const failure = ends.find((end) => end.status === 'rejected');
  if (failure) throw failure.reason;
}

async function fetchChunkList(
  race: SourceRace,
  file: FetchFileRequest['file'],
  chunkBytes: number,
): Promise<Digest[]> {
  const count = countChunks(file.size, chunkBytes);
  // A file of one chunk is its own list.
  if (count === 1) return decodeChunkList(encodeChunkList([file.digest]), file, chunkBytes);
  if (count === 0) return decodeChunkList(new Uint8Array(0), file, chunkBytes);
  const list = file.chunks.list;
  const bytes = await race.fetch(list, { start: 0, end: 32 * count, digest: list });
  return decodeChunkList(bytes, file, chunkBytes);
}

/** Which sources are left, how busy each is, and what happens to those that fail. */
class SourceRace {
  private readonly entries: { source: ChunkSource; busy: number; strikes: number; why: string }[];
  private readonly stallMs: number;

  constructor(private readonly request: FetchFileRequest) {
    this.entries = request.sources.map((source) => ({ source, busy: 0, strikes: 0, why: '' }));
    this.stallMs = request.stallMs ?? stallMs;
  }

  /** Checked bytes from the first source that delivers them. */
  async fetch(
    blob: Digest,
    piece: { start: number; end: number; digest: Digest },
  ): Promise<Uint8Array> {
    for (;;) {
      const entry = this.pick();
      entry.busy++;
      try {
        const bytes = await this.readPiece(entry.source, blob, piece);
        const found = digestOf(bytes);
        if (found !== piece.digest) throw corrupt(piece.digest, entry.source.name, found);
        return bytes;
      } catch (error) {
        this.strike(entry, error);
      } finally {
        entry.busy--;
      }
    }
  }

  /** The least busy source that is left, ties to the preferred one. */
  private pick(): SourceRace['entries'][number] {
    const left = this.entries.filter((entry) => entry.strikes < strikesMax);
    const [best] = left.sort((a, b) => a.busy - b.busy);
    if (best) return best;
    const why = this.entries.map((entry) => `${entry.source.name}: ${entry.why}`).join('; ');
    throw new BlobError(
      'NO_SOURCE_LEFT',
      `${why || 'no source was named'}; what arrived is kept: try again or name another source`,
    );
  }

  private strike(entry: SourceRace['entries'][number], error: unknown): void {
    if (entry.strikes >= strikesMax) return;
    const code = error instanceof BlobError ? error.code : '';
    const hopeless = code === 'BLOB_CORRUPT' || code === 'BLOB_MISSING';
    entry.strikes = hopeless ? strikesMax : entry.strikes + 1;
    entry.why = (error as Error).message;
    if (entry.strikes >= strikesMax) {
      this.request.onSourceDropped?.({ name: entry.source.name, why: entry.why });
    }
  }

  /** Exactly the bytes of the piece: neither silence, nor dripping, nor a flood is waited for. */
  private async readPiece(
    source: ChunkSource,
    blob: Digest,
    piece: { start: number; end: number },
  ): Promise<Uint8Array> {
    const bytes = new Uint8Array(piece.end - piece.start);
    const deadline = Date.now() + chunkGraceMs + (1_000 * bytes.length) / chunkBytesPerSecondMin;
    const late = (): Error => unreachable(source.name, 'stalled or dripped');
    const reading = source.store.read(blob, piece)[Symbol.asyncIterator]();
    let at = 0;
    try {
      for (;;) {
        const patienceMs = Math.min(this.stallMs, deadline - Date.now());
        const { done, value } = await within(reading.next(), patienceMs, late);
        if (done) break;
        if (at + value.length > bytes.length) {
          throw corrupt(blob, source.name, `more than the ${bytes.length} bytes asked for`);
        }
        bytes.set(value, at);
        at += value.length;
      }
    } finally {
      // Not awaited: a stalled generator would never answer.
      void Promise.resolve(reading.return?.()).catch(() => {});
    }
    if (at !== bytes.length) throw unreachable(source.name, `sent ${at} of ${bytes.length} bytes`);
    return bytes;
  }
}

async function holds(handle: FileHandle, chunk: Chunk): Promise<boolean> {
  const bytes = new Uint8Array(chunk.end - chunk.start);
  const { bytesRead } = await handle.read(bytes, 0, bytes.length, chunk.start);
  return bytesRead === bytes.length && digestOf(bytes) === chunk.digest;
}

async function digestOfHandle(handle: FileHandle, size: number): Promise<string> {
  const hash = createHash('sha256');
  const bytes = new Uint8Array(2 ** 20);
  for (let at = 0; at < size;) {
    const { bytesRead } = await handle.read(bytes, 0, bytes.length, at);
    if (bytesRead === 0) break;
    hash.update(bytes.subarray(0, bytesRead));
    at += bytesRead;
  }
  return `sha256:${hash.digest('hex')}`;
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
