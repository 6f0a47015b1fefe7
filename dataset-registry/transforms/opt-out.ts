/**
 * Lists of items to leave out: what somebody asked its publisher to take out of a dataset. A list is
 * the canonical JSON of the items' digests, sorted, each once, and a blob: its digest is what the
 * publisher names on chain and what `leave-out` takes. It names items, not words: another copy with
 * a comma more is another item.
 *
 * Law: `decodeOptOut(encodeOptOut(digests))` are the same digests, sorted, each once.
 */
import { canonicalBytes } from '../digest/canonical.js';
import { isDigest, type Digest } from '../digest/digest.js';
import type { BlobStore } from '../store/blob-store.js';
import { optOutLimits } from './limits.js';
import { readParams } from './params.js';
import { encodeItems, type DatasetContent, type TextItem } from './text-item.js';

/** Error: `BAD_OPT_OUT`. */
export function encodeOptOut(digests: readonly Digest[]): Uint8Array {
  const distinct = [...new Set(digests)].sort();
  if (distinct.length > optOutLimits.itemsMax) {
    refuse(`${distinct.length} items, at most ${optOutLimits.itemsMax} fit one list`);
  }
  return canonicalBytes(distinct);
}

/** Error: `BAD_OPT_OUT` unless it is the one spelling of a list. */
export function decodeOptOut(bytes: Uint8Array): Digest[] {
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes));
  } catch {
    refuse('it is not JSON in UTF-8');
  }
  if (!Array.isArray(json) || !json.every(isDigest)) refuse('it is no list of digests');
  const canonical = encodeOptOut(json);
  if (canonical.length !== bytes.length || canonical.some((byte, i) => byte !== bytes[i])) {
    refuse('it is not in canonical form: sorted, each once, without spaces');
  }
  return json;
}

export async function readOptOut(store: Pick<BlobStore, 'get'>, list: Digest): Promise<Digest[]> {
  return decodeOptOut(await store.get(list, { maxBytes: optOutLimits.bytesMax }));
}

export interface LeaveOutParams {
  /** Digests of the lists, sorted, each once. */
  lists: Digest[];
}

export function decodeLeaveOutParams(json: unknown): LeaveOutParams {
  const { lists } = readParams(json, ['lists'] as const);
  const most = optOutLimits.listsMax;
  const isList = Array.isArray(lists) && lists.length > 0 && lists.length <= most;
  if (!isList || !lists.every(isDigest) || `${[...new Set(lists)].sort()}` !== `${lists}`) {
    throw new Error(
      `BAD_PARAMS: "lists" is not 1 to ${most} digests of opt-out lists, sorted, each once`,
    );
  }
  return { lists };
}

/** All items but those on the lists; `leftOut` is what they name. Error: `EMPTY_DATASET`. */
export function leaveOut(input: {
  items: readonly TextItem[];
  digests: readonly Digest[];
  leftOut: ReadonlySet<Digest>;
}): DatasetContent {
  return encodeItems(input.items.filter((_, i) => !input.leftOut.has(input.digests[i]!)));
}

function refuse(why: string): never {
  throw new Error(`BAD_OPT_OUT: the list: ${why}; write it with "commonweights dataset opt-out"`);
}
