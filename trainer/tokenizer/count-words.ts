/** How often each word of some texts occurs: all that a vocabulary is trained on. */
import { splitWords } from './pre-tokenise.js';

export type WordCounts = ReadonlyMap<string, number>;

export function countWords(texts: Iterable<string>): Map<string, number> {
  const counts = new Map<string, number>();
  for (const text of texts) {
    for (const word of splitWords(text)) counts.set(word, (counts.get(word) ?? 0) + 1);
  }
  return counts;
}

/** Sums are the same in whichever order they come. */
export function addCounts(sum: Map<string, number>, counts: WordCounts): void {
  for (const [word, count] of counts) sum.set(word, (sum.get(word) ?? 0) + count);
}
