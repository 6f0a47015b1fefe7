/**
 * Bytes of a sparse update: header, stream length u32, the range-coded stream (for every kept
 * element its distance from the one before in its chunk, then its code), and for every tensor the
 * codebook entries of the codes it uses, float32, little-endian.
 *
 * A distance d is coded as the width of d + 1 in bits (adaptive), its three leading bits below
 * the first (adaptive for each width) and the rest as they are. Unlike a Rice code it has no
 * parameter to choose and learns that hot rows of an embedding lie together.
 *
 * Laws: `decodeSparse(encodeSparse(s))` equals s, and `encodeSparse(decodeSparse(b))` equals b for
 * every b that is not refused: one update, one encoding, so nobody can submit another's update
 * under another digest without changing what it says.
 */
import type { TensorLayout } from '../program/layout.js';
import { forEachTensor, type SparseUpdate } from './quantiser.js';
import { BitModel, RangeDecoder, RangeEncoder } from './range-coder.js';
import type { SparseLoCoRecipe } from './recipe.js';
import { keptInAll, keptOfChunk } from './top-k.js';
import { badUpdate, checkHeader, encodeHeader, HEADER_BYTES } from './update-header.js';

/** Where the stream begins: behind its length. */
export const STREAM_AT = HEADER_BYTES + 4;

/**
 * Most bytes one kept element can need: five bits for the width, three leading bits and two for
 * the code at 11 bits each, 13 plain bits: 123 bits.
 */
export const ELEMENT_BYTES_MAX = 16;

export function encodeSparse(
  update: SparseUpdate,
  layout: TensorLayout,
  recipe: SparseLoCoRecipe,
): Uint8Array {
  const header = encodeHeader(layout, recipe);
  const stream = encodeStream(update, layout.length, recipe);
  const books = encodeCodebooks(update, layout);
  const bytes = new Uint8Array(STREAM_AT + stream.length + books.length);
  bytes.set(header);
  new DataView(bytes.buffer).setUint32(HEADER_BYTES, stream.length, true);
  bytes.set(stream, STREAM_AT);
  bytes.set(books, STREAM_AT + stream.length);
  return bytes;
}

/** Errors: `BAD_UPDATE` for anything that `encodeSparse` does not write. */
export function decodeSparse(
  bytes: Uint8Array,
  layout: TensorLayout,
  recipe: SparseLoCoRecipe,
): SparseUpdate {
  checkHeader(bytes, layout, recipe);
  const kept = keptInAll(layout.length, recipe);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < STREAM_AT) throw badUpdate('it ends inside the stream length');
  const streamBytes = view.getUint32(HEADER_BYTES, true);
  if (streamBytes > streamBytesMax(kept)) {
    throw badUpdate(`a stream of ${streamBytes} bytes for ${kept} elements is too long`);
  }
  if (bytes.length < STREAM_AT + streamBytes) throw badUpdate('it ends inside the stream');
  const stream = bytes.subarray(STREAM_AT, STREAM_AT + streamBytes);
  const { positions, codes } = decodeStream(stream, layout.length, recipe);
  const books = bytes.subarray(STREAM_AT + streamBytes);
  const codebooks = decodeCodebooks(books, { positions, codes }, layout);
  const update = { positions, codes, codebooks };
  if (!sameBytes(encodeStream(update, layout.length, recipe), stream)) {
    throw badUpdate('its stream is not the one encoding of what it says');
  }
  return update;
}

/** Most bytes that `encodeSparse` can write. */
export function sparseBytesMax(layout: TensorLayout, recipe: SparseLoCoRecipe): number {
  const stream = streamBytesMax(keptInAll(layout.length, recipe));
  return STREAM_AT + stream + 16 * layout.slots.length;
}

function streamBytesMax(kept: number): number {
  return 64 + ELEMENT_BYTES_MAX * kept;
}

/** The flat vector an update stands for: codebook values at its positions, +0 elsewhere. */
export function expandSparse(update: SparseUpdate, layout: TensorLayout): Float32Array {
  const values = new Float32Array(layout.length);
  const { positions, codes, codebooks } = update;
  forEachTensor(positions, layout, (tensor, start, end) => {
    for (let i = start; i < end; i++) {
      values[positions[i]!] = codebooks[4 * tensor + codes[i]!]!;
    }
  });
  return values;
}

/** Adaptive state of one stream, the same on both sides. */
class StreamModel {
  readonly width = new BitModel(32);
  readonly leading = new BitModel(17 * 8);
  /** A code is coded knowing the one before: neighbours tend to agree. */
  readonly code = new BitModel(4 * 3);
}

function encodeStream(
  { positions, codes }: Pick<SparseUpdate, 'positions' | 'codes'>,
  length: number,
  recipe: SparseLoCoRecipe,
): Uint8Array {
  const coder = new RangeEncoder(2 * positions.length);
  const model = new StreamModel();
  let at = 0;
  let before = 0;
  for (let start = 0; start < length; start += recipe.chunk) {
    const kept = keptOfChunk(Math.min(recipe.chunk, length - start), recipe);
    let expected = start;
    for (const last = at + kept; at < last; at++) {
      encodeDistance(coder, model, positions[at]! - expected);
      expected = positions[at]! + 1;
      const code = codes[at]!;
      const high = code >> 1;
      coder.bit(model.code, 3 * before, high);
      coder.bit(model.code, 3 * before + 1 + high, code & 1);
      before = code;
    }
  }
  return coder.finish();
}

function decodeStream(
  stream: Uint8Array,
  length: number,
  recipe: SparseLoCoRecipe,
): { positions: Uint32Array; codes: Uint8Array } {
  const kept = keptInAll(length, recipe);
  const into = { positions: new Uint32Array(kept), codes: new Uint8Array(kept) };
  const decoder = new ChunkDecoder(new RangeDecoder(stream), { length, recipe });
  let at = 0;
  for (let start = 0; start < length; start += recipe.chunk) {
    at += decoder.decode(start, into, at);
  }
  return into;
}

/** Positions and codes of a stream, chunk by chunk. Error: `BAD_UPDATE`. */
export class ChunkDecoder {
  readonly #model = new StreamModel();
  #before = 0;

  constructor(
    private readonly coder: RangeDecoder,
    private readonly it: { readonly length: number; readonly recipe: SparseLoCoRecipe },
  ) {}

  /** Of the chunk that begins at `start`, into both from `at` on; how many there are. */
  decode(start: number, into: { positions: Uint32Array; codes: Uint8Array }, at: number): number {
    const { coder } = this;
    const { length, recipe } = this.it;
    const model = this.#model;
    const end = Math.min(start + recipe.chunk, length);
    const kept = keptOfChunk(end - start, recipe);
    let expected = start;
    for (let i = 0; i < kept; i++) {
      const position = expected + decodeDistance(coder, model);
      // Each of those still to come in this chunk needs a place behind this one.
      if (position + (kept - i) > end) throw badUpdate(`position ${position} leaves its chunk`);
      if (coder.missing > 0) throw badUpdate('its stream is cut');
      into.positions[at + i] = position;
      expected = position + 1;
      const high = coder.bit(model.code, 3 * this.#before);
      this.#before = 2 * high + coder.bit(model.code, 3 * this.#before + 1 + high);
      into.codes[at + i] = this.#before;
    }
    return kept;
  }
}

function encodeDistance(coder: RangeEncoder, model: StreamModel, distance: number): void {
  const value = distance + 1;
  const width = 31 - Math.clz32(value);
  for (let node = 1, bit = 4; bit >= 0; bit--) {
    const digit = (width >> bit) & 1;
    coder.bit(model.width, node, digit);
    node = 2 * node + digit;
  }
  const leading = Math.min(width, 3);
  for (let node = 1, bit = 1; bit <= leading; bit++) {
    const digit = (value >> (width - bit)) & 1;
    coder.bit(model.leading, 8 * width + node, digit);
    node = 2 * node + digit;
  }
  const rest = width - leading;
  if (rest > 0) coder.plain(value & ((1 << rest) - 1), rest);
}

function decodeDistance(coder: RangeDecoder, model: StreamModel): number {
  let width = 1;
  for (let bit = 4; bit >= 0; bit--) width = 2 * width + coder.bit(model.width, width);
  width -= 32;
  if (width > 16) throw badUpdate(`a distance of ${width} bits`);
  const leading = Math.min(width, 3);
  let node = 1;
  for (let bit = 1; bit <= leading; bit++) {
    node = 2 * node + coder.bit(model.leading, 8 * width + node);
  }
  const rest = width - leading;
  return (rest > 0 ? node * 2 ** rest + coder.plain(rest) : node) - 1;
}

function encodeCodebooks({ positions, codes, codebooks }: SparseUpdate, layout: TensorLayout) {
  const bytes = new Uint8Array(4 * codebooks.length);
  const view = new DataView(bytes.buffer);
  let at = 0;
  forEachTensor(positions, layout, (tensor, start, end) => {
    const used = codesUsed(codes, start, end);
    for (let code = 0; code < 4; code++) {
      if ((used & (1 << code)) === 0) continue;
      view.setFloat32(at, codebooks[4 * tensor + code]!, true);
      at += 4;
    }
  });
  return bytes.subarray(0, at);
}

function decodeCodebooks(
  books: Uint8Array,
  { positions, codes }: Pick<SparseUpdate, 'positions' | 'codes'>,
  layout: TensorLayout,
): Float32Array {
  const codebooks = new Float32Array(4 * layout.slots.length);
  const view = new DataView(books.buffer, books.byteOffset, books.byteLength);
  let at = 0;
  forEachTensor(positions, layout, (tensor, start, end) => {
    const used = codesUsed(codes, start, end);
    let least = -Infinity;
    for (let code = 0; code < 4; code++) {
      if ((used & (1 << code)) === 0) continue;
      if (at + 4 > books.length) throw badUpdate('it ends inside the codebooks');
      const value = view.getFloat32(at, true);
      at += 4;
      if (!Number.isFinite(value)) throw badUpdate(`codebook ${tensor} is not finite`);
      if (Object.is(value, -0)) throw badUpdate(`codebook ${tensor} holds −0`);
      // Codes are ordered like the values they stand for.
      if (value < least) throw badUpdate(`codebook ${tensor} is not ascending`);
      least = value;
      codebooks[4 * tensor + code] = value;
    }
  });
  if (at !== books.length) throw badUpdate(`${books.length - at} bytes follow the codebooks`);
  return codebooks;
}

/** Bit c is set when code c occurs. */
function codesUsed(codes: Uint8Array, start: number, end: number): number {
  let used = 0;
  for (let i = start; i < end; i++) used |= 1 << codes[i]!;
  return used;
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}
