/**
 * A worker's whole inner state at a segment boundary: parameters and local state. Its digest is a
 * leaf of the round's trace; an auditor who is given these bytes can re-execute the next segment.
 *
 * Law: `decodeSnapshot(encodeSnapshot(s))` equals s, and no other bytes decode to s.
 */
import type { OuterRecipe } from '../exchange/recipe.js';
import type { TensorLayout } from '../program/layout.js';
import { badState, decodeExact, encodeExact } from './exact-file.js';
import {
  decodeSteps,
  encodeSteps,
  localFromVectors,
  localShapes,
  localVectors,
  type LocalState,
} from './local-state.js';

export interface Snapshot {
  readonly params: Float32Array;
  readonly local: LocalState;
}

/** Errors: `BAD_STATE`, `NON_FINITE`. */
export function encodeSnapshot({ params, local }: Snapshot, layout: TensorLayout): Uint8Array {
  if (params.length !== layout.length) {
    throw badState(`it has ${params.length} parameters where the layout has ${layout.length}`);
  }
  const vectors = [
    { name: 'params', shape: [layout.length], values: params },
    ...localVectors(local, layout),
  ];
  return encodeExact(vectors, new Map([['steps', encodeSteps(local.steps)]]));
}

/** Errors: `BAD_SAFETENSORS`, `BAD_STATE`, `NON_FINITE`. */
export function decodeSnapshot(
  bytes: Uint8Array,
  layout: TensorLayout,
  recipe: OuterRecipe,
): Snapshot {
  const expected = [{ name: 'params', shape: [layout.length] }, ...localShapes(layout, recipe)];
  const { vectors, metadata } = decodeExact(bytes, expected, ['steps']);
  const [params, ...rest] = vectors;
  return { params: params!, local: localFromVectors(rest, decodeSteps(metadata.get('steps')!)) };
}
