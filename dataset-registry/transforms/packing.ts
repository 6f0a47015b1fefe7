/**
 * A packed dataset: what a run trains on. `train.u16` and `heldout.u16` are token ids, 16 bits
 * little-endian, document after document, each ended by token 0; `packing.json` says which item
 * became which tokens, so that a release can prove that a document was trained on; sequence k of
 * context length C is the C + 1 tokens from k·C on (inputs and, one further, targets).
 */
import { isDigest, type Digest } from '../digest/digest.js';

export const packedPaths = {
  tokenizer: 'tokenizer.json',
  train: 'train.u16',
  heldout: 'heldout.u16',
  packing: 'packing.json',
} as const;

export interface Packing {
  version: 1;
  vocabSize: number;
  contextLength: number;
  train: PackedSplit;
  heldout: PackedSplit;
}

export interface PackedSplit {
  tokens: number;
  /** `floor((tokens − 1) / contextLength)`. */
  sequences: number;
  /** In order, without gaps: `end` is after the token that ends the document. */
  items: PackedItem[];
}

export interface PackedItem {
  item: Digest;
  /** Place in the dataset's items tree. */
  index: number;
  start: number;
  end: number;
}

export function countSequences(tokens: number, contextLength: number): number {
  return Math.max(0, Math.floor((tokens - 1) / contextLength));
}

/** Token ids as stored. */
export function encodeTokens(tokens: Uint16Array): Uint8Array {
  const bytes = new Uint8Array(2 * tokens.length);
  const view = new DataView(bytes.buffer);
  tokens.forEach((token, i) => view.setUint16(2 * i, token, true));
  return bytes;
}

/** Throws `BAD_PACKING` for an odd length or an id outside the vocabulary. */
export function decodeTokens(bytes: Uint8Array, vocabSize: number): Uint16Array {
  if (bytes.length % 2 !== 0) refuse(`${bytes.length} bytes are no list of 16-bit integers`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const tokens = new Uint16Array(bytes.length / 2);
  for (let i = 0; i < tokens.length; i++) {
    const token = view.getUint16(2 * i, true);
    if (token >= vocabSize) refuse(`token ${token} at ${i} is outside the ${vocabSize} known`);
    tokens[i] = token;
  }
  return tokens;
}

/** Throws `BAD_PACKING` unless the items cover both splits and every index once. */
export function decodePacking(bytes: Uint8Array): Packing {
  let json: Packing;
  try {
    json = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)) as Packing;
  } catch {
    refuse('packing.json is not JSON in UTF-8');
  }
  const { version, vocabSize, contextLength, train, heldout } = json ?? {};
  if (version !== 1) refuse('its version is not 1');
  if (!isCount(vocabSize) || vocabSize > 65_536) refuse('its vocabSize is not 0 to 65536');
  if (!isCount(contextLength) || contextLength === 0) refuse('its contextLength is no length');
  for (const split of [train, heldout]) checkSplit(split, contextLength);
  const indices = [...train.items, ...heldout.items].map((item) => item.index);
  const all = new Set(indices);
  if (all.size !== indices.length || indices.some((index) => index >= indices.length)) {
    refuse('its items do not have the places 0 to n − 1, each once');
  }
  return { version, vocabSize, contextLength, train, heldout };
}

/** The item digests in the order of the items tree. */
export function itemsInOrder(packing: Packing): Digest[] {
  const items: Digest[] = [];
  for (const split of [packing.train, packing.heldout]) {
    for (const { item, index } of split.items) items[index] = item;
  }
  return items;
}

function checkSplit(split: PackedSplit, contextLength: number): void {
  if (!isCount(split?.tokens) || !Array.isArray(split.items)) refuse('a split lacks its fields');
  let at = 0;
  for (const each of split.items) {
    const fits = isDigest(each?.item) && isCount(each.index) && isCount(each.end);
    if (!fits || each.start !== at || each.end <= at) refuse('its items leave gaps or overlap');
    at = each.end;
  }
  if (at !== split.tokens) refuse(`its items end at ${at} of ${split.tokens} tokens`);
  if (split.sequences !== countSequences(split.tokens, contextLength)) {
    refuse('its count of sequences does not follow from its tokens');
  }
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function refuse(why: string): never {
  throw new Error(`BAD_PACKING: ${why}; derive the dataset again from its parent`);
}
