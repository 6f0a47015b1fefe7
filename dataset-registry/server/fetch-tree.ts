/**
 * All that a manifest names, fetched ahead by a mirror: the manifest, the lists of chunks and the files.
 * What no peer has is counted and asked for again the next time.
 */
import type { Digest } from '../digest/digest.js';
import { countChunks } from '../digest/manifest.js';
import type { BlobStore } from '../store/blob-store.js';
import { getManifest } from '../store/manifest-store.js';

export async function fetchTree(
  it: {
    fetchAhead: (digest: Digest) => Promise<boolean>;
    store: BlobStore;
    signal: AbortSignal;
  },
  digest: Digest,
): Promise<{ missing: number }> {
  const { fetchAhead, store, signal } = it;
  if (!(await fetchAhead(digest))) return { missing: 1 };
  const { files, chunkBytes } = await getManifest(store, digest);
  let missing = 0;
  for (const file of files) {
    // A file of one chunk or none has a list that nobody asks for, and a mirror does not keep.
    const hasList = countChunks(file.size, chunkBytes) > 1;
    for (const part of hasList ? [file.chunks.list, file.digest] : [file.digest]) {
      if (signal.aborted) return { missing: missing + 1 };
      if (!(await fetchAhead(part))) missing++;
    }
  }
  return { missing };
}
