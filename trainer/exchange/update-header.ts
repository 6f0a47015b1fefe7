/**
 * The 24 bytes every update starts with, little-endian: magic `CWUP`, version u8, kind u8, two zero
 * bytes, layout length u32, tensors u32, and two numbers of the kind (chunk and k; block and 0; 0
 * and 0). All of it follows from layout and recipe, so a decoder compares instead of parsing: an
 * update cannot say anything about itself.
 */
import type { TensorLayout } from '../program/layout.js';
import { INT8_BLOCK, LAYOUT_LENGTH_MAX, SLOTS_MAX } from './limits.js';
import type { OuterRecipe } from './recipe.js';

export const HEADER_BYTES = 24;

const MAGIC = [0x43, 0x57, 0x55, 0x50];
const VERSION = 1;
const KINDS = { sparse: 1, fp32: 2, int8: 3 } as const;

export function encodeHeader(layout: TensorLayout, recipe: OuterRecipe): Uint8Array {
  requireLayout(layout);
  const bytes = new Uint8Array(HEADER_BYTES);
  const view = new DataView(bytes.buffer);
  bytes.set(MAGIC);
  bytes[4] = VERSION;
  bytes[5] = recipe.kind === 'sparseloco' ? KINDS.sparse : KINDS[recipe.codec];
  view.setUint32(8, layout.length, true);
  view.setUint32(12, layout.slots.length, true);
  if (recipe.kind === 'sparseloco') {
    view.setUint32(16, recipe.chunk, true);
    view.setUint32(20, recipe.k, true);
  } else if (recipe.codec === 'int8') {
    view.setUint32(16, INT8_BLOCK, true);
  }
  return bytes;
}

/** Throws `BAD_UPDATE` unless `bytes` begins with exactly the header of this layout and recipe. */
export function checkHeader(bytes: Uint8Array, layout: TensorLayout, recipe: OuterRecipe): void {
  if (bytes.length < HEADER_BYTES) throw badUpdate(`${bytes.length} bytes are less than a header`);
  const expected = encodeHeader(layout, recipe);
  for (let i = 0; i < HEADER_BYTES; i++) {
    if (bytes[i] !== expected[i]) {
      throw badUpdate(`header byte ${i} is ${bytes[i]} where this run has ${expected[i]}`);
    }
  }
}

/** Throws `BAD_LAYOUT` unless slots are in order, without gaps, and within bounds. */
export function requireLayout(layout: TensorLayout): void {
  if (layout.slots.length > SLOTS_MAX) throw badLayout(`${layout.slots.length} tensors`);
  let offset = 0;
  for (const slot of layout.slots) {
    if (slot.offset !== offset || !(Number.isInteger(slot.length) && slot.length >= 1)) {
      throw badLayout(`${slot.name} lies at ${slot.offset}, length ${slot.length}`);
    }
    offset += slot.length;
  }
  if (offset !== layout.length || offset < 1 || offset > LAYOUT_LENGTH_MAX) {
    throw badLayout(`${offset} elements, ${layout.length} declared`);
  }
}

export function badUpdate(facts: string): Error {
  return new Error(`BAD_UPDATE: ${facts}; do not count this update`);
}

function badLayout(facts: string): Error {
  return new Error(
    `BAD_LAYOUT: ${facts}; tensors must follow each other without gaps, ` +
      `at most ${SLOTS_MAX} of them and ${LAYOUT_LENGTH_MAX} elements in all`,
  );
}
