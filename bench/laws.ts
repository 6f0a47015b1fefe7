/**
 * Searches for a sequence of commands that breaks a law of a run: `npm run bench -- laws
 * [--sequences 100000] [--seed S]`. Prints what was visited and what never was; a violation prints
 * its seed and its shortest steps, and ends with exit status 1.
 */
import { crashPoints } from '@commonweights/test/dao-contracts/rules/honest-seat.js';
import { searchLaws } from '@commonweights/test/dao-contracts/rules/law-search.js';
import { neverVisited, type LawTally } from '@commonweights/test/dao-contracts/rules/law-tally.js';
import { laws } from '@commonweights/test/dao-contracts/rules/law-names.js';
import { printCalls, printCounts, readSearch, totalOf } from './searched-lives.js';

const search = readSearch({ sequences: 100_000, called: 'sequences' });
const { sequences, seed } = search;
console.log(`${sequences} sequences from seed ${seed}, against ${Object.keys(laws).length} laws:`);
for (const law of Object.values(laws)) console.log(`  ${law}`);
try {
  report(searchLaws(search));
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 1;
}

function report(tally: LawTally): void {
  printCalls('command', tally);
  printCounts('refusals', tally.codes);
  printCounts('transitions', tally.transitions);
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
    `\nno law is broken: ${tally.sequences} sequences, ${totalOf(tally.applied)} commands applied, ` +
      `${totalOf(tally.refused)} refused; exits of ${tally.exitsChecked} states checked (at most ` +
      `${tally.ticksMost} ticks for a phase); ${tally.copiesChecked} inputs compared; ` +
      `${search.seconds()} s`,
  );
}
