/**
 * Decoys: in place of a leaf of its trace a worker may commit to a hash over it. Whoever computes
 * the segment arrives at the real leaf; whoever answers with the planted one had it from somewhere
 * else. Only the worker knows before it opens; that a decoy counts as one that the run pays for
 * follows from a secret that its commitment fixed, so it cannot choose afterwards.
 */
import { formatDigest, type Digest } from '@commonweights/dataset-registry/digest/digest-text.js';
import { encodeParts } from '@commonweights/dataset-registry/digest/hash-parts.js';
import type { Hashing } from './opening.js';

/** `H("cw/decoy/1", leaf, nonce)`: what stands in the trace instead of `leaf`. */
export function plantedLeafWith(it: { leaf: Digest; nonce: Digest }, hashing: Hashing): Digest {
  return formatDigest(tagged('cw/decoy/1', [it.leaf, it.nonce], hashing));
}

/** The salt of a commitment whose round secret is told only with a decoy: hex digits. */
export function saltWith(secret: string, hashing: Hashing): string {
  return formatDigest(tagged('cw/salt/2', [secret], hashing)).slice('sha256:'.length);
}

/**
 * Which leaf of a round is a decoy, 1 … S − 1; null: none. The first and the last are never
 * covered: the agreed start and the update have to be seen.
 */
export function drawDecoyWith(
  it: { secret: string; round: number; segments: number; shareBps: number },
  hashing: Hashing,
): number | null {
  if (it.segments < 2) return null;
  const raw = tagged('cw/decoy-draw/1', [it.secret, it.round], hashing);
  if (numberAt(raw, 0) % 10_000 >= it.shareBps) return null;
  return 1 + (numberAt(raw, 6) % (it.segments - 1));
}

/** Six bytes, big-endian. */
function numberAt(raw: Uint8Array, from: number): number {
  let value = 0;
  for (let i = 0; i < 6; i++) value = value * 256 + raw[from + i]!;
  return value;
}

function tagged(tag: string, parts: readonly (string | number)[], hashing: Hashing): Uint8Array {
  return hashing.hash(encodeParts([tag, ...parts].map((part) => hashing.utf8(String(part)))));
}
