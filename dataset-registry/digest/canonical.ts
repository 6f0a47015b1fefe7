/** Canonical JSON (RFC 8785): one value, one text, one digest. */
import { canonicalize } from 'json-canonicalize';
import { digestOf, type Digest } from './digest.js';

export function canonicalJson(value: unknown): string {
  return canonicalize(value);
}

export function canonicalBytes(value: unknown): Uint8Array {
  return new TextEncoder().encode(canonicalize(value));
}

export function digestOfJson(value: unknown): Digest {
  return digestOf(canonicalBytes(value));
}
