/**
 * The digests of a dataset's items, in order, file by file: what a check or a proof needs of it. No more than
 * one file is in memory, so that a dataset of any size can be checked where it was imported.
 */
import type { Digest } from '../digest/digest.js';
import type { Manifest } from '../digest/manifest.js';
import type { BlobSource } from '../store/blob-store.js';
import { getFile } from '../store/manifest-store.js';
import { itemLimits } from './limits.js';
import { decodePacking, decodeTokens, itemsInOrder, packedPaths } from './packing.js';
import { decodeItemFile, isItemsPath, itemsPath, type TextItem } from './text-item.js';

/** Errors: `DATASET_TOO_LARGE`, `UNKNOWN_DATASET_FORMAT`, `BAD_ITEM`, `BAD_PACKING`, those of the store. */
export async function* readItemDigests(
  store: BlobSource,
  manifest: Manifest,
): AsyncGenerator<Digest, void> {
  const bytes = manifest.files.reduce((sum, file) => sum + file.size, 0);
  if (bytes > itemLimits.importBytesMax) {
    throw new Error(`DATASET_TOO_LARGE: ${bytes} bytes, at most ${itemLimits.importBytesMax}`);
  }
  if (isPacked(manifest)) {
    yield* await readPacked(store, manifest);
    return;
  }
  checkTextFiles(manifest);
  let items = 0;
  for (const [at, { path, size }] of manifest.files.entries()) {
    if (path !== itemsPath(at)) {
      throw new Error(`BAD_ITEM: file ${path} stands where ${itemsPath(at)} was expected`);
    }
    // One item more than it should have is possible: whoever stored it may have cut at another size.
    if (size > itemLimits.fileBytesMax + itemLimits.itemBytesMax) {
      throw new Error(`DATASET_TOO_LARGE: ${path} has ${size} bytes; a file has fewer`);
    }
    for (const { digest } of decodeItemFile(path, await getFile(store, manifest, path))) {
      if (++items > itemLimits.importItemsMax) {
        throw new Error(`TOO_MANY_ITEMS: more than ${itemLimits.importItemsMax}`);
      }
      yield digest;
    }
  }
}

/** Of a text dataset, an item after the other, with one file in memory. Errors: as `readItemDigests`. */
export async function* readItems(
  store: BlobSource,
  manifest: Manifest,
): AsyncGenerator<{ item: TextItem; digest: Digest }, void> {
  checkTextFiles(manifest);
  for (const { path } of manifest.files) {
    yield* decodeItemFile(path, await getFile(store, manifest, path));
  }
}

export function isPacked({ files }: Manifest): boolean {
  return files.some(({ path }) => path === packedPaths.packing);
}

/** Error: `UNKNOWN_DATASET_FORMAT`. */
export function checkTextFiles({ files }: Manifest): void {
  const other = files.find(({ path }) => !isItemsPath(path));
  if (other || files.length === 0) {
    throw new Error(
      `UNKNOWN_DATASET_FORMAT: ${other?.path ?? 'no file'}; a text dataset has items-*.jsonl only`,
    );
  }
}

/** Of a packed dataset, whose files are checked against one another. */
export async function readPacked(store: BlobSource, manifest: Manifest): Promise<Digest[]> {
  const paths = Object.values(packedPaths);
  if (manifest.files.length !== paths.length) {
    throw new Error(`UNKNOWN_DATASET_FORMAT: a packed dataset has ${paths.join(', ')} only`);
  }
  const packing = decodePacking(await getFile(store, manifest, packedPaths.packing));
  for (const split of ['train', 'heldout'] as const) {
    const bytes = await getFile(store, manifest, packedPaths[split]);
    const tokens = decodeTokens(bytes, packing.vocabSize);
    if (tokens.length !== packing[split].tokens) {
      throw new Error(`BAD_PACKING: ${split}.u16 has ${tokens.length} tokens; derive it again`);
    }
  }
  await getFile(store, manifest, packedPaths.tokenizer);
  return itemsInOrder(packing);
}
