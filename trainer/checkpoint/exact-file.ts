/**
 * Files whose digest means something (state, local state, snapshot): float vectors under known
 * names in a known order. There is one encoding of each, and reading accepts no other.
 */
import { requireFinite } from '../exchange/finite.js';
import { encodeHeader } from './safetensors-header.js';
import { bytesOfFloats, decodeSafetensors, encodeSafetensors, floatsOf } from './safetensors.js';

export interface Vector {
  readonly name: string;
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

export type VectorShape = Pick<Vector, 'name' | 'shape'>;

/** Errors: `NON_FINITE`. */
export function encodeExact(
  vectors: readonly Vector[],
  metadata: ReadonlyMap<string, string>,
): Uint8Array {
  for (const { name, values } of vectors) requireFinite(values, name);
  const tensors = vectors.map(({ name, shape, values }) => ({
    name,
    dtype: 'F32' as const,
    shape,
    bytes: bytesOfFloats(values),
  }));
  return encodeSafetensors({ tensors, metadata });
}

/**
 * The vectors in the order expected, and the metadata, whose keys must be those given. Errors:
 * `BAD_SAFETENSORS`, `BAD_STATE`, `NON_FINITE`.
 */
export function decodeExact(
  bytes: Uint8Array,
  expected: readonly VectorShape[],
  metadataKeys: readonly string[],
): { vectors: Float32Array[]; metadata: ReadonlyMap<string, string> } {
  // Names of layers, shapes and offsets take less than 1 KiB a tensor.
  const headerBytesMax = 1024 * (expected.length + 1);
  const { tensors, metadata } = decodeSafetensors(bytes, { headerBytesMax });
  for (const key of metadataKeys) {
    if (!metadata.has(key)) throw badState(`its metadata lacks "${key}"`);
  }
  const ordered = new Map(metadataKeys.map((key) => [key, metadata.get(key)!]));
  const dtype = 'F32' as const;
  const header = encodeHeader({
    tensors: expected.map((one) => ({ ...one, dtype })),
    metadata: ordered,
  });
  if (bytes.length < header.length || header.some((byte, i) => byte !== bytes[i])) {
    throw badState('its header is not the one that belongs to this run');
  }
  const vectors = tensors.map(floatsOf);
  vectors.forEach((values, i) => requireFinite(values, expected[i]!.name));
  return { vectors, metadata };
}

export function badState(facts: string): Error {
  return new Error(`BAD_STATE: ${facts}; fetch it again under the digest that the chain names`);
}
