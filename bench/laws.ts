/**
 * Searches for a sequence of commands that breaks a law of a run: `npm run bench -- laws
 * [--sequences 100000] [--seed S]`. Prints what was visited and what never was; a violation prints
 * its seed and its shortest steps, and ends with exit status 1.
 */
import { parseArgs } from 'node:util';
import { crashPoints } from '@commonweights/test/dao-contracts/rules/honest-seat.js';
import { searchLaws } from '@commonweights/test/dao-contracts/rules/law-search.js';
import { neverVisited, type LawTally } from '@commonweights/test/dao-contracts/rules/law-tally.js';
import { laws } from '@commonweights/test/dao-contracts/rules/law-names.js';

const { values } = parseArgs({
  options: {
    sequences: { type: 'string', default: '100000' },
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

console.log(`${sequences} sequences from seed ${seed}, against ${Object.keys(laws).length} laws:`);
for (const law of Object.values(laws)) console.log(`  ${law}`);
const startMs = performance.now();
try {
  const every = Math.max(1, Math.floor(sequences / 10));
  const tally = searchLaws({
    seed,
    sequences,
    onSequence: (done) => {
      if (done % every === 0) console.log(`${done} sequences, ${seconds()} s`);
    },
  });
  report(tally);
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 1;
}

function report(tally: LawTally): void {
  const total = (map: ReadonlyMap<string, number>) => [...map.values()].reduce((a, b) => a + b, 0);
  console.log(`\n${'command'.padEnd(14)}${'applied'.padStart(12)}${'refused'.padStart(12)}`);
  for (const kind of new Set([...tally.applied.keys(), ...tally.refused.keys()])) {
    row(kind, tally.applied.get(kind) ?? 0, tally.refused.get(kind) ?? 0);
  }
  row('all', total(tally.applied), total(tally.refused));
  console.log('\nrefusals:');
  printCounts(tally.codes);
  console.log('\ntransitions:');
  printCounts(tally.transitions);
  const never = neverVisited(tally);
  console.log(`never visited: ${never.length === 0 ? 'none' : never.join('; ')}`);

  console.log('\nwhat a machine that failed cost its seat, by what it owed when it failed:');
  console.log(`${''.padEnd(32)}crashes  nothing     part      all  causes`);
  for (const point of crashPoints) {
    const costs = tally.crashes.get(point);
    if (!costs) continue;
    const { crashes, lostNothing, lostPart, lostAll, causes } = costs;
    const cells = [crashes, lostNothing, lostPart, lostAll].map((n) => `${n}`.padStart(7));
    const why = [...causes].map(([cause, times]) => `${cause} ${times}`).join(', ');
    console.log(`${point.padEnd(32)}${cells.join('  ')}  ${why}`);
  }
  console.log(
    `\nno law is broken: ${tally.sequences} sequences, ${total(tally.applied)} commands applied, ` +
      `${total(tally.refused)} refused; exits of ${tally.exitsChecked} states checked (at most ` +
      `${tally.ticksMost} ticks for a phase); ${tally.copiesChecked} inputs compared; ` +
      `${seconds()} s`,
  );
}

function row(kind: string, applied: number, refused: number): void {
  console.log(`${kind.padEnd(14)}${`${applied}`.padStart(12)}${`${refused}`.padStart(12)}`);
}

function printCounts(counts: ReadonlyMap<string, number>): void {
  for (const [line, times] of [...counts].sort(([a], [b]) => (a < b ? -1 : 1))) {
    console.log(`  ${line.padEnd(40)}${`${times}`.padStart(10)}`);
  }
}

function seconds(): string {
  return ((performance.now() - startMs) / 1_000).toFixed(1);
}
