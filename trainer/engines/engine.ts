/**
 * What executes a training program. One interface for every engine, so that one conformance suite
 * runs over all of them and a worker picks the fastest that passes on its machine.
 */
import type { Digest } from '@commonweights/dataset-registry/digest/digest.js';
import type { HalfPrecision } from '../program/half-products.js';
import type { GraphRuntime } from './graph-runtime.js';
import type { TrainingProgram } from '../program/training-program.js';

/** Names everything that decides the bits an exact engine computes. */
export interface Fingerprint {
  readonly engine: string;
  readonly version: string;
  /** Digest of the engine's binary (the `.wasm` file, the shared library). */
  readonly binary: Digest;
  /** Session options that decide bits, e.g. graph optimisation level. */
  readonly options: Readonly<Record<string, string | number | boolean>>;
}

/** Inner training state: flat vectors in the program's layout, and the count of inner steps done. */
export interface InnerState {
  params: Float32Array;
  /** AdamW first moment. */
  firstMoment: Float32Array;
  /** AdamW second moment. */
  secondMoment: Float32Array;
  /** Inner steps taken since the moments were zero (bias correction). */
  steps: number;
}

export interface Session {
  load(state: InnerState): Promise<void>;
  /**
   * One inner step. `tokens`: batch × (context + 1) token ids, row-major; inputs are the first
   * `context` of each row, targets the last. Returns mean loss in nats per token before the step.
   * Errors: `NON_FINITE` when loss or gradient is not finite; `OUT_OF_MEMORY`, `DEVICE_LOST`,
   * `ENGINE_FAILED`. After any of them the state is that before the step.
   */
  step(batch: { tokens: Int32Array; learningRate: number }): Promise<{ loss: number }>;
  /** Mean loss in nats per token over one batch, nothing changed. Same token layout as `step`. */
  evaluate(tokens: Int32Array): Promise<{ loss: number }>;
  export(): Promise<InnerState>;
  /** Another state over the same compiled program: compiling costs seconds, a state only memory. */
  fork(): Session;
  /** The compiled program goes with the last of its sessions. */
  dispose(): Promise<void>;
}

export interface Engine {
  readonly name: string;
  readonly class: 'exact' | 'tolerance';
  /** What matrix products are rounded to; absent: nothing less than float32. */
  readonly precision?: HalfPrecision;
  fingerprint(): Promise<Fingerprint>;
  /** Errors: those of `admitProgram`. */
  compile(program: TrainingProgram): Promise<Session>;
  /** For other graphs than a training step: generation, conformance. */
  runtime(): Promise<GraphRuntime>;
}
