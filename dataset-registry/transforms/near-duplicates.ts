/**
 * Finds documents that are nearly the same by MinHash with banding (Broder 1997): the share of equal
 * minima of two documents' hashed word runs estimates how many of those runs they share. Unsigned
 * 32-bit integers only, so every engine finds the same.
 */
import { hashWord, mixBits } from './word-hash.js';

export interface NearDuplicateParams {
  /** Words in one shingle. */
  shingleWords: number;
  /** Minima per document. */
  hashes: number;
  /** Groups of minima; two documents with one group equal are compared. Divides `hashes`. */
  bands: number;
  /** Share of equal minima from which a document is a duplicate. */
  similarBpsMin: number;
}

/** Earlier documents compared per band: a flood of boilerplate must not make this quadratic. */
const candidatesPerBandMax = 32;

/** Indices of texts that are near duplicates of an earlier text that stays. */
export function findNearDuplicates(
  texts: readonly string[],
  params: NearDuplicateParams,
): Set<number> {
  const seen = new SeenTexts(params);
  return new Set(texts.flatMap((text, i) => (seen.repeats(text) ? [i] : [])));
}

/** The texts so far, as signatures: a text may be forgotten as soon as it was asked about. */
export class SeenTexts {
  private readonly kept: Uint32Array[] = [];
  private readonly buckets = new Map<string, number[]>();

  constructor(private readonly params: NearDuplicateParams) {}

  /** Whether it is a near duplicate of an earlier text that stays; if not, it stays itself. */
  repeats(text: string): boolean {
    const { kept, buckets, params } = this;
    const signature = sign(text, params);
    const keys = bandKeys(signature, params.bands);
    const candidates = new Set(keys.flatMap((key) => buckets.get(key) ?? []));
    if ([...candidates].some((at) => similar(kept[at]!, signature, params))) return true;
    kept.push(signature);
    for (const key of keys) {
      const bucket = buckets.get(key) ?? [];
      if (bucket.length < candidatesPerBandMax) bucket.push(kept.length - 1);
      buckets.set(key, bucket);
    }
    return false;
  }
}

function similar(a: Uint32Array, b: Uint32Array, params: NearDuplicateParams): boolean {
  let equal = 0;
  for (let i = 0; i < a.length; i++) if (a[i] === b[i]) equal++;
  return equal * 10_000 >= params.similarBpsMin * a.length;
}

function sign(text: string, params: NearDuplicateParams): Uint32Array {
  const words = text.split(/[ \n]+/).map(hashWord);
  const width = Math.min(params.shingleWords, words.length);
  const minima = new Uint32Array(params.hashes).fill(0xffffffff);
  for (let i = 0; i + width <= words.length; i++) {
    let shingle = 0;
    for (let k = 0; k < width; k++) shingle = mixBits(shingle ^ words[i + k]!);
    for (let h = 0; h < minima.length; h++) {
      const value = mixBits(shingle + Math.imul(h + 1, 0x9e3779b9));
      if (value < minima[h]!) minima[h] = value;
    }
  }
  return minima;
}

function bandKeys(signature: Uint32Array, bands: number): string[] {
  const rows = signature.length / bands;
  return Array.from({ length: bands }, (_, band) =>
    [band, ...signature.subarray(band * rows, (band + 1) * rows)].join(' '),
  );
}
