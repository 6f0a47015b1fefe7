/** The bytes of an item that somebody handed in, as far as they were published. */
import type { Digest } from '../digest/digest.js';
import { BlobError } from '../store/blob-errors.js';
import type { BlobStore } from '../store/blob-store.js';
import { itemLimits } from './limits.js';
import { decodeItem, encodeItem, type TextItem } from './text-item.js';

/** Canonical bytes of an item that is to be handed in. Throws `BAD_ITEM`. */
export function encodeBountyItem(item: TextItem): Uint8Array {
  const bytes = encodeItem(item);
  const most = itemLimits.bountyItemBytesMax;
  if (bytes.length <= most) return bytes;
  throw new Error(
    `BAD_ITEM: ${bytes.length} bytes, at most ${most} fit one item of a bounty; split it`,
  );
}

/**
 * Null where nobody has them, or they are no item: too large, or another spelling of one, of which
 * no dataset could be made. Error: `STORE_UNREACHABLE`, since a registry that is down says nothing
 * about an item.
 */
export async function readItem(
  blobs: Pick<BlobStore, 'get'>,
  digest: Digest,
): Promise<TextItem | null> {
  let bytes: Uint8Array;
  try {
    bytes = await blobs.get(digest, { maxBytes: itemLimits.bountyItemBytesMax });
  } catch (error) {
    const code = error instanceof BlobError ? error.code : '';
    if (['BLOB_MISSING', 'BLOB_CORRUPT', 'BLOB_TOO_LARGE'].includes(code)) return null;
    throw error;
  }
  try {
    return decodeItem(bytes);
  } catch {
    return null;
  }
}
