/** What the searches for a violated law share: how many sequences from which seed, and counts. */
import { parseArgs } from 'node:util';

export interface Search {
  readonly seed: number;
  readonly sequences: number;
  /** Seconds since it began, in words of a report. */
  seconds(): string;
  /** Tells of every tenth part that is done. */
  onSequence(done: number): void;
}

/** From the command line; ends the process with status 2 where it says something else. */
export function readSearch(it: { sequences: number; called: string }): Search {
  const { values } = parseArgs({
    options: {
      sequences: { type: 'string', default: `${it.sequences}` },
      seed: { type: 'string', default: '1' },
    },
  });
  const sequences = Number(values.sequences);
  const seed = Number(values.seed);
  for (const [name, value] of Object.entries({ sequences, seed })) {
    if (Number.isSafeInteger(value) && value >= 1) continue;
    console.error(`BAD_ARGUMENT: --${name} must be a whole number from 1`);
    process.exit(2);
  }
  const startMs = performance.now();
  const every = Math.max(1, Math.floor(sequences / 10));
  const seconds = () => ((performance.now() - startMs) / 1_000).toFixed(1);
  return {
    seed,
    sequences,
    seconds,
    onSequence: (done) => {
      if (done % every === 0) console.log(`${done} ${it.called}, ${seconds()} s`);
    },
  };
}

export function totalOf(counts: ReadonlyMap<string, number>): number {
  return [...counts.values()].reduce((a, b) => a + b, 0);
}

/** A table of what was applied and what refused, by kind. */
export function printCalls(
  what: string,
  { applied, refused }: Record<'applied' | 'refused', ReadonlyMap<string, number>>,
): void {
  const row = (name: string, ...cells: (string | number)[]) =>
    console.log(name.padEnd(18) + cells.map((cell) => `${cell}`.padStart(12)).join(''));
  console.log();
  row(what, 'applied', 'refused');
  for (const kind of new Set([...applied.keys(), ...refused.keys()])) {
    row(kind, applied.get(kind) ?? 0, refused.get(kind) ?? 0);
  }
  row('all', totalOf(applied), totalOf(refused));
}

export function printCounts(title: string, counts: ReadonlyMap<string, number>): void {
  console.log(`\n${title}:`);
  for (const [line, times] of [...counts].sort(([a], [b]) => (a < b ? -1 : 1))) {
    console.log(`  ${line.padEnd(40)}${`${times}`.padStart(10)}`);
  }
}
