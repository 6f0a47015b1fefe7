/** A run draft: what a proposer writes. The rest of the spec follows from it (prepare-run.ts). */
import type { LlamaConfig } from '../program/training-program.js';
import type { DraftParent } from './parent.js';
import type { RunSpec, economicsDefaults } from './run-spec.js';

type Derived = 'version' | 'tokenizer' | 'program' | 'fingerprint' | 'flopsPerRound' | 'parent';

export interface RunDraft extends Omit<RunSpec, Derived | 'model' | 'data' | 'economics'> {
  /** `vocabSize` is the tokenizer's. */
  readonly model: Omit<LlamaConfig, 'vocabSize'>;
  /** In place of `initialSeed`: a release by its manifest, or weights by their file. */
  readonly parent?: DraftParent;
  readonly data: { readonly dataset: string; readonly seed: number };
  readonly economics: DraftEconomics;
}

/**
 * The prices, and what is assumed where they are checked. What it does not say of seats is
 * `economicsDefaults`.
 */
interface DraftEconomics
  extends
    Omit<RunSpec['economics'], 'computeCostYocto' | keyof typeof economicsDefaults>,
    Partial<Pick<RunSpec['economics'], keyof typeof economicsDefaults>> {
  /** Default: the reward, since nobody works for less than it costs. */
  readonly computeCostYocto?: string;
  /** Share of the seats that may lie; default: a third. Not part of the spec. */
  readonly liarsBps?: number;
}
