/**
 * SHA-256 of bytes that come in pieces: what does not fit into memory is hashed as it goes by.
 *
 * Law: however bytes are cut, `end()` is the `digestOf` of all of them.
 */
import { sha256 as nobleSha256 } from '@noble/hashes/sha2.js';
import { formatDigest, type Digest } from './digest.js';

export interface DigestStream {
  /** The bytes are read before it returns: the caller may use its buffer again. */
  update(bytes: Uint8Array): void;
  /** Once, at the end. */
  end(): Digest;
}

interface NodeHash {
  update(bytes: Uint8Array): void;
  digest(): Uint8Array;
}
interface NodeCrypto {
  createHash(name: string): NodeHash;
}

/** The platform's own where Node offers it, as `digestOf` does, else JavaScript. */
export function startDigest(): DigestStream {
  const platform = (globalThis as { process?: { getBuiltinModule?(name: string): unknown } })
    .process;
  const crypto = platform?.getBuiltinModule?.('node:crypto') as NodeCrypto | undefined;
  const hash: NodeHash = crypto?.createHash('sha256') ?? nobleSha256.create();
  return {
    update: (bytes) => void hash.update(bytes),
    end: () => formatDigest(new Uint8Array(hash.digest())),
  };
}
