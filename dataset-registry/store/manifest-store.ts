/** Whole file trees into a store and back: files, chunk lists and the manifest that names them. */
import { describeFile } from '../digest/chunk-list.js';
import type { Digest } from '../digest/digest.js';
import {
  defaultChunkBytes,
  encodeManifest,
  manifestLimits,
  parseManifest,
  type Manifest,
} from '../digest/manifest.js';
import { compareCodePoints } from '../digest/safe-path.js';
import type { BlobSource, BlobStore } from './blob-store.js';

export interface NamedFile {
  path: string;
  bytes: Uint8Array;
}

export interface StoredManifest {
  manifest: Manifest;
  /** Digest of the manifest blob: the name of the whole tree. */
  digest: Digest;
  /** Sum of the file sizes. */
  bytes: number;
}

/** Stores every file, its chunk list and the manifest; the same files give the same digest. */
export async function putFiles(
  store: BlobStore,
  files: readonly NamedFile[],
  options: { chunkBytes?: number } = {},
): Promise<StoredManifest> {
  const { manifest, chunkLists } = describeFiles(files, options);
  const encoded = encodeManifest(manifest);
  for (const file of files) await store.put(file.bytes);
  for (const list of chunkLists) await store.put(list);
  const digest = await store.put(encoded);
  return { manifest, digest, bytes: manifest.files.reduce((sum, file) => sum + file.size, 0) };
}

/** The manifest of files, nothing stored. */
export function describeFiles(
  files: readonly NamedFile[],
  options: { chunkBytes?: number } = {},
): { manifest: Manifest; chunkLists: Uint8Array[] } {
  const chunkBytes = options.chunkBytes ?? defaultChunkBytes;
  const described = files
    .map(({ path, bytes }) => describeFile(path, bytes, chunkBytes))
    .sort((a, b) => compareCodePoints(a.file.path, b.file.path));
  const manifest: Manifest = { version: 1, chunkBytes, files: described.map(({ file }) => file) };
  return { manifest, chunkLists: described.map(({ chunkList }) => chunkList) };
}

export async function getManifest(store: BlobSource, digest: Digest): Promise<Manifest> {
  return parseManifest(await store.get(digest, { maxBytes: manifestLimits.bytesMax }));
}

/** One file of a manifest, whole, digest checked. Throws `FILE_NOT_IN_MANIFEST`. */
export async function getFile(
  store: BlobSource,
  manifest: Manifest,
  path: string,
): Promise<Uint8Array> {
  const file = manifest.files.find((candidate) => candidate.path === path);
  if (!file) {
    const names = manifest.files.slice(0, 10).map((each) => each.path);
    throw new Error(`FILE_NOT_IN_MANIFEST: no ${path}; the files are ${names.join(', ')}`);
  }
  return store.get(file.digest, { maxBytes: file.size });
}
