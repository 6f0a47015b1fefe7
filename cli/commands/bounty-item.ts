/** The bytes of an item that somebody handed in, as far as they were published. */
import type { Digest } from '@commonweights/dataset-registry/digest/digest.js';
import type { BlobStore } from '@commonweights/dataset-registry/store/blob-store.js';
import { itemLimits } from '@commonweights/dataset-registry/transforms/limits.js';
import { checkItem, type TextItem } from '@commonweights/dataset-registry/transforms/text-item.js';

/** Null where nobody has them, or they are no item. */
export async function readItem(
  blobs: Pick<BlobStore, 'get'>,
  digest: Digest,
): Promise<TextItem | null> {
  try {
    const bytes = await blobs.get(digest, { maxBytes: itemLimits.itemBytesMax });
    return checkItem(JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)));
  } catch {
    return null;
  }
}
