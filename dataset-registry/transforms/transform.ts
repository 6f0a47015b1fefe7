/**
 * A transform is a name, a version and parameters: a blob whose digest stands in the records of what
 * was derived with it. The same transform over the same parents gives the same bytes, so anybody can
 * re-run a derivation and compare roots. A change of behaviour is a new version, and the old one
 * stays.
 */
import { canonicalBytes, digestOfJson } from '../digest/canonical.js';
import type { Digest } from '../digest/digest.js';
import { clean, decodeCleanParams, type CleanParams } from './clean.js';
import { readParams } from './params.js';
import type { DatasetContent, TextItem } from './text-item.js';
import { decodePackParams, tokeniseAndPack } from './tokenise-and-pack.js';
import type { PackParams, TokenizerTools } from './tokenise-and-pack.js';

export type Transform =
  | { name: 'clean'; version: 1; params: CleanParams }
  | { name: 'tokenise-and-pack'; version: 1; params: PackParams };

/** Blob bounds: a transform is a few numbers. */
export const transformBytesMax = 65_536;

/** A parent's documents, those of several parents one after the other. */
export interface TransformInput {
  items: TextItem[];
  digests: Digest[];
}

export function encodeTransform(transform: Transform): Uint8Array {
  return canonicalBytes(decodeTransform(transform));
}

export function digestOfTransform(transform: Transform): Digest {
  return digestOfJson(decodeTransform(transform));
}

/** Throws `BAD_TRANSFORM`, `BAD_PARAMS`. */
export function decodeTransform(json: unknown): Transform {
  const { name, version, params } = readParams(json, ['name', 'version', 'params'] as const);
  if (name === 'clean' && version === 1) {
    return { name, version, params: decodeCleanParams(params) };
  }
  if (name === 'tokenise-and-pack' && version === 1) {
    return { name, version, params: decodePackParams(params) };
  }
  throw new Error(
    `BAD_TRANSFORM: ${JSON.stringify(name)} version ${JSON.stringify(version)} is not built in; ` +
      'known are clean 1 and tokenise-and-pack 1',
  );
}

export function runTransform(
  transform: Transform,
  input: TransformInput,
  tools: TokenizerTools,
): DatasetContent {
  switch (transform.name) {
    case 'clean':
      return clean(input.items, transform.params);
    case 'tokenise-and-pack':
      return tokeniseAndPack(input, transform.params, tools);
  }
}
