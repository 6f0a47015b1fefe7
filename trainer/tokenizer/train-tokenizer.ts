/**
 * Trains a byte-level BPE vocabulary (Sennrich et al. 2016): starting from the 256 bytes, the most
 * frequent neighbouring pair becomes a token, again and again. Anyone who has the text must get the
 * same file, so counts are integers and ties go to the lowest ids, left before right.
 */
import { writeBytes } from './byte-alphabet.js';
import { countWords, type WordCounts } from './count-words.js';
import { MergeQueue } from './merge-queue.js';
import {
  endOfText,
  vocabSizeMax,
  vocabSizeMin,
  writeTokenizerFile,
  type TokenizerFile,
} from './tokenizer-file.js';

/** A longer word is rarely one: its pairs are not counted, so that no text can stall the trainer. */
const wordBytesMax = 1_000;
/** A pair seen once says nothing about the next text. */
const pairCountMin = 2;
/** Pair keys are `left × 65536 + right`: exact in a double. */
const stride = vocabSizeMax;

/**
 * A vocabulary of at most `vocabSize` tokens, `<|endoftext|>` included (fewer when the text has
 * too few repeated pairs: then `TEXT_TOO_SMALL`). Throws `BAD_VOCAB_SIZE`.
 */
export function trainTokenizer(request: {
  texts: Iterable<string>;
  vocabSize: number;
}): TokenizerFile {
  const { texts, vocabSize } = request;
  checkVocabSize(vocabSize);
  return trainOnWords(countWords(texts), vocabSize);
}

/** Throws `BAD_VOCAB_SIZE`. */
export function checkVocabSize(vocabSize: number): void {
  if (!Number.isInteger(vocabSize) || vocabSize < vocabSizeMin || vocabSize > vocabSizeMax) {
    throw new Error(
      `BAD_VOCAB_SIZE: ${vocabSize}; choose ${vocabSizeMin} to ${vocabSizeMax} tokens`,
    );
  }
}

/** The same from how often each word occurs. Throws `TEXT_TOO_SMALL`. */
export function trainOnWords(counts: WordCounts, vocabSize: number): TokenizerFile {
  const words = encodeWords(counts);
  const pairs = countPairs(words);
  const tokens = [endOfText, ...Array.from({ length: 256 }, (_, byte) => writeBytes([byte]))];
  const ids = new Map(tokens.map((token, id) => [token, id]));
  const merges: [string, string][] = [];
  const ruled = new Set<number>();
  while (tokens.length < vocabSize) {
    const best = pairs.takeMostFrequent();
    if (best === null) {
      throw new Error(
        `TEXT_TOO_SMALL: the text supports ${tokens.length} tokens, ${vocabSize} were asked for; ` +
          'add text or ask for fewer',
      );
    }
    const [left, right] = [Math.floor(best / stride), best % stride];
    const merged = tokens[left]! + tokens[right]!;
    // Two different merges can spell the same token; the second makes no new one.
    let id = ids.get(merged);
    if (id === undefined) {
      id = tokens.length;
      tokens.push(merged);
      ids.set(merged, id);
    }
    // A pair can come back when another merge spells one of its sides again: one rule is enough.
    if (!ruled.has(best)) merges.push([tokens[left]!, tokens[right]!]);
    ruled.add(best);
    const grown = new Set<number>();
    for (const at of pairs.wordsWith(best)) {
      mergeInWord({ word: words[at]!, at, left, right, id, pairs, grown });
    }
    pairs.queueAll(grown);
  }
  return writeTokenizerFile(tokens, merges);
}

interface Word {
  ids: number[];
  count: number;
}

function encodeWords(counts: WordCounts): Word[] {
  const utf8 = new TextEncoder();
  const words: Word[] = [];
  for (const [text, count] of counts) {
    const bytes = utf8.encode(text);
    // Byte b has id b + 1: id 0 is the special token.
    if (bytes.length <= wordBytesMax) words.push({ ids: Array.from(bytes, (b) => b + 1), count });
  }
  return words;
}

/** How often each pair occurs, in which words, and which is the most frequent. */
class PairCounts {
  private readonly counts = new Map<number, number>();
  private readonly places = new Map<number, Set<number>>();
  /** (−count, pair): entries whose count has changed since are put back when they surface. */
  private readonly queue = new MergeQueue();

  add(pair: number, count: number, word: number): void {
    const sum = (this.counts.get(pair) ?? 0) + count;
    this.counts.set(pair, sum);
    let places = this.places.get(pair);
    if (!places) this.places.set(pair, (places = new Set()));
    places.add(word);
  }

  subtract(pair: number, count: number): void {
    this.counts.set(pair, this.counts.get(pair)! - count);
  }

  queueAll(pairs: Iterable<number>): void {
    for (const pair of pairs) this.queue.push(-(this.counts.get(pair) ?? 0), pair);
  }

  all(): Iterable<number> {
    return this.counts.keys();
  }

  /** Most frequent pair, ties to the lowest left, then right id; null when none repeats. */
  takeMostFrequent(): number | null {
    for (let top = this.queue.pop(); top; top = this.queue.pop()) {
      const [negative, pair] = top;
      const count = this.counts.get(pair) ?? 0;
      if (count < pairCountMin) continue;
      if (count === -negative) return pair;
      if (count < -negative) this.queue.push(-count, pair);
    }
    return null;
  }

  /** Words that have, or had, the pair; it is forgotten afterwards. */
  wordsWith(pair: number): Iterable<number> {
    const places = this.places.get(pair) ?? [];
    this.places.delete(pair);
    return places;
  }
}

function countPairs(words: readonly Word[]): PairCounts {
  const pairs = new PairCounts();
  words.forEach(({ ids, count }, at) => {
    for (let i = 0; i + 1 < ids.length; i++) pairs.add(ids[i]! * stride + ids[i + 1]!, count, at);
  });
  pairs.queueAll(pairs.all());
  return pairs;
}

/** Replaces the pair in one word, left to right, and moves the counts of its neighbours. */
function mergeInWord(step: {
  word: Word;
  at: number;
  left: number;
  right: number;
  id: number;
  pairs: PairCounts;
  /** Receives the pairs that may have become more frequent. */
  grown: Set<number>;
}): void {
  const { word, at, left, right, id, pairs, grown } = step;
  const before = word.ids;
  const after: number[] = [];
  for (let i = 0; i < before.length; i++) {
    if (before[i] === left && before[i + 1] === right) {
      after.push(id);
      i++;
    } else after.push(before[i]!);
  }
  if (after.length === before.length) return;
  for (let i = 0; i + 1 < before.length; i++) {
    pairs.subtract(before[i]! * stride + before[i + 1]!, word.count);
  }
  for (let i = 0; i + 1 < after.length; i++) {
    const pair = after[i]! * stride + after[i + 1]!;
    pairs.add(pair, word.count, at);
    if (after[i] === id || after[i + 1] === id) grown.add(pair);
  }
  word.ids = after;
}
