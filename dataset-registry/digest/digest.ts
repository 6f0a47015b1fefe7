/**
 * Content addressing. A digest carries its algorithm in its text (`sha256:<64 hex>`), so that a
 * value read from a chain, a file or a command line says what it is. Laws, tested as properties:
 * `formatDigest(digestBytes(d)) === d` and `parseDigest(text) === text` for every valid text.
 */
import { sha256 as nobleSha256 } from '@noble/hashes/sha2.js';

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
  throw new Error(`BAD_DIGEST: ${JSON.stringify(text)} is not "sha256:" and 64 hex digits`);
}

/** SHA-256 of `bytes`, as 32 raw bytes: the platform's own where Node offers it, else JavaScript. */
export const sha256: Sha256 = pickSha256();

export function digestOf(bytes: Uint8Array): Digest {
  return formatDigest(sha256(bytes));
}

export function formatDigest(raw: Uint8Array): Digest {
  if (raw.length !== 32) throw new Error(`BAD_DIGEST: ${raw.length} bytes where 32 were expected`);
  let hex = '';
  for (const byte of raw) hex += byte.toString(16).padStart(2, '0');
  return `sha256:${hex}` as Digest;
}

/** The 32 raw bytes of a digest. */
export function digestBytes(digest: Digest): Uint8Array {
  const raw = new Uint8Array(32);
  for (let i = 0; i < 32; i++) raw[i] = parseInt(digest.slice(7 + 2 * i, 9 + 2 * i), 16);
  return raw;
}

interface NodeCrypto {
  createHash(name: string): { update(bytes: Uint8Array): { digest(): Uint8Array } };
}

/** Pure code may not import Node; asking the platform at run time keeps browsers working. */
function pickSha256(): Sha256 {
  const platform = (globalThis as { process?: { getBuiltinModule?(name: string): unknown } }).process;
  const crypto = platform?.getBuiltinModule?.('node:crypto') as NodeCrypto | undefined;
  if (!crypto) return nobleSha256;
  return (bytes) => new Uint8Array(crypto.createHash('sha256').update(bytes).digest());
}
