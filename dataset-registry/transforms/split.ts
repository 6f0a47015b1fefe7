/**
 * `split`: one side of a cut through a dataset. Which side a document falls on follows from a seed
 * and its digest, or from the seed and one of its fields, so that all of one author, or one source,
 * stay together; adding a document never moves another.
 */
import type { Digest } from '../digest/digest.js';
import { readInteger, readParams } from './params.js';
import { drawBelow } from './seeded-draw.js';
import { encodeItems, type DatasetContent, type TextItem } from './text-item.js';

export interface SplitParams {
  seed: number;
  /** Share of documents on the `heldout` side. */
  heldoutBps: number;
  part: 'train' | 'heldout';
  /** Field whose equal values stay together; empty: every document by itself. */
  by: string;
}

export const splitDefaults: SplitParams = { seed: 1, heldoutBps: 500, part: 'train', by: '' };

export function decodeSplitParams(json: unknown): SplitParams {
  const { seed, heldoutBps, part, by } = readParams(json, [
    ...(['seed', 'heldoutBps', 'part', 'by'] as const),
  ]);
  if (part !== 'train' && part !== 'heldout') {
    throw new Error('BAD_PARAMS: "part" is neither "train" nor "heldout"');
  }
  if (typeof by !== 'string' || !/^(?:[a-z][A-Za-z0-9_]{0,39})?$/.test(by)) {
    throw new Error('BAD_PARAMS: "by" is not the name of a field, or empty');
  }
  return {
    seed: readInteger(seed, 'seed', 0, Number.MAX_SAFE_INTEGER),
    heldoutBps: readInteger(heldoutBps, 'heldoutBps', 1, 9_999),
    ...{ part, by },
  };
}

/** Errors: `NO_SUCH_FIELD`, and `EMPTY_DATASET` where nothing falls on this side. */
export function split(
  input: { items: readonly TextItem[]; digests: readonly Digest[] },
  params: SplitParams,
): DatasetContent {
  const wanted = params.part === 'heldout';
  return encodeItems(
    input.items.filter((item, i) => {
      const key = params.by === '' ? input.digests[i]! : keyOf(item, params.by);
      return drawBelow('cw/split/1', [params.seed, key], params.heldoutBps) === wanted;
    }),
  );
}

function keyOf(item: TextItem, field: string): string {
  // An own property: a field named like one of Object's would be everybody's.
  const value = Object.hasOwn(item, field) ? item[field] : undefined;
  if (value !== undefined) return JSON.stringify(value);
  throw new Error(`NO_SUCH_FIELD: an item has no field "${field}"; split by one that all have`);
}
