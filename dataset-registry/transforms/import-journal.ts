/**
 * How far an import is, on this machine's disk, so that one that was killed goes on: written anew after each
 * file of items that is stored, as a whole or not at all. It is a note to oneself: what is in it is believed
 * only when it is whole, is about the same source, and the store has what it says is there.
 */
import { mkdir, open, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { canonicalBytes, digestOfJson } from '../digest/canonical.js';
import { isDigest, type Digest } from '../digest/digest.js';
import { decodeManifest, defaultChunkBytes, manifestLimits } from '../digest/manifest.js';
import type { BlobStore } from '../store/blob-store.js';
import type { ImportPlace } from './import-source.js';
import type { StreamState } from './store-item-stream.js';

export interface ImportProgress {
  /** Of the source. */
  readonly fingerprint: Digest;
  /** Of the first item that is in no stored file. */
  readonly place: ImportPlace;
  readonly stored: StreamState;
}

/** Files of the manifest, and a peak for each bit of a number. */
const journalBytesMax = 2 * manifestLimits.bytesMax;

export async function writeImportJournal(path: string, progress: ImportProgress): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const draft = `${path}.tmp`;
  const file = await open(draft, 'w');
  try {
    await file.writeFile(canonicalBytes({ progress, digest: digestOfJson(progress) }));
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(draft, path);
}

/** Null: there is none, it is of another source, or not all that it names is in the store. */
export async function readImportJournal(
  path: string,
  it: { fingerprint: Digest; store: Pick<BlobStore, 'size'> },
): Promise<ImportProgress | null> {
  const progress = await readWhole(path);
  if (progress?.fingerprint !== it.fingerprint) return null;
  for (const { digest, size, chunks } of progress.stored.files) {
    if ((await it.store.size(digest)) !== size) return null;
    if ((await it.store.size(chunks.list)) === null) return null;
  }
  return progress;
}

export async function removeImportJournal(path: string): Promise<void> {
  await rm(path, { force: true });
}

async function readWhole(path: string): Promise<ImportProgress | null> {
  try {
    if ((await stat(path)).size > journalBytesMax) return null;
    const json = JSON.parse(await readFile(path, 'utf8')) as {
      progress: ImportProgress;
      digest: unknown;
    };
    const { progress } = json;
    if (json.digest !== digestOfJson(progress) || !isProgress(progress)) return null;
    const { files } = progress.stored;
    decodeManifest({ version: 1, chunkBytes: defaultChunkBytes, files });
    return progress;
  } catch {
    return null;
  }
}

function isProgress({ fingerprint, place, stored }: ImportProgress): boolean {
  const counts = [place.file, place.item, stored.bytes, stored.items];
  return (
    isDigest(fingerprint) &&
    counts.every((count) => Number.isSafeInteger(count) && count >= 0) &&
    stored.peaks.every(isDigest)
  );
}
