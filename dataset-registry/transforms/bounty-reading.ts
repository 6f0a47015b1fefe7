/**
 * What a reviewer reads of a bounty: its own batches whole, and first; of all others only whether
 * something in them is nearly the same. Others' items are read one after the other and forgotten: a
 * bounty may have 65,536 of them, handed in by anybody.
 */
import type { Digest } from '../digest/digest.js';
import type { BlobStore } from '../store/blob-store.js';
import { readAhead } from '../store/read-ahead.js';
import { readItem } from './bounty-item.js';
import { SeenTexts } from './near-duplicates.js';
import type { TextItem } from './text-item.js';

export interface Judged {
  batch: number;
  items: readonly Digest[];
}

export interface Shown {
  batch: number;
  digest: Digest;
  /** Null: nobody has the bytes, or they are no item. */
  item: TextItem | null;
  repeats: boolean;
}

/** Blobs asked for at once; each is at most 64 KiB. */
const readsAtOnce = 8;
/** Of one reviewer's items together; all are shown at once. */
const charactersMax = 2 ** 27;
const similarity = { shingleWords: 3, hashes: 64, bands: 16, similarBpsMin: 8_000 };

/**
 * `mine` with their items; `all` items of the bounty in order of payment, which is the order in which
 * one repeats another. Errors: `TOO_MUCH_TO_SHOW`, `STORE_UNREACHABLE`.
 */
export async function readJudged(
  blobs: Pick<BlobStore, 'get'>,
  it: { mine: readonly Judged[]; all: readonly Digest[] },
): Promise<Shown[]> {
  const own = new Map<Digest, TextItem | null>();
  const wanted = [...new Set(it.mine.flatMap(({ items }) => items))];
  let characters = 0;
  const named = (digest: Digest) => readItem(blobs, digest).then((item) => ({ digest, item }));
  for await (const { digest, item } of readAhead(wanted, readsAtOnce, named)) {
    characters += item ? JSON.stringify(item).length : 0;
    if (characters > charactersMax) {
      throw new Error(
        `TOO_MUCH_TO_SHOW: your batches have more than ${charactersMax} characters; ` +
          'review them one by one with --batch',
      );
    }
    own.set(digest, item);
  }
  const seen = new SeenTexts(similarity);
  const repeats = new Set<Digest>();
  const either = async (digest: Digest) => {
    const item = own.get(digest);
    return { digest, item: item === undefined ? await readItem(blobs, digest) : item };
  };
  for await (const { digest, item } of readAhead([...new Set(it.all)], readsAtOnce, either)) {
    if (item && seen.repeats(item.text)) repeats.add(digest);
  }
  return it.mine.flatMap(({ batch, items }) =>
    items.map((digest) => ({
      batch,
      digest,
      item: own.get(digest) ?? null,
      repeats: repeats.has(digest),
    })),
  );
}
