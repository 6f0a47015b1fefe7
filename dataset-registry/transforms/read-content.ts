/** A stored dataset whole, for whoever looks into one: also a browser, so nothing here runs transforms. */
import type { Digest } from '../digest/digest.js';
import type { Manifest } from '../digest/manifest.js';
import type { BlobSource } from '../store/blob-store.js';
import { getFile } from '../store/manifest-store.js';
import { itemLimits } from './limits.js';
import { checkTextFiles, isPacked, readPacked } from './read-items.js';
import { decodeItems, type TextItem } from './text-item.js';

/** What a dataset's files hold. */
export interface StoredContent {
  items: TextItem[];
  digests: Digest[];
}

/** A text dataset's items, or a packed dataset's item digests (`items` is then empty). */
export async function readContent(store: BlobSource, manifest: Manifest): Promise<StoredContent> {
  const bytes = manifest.files.reduce((sum, file) => sum + file.size, 0);
  if (bytes > itemLimits.datasetBytesMax) {
    throw new Error(`DATASET_TOO_LARGE: ${bytes} bytes, at most ${itemLimits.datasetBytesMax}`);
  }
  if (isPacked(manifest)) return { items: [], digests: await readPacked(store, manifest) };
  checkTextFiles(manifest);
  const files = [];
  for (const { path } of manifest.files) {
    files.push({ path, bytes: await getFile(store, manifest, path) });
  }
  return decodeItems(files);
}
