/**
 * Text to token ids and back, exactly as `@huggingface/tokenizers` does it for the files that we
 * write (property-tested against it), but with a cache per word and in time n log n for any word.
 *
 * Law: `decode(encode(text))` equals `text` for every well-formed text.
 */
import { MergeQueue } from './merge-queue.js';
import { splitWords } from './pre-tokenise.js';
import { decodeTokenizerFile, endOfText, endOfTextId } from './tokenizer-file.js';

export interface Tokenizer {
  readonly vocabSize: number;
  /** `<|endoftext|>` in the text becomes the special token: for prompts. */
  encode(text: string): number[];
  /** `<|endoftext|>` in the text is plain text: for documents, which may not end themselves. */
  encodeDocument(text: string): number[];
  /** Bytes that are no UTF-8 become U+FFFD. Throws `BAD_TOKEN` for an id outside the vocabulary. */
  decode(ids: readonly number[]): string;
}

/** Words whose ids are remembered; beyond, the cache starts afresh. */
const cachedWordsMax = 200_000;
const cachedWordLengthMax = 64;

/** From the JSON value of a `tokenizer.json`. Throws `BAD_TOKENIZER`. */
export function loadTokenizer(json: unknown): Tokenizer {
  const { bytes, merges } = decodeTokenizerFile(json);
  const byteIds = new Array<number>(256);
  bytes.forEach((raw, id) => {
    if (raw?.length === 1) byteIds[raw[0]!] = id;
  });
  const rules = new Map<number, { rank: number; merged: number }>();
  merges.forEach(([left, right, merged], rank) => {
    const key = left * bytes.length + right;
    // As in a map filled in order: the last of two equal merges counts.
    rules.set(key, { rank, merged });
  });
  const cache = new Map<string, readonly number[]>();
  const utf8 = new TextEncoder();

  const encodeWord = (word: string): readonly number[] => {
    const known = cache.get(word);
    if (known) return known;
    const ids = mergePairs(
      Array.from(utf8.encode(word), (byte) => byteIds[byte]!),
      rules,
      bytes.length,
    );
    if (cache.size >= cachedWordsMax) cache.clear();
    if (word.length <= cachedWordLengthMax) cache.set(word, ids);
    return ids;
  };

  const encodeDocument = (text: string): number[] => {
    const ids: number[] = [];
    for (const word of splitWords(text)) for (const id of encodeWord(word)) ids.push(id);
    return ids;
  };

  return {
    vocabSize: bytes.length,
    encodeDocument,
    encode: (text) =>
      text
        .split(endOfText)
        .flatMap((part, i) => [...(i > 0 ? [endOfTextId] : []), ...encodeDocument(part)]),
    decode: (ids) => decodeIds(ids, bytes),
  };
}

/**
 * Byte-pair encoding of one word: again and again the pair of lowest rank, the left-most of equals,
 * until none is left. `before` and `after` link what remains; a merged-away place has id −1.
 */
function mergePairs(
  ids: number[],
  rules: ReadonlyMap<number, { rank: number; merged: number }>,
  vocabSize: number,
): number[] {
  const length = ids.length;
  if (length < 2) return ids;
  const before = Int32Array.from(ids, (_, i) => i - 1);
  const after = Int32Array.from(ids, (_, i) => i + 1);
  const queue = new MergeQueue();
  const offer = (at: number): void => {
    const next = after[at]!;
    const rule = next < length ? rules.get(ids[at]! * vocabSize + ids[next]!) : undefined;
    if (rule) queue.push(rule.rank, at);
  };
  for (let i = 0; i + 1 < length; i++) offer(i);
  for (let best = queue.pop(); best; best = queue.pop()) {
    const [rank, at] = best;
    const next = after[at]!;
    if (ids[at] === -1 || next >= length) continue;
    const rule = rules.get(ids[at]! * vocabSize + ids[next]!);
    if (rule?.rank !== rank) continue;
    ids[at] = rule.merged;
    ids[next] = -1;
    after[at] = after[next]!;
    if (after[at]! < length) before[after[at]!] = at;
    if (before[at]! >= 0) offer(before[at]!);
    offer(at);
  }
  return ids.filter((id) => id !== -1);
}

function decodeIds(ids: readonly number[], bytes: readonly (Uint8Array | null)[]): string {
  let text = '';
  let raw: number[] = [];
  // A special token ends a run of bytes, so a character cut in two by it is not put together.
  const flush = (): void => {
    if (raw.length === 0) return;
    text += new TextDecoder('utf-8', { ignoreBOM: true }).decode(Uint8Array.from(raw));
    raw = [];
  };
  for (const id of ids) {
    const piece = bytes[id];
    if (piece === undefined) {
      throw new Error(`BAD_TOKEN: ${id} is not one of 0 to ${bytes.length - 1}`);
    }
    if (piece) for (const byte of piece) raw.push(byte);
    else {
      flush();
      text += endOfText;
    }
  }
  flush();
  return text;
}
