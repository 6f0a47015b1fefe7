/**
 * `tokenise-and-pack`: from documents to token ids. Whole documents are held out by a seeded hash
 * of their digest, so that adding a document never moves another from one side to the other, and
 * the tokenizer learns from the documents that are not held out. Where a run is to go on from a model
 * that exists, the data is packed with that model's tokenizer instead, named by its digest.
 */
import { canonicalBytes } from '../digest/canonical.js';
import { isDigest, type Digest } from '../digest/digest.js';
import { countSequences, encodeTokens, packedPaths } from './packing.js';
import type { PackedItem, PackedSplit, Packing } from './packing.js';
import { readInteger, readParams } from './params.js';
import { drawBelow } from './seeded-draw.js';
import type { DatasetContent, TextItem } from './text-item.js';

export interface PackParams {
  /** Tokens of the tokenizer that is trained; absent where one is given. */
  vocabSize?: number;
  /** A `tokenizer.json` in place of a trained one. */
  tokenizer?: Digest;
  /** Tokens of one training sequence. */
  contextLength: number;
  /** Share of documents held out. */
  heldoutBps: number;
  /** Chooses which. */
  seed: number;
}

/** Tokenising lives above this package, in `trainer/tokenizer`, and is handed in. */
export interface TokenizerTools {
  train(request: { texts: Iterable<string>; vocabSize: number }): object | Promise<object>;
  load(json: object): { encodeDocument(text: string): number[]; readonly vocabSize: number };
}

const endOfTextId = 0;

export const packDefaults: PackParams & { vocabSize: number } = {
  vocabSize: 2048,
  contextLength: 128,
  heldoutBps: 500,
  seed: 1,
};

export function decodePackParams(json: unknown): PackParams {
  const given = Object.hasOwn(Object(json) as object, 'tokenizer');
  const source = given ? 'tokenizer' : 'vocabSize';
  const params = readParams(json, [source, 'contextLength', 'heldoutBps', 'seed'] as const);
  const value = (params as Record<string, unknown>)[source];
  return {
    ...(given
      ? { tokenizer: readDigest(value) }
      : { vocabSize: readInteger(value, 'vocabSize', 257, 65_536) }),
    contextLength: readInteger(params.contextLength, 'contextLength', 1, 2 ** 20),
    heldoutBps: readInteger(params.heldoutBps, 'heldoutBps', 1, 9_999),
    seed: readInteger(params.seed, 'seed', 0, Number.MAX_SAFE_INTEGER),
  };
}

function readDigest(value: unknown): Digest {
  if (isDigest(value)) return value;
  throw new Error(
    `BAD_PARAMS: "tokenizer" is ${JSON.stringify(value)}, not the digest of a tokenizer.json`,
  );
}

/** `tokenizer`: what the parameter names, parsed. Throws `EMPTY_SPLIT` when all documents fall on one side. */
export async function tokeniseAndPack(
  input: { items: readonly TextItem[]; digests: readonly Digest[]; tokenizer?: object },
  params: PackParams,
  tools: TokenizerTools,
): Promise<DatasetContent> {
  const heldout = input.digests.map((digest) =>
    drawBelow('cw/heldout/1', [params.seed, digest], params.heldoutBps),
  );
  if (heldout.every((held) => held) || !heldout.some((held) => held)) {
    throw new Error(
      `EMPTY_SPLIT: all ${heldout.length} documents fall on one side; ` +
        'change "seed" or "heldoutBps", or add documents',
    );
  }
  const training = input.items.filter((_, i) => !heldout[i]).map((item) => item.text);
  const { vocabSize } = params;
  const tokenizerFile =
    vocabSize === undefined ? input.tokenizer! : await tools.train({ texts: training, vocabSize });
  const tokenizer = tools.load(tokenizerFile);
  const pack = (held: boolean): { tokens: Uint16Array; split: PackedSplit } =>
    packSplit(
      input.items.flatMap((item, index) =>
        heldout[index] === held ? [{ item: input.digests[index]!, index, text: item.text }] : [],
      ),
      params.contextLength,
      (text) => tokenizer.encodeDocument(text),
    );
  const train = pack(false);
  const held = pack(true);
  const packing: Packing = {
    version: 1,
    vocabSize: tokenizer.vocabSize,
    contextLength: params.contextLength,
    train: train.split,
    heldout: held.split,
  };
  return {
    files: [
      { path: packedPaths.tokenizer, bytes: canonicalBytes(tokenizerFile) },
      { path: packedPaths.train, bytes: encodeTokens(train.tokens) },
      { path: packedPaths.heldout, bytes: encodeTokens(held.tokens) },
      { path: packedPaths.packing, bytes: canonicalBytes(packing) },
    ],
    items: [...input.digests],
  };
}

function packSplit(
  documents: readonly { item: Digest; index: number; text: string }[],
  contextLength: number,
  encode: (text: string) => number[],
): { tokens: Uint16Array; split: PackedSplit } {
  const pieces: Uint16Array[] = [];
  const items: PackedItem[] = [];
  let at = 0;
  for (const { item, index, text } of documents) {
    const ids = Uint16Array.from([...encode(text), endOfTextId]);
    pieces.push(ids);
    items.push({ item, index, start: at, end: at + ids.length });
    at += ids.length;
  }
  const tokens = new Uint16Array(at);
  pieces.forEach((ids, i) => tokens.set(ids, items[i]!.start));
  return { tokens, split: { tokens: at, sequences: countSequences(at, contextLength), items } };
}
