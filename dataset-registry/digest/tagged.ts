/**
 * Domain-separated hashing. Whatever is hashed for a protocol purpose starts with that purpose's
 * tag, and every part is preceded by its length (u32, little-endian), so that no two different
 * lists of parts share an encoding: `H("cw/commit/1", run, round, …)` in docs/protocol.md.
 */
import { digestOf, formatDigest, type Digest, type Sha256 } from './digest.js';

/** Strings are hashed as UTF-8; integers as their decimal text. */
export type HashPart = string | number | bigint | Uint8Array;

/** Digest over a tag and its parts. `hash` lets the contract use the chain's SHA-256. */
export function taggedDigest(tag: string, parts: readonly HashPart[], hash?: Sha256): Digest {
  const encoded = encodeParts([tag, ...parts]);
  return hash ? formatDigest(hash(encoded)) : digestOf(encoded);
}

export function encodeParts(parts: readonly HashPart[]): Uint8Array {
  const encoder = new TextEncoder();
  const chunks = parts.map((part) =>
    part instanceof Uint8Array ? part : encoder.encode(decimal(part)),
  );
  const out = new Uint8Array(chunks.reduce((sum, chunk) => sum + 4 + chunk.length, 0));
  const view = new DataView(out.buffer);
  let at = 0;
  for (const chunk of chunks) {
    view.setUint32(at, chunk.length, true);
    out.set(chunk, at + 4);
    at += 4 + chunk.length;
  }
  return out;
}

function decimal(part: string | number | bigint): string {
  if (typeof part === 'number' && !Number.isSafeInteger(part)) {
    throw new Error(`BAD_HASH_PART: ${part} is not a safe integer`);
  }
  return String(part);
}
