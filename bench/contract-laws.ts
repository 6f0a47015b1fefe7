/**
 * Searches for a life of a DAO in which the deployed contract and the rules differ, or the contract
 * owes more than it has: `npm run bench -- contract-laws [--sequences 1000] [--seed S]`. Prints what
 * was visited; a violation prints its seed and its shortest calls, and ends with exit status 1.
 */
import { parseArgs } from 'node:util';
import { contractLaws } from '@commonweights/test/dao-contracts/contract/laws/contract-laws.js';
import {
  builtContract,
  searchContractLaws,
} from '@commonweights/test/dao-contracts/contract/laws/contract-search.js';

const { values } = parseArgs({
  options: {
    sequences: { type: 'string', default: '1000' },
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

console.log(
  `${sequences} lives from seed ${seed}, against ${Object.keys(contractLaws).length} laws:`,
);
for (const law of Object.values(contractLaws)) console.log(`  ${law}`);
const code = await builtContract();
console.log(`the contract: ${code.bytes.length} bytes, sha256:${code.hash}`);
const startMs = performance.now();
try {
  const every = Math.max(1, Math.floor(sequences / 10));
  const tally = searchContractLaws({
    code,
    seed,
    sequences,
    onSequence: (done) => {
      if (done % every === 0) console.log(`${done} lives, ${seconds()} s`);
    },
  });
  const total = (map: ReadonlyMap<string, number>) => [...map.values()].reduce((a, b) => a + b, 0);
  console.log(`\n${'call'.padEnd(18)}${'applied'.padStart(10)}${'refused'.padStart(10)}`);
  for (const method of new Set([...tally.applied.keys(), ...tally.refused.keys()])) {
    const counts = [tally.applied.get(method) ?? 0, tally.refused.get(method) ?? 0];
    console.log(method.padEnd(18) + counts.map((n) => `${n}`.padStart(10)).join(''));
  }
  console.log('\nrefusals:');
  for (const [refusal, times] of [...tally.codes].sort(([a], [b]) => (a < b ? -1 : 1))) {
    console.log(`  ${refusal.padEnd(30)}${`${times}`.padStart(10)}`);
  }
  console.log(
    `\nno law is broken: ${tally.sequences} lives, ${tally.receipts} receipts, ` +
      `${total(tally.applied)} calls applied, ${total(tally.refused)} refused, ` +
      `${tally.failedTransfers} claims whose transfer failed; ${seconds()} s`,
  );
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 1;
}

function seconds(): string {
  return ((performance.now() - startMs) / 1_000).toFixed(1);
}
