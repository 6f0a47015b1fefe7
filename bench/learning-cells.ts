/**
 * What the learning study measures: one factor at a time around a default, on a model that is small
 * enough for thousands of workers' rounds on one core. A cell is one training by one seed; its key
 * names all that its result follows from, so that results are kept and never measured twice.
 */
import type { OuterRecipe } from '@commonweights/trainer/exchange/recipe.js';
import type { AdamWConfig, LlamaConfig } from '@commonweights/trainer/program/training-program.js';
import type { Overlap } from '@commonweights/trainer/run/simulated-cohort.js';

/** Part of each key: counted up when something changes that a result follows from. */
export const studyVersion = 1;

export const studyModel: LlamaConfig = {
  family: 'llama',
  vocabSize: 512,
  hiddenSize: 64,
  intermediateSize: 160,
  layers: 2,
  heads: 2,
  kvHeads: 2,
  contextLength: 64,
  ropeTheta: 10_000,
  rmsNormEps: 1e-5,
  tiedEmbeddings: true,
};

export const studyOptimizer: AdamWConfig = {
  beta1: 0.9,
  beta2: 0.99,
  epsilon: 1e-8,
  weightDecay: 0.1,
  clipNorm: 1,
  embeddingRate: 20,
};

/** Sequences in an inner step of one worker. */
export const studyBatch = 1;
export const studyWarmup = 100;
/** Held-out sequences a loss is measured on. */
export const evaluatedSequences = 512;

export interface Cell {
  /** `run`: rounds and an exchange; `alone`: one worker; `ddp`: an exchange each step, free of cost. */
  readonly kind: 'run' | 'alone' | 'ddp';
  readonly workers: number;
  /** Inner steps of each worker: the wall time, but for the exchange. */
  readonly steps: number;
  readonly peak: number;
  readonly seed: number;
  /** Of a run. */
  readonly innerSteps?: number;
  readonly outer?: OuterRecipe;
  readonly overlap?: Overlap;
}

export interface Measured {
  readonly cell: Cell;
  /** Held-out nats per token. */
  readonly loss: number;
  /** Of a run: mean bytes of an encoded update, and what dense fp32 would take. */
  readonly updateBytes?: number;
  readonly denseBytes?: number;
  /** Processor time; says nothing of the result. */
  readonly cpuSeconds: number;
}

export const seeds = [1, 2, 3] as const;

/** One recipe of each kind of exchange: hardly compressed, by 50 times and by 200. */
export const arms = {
  dense: { kind: 'diloco', codec: 'int8', learningRate: 1, momentum: 0.3 },
  fifty: sparse(432),
  twoHundred: sparse(64),
} as const satisfies Record<string, OuterRecipe>;

export const usual = { workers: 4, steps: 640, peak: 8e-3, innerSteps: 16 } as const;

export function sparse(k: number, learningRate = 1, feedbackDecay = 0.95): OuterRecipe {
  return { kind: 'sparseloco', k, chunk: 4096, feedbackDecay, learningRate };
}

function dense(learningRate: number, momentum: number): OuterRecipe {
  return { kind: 'diloco', codec: 'int8', learningRate, momentum };
}

/** A run as the tables know it: a cell without its seed, and the factor that it stands for. */
export interface Setup {
  readonly factor: string;
  readonly cell: Omit<Cell, 'seed'>;
}

type Change = Partial<Omit<Cell, 'kind' | 'seed' | 'outer'>>;

function run(factor: string, outer: OuterRecipe, change: Change = {}): Setup {
  return { factor, cell: { kind: 'run', ...usual, outer, ...change } };
}

const each = (factor: string, change: Change) =>
  Object.values(arms).map((outer) => run(factor, outer, change));

const compressed = [arms.fifty, arms.twoHundred];
const eachCompressed = (factor: string, change: Change) =>
  compressed.map((outer) => run(factor, outer, change));

export interface Group {
  readonly seeds: readonly number[];
  readonly runs: readonly Setup[];
}

/** One factor at a time around the usual, most telling first: group by group, seed by seed. */
export const groups: readonly Group[] = [
  {
    seeds,
    runs: [
      ...each('usual', {}),
      ...[4, 8, 32].flatMap((innerSteps) => eachCompressed('H', { innerSteps })),
    ],
  },
  {
    seeds,
    runs: (['late', 'own'] as const).flatMap((overlap) => eachCompressed('overlap', { overlap })),
  },
  { seeds, runs: [2, 8].map((workers) => run('workers', arms.fifty, { workers })) },
  {
    seeds: [1],
    runs: [
      ...[4, 8, 32].map((innerSteps) => run('H', arms.dense, { innerSteps })),
      ...[0.7, 1.3].map((rate) => run('outer step', sparse(432, rate))),
      ...[0.7, 1.3].map((rate) => run('outer step', sparse(64, rate))),
      run('outer step', dense(0.7, 0.9)),
      run('outer step', dense(1, 0)),
      ...eachCompressed('horizon', { steps: 1_280 }),
      ...eachCompressed('inner rate', { peak: 16e-3 }),
      ...[16, 128, 256].map((k) => run('k', sparse(k))),
      run('feedback', sparse(64, 1, 1)),
    ],
  },
  { seeds, runs: [2, 8].map((workers) => run('workers', arms.twoHundred, { workers })) },
  {
    seeds,
    runs: [
      run('horizon', arms.twoHundred, { steps: 1_280, innerSteps: 4 }),
      ...eachCompressed('horizon', { steps: 1_280 }),
      ...[0.7, 1.3].map((rate) => run('outer step', sparse(432, rate))),
      ...[0.7, 1.3].map((rate) => run('outer step', sparse(64, rate))),
      ...[16, 128, 256].map((k) => run('k', sparse(k))),
    ],
  },
];

/** One worker alone has the better of two rates, found over all seeds; runs have one. */
export const alonePeaks = [4e-3, 8e-3];
/** The best of 4, 8 and 16 thousandths in trials before. */
export const ddpPeak = 8e-3;

/** What runs are compared with. */
export function baselinesOf(runs: readonly Setup[]): readonly Omit<Cell, 'seed'>[] {
  const found = new Map<string, Omit<Cell, 'seed'>>();
  const add = (cell: Omit<Cell, 'seed'>) => found.set(keyOf({ ...cell, seed: 0 }), cell);
  for (const { cell } of runs) {
    const { steps, workers } = cell;
    for (const peak of alonePeaks) add({ kind: 'alone', workers: 1, steps, peak });
    add({ kind: 'ddp', workers, steps, peak: ddpPeak });
  }
  return [...found.values()];
}

/** All of it in the order in which it is measured. */
export function allCells(): Cell[] {
  const cells = groups.flatMap((group) =>
    group.seeds.flatMap((seed) =>
      [...baselinesOf(group.runs), ...group.runs.map(({ cell }) => cell)].map((it) => ({
        ...it,
        seed,
      })),
    ),
  );
  return [...new Map(cells.map((cell) => [keyOf(cell), cell])).values()];
}

export function keyOf(cell: Cell): string {
  const { kind, workers, steps, peak, seed, innerSteps, outer, overlap } = cell;
  const run = kind === 'run' ? [innerSteps, outer, overlap ?? 'none'] : [];
  return JSON.stringify([studyVersion, kind, workers, steps, peak, seed, ...run]);
}
