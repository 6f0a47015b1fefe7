/**
 * `decontaminate`: from the first parent, the documents that share no long passage with any text of
 * the other parents, which are what a model will be tested on. A passage is a run of words (13, as in
 * Brown et al. 2020, appendix C), compared without case and punctuation. Passages are compared by a
 * 53-bit hash: a collision drops one document too many, never one too few.
 */
import { readInteger, readParams } from './params.js';
import { hashWord, hashWordAgain, mixBits } from './word-hash.js';
import { encodeItems, type DatasetContent, type TextItem } from './text-item.js';

export interface DecontaminateParams {
  /** Length of a passage. A text with fewer words is one passage. */
  words: number;
  /** Shared passages from which on a document is dropped. */
  sharedMin: number;
}

export const decontaminateDefaults: DecontaminateParams = { words: 13, sharedMin: 1 };

export function decodeDecontaminateParams(json: unknown): DecontaminateParams {
  const { words, sharedMin } = readParams(json, ['words', 'sharedMin'] as const);
  return {
    words: readInteger(words, 'words', 1, 256),
    sharedMin: readInteger(sharedMin, 'sharedMin', 1, 1_000_000),
  };
}

/** Errors: `NO_HELDOUT`, `EMPTY_DATASET`. */
export function decontaminate(
  input: { items: readonly TextItem[]; parents: readonly number[] },
  params: DecontaminateParams,
): DatasetContent {
  const [own = 0, ...others] = input.parents;
  if (others.length === 0) {
    throw new Error('NO_HELDOUT: name the held-out dataset as a further parent, after the data');
  }
  const heldout = new Set<number>();
  for (const { text } of input.items.slice(own)) {
    for (const passage of passagesOf(text, params.words)) heldout.add(passage);
  }
  return encodeItems(
    input.items.slice(0, own).filter(({ text }) => {
      let shared = 0;
      for (const passage of passagesOf(text, params.words)) {
        if (heldout.has(passage) && ++shared >= params.sharedMin) return false;
      }
      return true;
    }),
  );
}

function* passagesOf(text: string, length: number): Iterable<number> {
  const words = text.split(/[^A-Za-z0-9\u0080-\uffff]+/).filter((word) => word !== '');
  if (words.length === 0) return;
  const hashes = words.map((word) => [hashWord(word), hashWordAgain(word)] as const);
  const width = Math.min(length, hashes.length);
  for (let i = 0; i + width <= hashes.length; i++) {
    let high = 0;
    let low = 0;
    for (let k = 0; k < width; k++) {
      const [a, b] = hashes[i + k]!;
      high = mixBits(high ^ a);
      low = mixBits(Math.imul(low, 31) ^ b);
    }
    // 21 and 32 bits: what a double holds exactly.
    yield (high >>> 11) * 2 ** 32 + low;
  }
}
