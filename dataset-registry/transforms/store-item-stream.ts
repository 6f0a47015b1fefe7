/**
 * A raw dataset stored while it is read: one file of items and the open subtrees of the items' tree are
 * all that is in memory, so that a dataset may be larger than it. The files, the manifest and the root
 * are those of `storeItems` over the same items.
 */
import { describeFile } from '../digest/chunk-list.js';
import { GrowingTree } from '../digest/growing-tree.js';
import { digestOf, type Digest } from '../digest/digest.js';
import { defaultChunkBytes, encodeManifest, type ManifestFile } from '../digest/manifest.js';
import type { BlobStore } from '../store/blob-store.js';
import type { NamedFile } from '../store/manifest-store.js';
import type { DatasetMeasure } from './derive.js';
import { itemLimits } from './limits.js';
import { ItemFiles, type TextItem } from './text-item.js';

/** What of a dataset is stored: from this, and the items that follow, comes the same dataset. */
export interface StreamState {
  readonly files: readonly ManifestFile[];
  readonly bytes: number;
  readonly items: number;
  /** Of the items' tree. */
  readonly peaks: readonly Digest[];
}

export interface StreamOptions {
  /** What is stored already; `items` are those that follow. */
  from?: StreamState;
  /** After each stored file but the last; the item that came last is in none. */
  onStored?: (state: StreamState) => Promise<void> | void;
  /** Of a file, for tests: another size is another dataset. */
  fileBytesMax?: number;
}

/** Errors: `BAD_ITEM`, `EMPTY_DATASET`, `TOO_MANY_ITEMS`, `DATASET_TOO_LARGE`. */
export async function storeItemStream(
  store: Pick<BlobStore, 'put'>,
  items: AsyncIterable<TextItem> | Iterable<TextItem>,
  { from, onStored, fileBytesMax }: StreamOptions = {},
): Promise<DatasetMeasure> {
  const files: ManifestFile[] = [...(from?.files ?? [])];
  const tree = new GrowingTree(from && { count: from.items, peaks: from.peaks });
  let bytes = from?.bytes ?? 0;
  const keep = async (file: NamedFile): Promise<void> => {
    const { file: described, chunkList } = describeFile(file.path, file.bytes, defaultChunkBytes);
    bytes += file.bytes.length;
    if (bytes > itemLimits.importBytesMax) {
      throw new Error(
        `DATASET_TOO_LARGE: more than ${itemLimits.importBytesMax} bytes; cut it into several`,
      );
    }
    await store.put(file.bytes);
    await store.put(chunkList);
    files.push(described);
  };
  const open = new ItemFiles({
    itemsMax: itemLimits.importItemsMax,
    files: files.length,
    items: tree.count,
    isStream: true,
    ...(fileBytesMax === undefined ? {} : { fileBytesMax }),
  });
  for await (const item of items) {
    const { digest, full } = open.add(item);
    if (full) {
      await keep(full);
      await onStored?.({ files: [...files], bytes, items: tree.count, peaks: tree.peaks() });
    }
    tree.add(digest);
  }
  await keep(open.end());
  const manifest: Digest = await storeManifest(store, files);
  return { manifest, itemsRoot: tree.root(), bytes, items: tree.count };
}

async function storeManifest(
  store: Pick<BlobStore, 'put'>,
  files: ManifestFile[],
): Promise<Digest> {
  const encoded = encodeManifest({ version: 1, chunkBytes: defaultChunkBytes, files });
  const digest = await store.put(encoded);
  if (digest !== digestOf(encoded)) throw new Error('the store put another manifest'); // A bug.
  return digest;
}
