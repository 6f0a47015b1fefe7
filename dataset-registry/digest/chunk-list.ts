/**
 * The digests of a file's chunks: cut, hash, write them as a blob, and read that blob back against
 * the manifest. Only after the list agrees with the root is any chunk worth fetching.
 */
import { digestTreeRoot } from './digest-tree.js';
import { digestBytes, digestOf, formatDigest, type Digest } from './digest.js';
import { countChunks, type ManifestFile } from './manifest.js';

export function hashChunks(bytes: Uint8Array, chunkBytes: number): Digest[] {
  const digests: Digest[] = [];
  for (let at = 0; at < bytes.length; at += chunkBytes) {
    digests.push(digestOf(bytes.subarray(at, at + chunkBytes)));
  }
  return digests;
}

export function encodeChunkList(digests: readonly Digest[]): Uint8Array {
  const bytes = new Uint8Array(32 * digests.length);
  digests.forEach((digest, i) => bytes.set(digestBytes(digest), 32 * i));
  return bytes;
}

/** Throws `BAD_CHUNK_LIST` unless the bytes are exactly the file's chunk digests. */
export function decodeChunkList(
  bytes: Uint8Array,
  file: Pick<ManifestFile, 'size' | 'digest' | 'chunks'>,
  chunkBytes: number,
): Digest[] {
  const expected = countChunks(file.size, chunkBytes);
  if (bytes.length !== 32 * expected) {
    refuse(`${bytes.length} bytes where ${expected} chunks need ${32 * expected}`);
  }
  const digests: Digest[] = [];
  for (let i = 0; i < expected; i++)
    digests.push(formatDigest(bytes.subarray(32 * i, 32 * i + 32)));
  if (digestTreeRoot(digests) !== file.chunks.root) refuse('it does not lead to the root');
  if (expected === 1 && digests[0] !== file.digest) refuse('its only chunk is not the file');
  return digests;
}

/** A file's entry in a manifest, and the blob of its chunk list. */
export function describeFile(
  path: string,
  bytes: Uint8Array,
  chunkBytes: number,
): { file: ManifestFile; chunkList: Uint8Array } {
  const digests = hashChunks(bytes, chunkBytes);
  const chunkList = encodeChunkList(digests);
  const chunks = { root: digestTreeRoot(digests), list: digestOf(chunkList) };
  const file = { path, size: bytes.length, digest: digestOf(bytes), chunks };
  return { file, chunkList };
}

function refuse(why: string): never {
  throw new Error(`BAD_CHUNK_LIST: ${why}; the manifest or the source is wrong`);
}
