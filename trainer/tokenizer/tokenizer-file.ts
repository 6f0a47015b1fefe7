/**
 * `tokenizer.json` in Hugging Face's layout, restricted to the one kind that we write: byte-level
 * BPE with GPT-2's pre-tokenisation and one special token. Whatever else a file asks for is refused
 * rather than guessed, since a tokenizer decides what a model is told.
 *
 * Law: `decodeTokenizerFile(JSON.parse(JSON.stringify(f)))` equals `f` for every file that we write.
 */
import { readBytes } from './byte-alphabet.js';

export interface TokenizerFile {
  version: '1.0';
  truncation: null;
  padding: null;
  added_tokens: {
    id: number;
    content: string;
    single_word: false;
    lstrip: false;
    rstrip: false;
    normalized: false;
    special: true;
  }[];
  normalizer: null;
  pre_tokenizer: ByteLevel;
  post_processor: null;
  decoder: ByteLevel;
  model: {
    type: 'BPE';
    dropout: null;
    unk_token: null;
    continuing_subword_prefix: null;
    end_of_word_suffix: null;
    fuse_unk: false;
    byte_fallback: false;
    ignore_merges: false;
    /** Token text (in the byte alphabet) → id. */
    vocab: Record<string, number>;
    /** `"left right"`, most urgent first. */
    merges: string[];
  };
}

interface ByteLevel {
  type: 'ByteLevel';
  add_prefix_space: false;
  trim_offsets: true;
  use_regex: true;
}

/** Ends every document; id 0, whatever the vocabulary. */
export const endOfText = '<|endoftext|>';
export const endOfTextId = 0;

/** Token ids are stored as 16-bit integers. */
export const vocabSizeMax = 65_536;
/** The special token and the 256 bytes. */
export const vocabSizeMin = 257;
/** Several merges may lead to one token, so there can be more merges than tokens. */
export const mergesMax = 4 * vocabSizeMax;

export function writeTokenizerFile(
  vocab: readonly string[],
  merges: readonly (readonly [string, string])[],
): TokenizerFile {
  return {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: [
      {
        id: endOfTextId,
        content: endOfText,
        single_word: false,
        lstrip: false,
        rstrip: false,
        normalized: false,
        special: true,
      },
    ],
    normalizer: null,
    pre_tokenizer: byteLevel(),
    post_processor: null,
    decoder: byteLevel(),
    model: {
      type: 'BPE',
      dropout: null,
      unk_token: null,
      continuing_subword_prefix: null,
      end_of_word_suffix: null,
      fuse_unk: false,
      byte_fallback: false,
      ignore_merges: false,
      // fromEntries defines properties, so that a token called __proto__ is one like any other.
      vocab: Object.fromEntries(vocab.map((token, id) => [token, id])),
      merges: merges.map(([left, right]) => `${left} ${right}`),
    },
  };
}

/** What encoding and decoding need, checked. Throws `BAD_TOKENIZER`. */
export interface Vocabulary {
  /** Raw bytes of each token by id; null for the special token. */
  bytes: (Uint8Array | null)[];
  /** Ids `[left, right, merged]`, most urgent first. */
  merges: [number, number, number][];
}

export function decodeTokenizerFile(json: unknown): Vocabulary {
  const file = readObject(json, 'the file');
  const model = readObject(file['model'], '"model"');
  const vocab = readObject(model['vocab'], '"model.vocab"');
  const merges = model['merges'];
  if (!Array.isArray(merges) || merges.length > mergesMax) refuse('"model.merges" is no list');
  const ids = readVocab(vocab);
  // Everything but the vocabulary is fixed, so comparing with what we write checks all of it.
  const bare = (each: object): object => ({ ...each, vocab: null, merges: null });
  const expected = writeTokenizerFile([], []);
  const wanted = sortedJson({ ...expected, model: bare(expected.model) });
  if (sortedJson({ ...file, model: bare(model) }) !== wanted) {
    refuse('it is not byte-level BPE as this program writes it (normaliser, options or tokens)');
  }
  const bytes = new Array<Uint8Array | null>(ids.size);
  for (const [text, id] of ids) {
    bytes[id] = id === endOfTextId ? null : readBytes(text);
    if (id !== endOfTextId && !bytes[id]?.length) refuse(`token ${id} is not in the byte alphabet`);
  }
  checkBytesPresent(bytes);
  return { bytes, merges: merges.map((merge) => readMerge(merge, ids)) };
}

function readVocab(vocab: Record<string, unknown>): Map<string, number> {
  const entries = Object.entries(vocab);
  const size = entries.length;
  if (size < vocabSizeMin || size > vocabSizeMax) {
    refuse(`${size} tokens; ${vocabSizeMin} to ${vocabSizeMax} are possible`);
  }
  const seen = new Set<unknown>();
  for (const [text, id] of entries) {
    const valid = Number.isInteger(id) && (id as number) >= 0 && (id as number) < size;
    if (!valid || seen.has(id)) refuse(`token ids are not 0 to ${size - 1}, each once`);
    if ((id === endOfTextId) !== (text === endOfText)) refuse(`token 0 is not ${endOfText}`);
    seen.add(id);
  }
  return new Map(entries as [string, number][]);
}

function readMerge(merge: unknown, ids: ReadonlyMap<string, number>): [number, number, number] {
  const pair: unknown = typeof merge === 'string' ? merge.split(' ') : merge;
  if (!Array.isArray(pair) || pair.length !== 2) refuse('a merge is not a pair');
  const [left, right] = (pair as unknown[]).map((part) => ids.get(part as string));
  const merged = ids.get(`${pair[0]}${pair[1]}`);
  if (!left || !right || !merged) refuse('a merge names a token that the vocabulary lacks');
  return [left, right, merged];
}

function checkBytesPresent(bytes: readonly (Uint8Array | null)[]): void {
  const single = new Set(bytes.filter((each) => each?.length === 1).map((each) => each![0]));
  if (single.size !== 256) refuse('some byte has no token, so some text could not be written');
}

function byteLevel(): ByteLevel {
  return { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: true };
}

function readObject(json: unknown, what: string): Record<string, unknown> {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) refuse(`no ${what}`);
  return json as Record<string, unknown>;
}

function sortedJson(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}

function refuse(why: string): never {
  throw new Error(`BAD_TOKENIZER: ${why}; use the tokenizer.json of the release or of the run`);
}
