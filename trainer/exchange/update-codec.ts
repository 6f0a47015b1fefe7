/**
 * Reading an update that somebody else published. Nothing about it is taken on trust: bytes that
 * `compress` cannot have written are refused, whoever signed them.
 */
import type { TensorLayout } from '../program/layout.js';
import { decodeDense } from './dense-codec.js';
import { INT8_BLOCK } from './limits.js';
import type { OuterRecipe } from './recipe.js';
import { decodeSparse, expandSparse, sparseBytesMax } from './sparse-codec.js';
import { HEADER_BYTES } from './update-header.js';

/** Errors: `BAD_UPDATE` for bytes that `compress` cannot have written. */
export function decodeUpdate(
  bytes: Uint8Array,
  layout: TensorLayout,
  recipe: OuterRecipe,
): Float32Array {
  if (recipe.kind === 'diloco') return decodeDense(bytes, layout, recipe);
  return expandSparse(decodeSparse(bytes, layout, recipe), layout);
}

/** Most bytes an update of this run can have: what a fetch may read at most. */
export function updateBytesMax(layout: TensorLayout, recipe: OuterRecipe): number {
  return recipe.kind === 'sparseloco'
    ? sparseBytesMax(layout, recipe)
    : HEADER_BYTES + 4 * Math.ceil(layout.length / INT8_BLOCK) + 4 * layout.length;
}
