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
  const body = bodyOfDense(bytes, layout, recipe);
  const update = new Float32Array(layout.length);
  const pieces = piecesOfDense({ start: 0, end: layout.length }, layout, recipe);
  const read = pieces.map(({ from, to }) => body.subarray(from, to));
  readDense(read, { start: 0, recipe }, update);
  return update;
}

/** What follows the header; its elements were not looked at yet. Error: `BAD_UPDATE`. */
export function bodyOfDense(
  bytes: Uint8Array,
  layout: TensorLayout,
  recipe: DiLoCoRecipe,
): Uint8Array {
  checkHeader(bytes, layout, recipe);
  const expected = recipe.codec === 'fp32' ? 4 * layout.length : int8Bytes(layout.length);
  const body = bytes.subarray(HEADER_BYTES);
  if (body.length === expected) return body;
  throw badUpdate(`${body.length} bytes follow the header where ${expected} belong`);
}

/** Where in the body the elements `start` (first of a block) up to `end` are, piece by piece. */
export function piecesOfDense(
  { start, end }: { start: number; end: number },
  { length }: Pick<TensorLayout, 'length'>,
  { codec }: DiLoCoRecipe,
): { from: number; to: number }[] {
  if (codec === 'fp32') return [{ from: 4 * start, to: 4 * end }];
  const levels = 4 * Math.ceil(length / INT8_BLOCK);
  return [
    { from: (4 * start) / INT8_BLOCK, to: 4 * Math.ceil(end / INT8_BLOCK) },
    { from: levels + start, to: levels + end },
  ];
}

/** The elements of those pieces. Error: `BAD_UPDATE`. */
export function readDense(
  pieces: readonly Uint8Array[],
  { start, recipe }: { start: number; recipe: DiLoCoRecipe },
  update: Float32Array,
): void {
  const [first, levels] = pieces;
  if (recipe.codec === 'fp32') return readFp32(first!, update);
  readInt8({ magnitudes: first!, levels: levels!, firstBlock: start / INT8_BLOCK }, update);
}

function encodeFp32(update: Float32Array): Uint8Array {
  return new Uint8Array(update.buffer, update.byteOffset, update.byteLength);
}

/** As many elements as fit into `update` out of their bytes. Error: `BAD_UPDATE`. */
function readFp32(body: Uint8Array, update: Float32Array): void {
  new Uint8Array(update.buffer, update.byteOffset, update.byteLength).set(body);
  try {
    requireFinite(update, 'it');
  } catch (error) {
    throw badUpdate((error as Error).message);
  }
}

function int8Bytes(length: number): number {
  return 4 * Math.ceil(length / INT8_BLOCK) + length;
}

function encodeInt8(update: Float32Array): Uint8Array {
  const blocks = Math.ceil(update.length / INT8_BLOCK);
  const bytes = new Uint8Array(int8Bytes(update.length));
  const view = new DataView(bytes.buffer);
  const levels = new Int8Array(bytes.buffer, 4 * blocks);
  const bits = new Int32Array(update.buffer, update.byteOffset, update.length);
  const magnitude = new Float32Array(1);
  const magnitudeBits = new Int32Array(magnitude.buffer);
  for (let block = 0; block < blocks; block++) {
    const start = block * INT8_BLOCK;
    const end = Math.min(start + INT8_BLOCK, update.length);
    // Without its sign a finite float is ordered like its bits.
    let most = 0;
    for (let i = start; i < end; i++) most = Math.max(most, bits[i]! & 0x7fffffff);
    magnitudeBits[0] = most;
    const largest = magnitude[0]!;
    if (largest < LEAST_MAGNITUDE) continue;
    view.setFloat32(4 * block, largest, true);
    for (let i = start; i < end; i++) levels[i] = nearestLevel((127 * update[i]!) / largest);
  }
  return bytes;
}

/**
 * `Math.round`, without the branch that engines make of it, and three times as fast. A quotient of
 * these float32 is a half, exactly, or 2⁻³³ at least from any; the sum is off by 2⁻⁴⁵ at most.
 */
function nearestLevel(quotient: number): number {
  return ((quotient + 128.5) | 0) - 128;
}

/** Blocks from `firstBlock` on, out of their magnitudes and levels. Error: `BAD_UPDATE`. */
function readInt8(
  it: { magnitudes: Uint8Array; levels: Uint8Array; firstBlock: number },
  update: Float32Array,
): void {
  const magnitudes = viewOf(it.magnitudes);
  const levels = viewOf(it.levels);
  for (let start = 0; start < update.length; start += INT8_BLOCK) {
    const magnitude = magnitudes.getFloat32((4 * start) / INT8_BLOCK, true);
    const block = it.firstBlock + start / INT8_BLOCK;
    const sent = magnitude >= LEAST_MAGNITUDE && Number.isFinite(magnitude);
    if (!sent && !Object.is(magnitude, 0)) {
      throw badUpdate(`the magnitude of block ${block} is ${magnitude}`);
    }
    const end = Math.min(start + INT8_BLOCK, update.length);
    let largest = 0;
    for (let i = start; i < end; i++) {
      const level = levels.getInt8(i);
      largest = Math.max(largest, Math.abs(level));
      // Adding 0 turns −0 into +0.
      update[i] = (level * magnitude) / 127 + 0;
    }
    if (largest !== (sent ? 127 : 0)) {
      throw badUpdate(`block ${block} has magnitude ${magnitude} and largest level ${largest}`);
    }
  }
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
