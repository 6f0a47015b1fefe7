/**
 * Content addressing. A digest carries its algorithm in its text (`sha256:<64 hex>`), so that a
 * value read from a chain, a file or a command line says what it is. Laws, tested as properties:
 * `formatDigest(digestBytes(d)) === d` and `parseDigest(text) === text` for every valid text.
 */
import { sha256 as nobleSha256 } from '@noble/hashes/sha2.js';
import { formatDigest, type Digest, type Sha256 } from './digest-text.js';

export { digestBytes, formatDigest, isDigest, parseDigest } from './digest-text.js';
export type { Digest, Sha256 } from './digest-text.js';

/** SHA-256 of `bytes`, as 32 raw bytes: the platform's own where Node offers it, else JavaScript. */
export const sha256: Sha256 = pickSha256();

export function digestOf(bytes: Uint8Array): Digest {
  return formatDigest(sha256(bytes));
}

interface NodeCrypto {
  createHash(name: string): { update(bytes: Uint8Array): { digest(): Uint8Array } };
}

/** Pure code may not import Node; asking the platform at run time keeps browsers working. */
function pickSha256(): Sha256 {
  const platform = (globalThis as { process?: { getBuiltinModule?(name: string): unknown } })
    .process;
  const crypto = platform?.getBuiltinModule?.('node:crypto') as NodeCrypto | undefined;
  if (!crypto) return nobleSha256;
  return (bytes) => new Uint8Array(crypto.createHash('sha256').update(bytes).digest());
}
