/**
 * `clean`: from raw documents to those worth training on. Normalises the encoding by a few plain
 * rules, drops what is too short, too long or mostly symbols, then exact and near duplicates.
 * Deterministic: integers only, no Unicode tables, the first of two duplicates stays.
 */
import { digestOf, type Digest } from '../digest/digest.js';
import { findNearDuplicates, type NearDuplicateParams } from './near-duplicates.js';
import { readInteger, readParams } from './params.js';
import { encodeItems, type DatasetContent, type TextItem } from './text-item.js';

export interface CleanParams {
  charactersMin: number;
  charactersMax: number;
  /** Share of characters other than ASCII letters, digits, spaces and anything beyond ASCII. */
  symbolsBpsMax: number;
  nearDuplicates: NearDuplicateParams;
}

export const cleanDefaults: CleanParams = {
  charactersMin: 200,
  charactersMax: 1_000_000,
  symbolsBpsMax: 3_000,
  nearDuplicates: { shingleWords: 5, hashes: 64, bands: 16, similarBpsMin: 7_000 },
};

export function decodeCleanParams(json: unknown): CleanParams {
  const keys = ['charactersMin', 'charactersMax', 'symbolsBpsMax', 'nearDuplicates'] as const;
  const params = readParams(json, keys);
  const nearKeys = ['shingleWords', 'hashes', 'bands', 'similarBpsMin'] as const;
  const near = readParams(params.nearDuplicates, nearKeys);
  const hashes = readInteger(near.hashes, 'hashes', 1, 256);
  const bands = readInteger(near.bands, 'bands', 1, hashes);
  if (hashes % bands !== 0) throw new Error('BAD_PARAMS: "bands" does not divide "hashes"');
  return {
    charactersMin: readInteger(params.charactersMin, 'charactersMin', 1, 2 ** 30),
    charactersMax: readInteger(params.charactersMax, 'charactersMax', 1, 2 ** 30),
    symbolsBpsMax: readInteger(params.symbolsBpsMax, 'symbolsBpsMax', 0, 10_000),
    nearDuplicates: {
      shingleWords: readInteger(near.shingleWords, 'shingleWords', 1, 32),
      hashes,
      bands,
      similarBpsMin: readInteger(near.similarBpsMin, 'similarBpsMin', 1, 10_000),
    },
  };
}

export function clean(items: readonly TextItem[], params: CleanParams): DatasetContent {
  const kept = items
    .map((item) => ({ ...item, text: normaliseText(item.text) }))
    .filter((item) => passes(item.text, params));
  const distinct = dropExactDuplicates(kept);
  const near = findNearDuplicates(
    distinct.map((item) => item.text),
    params.nearDuplicates,
  );
  return encodeItems(distinct.filter((_, i) => !near.has(i)));
}

/**
 * One form for what looks the same: LF line ends, plain spaces, no byte order mark, no control or
 * zero-width characters, no trailing spaces, at most one empty line.
 */
export function normaliseText(text: string): string {
  return text
    .replace(/\r\n?|\u2028|\u2029|\u0085/g, '\n')
    .replace(/[\t\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]/g, ' ')
    .replace(control, '')
    .replace(/ +/g, ' ')
    .replace(/ ?\n ?/g, '\n')
    .replace(/\n{3,}/g, '\n\n')
    .replace(/^[ \n]+|[ \n]+$/g, '');
}

/** C0 and C1 controls but LF, soft hyphen, zero-width and direction marks, BOM, noncharacters. */
const control =
  // eslint-disable-next-line no-control-regex
  /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff0-\ufffb\ufffe\uffff]/g;

function passes(text: string, params: CleanParams): boolean {
  if (text.length < params.charactersMin || text.length > params.charactersMax) return false;
  const symbols = text.length - text.replace(/[!-/:-@[-`{-~\ufffd]/g, '').length;
  return symbols * 10_000 <= params.symbolsBpsMax * text.length;
}

function dropExactDuplicates(items: readonly TextItem[]): TextItem[] {
  const seen = new Set<Digest>();
  const utf8 = new TextEncoder();
  return items.filter((item) => {
    const digest = digestOf(utf8.encode(item.text));
    if (seen.has(digest)) return false;
    seen.add(digest);
    return true;
  });
}
