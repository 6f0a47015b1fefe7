/** The state a run starts from: initial weights by seed, and an outer momentum of zeros if any. */
import { digestOf, type Digest } from '@commonweights/dataset-registry/digest/digest.js';
import { encodeState } from '../checkpoint/state.js';
import { initialOuterState, type OuterState } from '../exchange/outer-step.js';
import { initialParams } from '../program/initial-params.js';
import type { TrainingProgram } from '../program/training-program.js';
import type { RunSpec } from './run-spec.js';

export function initialState(spec: RunSpec, program: TrainingProgram): OuterState {
  return initialOuterState(initialParams(program, spec.initialSeed), spec.outer);
}

/** What `terms.initialRoot` has to be. */
export function initialRootOf(spec: RunSpec, program: TrainingProgram): Digest {
  return digestOf(encodeState(initialState(spec, program), program.layout));
}
