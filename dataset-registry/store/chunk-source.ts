/**
 * One file from many sources, none of them trusted (source-race.ts): chunks are fetched in parallel,
 * each is checked against the manifest as it arrives and only then written, and what is on disk already
 * is kept when the download starts again. The file gets its name only when its whole digest is right.
 */
import { mkdir, open, rename, rm, stat, type FileHandle } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { decodeChunkList, encodeChunkList } from '../digest/chunk-list.js';
import { digestOf, type Digest } from '../digest/digest.js';
import { countChunks, type ManifestFile } from '../digest/manifest.js';
import { corrupt } from './blob-errors.js';
import { digestOfHandle } from './hash-file.js';
import { connectionsDefault, connectionsMax } from './limits.js';
import { SourceRace, type ChunkSource } from './source-race.js';

export interface FetchFileRequest {
  file: Pick<ManifestFile, 'digest' | 'size' | 'chunks'>;
  chunkBytes: number;
  /** In order of preference; or a race between them that knows them already. */
  sources: readonly ChunkSource[] | SourceRace;
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
  const { sources } = request;
  const race = sources instanceof SourceRace ? sources : new SourceRace({ ...request, sources });
  const chunks = await fetchChunkList(race, file, chunkBytes);
  await mkdir(dirname(target), { recursive: true });
  const part = partOf(target);
  const isBegun = await exists(part);
  const handle = await open(part, isBegun ? 'r+' : 'w+');
  try {
    await handle.truncate(file.size);
    await fillPart(request, race, chunks, { handle, isBegun });
    await handle.sync();
    const found = await digestOfHandle(handle);
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
  { handle, isBegun }: { handle: FileHandle; isBegun: boolean },
): Promise<void> {
  const { file, chunkBytes } = request;
  const wanted: Chunk[] = digests.map((digest, index) => {
    const start = index * chunkBytes;
    return { index, digest, start, end: Math.min(start + chunkBytes, file.size) };
  });
  const todo: Chunk[] = [];
  let doneBytes = 0;
  for (const chunk of wanted) {
    if (isBegun && (await holds(handle, chunk))) doneBytes += chunk.end - chunk.start;
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

async function holds(handle: FileHandle, chunk: Chunk): Promise<boolean> {
  const bytes = new Uint8Array(chunk.end - chunk.start);
  const { bytesRead } = await handle.read(bytes, 0, bytes.length, chunk.start);
  return bytesRead === bytes.length && digestOf(bytes) === chunk.digest;
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
