/** A training step as an artefact: ONNX bytes anyone can hash, open in a viewer and re-execute. */
import type { Digest } from '@commonweights/dataset-registry/digest/digest.js';
import type { TensorLayout } from './layout.js';
import type { ProgramPlan } from './program-plan.js';
import type { RotaryScaling } from './rotary-table.js';

/** Sizes of a Llama-style decoder; the names follow Hugging Face's `LlamaConfig` in camel case. */
export interface LlamaConfig {
  readonly family: 'llama';
  readonly vocabSize: number;
  readonly hiddenSize: number;
  readonly intermediateSize: number;
  readonly layers: number;
  readonly heads: number;
  readonly kvHeads: number;
  readonly contextLength: number;
  readonly ropeTheta: number;
  /** Absent: positions turn as `ropeTheta` says. */
  readonly ropeScaling?: RotaryScaling;
  readonly rmsNormEps: number;
  readonly tiedEmbeddings: boolean;
}

/** Constants of the inner optimizer that are part of the graph; the learning rate is an input. */
export interface AdamWConfig {
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  readonly weightDecay: number;
  /** Global gradient norm above which gradients are scaled down. */
  readonly clipNorm: number;
  /** Factor on the learning rate of the token embedding; 1 when absent (a run spec names it). */
  readonly embeddingRate?: number;
}

export interface TrainingProgram {
  readonly model: LlamaConfig;
  readonly optimizer: AdamWConfig;
  /** Sequences in one inner step. */
  readonly batchSize: number;
  /** How the graphs compute; empty for the whole batch at once, everything kept. */
  readonly plan: ProgramPlan;
  readonly layout: TensorLayout;
  /** ONNX model of one inner step, and its digest: what goes on chain. */
  readonly step: Uint8Array;
  readonly stepDigest: Digest;
  /** ONNX model of the loss alone. */
  readonly evaluate: Uint8Array;
  /** Floating-point operations of one inner step, counted from `step` by count-flops.ts. */
  readonly flopsPerStep: bigint;
}
