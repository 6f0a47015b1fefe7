/**
 * Bytes of a dense update, for `diloco`: header, then either every element as float32, or blocks
 * of elements as int8 levels, each block with its largest magnitude as float32 (magnitudes first,
 * then levels): level l stands for l/127 of it. Little-endian.
 *
 * Laws: fp32 loses nothing, `decodeFp32(encodeFp32(u))` equals u bit for bit; for both, encoding
 * again what was decoded gives the same bytes. For int8 that is why the magnitude is stored and not
 * a scale (M → M/127 → M loses a bit), and why a block must use its whole range.
 */
import type { TensorLayout } from '../program/layout.js';
import { requireFinite } from './finite.js';
import { INT8_BLOCK } from './limits.js';
import type { DiLoCoRecipe } from './recipe.js';
import { badUpdate, checkHeader, encodeHeader, HEADER_BYTES } from './update-header.js';

/** Below this, levels would be subnormal and run together: the block is sent as zeros. */
const LEAST_MAGNITUDE = 127 * 2 ** -126;

export function encodeDense(
  update: Float32Array,
  layout: TensorLayout,
  recipe: DiLoCoRecipe,
): Uint8Array {
  requireFinite(update, 'the pseudo-gradient');
  const body = recipe.codec === 'fp32' ? encodeFp32(update) : encodeInt8(update);
  const bytes = new Uint8Array(HEADER_BYTES + body.length);
  bytes.set(encodeHeader(layout, recipe));
  bytes.set(body, HEADER_BYTES);
  return bytes;
}

/** Errors: `BAD_UPDATE` for anything that `encodeDense` does not write. */
export function decodeDense(
  bytes: Uint8Array,
  layout: TensorLayout,
  recipe: DiLoCoRecipe,
): Float32Array {
  checkHeader(bytes, layout, recipe);
  const expected = recipe.codec === 'fp32' ? 4 * layout.length : int8Bytes(layout.length);
  const body = bytes.subarray(HEADER_BYTES);
  if (body.length !== expected) {
    throw badUpdate(`${body.length} bytes follow the header where ${expected} belong`);
  }
  return recipe.codec === 'fp32' ? decodeFp32(body) : decodeInt8(body, layout.length);
}

function encodeFp32(update: Float32Array): Uint8Array {
  return new Uint8Array(update.buffer, update.byteOffset, update.byteLength);
}

function decodeFp32(body: Uint8Array): Float32Array {
  const update = new Float32Array(body.slice().buffer);
  try {
    requireFinite(update, 'it');
  } catch (error) {
    throw badUpdate((error as Error).message);
  }
  return update;
}

function int8Bytes(length: number): number {
  return 4 * Math.ceil(length / INT8_BLOCK) + length;
}

function encodeInt8(update: Float32Array): Uint8Array {
  const blocks = Math.ceil(update.length / INT8_BLOCK);
  const bytes = new Uint8Array(int8Bytes(update.length));
  const view = new DataView(bytes.buffer);
  for (let block = 0; block < blocks; block++) {
    const start = block * INT8_BLOCK;
    const end = Math.min(start + INT8_BLOCK, update.length);
    let largest = 0;
    for (let i = start; i < end; i++) largest = Math.max(largest, Math.abs(update[i]!));
    if (largest < LEAST_MAGNITUDE) continue;
    view.setFloat32(4 * block, largest, true);
    for (let i = start; i < end; i++) {
      view.setInt8(4 * blocks + i, Math.round((127 * update[i]!) / largest));
    }
  }
  return bytes;
}

function decodeInt8(body: Uint8Array, length: number): Float32Array {
  const blocks = Math.ceil(length / INT8_BLOCK);
  const update = new Float32Array(length);
  const view = new DataView(body.buffer, body.byteOffset, body.byteLength);
  for (let block = 0; block < blocks; block++) {
    const magnitude = view.getFloat32(4 * block, true);
    const sent = magnitude >= LEAST_MAGNITUDE && Number.isFinite(magnitude);
    if (!sent && !Object.is(magnitude, 0)) {
      throw badUpdate(`the magnitude of block ${block} is ${magnitude}`);
    }
    const end = Math.min((block + 1) * INT8_BLOCK, length);
    let largest = 0;
    for (let i = block * INT8_BLOCK; i < end; i++) {
      const level = view.getInt8(4 * blocks + i);
      largest = Math.max(largest, Math.abs(level));
      // Adding 0 turns −0 into +0.
      update[i] = (level * magnitude) / 127 + 0;
    }
    if (largest !== (sent ? 127 : 0)) {
      throw badUpdate(`block ${block} has magnitude ${magnitude} and largest level ${largest}`);
    }
  }
  return update;
}
