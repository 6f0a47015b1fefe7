/**
 * Cuts text into words before byte-pair encoding: GPT-2's rule, which `tokenizer.json` names
 * `ByteLevel` with `use_regex`. A space belongs to the word after it.
 *
 * What counts as a letter (`\p{L}`) comes from the Unicode tables of the JavaScript engine. Engines
 * agree on every assigned character; one with newer tables knows letters that an older one takes
 * for symbols, so text with characters newer than Unicode 15 (Node 20) may be cut differently there.
 * Whoever reproduces such a dataset sees different roots, not a silent difference.
 */
const words = /'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+/gu;

/** The words of a text; joined they are the text again. */
export function splitWords(text: string): string[] {
  return text.match(words) ?? [];
}
