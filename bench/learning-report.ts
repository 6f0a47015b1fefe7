/** What the cells of the learning study come to: worth by recipe with its error over seeds. */
import { worthOfWorker } from '@commonweights/trainer/run/simulated-cohort.js';
import { alonePeaks, ddpPeak, groups, keyOf, type Cell, type Measured } from './learning-cells.js';
import { meanAndError, type MeanAndError } from './mean-and-error.js';

export interface StudyRow {
  readonly factor: string;
  readonly cell: Omit<Cell, 'seed'>;
  readonly loss: MeanAndError;
  /** Each seed against the baselines of the same seed. */
  readonly worth: MeanAndError;
  /** Dense fp32 over the update as it was encoded. */
  readonly compression: number;
  readonly updateBytes: number;
}

export type Results = ReadonlyMap<string, Measured>;

/** Rows of which there is at least one seed; what the factors share stands once, as `usual`. */
export function studyRows(results: Results): StudyRow[] {
  const rows = new Map<string, StudyRow>();
  for (const { factor, cell } of groups.flatMap((group) => group.runs)) {
    const key = keyOf({ ...cell, seed: 0 });
    const row = rows.has(key) ? null : rowOf(results, factor, cell);
    if (row) rows.set(key, row);
  }
  return [...rows.values()];
}

function rowOf(results: Results, factor: string, cell: Omit<Cell, 'seed'>): StudyRow | null {
  const found = seedsOf(results, cell).flatMap((measured) => {
    const { seed } = measured.cell;
    const alone = bestAlone(results, cell.steps, seed);
    const ddp = lossOf(results, { ...ddpOf(cell), seed });
    if (alone === null || ddp === null) return [];
    return [{ ...measured, worth: worthOfWorker({ run: measured.loss, alone, ddp }) }];
  });
  if (found.length === 0) return null;
  const bytes = meanAndError(found.map((it) => it.updateBytes!)).mean;
  return {
    ...{ factor, cell },
    loss: meanAndError(found.map((it) => it.loss)),
    worth: meanAndError(found.map((it) => it.worth)),
    compression: found[0]!.denseBytes! / bytes,
    updateBytes: bytes,
  };
}

export interface BaselineRow {
  readonly kind: 'alone' | 'ddp';
  readonly workers: number;
  readonly steps: number;
  readonly peak: number;
  readonly loss: MeanAndError;
}

export function baselineRows(results: Results): BaselineRow[] {
  const rows = new Map<string, BaselineRow>();
  for (const { cell } of results.values()) {
    const { kind, workers, steps, peak } = cell;
    if (kind === 'run') continue;
    const losses = seedsOf(results, cell).map(({ loss }) => loss);
    const loss = meanAndError(losses);
    rows.set(keyOf({ ...cell, seed: 0 }), { kind, workers, steps, peak, loss });
  }
  return [...rows.values()].sort(
    (a, b) => a.steps - b.steps || a.workers - b.workers || a.peak - b.peak,
  );
}

function seedsOf(results: Results, cell: Omit<Cell, 'seed'>): Measured[] {
  const wanted = keyOf({ ...cell, seed: 0 });
  return [...results.values()].filter((it) => keyOf({ ...it.cell, seed: 0 }) === wanted);
}

function lossOf(results: Results, cell: Cell): number | null {
  return results.get(keyOf(cell))?.loss ?? null;
}

/** By the rate that is best on average: nobody may choose by the seed. */
function bestAlone(results: Results, steps: number, seed: number): number | null {
  const byPeak = alonePeaks.flatMap((peak) => {
    const cell = { kind: 'alone', workers: 1, steps, peak } as const;
    const losses = seedsOf(results, cell).map(({ loss }) => loss);
    const own = lossOf(results, { ...cell, seed });
    return own === null ? [] : [{ own, mean: meanAndError(losses).mean }];
  });
  if (byPeak.length < alonePeaks.length) return null;
  return byPeak.reduce((best, it) => (it.mean < best.mean ? it : best)).own;
}

function ddpOf({ workers, steps }: Omit<Cell, 'seed'>): Omit<Cell, 'seed'> {
  return { kind: 'ddp', workers, steps, peak: ddpPeak };
}

export function studyTable(rows: readonly StudyRow[]): string {
  const head = [
    ...['factor', 'recipe', 'H', 'rate', 'workers', 'steps', 'overlap'],
    ...['smaller by', 'loss', 'worth', 'seeds'],
  ];
  const lines = rows.map(({ factor, cell, loss, worth, compression }) => [
    factor,
    nameOf(cell),
    `${cell.innerSteps}`,
    `${cell.peak}`,
    `${cell.workers}`,
    `${cell.steps}`,
    cell.overlap ?? '–',
    `${compression.toFixed(0)}×`,
    show(loss, 3),
    show(worth, 2),
    `${worth.count}`,
  ]);
  return markdown(head, lines);
}

export function baselineTable(rows: readonly BaselineRow[]): string {
  const lines = rows.map(({ kind, workers, steps, peak, loss }) => [
    kind === 'alone' ? 'one alone' : 'ddp',
    `${workers}`,
    `${steps}`,
    `${peak}`,
    show(loss, 3),
    `${loss.count}`,
  ]);
  return markdown(['', 'workers', 'steps', 'rate', 'loss', 'seeds'], lines);
}

export function nameOf({ outer }: Omit<Cell, 'seed'>): string {
  if (outer?.kind === 'sparseloco') {
    const { k, chunk, learningRate, feedbackDecay } = outer;
    return `sparseloco ${k} of ${chunk}, step ${learningRate}, β ${feedbackDecay}`;
  }
  return `diloco ${outer!.codec}, step ${outer!.learningRate}, momentum ${outer!.momentum}`;
}

function show({ mean, error, count }: MeanAndError, digits: number): string {
  return count === 1 ? mean.toFixed(digits) : `${mean.toFixed(digits)} ± ${error.toFixed(digits)}`;
}

function markdown(head: readonly string[], lines: readonly (readonly string[])[]): string {
  const row = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [row(head), `|${head.map(() => ' --- |').join('')}`, ...lines.map(row)].join('\n');
}
