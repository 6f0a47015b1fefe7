/**
 * `mix`: several datasets in given proportions of text. As much as the scarcest parent allows, each
 * document at most once; which documents of a parent are taken follows from a seed and their
 * digests. Documents keep their order, parent after parent.
 */
import type { Digest } from '../digest/digest.js';
import { readInteger, readParams } from './params.js';
import { draw } from './seeded-draw.js';
import { encodeItems, type DatasetContent, type TextItem } from './text-item.js';

export interface MixParams {
  seed: number;
  /** Of the text (UTF-16 code units), one for each parent in order, 10,000 together. */
  weightsBps: number[];
}

const parentsMax = 16;

export function decodeMixParams(json: unknown): MixParams {
  const { seed, weightsBps } = readParams(json, ['seed', 'weightsBps'] as const);
  if (!Array.isArray(weightsBps) || weightsBps.length < 2 || weightsBps.length > parentsMax) {
    throw new Error(`BAD_PARAMS: "weightsBps" is no list of 2 to ${parentsMax} shares`);
  }
  const weights = weightsBps.map((one) => readInteger(one, 'weightsBps', 1, 9_999));
  const sum = weights.reduce((total, one) => total + one, 0);
  if (sum !== 10_000) throw new Error(`BAD_PARAMS: "weightsBps" add up to ${sum}, not 10000`);
  return { seed: readInteger(seed, 'seed', 0, Number.MAX_SAFE_INTEGER), weightsBps: weights };
}

/** Errors: `WRONG_WEIGHTS` (not one for each parent), `EMPTY_DATASET`. */
export function mix(
  input: { items: readonly TextItem[]; digests: readonly Digest[]; parents: readonly number[] },
  params: MixParams,
): DatasetContent {
  if (input.parents.length !== params.weightsBps.length) {
    throw new Error(
      `WRONG_WEIGHTS: ${params.weightsBps.length} weights for ${input.parents.length} parents; ` +
        'give one for each',
    );
  }
  let from = 0;
  const parts = input.parents.map((count, parent) => {
    const items = input.items.slice(from, from + count);
    const digests = input.digests.slice(from, from + count);
    from += count;
    const characters = items.reduce((sum, { text }) => sum + text.length, 0);
    return { items, digests, characters, weight: params.weightsBps[parent]! };
  });
  // The whole is as large as the parent allows that runs out first.
  const whole = parts
    .map(({ characters, weight }) => (BigInt(characters) * 10_000n) / BigInt(weight))
    .reduce((least, one) => (one < least ? one : least));
  return encodeItems(
    parts.flatMap((part) => {
      const most = Number((whole * BigInt(part.weight)) / 10_000n);
      const taken = take(part, { most, seed: params.seed });
      return part.items.filter((_, i) => taken.has(i));
    }),
  );
}

/** Places of documents in the order of their draws, as long as they fit. */
function take(
  part: { items: readonly TextItem[]; digests: readonly Digest[] },
  it: { most: number; seed: number },
): Set<number> {
  const order = part.digests.map((digest, i) => ({ i, key: draw('cw/mix/1', [it.seed, digest]) }));
  order.sort((a, b) => a.key - b.key || a.i - b.i);
  const taken = new Set<number>();
  let used = 0;
  for (const { i } of order) {
    const length = part.items[i]!.text.length;
    if (used + length > it.most) break;
    used += length;
    taken.add(i);
  }
  return taken;
}
