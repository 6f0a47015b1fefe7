/**
 * Domain-separated hashing. Whatever is hashed for a protocol purpose starts with that purpose's
 * tag, and every part is preceded by its length (hash-parts.ts): `H("cw/commit/1", run, round, …)`
 * in docs/protocol/encodings.md.
 */
import { digestOf, formatDigest, type Digest, type Sha256 } from './digest.js';
import { encodeParts, type HashPart } from './hash-parts.js';

export { encodeParts, type HashPart } from './hash-parts.js';

/** Digest over a tag and its parts. `hash` lets the contract use the chain's SHA-256. */
export function taggedDigest(tag: string, parts: readonly HashPart[], hash?: Sha256): Digest {
  const encoded = encodeParts([tag, ...parts]);
  return hash ? formatDigest(hash(encoded)) : digestOf(encoded);
}
