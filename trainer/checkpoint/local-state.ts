/**
 * What a worker carries from round to round and nobody else sees: AdamW's moments, the step count
 * and the error feedback. Its digest is committed to (`localIn`, `localOut`), so that it is never
 * an input that an audit cannot check. The state of a worker that has not trained yet has no bytes;
 * its digest is `ZERO_LOCAL_STATE`.
 *
 * Law: `decodeLocalState(encodeLocalState(s))` equals s for every s that is not zero.
 */
import { digestOf, type Digest } from '@commonweights/dataset-registry/digest/digest.js';
import { ZERO_LOCAL_STATE } from '@commonweights/dao-contracts/rules/opening.js';
import { hasErrorFeedback, type OuterRecipe } from '../exchange/recipe.js';
import type { TensorLayout } from '../program/layout.js';
import { badState, decodeExact, encodeExact, type Vector, type VectorShape } from './exact-file.js';
import { STEPS_MAX } from './limits.js';

export interface LocalState {
  readonly firstMoment: Float32Array;
  /** No element is negative. */
  readonly secondMoment: Float32Array;
  /** Null exactly when the outer recipe keeps none. */
  readonly errorFeedback: Float32Array | null;
  /** Inner steps since the moments were zero. */
  readonly steps: number;
}

/** What every worker starts with, at enrolment and at every reset. */
export function zeroLocalState(layout: TensorLayout, recipe: OuterRecipe): LocalState {
  return {
    firstMoment: new Float32Array(layout.length),
    secondMoment: new Float32Array(layout.length),
    errorFeedback: hasErrorFeedback(recipe) ? new Float32Array(layout.length) : null,
    steps: 0,
  };
}

export function isZero(local: LocalState): boolean {
  const { firstMoment, secondMoment, errorFeedback, steps } = local;
  if (steps !== 0) return false;
  return [firstMoment, secondMoment, errorFeedback].every((values) => !values || allZero(values));
}

/** `ZERO_LOCAL_STATE` when nothing was ever learned, else the digest of `encodeLocalState`. */
export function localStateDigest(local: LocalState, layout: TensorLayout): Digest {
  return isZero(local) ? ZERO_LOCAL_STATE : digestOf(encodeLocalState(local, layout));
}

/** Errors: `BAD_STATE`, `NON_FINITE`. */
export function encodeLocalState(local: LocalState, layout: TensorLayout): Uint8Array {
  return encodeExact(localVectors(local, layout), new Map([['steps', encodeSteps(local.steps)]]));
}

/** Errors: `BAD_SAFETENSORS`, `BAD_STATE` (among them: it is zero), `NON_FINITE`. */
export function decodeLocalState(
  bytes: Uint8Array,
  layout: TensorLayout,
  recipe: OuterRecipe,
): LocalState {
  const { vectors, metadata } = decodeExact(bytes, localShapes(layout, recipe), ['steps']);
  const local = localFromVectors(vectors, decodeSteps(metadata.get('steps')!));
  if (isZero(local)) throw badState(`it is zero, whose digest is ${ZERO_LOCAL_STATE}`);
  return local;
}

/** Names and shapes in file order; shared with snapshots. */
export function localShapes(layout: TensorLayout, recipe: OuterRecipe): VectorShape[] {
  const names = ['first_moment', 'second_moment'];
  if (hasErrorFeedback(recipe)) names.push('error_feedback');
  return names.map((name) => ({ name, shape: [layout.length] }));
}

export function localVectors(local: LocalState, layout: TensorLayout): Vector[] {
  const vectors = [
    { name: 'first_moment', values: local.firstMoment },
    { name: 'second_moment', values: local.secondMoment },
  ];
  if (local.errorFeedback) vectors.push({ name: 'error_feedback', values: local.errorFeedback });
  for (const { name, values } of vectors) {
    if (values.length !== layout.length) {
      throw badState(`${name} has ${values.length} elements where the layout has ${layout.length}`);
    }
  }
  return vectors.map((vector) => ({ ...vector, shape: [layout.length] }));
}

export function localFromVectors(vectors: readonly Float32Array[], steps: number): LocalState {
  const [firstMoment, secondMoment, errorFeedback] = vectors;
  const negative = secondMoment!.findIndex((value) => value < 0);
  if (negative >= 0) throw badState(`element ${negative} of second_moment is negative`);
  return {
    firstMoment: firstMoment!,
    secondMoment: secondMoment!,
    errorFeedback: errorFeedback ?? null,
    steps,
  };
}

export function encodeSteps(steps: number): string {
  if (!Number.isInteger(steps) || steps < 0 || steps > STEPS_MAX) {
    throw badState(`${steps} is no count of steps`);
  }
  return String(steps);
}

export function decodeSteps(text: string): number {
  if (!/^(0|[1-9][0-9]{0,9})$/.test(text) || Number(text) > STEPS_MAX) {
    throw badState(`${JSON.stringify(text.slice(0, 40))} is no count of steps`);
  }
  return Number(text);
}

/** −0 is not zero here: it would be another file. */
function allZero(values: Float32Array): boolean {
  const bits = new Int32Array(values.buffer, values.byteOffset, values.length);
  for (let i = 0; i < bits.length; i++) if (bits[i] !== 0) return false;
  return true;
}
