/**
 * A manifest names every byte of a dataset or a release: a canonical JSON list of files with sizes
 * and digests, itself a blob, so that one digest on chain covers all of it. Files are cut into
 * chunks so that a download can check each piece as it arrives; `chunks.root` is the RFC 6962 root
 * over the chunk digests and `chunks.list` is the blob that holds them.
 *
 * Laws: `parseManifest(encodeManifest(m))` equals `m`; a manifest has exactly one encoding.
 */
import { canonicalBytes } from './canonical.js';
import { isDigest, type Digest } from './digest.js';
import { compareCodePoints, explainUnsafePath } from './safe-path.js';

export interface ManifestFile {
  /** Relative, `/`-separated, safe on every file system we know. */
  path: string;
  /** Bytes. */
  size: number;
  digest: Digest;
  chunks: {
    /** RFC 6962 root over the digests of the chunks. */
    root: Digest;
    /** The blob of their raw digests, 32 bytes each, in order. */
    list: Digest;
  };
}

export interface Manifest {
  version: 1;
  /** Bytes of every chunk but a file's last: a power of two. */
  chunkBytes: number;
  /** Sorted by path, by code point. */
  files: ManifestFile[];
}

export const manifestLimits = {
  /** One JSON text stays small enough to parse in a browser. */
  filesMax: 10_000,
  bytesMax: 8 * 2 ** 20,
  /** 4 TiB: far above a release, far below where doubles lose integers. */
  fileBytesMax: 2 ** 42,
  chunkBytesMin: 2 ** 10,
  /** A chunk is held in memory while it is checked. */
  chunkBytesMax: 2 ** 24,
  /** Bounds a chunk list to 32 MiB; the writer of a larger file chooses larger chunks. */
  chunksPerFileMax: 2 ** 20,
} as const;

/** 1 MiB: small enough that a lost connection costs little, large enough that hashing dominates. */
export const defaultChunkBytes = 2 ** 20;

export function encodeManifest(manifest: Manifest): Uint8Array {
  return canonicalBytes(decodeManifest(manifest));
}

/** Parses and checks manifest bytes; only the canonical encoding is accepted. */
export function parseManifest(bytes: Uint8Array): Manifest {
  if (bytes.length > manifestLimits.bytesMax) {
    refuse(`${bytes.length} bytes, at most ${manifestLimits.bytesMax} are read`);
  }
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes));
  } catch {
    refuse('it is not JSON in UTF-8');
  }
  const manifest = decodeManifest(json);
  const canonical = canonicalBytes(manifest);
  if (canonical.length !== bytes.length || canonical.some((byte, i) => byte !== bytes[i])) {
    refuse('it is not in canonical form (RFC 8785), so another text would name the same files');
  }
  return manifest;
}

export function decodeManifest(json: unknown): Manifest {
  const { version, chunkBytes, files } = readFields(json, ['version', 'chunkBytes', 'files']);
  if (version !== 1) refuse(`version is ${show(version)}, this program reads version 1`);
  checkChunkBytes(chunkBytes);
  if (!Array.isArray(files)) refuse('"files" is not a list');
  if (files.length > manifestLimits.filesMax) {
    refuse(`${files.length} files, at most ${manifestLimits.filesMax} are allowed`);
  }
  const decoded = files.map((file) => decodeFile(file, chunkBytes));
  checkPathsTogether(decoded.map((file) => file.path));
  return { version: 1, chunkBytes, files: decoded };
}

/** Chunks of a file: none for an empty file. */
export function countChunks(size: number, chunkBytes: number): number {
  return Math.ceil(size / chunkBytes);
}

function decodeFile(json: unknown, chunkBytes: number): ManifestFile {
  const { path, size, digest, chunks } = readFields(json, ['path', 'size', 'digest', 'chunks']);
  const { root, list } = readFields(chunks, ['root', 'list']);
  const unsafe = explainUnsafePath(path);
  if (unsafe) refuse(`path ${show(path)} ${unsafe}`);
  if (!Number.isSafeInteger(size) || Object.is(size, -0)) refuse(`size ${show(size)} of ${path}`);
  const bytes = size as number;
  if (bytes < 0 || bytes > manifestLimits.fileBytesMax) refuse(`size ${bytes} of ${show(path)}`);
  if (countChunks(bytes, chunkBytes) > manifestLimits.chunksPerFileMax) {
    refuse(`${show(path)} has more than ${manifestLimits.chunksPerFileMax} chunks`);
  }
  if (!isDigest(digest) || !isDigest(root) || !isDigest(list)) {
    refuse(`${show(path)} has a digest that is not "sha256:" and 64 hex digits`);
  }
  return { path: path as string, size: bytes, digest, chunks: { root, list } };
}

function checkChunkBytes(value: unknown): asserts value is number {
  const { chunkBytesMin, chunkBytesMax } = manifestLimits;
  const fits = Number.isInteger(value) && (value as number) >= chunkBytesMin;
  if (
    !fits ||
    (value as number) > chunkBytesMax ||
    ((value as number) & -(value as number)) !== value
  ) {
    refuse(`chunkBytes ${show(value)} is not a power of two in ${chunkBytesMin}…${chunkBytesMax}`);
  }
}

/** Order, duplicates, names that differ by case only, and a file that would also be a folder. */
function checkPathsTogether(paths: readonly string[]): void {
  const folded = new Map<string, string>();
  const folders = new Set<string>();
  for (const [i, path] of paths.entries()) {
    if (i > 0 && compareCodePoints(paths[i - 1]!, path) >= 0) {
      refuse(`${show(path)} is out of order or twice; files are sorted by code point`);
    }
    const same = folded.get(foldCase(path));
    if (same !== undefined) refuse(`${show(same)} and ${show(path)} differ by case only`);
    folded.set(foldCase(path), path);
    const parts = foldCase(path).split('/');
    for (let n = 1; n < parts.length; n++) folders.add(parts.slice(0, n).join('/'));
  }
  for (const [fold, path] of folded) {
    if (folders.has(fold)) refuse(`${show(path)} is both a file and a folder`);
  }
}

/** Paths are printable ASCII (safe-path.ts), so lower-casing is a complete case fold. */
function foldCase(path: string): string {
  return path.toLowerCase();
}

function readFields<K extends string>(json: unknown, keys: readonly K[]): Record<K, unknown> {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) {
    refuse(`${show(json)} is not an object with ${keys.join(', ')}`);
  }
  const found = Object.keys(json);
  const extra = found.find((key) => !keys.includes(key as K));
  if (extra !== undefined) refuse(`unknown field ${show(extra)}`);
  const missing = keys.find((key) => !Object.hasOwn(json, key));
  if (missing !== undefined) refuse(`field "${missing}" is missing`);
  return json as Record<K, unknown>;
}

function show(value: unknown): string {
  return (JSON.stringify(value) ?? String(value)).slice(0, 120);
}

function refuse(why: string): never {
  throw new Error(`BAD_MANIFEST: ${why}; get the manifest again from its publisher`);
}
