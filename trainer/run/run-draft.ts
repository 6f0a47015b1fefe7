/** A run draft: what a proposer writes. The rest of the spec follows from it (prepare-run.ts). */
import type { LlamaConfig } from '../program/training-program.js';
import type { RunSpec } from './run-spec.js';

type Derived = 'version' | 'tokenizer' | 'program' | 'fingerprint' | 'flopsPerRound';

export interface RunDraft extends Omit<RunSpec, Derived | 'model' | 'data' | 'economics'> {
  /** `vocabSize` is the tokenizer's. */
  readonly model: Omit<LlamaConfig, 'vocabSize'>;
  readonly data: { readonly dataset: string; readonly seed: number };
  readonly economics: DraftEconomics;
}

/** The prices, and what is assumed where they are checked. */
interface DraftEconomics extends Omit<RunSpec['economics'], 'computeCostYocto'> {
  /** Default: the reward, since nobody works for less than it costs. */
  readonly computeCostYocto?: string;
  /** Share of the seats that may lie; default: a third. Not part of the spec. */
  readonly liarsBps?: number;
}
