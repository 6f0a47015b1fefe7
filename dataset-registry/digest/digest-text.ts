/**
 * The text form of a digest and nothing that hashes: the contract bundles this file and brings the
 * chain's SHA-256 with it, so not one byte of a JavaScript hash reaches the contract's code.
 */

/** `sha256:` and 64 lower-case hex digits. */
export type Digest = string & { readonly brand: 'Digest' };

/** Maps bytes to their 32-byte SHA-256. The contract passes the chain's own. */
export type Sha256 = (bytes: Uint8Array) => Uint8Array;

const pattern = /^sha256:[0-9a-f]{64}$/;

export function isDigest(text: unknown): text is Digest {
  return typeof text === 'string' && pattern.test(text);
}

/** Throws `BAD_DIGEST` unless `text` is a well-formed digest. */
export function parseDigest(text: unknown): Digest {
  if (isDigest(text)) return text;
  const shown = JSON.stringify(text)?.slice(0, 100);
  throw new Error(`BAD_DIGEST: ${shown} is not "sha256:" and 64 lower-case hex digits`);
}

/** On a chain every instruction costs: a table is a tenth of `toString` and `padStart`. */
const hexOfByte = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

export function formatDigest(raw: Uint8Array): Digest {
  if (raw.length !== 32) throw new Error(`BAD_DIGEST: ${raw.length} bytes where 32 were expected`);
  return `sha256:${hexOfBytes(raw)}` as Digest;
}

export function hexOfBytes(raw: Uint8Array): string {
  let hex = '';
  for (let i = 0; i < raw.length; i++) hex += hexOfByte[raw[i]!]!;
  return hex;
}

export function bytesOfHex(hex: string): Uint8Array {
  const raw = new Uint8Array(hex.length / 2);
  for (let i = 0; i < raw.length; i++) raw[i] = parseInt(hex.slice(2 * i, 2 * i + 2), 16);
  return raw;
}

/** The 32 raw bytes of a digest. */
export function digestBytes(digest: Digest): Uint8Array {
  return bytesOfHex(digest.slice(7));
}
