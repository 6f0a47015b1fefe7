/**
 * `filter`: keeps documents that read like prose. The rules are those of Rae et al., "Scaling
 * Language Models: Methods, Analysis & Insights from Training Gopher" (2021), appendix A1.1, as
 * integers: words, their length, symbols, bullets, ellipses, letters, common words; and repetition
 * of lines, which C4 and Gopher both filter by.
 */
import { readInteger, readParams } from './params.js';
import { encodeItems, type DatasetContent, type TextItem } from './text-item.js';

export interface FilterParams {
  wordsMin: number;
  wordsMax: number;
  /** Mean length of a word, in hundredths of a character. */
  wordLengthCentiMin: number;
  wordLengthCentiMax: number;
  /** `#` and ellipses for each 10,000 words. */
  symbolsBpsMax: number;
  /** Lines that begin with a bullet. */
  bulletLinesBpsMax: number;
  /** Lines that end with an ellipsis. */
  ellipsisLinesBpsMax: number;
  /** Words with at least one ASCII letter or a character beyond ASCII. */
  lettersBpsMin: number;
  /** Different ones of `commonWords` that must occur. */
  commonWordsMin: number;
  /** Lower case. Those of the language that is wanted: a crude but open language filter. */
  commonWords: string[];
  /** Characters in lines that occurred before in the document. */
  repeatedBpsMax: number;
}

export const filterDefaults: FilterParams = {
  wordsMin: 50,
  wordsMax: 100_000,
  wordLengthCentiMin: 300,
  wordLengthCentiMax: 1_000,
  symbolsBpsMax: 1_000,
  bulletLinesBpsMax: 9_000,
  ellipsisLinesBpsMax: 3_000,
  lettersBpsMin: 8_000,
  commonWordsMin: 2,
  commonWords: ['the', 'be', 'to', 'of', 'and', 'that', 'have', 'with'],
  repeatedBpsMax: 3_000,
};

const commonWordsMax = 256;

export function decodeFilterParams(json: unknown): FilterParams {
  const keys = Object.keys(filterDefaults) as (keyof FilterParams)[];
  const params = readParams(json, keys);
  const count = (key: keyof FilterParams, max: number) => readInteger(params[key], key, 0, max);
  const words = params.commonWords;
  const fine =
    Array.isArray(words) &&
    words.length <= commonWordsMax &&
    words.every((word) => typeof word === 'string' && /^[^\sA-Z]{1,40}$/.test(word)) &&
    new Set(words).size === words.length;
  if (!fine) {
    throw new Error(
      `BAD_PARAMS: "commonWords" is no list of at most ${commonWordsMax} different words in lower case`,
    );
  }
  return {
    wordsMin: count('wordsMin', 2 ** 30),
    wordsMax: count('wordsMax', 2 ** 30),
    wordLengthCentiMin: count('wordLengthCentiMin', 100_000),
    wordLengthCentiMax: count('wordLengthCentiMax', 100_000),
    symbolsBpsMax: count('symbolsBpsMax', 1_000_000),
    bulletLinesBpsMax: count('bulletLinesBpsMax', 10_000),
    ellipsisLinesBpsMax: count('ellipsisLinesBpsMax', 10_000),
    lettersBpsMin: count('lettersBpsMin', 10_000),
    commonWordsMin: count('commonWordsMin', words.length),
    commonWords: words as string[],
    repeatedBpsMax: count('repeatedBpsMax', 10_000),
  };
}

export function filterQuality(items: readonly TextItem[], params: FilterParams): DatasetContent {
  return encodeItems(items.filter(({ text }) => whyDropped(text, params) === null));
}

/** Which rule a text breaks, for people who tune them; null: it stays. */
export function whyDropped(text: string, it: FilterParams): keyof FilterParams | null {
  const words = text.split(/\s+/).filter((word) => word !== '');
  if (words.length < Math.max(1, it.wordsMin)) return 'wordsMin';
  if (words.length > it.wordsMax) return 'wordsMax';
  const letters = words.reduce((sum, word) => sum + word.length, 0);
  if (100 * letters < it.wordLengthCentiMin * words.length) return 'wordLengthCentiMin';
  if (100 * letters > it.wordLengthCentiMax * words.length) return 'wordLengthCentiMax';
  const symbols = text.match(/#|\.\.\.|…/g)?.length ?? 0;
  if (10_000 * symbols > it.symbolsBpsMax * words.length) return 'symbolsBpsMax';
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  const share = (count: number) => 10_000 * count;
  const bullets = lines.filter((line) => /^\s*[-*•‣]\s/.test(line)).length;
  if (share(bullets) > it.bulletLinesBpsMax * lines.length) return 'bulletLinesBpsMax';
  const open = lines.filter((line) => /(?:\.\.\.|…)\s*$/.test(line)).length;
  if (share(open) > it.ellipsisLinesBpsMax * lines.length) return 'ellipsisLinesBpsMax';
  const lettered = words.filter((word) => /[A-Za-z\u0080-\uffff]/.test(word)).length;
  if (share(lettered) < it.lettersBpsMin * words.length) return 'lettersBpsMin';
  if (countCommon(words, it.commonWords) < it.commonWordsMin) return 'commonWordsMin';
  if (share(repeatedCharacters(lines)) > it.repeatedBpsMax * text.length) return 'repeatedBpsMax';
  return null;
}

function countCommon(words: readonly string[], common: readonly string[]): number {
  const wanted = new Set(common);
  const found = new Set<string>();
  for (const word of words) {
    // ASCII only: case folding beyond it depends on the platform's Unicode tables.
    const plain = word
      .replace(/^[^A-Za-z\u0080-\uffff]+|[^A-Za-z\u0080-\uffff]+$/g, '')
      .replace(/[A-Z]/g, (letter) => String.fromCharCode(letter.charCodeAt(0) + 32));
    if (wanted.has(plain)) found.add(plain);
  }
  return found.size;
}

function repeatedCharacters(lines: readonly string[]): number {
  const seen = new Set<string>();
  let repeated = 0;
  for (const line of lines) {
    if (seen.has(line)) repeated += line.length;
    seen.add(line);
  }
  return repeated;
}
