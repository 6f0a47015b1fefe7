/**
 * The sum of a seat's distances (docs/protocol/tolerance.md): one flat vector as a file. It needs no
 * proof: whoever cannot read it goes on without.
 */
import type { TensorLayout } from '../program/layout.js';
import { decodeExact, encodeExact } from './exact-file.js';

/** Errors: `NON_FINITE`. */
export function encodeDistanceSum(sum: Float32Array): Uint8Array {
  return encodeExact([{ name: 'sum', shape: [sum.length], values: sum }], new Map());
}

/** Errors: `BAD_SAFETENSORS`, `BAD_STATE`, `NON_FINITE`. */
export function decodeDistanceSum(bytes: Uint8Array, layout: TensorLayout): Float32Array {
  return decodeExact(bytes, [{ name: 'sum', shape: [layout.length] }], []).vectors[0]!;
}
