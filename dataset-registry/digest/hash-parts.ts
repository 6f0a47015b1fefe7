/**
 * How a tag and its parts become the bytes that are hashed: each part preceded by its length (u32,
 * little-endian), so that no two different lists of parts share an encoding. No hash in here, and
 * no TextEncoder: the contract bundles this file, and its engine has neither.
 */

/** Strings are hashed as UTF-8; integers as their decimal text. */
export type HashPart = string | number | bigint | Uint8Array;

export function encodeParts(parts: readonly HashPart[]): Uint8Array {
  const chunks = parts.map((part) =>
    part instanceof Uint8Array ? part : encodeUtf8(decimal(part)),
  );
  let length = 0;
  for (const chunk of chunks) length += 4 + chunk.length;
  const out = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    const { length: bytes } = chunk;
    out[at] = bytes;
    out[at + 1] = bytes >>> 8;
    out[at + 2] = bytes >>> 16;
    out[at + 3] = bytes >>> 24;
    out.set(chunk, at + 4);
    at += 4 + bytes;
  }
  return out;
}

/** As `TextEncoder` does it: an unpaired surrogate becomes U+FFFD. */
export function encodeUtf8(text: string): Uint8Array {
  const bytes: number[] = [];
  for (const character of text) {
    let code = character.codePointAt(0)!;
    if (code >= 0xd800 && code <= 0xdfff) code = 0xfffd;
    if (code < 0x80) bytes.push(code);
    else if (code < 0x800) bytes.push(0xc0 | (code >> 6), tail(code));
    else if (code < 0x10000) bytes.push(0xe0 | (code >> 12), tail(code >> 6), tail(code));
    else bytes.push(0xf0 | (code >> 18), tail(code >> 12), tail(code >> 6), tail(code));
  }
  return Uint8Array.from(bytes);
}

function tail(code: number): number {
  return 0x80 | (code & 0x3f);
}

function decimal(part: string | number | bigint): string {
  if (typeof part === 'number' && !Number.isSafeInteger(part)) {
    throw new Error(`BAD_HASH_PART: ${part} is not a safe integer`);
  }
  return String(part);
}
