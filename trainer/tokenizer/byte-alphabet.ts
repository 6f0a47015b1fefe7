/**
 * The printable alphabet in which a byte-level vocabulary is written: `tokenizer.json` is text, so
 * each of the 256 bytes has one visible character. Bytes that are printable in Latin-1 stand for
 * themselves, the others for the characters from U+0100 on, in order. The mapping is GPT-2's, which
 * every reader of `tokenizer.json` knows.
 */

const characters: string[] = buildAlphabet();
const bytes = new Map(characters.map((character, byte) => [character, byte]));

/** The vocabulary's text for raw bytes. */
export function writeBytes(raw: Iterable<number>): string {
  let text = '';
  for (const byte of raw) text += characters[byte]!;
  return text;
}

/** The raw bytes of a vocabulary text, or null when a character is none of the 256. */
export function readBytes(text: string): Uint8Array | null {
  const raw: number[] = [];
  for (const character of text) {
    const byte = bytes.get(character);
    if (byte === undefined) return null;
    raw.push(byte);
  }
  return Uint8Array.from(raw);
}

function buildAlphabet(): string[] {
  const alphabet: string[] = [];
  let next = 0x100;
  for (let byte = 0; byte < 256; byte++) {
    const visible =
      (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || byte >= 0xae;
    alphabet.push(String.fromCharCode(visible ? byte : next++));
  }
  return alphabet;
}
