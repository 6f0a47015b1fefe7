/**
 * The state that a run starts from: initial weights by seed or those of its parent, and an outer
 * momentum of zeros if there is any.
 */
import { digestOf, type Digest } from '@commonweights/dataset-registry/digest/digest.js';
import { encodeState } from '../checkpoint/state.js';
import { initialOuterState, type OuterState } from '../exchange/outer-step.js';
import { initialParams } from '../program/initial-params.js';
import type { TrainingProgram } from '../program/training-program.js';
import type { RunSpec } from './run-spec.js';

/** `parent`: the parameters that `fetchParent` returned; to be given exactly where the spec has one. */
export function initialState(
  spec: RunSpec,
  program: Pick<TrainingProgram, 'model' | 'layout'>,
  parent: Float32Array | null = null,
): OuterState {
  if ((parent === null) !== (spec.parent === undefined)) {
    throw new Error('BUG: a run has a parent, or it has none');
  }
  return initialOuterState(parent ?? initialParams(program, spec.initialSeed!), spec.outer);
}

/** What `terms.initialRoot` has to be. */
export function initialRootOf(
  spec: RunSpec,
  program: Pick<TrainingProgram, 'model' | 'layout'>,
  parent: Float32Array | null = null,
): Digest {
  return digestOf(encodeState(initialState(spec, program, parent), program.layout));
}
