/**
 * The shared state between rounds. Its bytes are a safetensors file: the parameters under their
 * Hugging Face names, then `outer.momentum` when the outer recipe has one. The digest of these
 * bytes is the **state root**. Without momentum they are exactly the `model.safetensors` of a
 * release, so that the root on chain is the digest of the file that people run.
 *
 * Law: `decodeState(encodeState(s))` equals s, and no other bytes decode to s.
 */
import { digestOf, type Digest } from '@commonweights/dataset-registry/digest/digest.js';
import type { OuterState } from '../exchange/outer-step.js';
import { hasOuterMomentum, type OuterRecipe } from '../exchange/recipe.js';
import type { TensorLayout } from '../program/layout.js';
import { badState, decodeExact, encodeExact, type Vector, type VectorShape } from './exact-file.js';
import { encodeHeader } from './safetensors-header.js';

export const MOMENTUM_NAME = 'outer.momentum';

/** `format: pt` is what transformers asks of a file it loads. */
export const STATE_METADATA: ReadonlyMap<string, string> = new Map([['format', 'pt']]);

/** Errors: `BAD_STATE`, `NON_FINITE`. */
export function encodeState(state: OuterState, layout: TensorLayout): Uint8Array {
  const vectors = paramsAsVectors(state.params, layout);
  if (state.momentum) {
    if (state.momentum.length !== layout.length) {
      throw badState(`its momentum has ${state.momentum.length}, not ${layout.length} elements`);
    }
    vectors.push({ name: MOMENTUM_NAME, shape: [layout.length], values: state.momentum });
  }
  return encodeExact(vectors, STATE_METADATA);
}

/**
 * A state whose vectors lie in the bytes of its file, so that who computes it chunk by chunk holds it
 * once. All zeros until then.
 */
export function blankState(
  layout: TensorLayout,
  recipe: OuterRecipe,
): { state: OuterState; bytes: Uint8Array } {
  const dtype = 'F32' as const;
  const tensors = shapesOf(layout, recipe).map((one) => ({ ...one, dtype }));
  const header = encodeHeader({ tensors, metadata: STATE_METADATA });
  const vectors = hasOuterMomentum(recipe) ? 2 : 1;
  const bytes = new Uint8Array(header.length + 4 * vectors * layout.length);
  bytes.set(header);
  const vectorAt = (index: number) =>
    new Float32Array(bytes.buffer, header.length + 4 * index * layout.length, layout.length);
  const momentum = hasOuterMomentum(recipe) ? vectorAt(1) : null;
  return { bytes, state: { params: vectorAt(0), momentum } };
}

export function stateRoot(state: OuterState, layout: TensorLayout): Digest {
  return digestOf(encodeState(state, layout));
}

/** Errors: `BAD_SAFETENSORS`, `BAD_STATE`, `NON_FINITE`. */
export function decodeState(
  bytes: Uint8Array,
  layout: TensorLayout,
  recipe: OuterRecipe,
): OuterState {
  if (!hasOuterMomentum(recipe)) return { params: decodeParams(bytes, layout), momentum: null };
  const { vectors, metadata } = decodeExact(bytes, shapesOf(layout, recipe), ['format']);
  if (metadata.get('format') !== 'pt') throw badState('its format is not "pt"');
  const momentum = vectors.pop()!;
  return { params: joinVectors(vectors, layout), momentum };
}

/** Parameters alone, as a release's `model.safetensors` holds them: the state without momentum. */
export function decodeParams(bytes: Uint8Array, layout: TensorLayout): Float32Array {
  const { vectors, metadata } = decodeExact(bytes, layout.slots, ['format']);
  if (metadata.get('format') !== 'pt') throw badState('its format is not "pt"');
  return joinVectors(vectors, layout);
}

/** The momentum alone: what a release adds to its weights so that the root can be recomputed. */
export function encodeMomentum(momentum: Float32Array): Uint8Array {
  const shape = [momentum.length];
  return encodeExact([{ name: MOMENTUM_NAME, shape, values: momentum }], new Map());
}

export function decodeMomentum(bytes: Uint8Array, layout: TensorLayout): Float32Array {
  return decodeExact(bytes, [{ name: MOMENTUM_NAME, shape: [layout.length] }], []).vectors[0]!;
}

function shapesOf({ slots, length }: TensorLayout, recipe: OuterRecipe): VectorShape[] {
  const params = slots.map(({ name, shape }) => ({ name, shape }));
  const momentum = { name: MOMENTUM_NAME, shape: [length] };
  return hasOuterMomentum(recipe) ? [...params, momentum] : params;
}

/** The flat vector cut into the layout's tensors; views, nothing copied. */
function paramsAsVectors(params: Float32Array, layout: TensorLayout): Vector[] {
  if (params.length !== layout.length) {
    throw badState(`it has ${params.length} parameters where the layout has ${layout.length}`);
  }
  return layout.slots.map(({ name, shape, offset, length }) => ({
    name,
    shape,
    values: params.subarray(offset, offset + length),
  }));
}

function joinVectors(vectors: readonly Float32Array[], layout: TensorLayout): Float32Array {
  const params = new Float32Array(layout.length);
  vectors.forEach((values, i) => params.set(values, layout.slots[i]!.offset));
  return params;
}
