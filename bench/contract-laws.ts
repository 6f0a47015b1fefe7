/**
 * Searches for a life of a DAO in which the deployed contract and the rules differ, or the contract
 * owes more than it has: `npm run bench -- contract-laws [--sequences 1000] [--seed S]`. Prints what
 * was visited; a violation prints its seed and its shortest calls, and ends with exit status 1.
 */
import { contractLaws } from '@commonweights/test/dao-contracts/contract/laws/contract-laws.js';
import {
  builtContract,
  searchContractLaws,
} from '@commonweights/test/dao-contracts/contract/laws/contract-search.js';
import { printCalls, printCounts, readSearch, totalOf } from './searched-lives.js';

const search = readSearch({ sequences: 1_000, called: 'lives' });
const { sequences, seed } = search;
console.log(
  `${sequences} lives from seed ${seed}, against ${Object.keys(contractLaws).length} laws:`,
);
for (const law of Object.values(contractLaws)) console.log(`  ${law}`);
const code = await builtContract();
console.log(`the contract: ${code.bytes.length} bytes, sha256:${code.hash}`);
try {
  const tally = searchContractLaws({ code, ...search });
  printCalls('call', tally);
  printCounts('refusals', tally.codes);
  console.log(
    `\nno law is broken: ${tally.sequences} lives, ${tally.receipts} receipts, ` +
      `${totalOf(tally.applied)} calls applied, ${totalOf(tally.refused)} refused, ` +
      `${tally.failedTransfers} claims whose transfer failed; ${search.seconds()} s`,
  );
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 1;
}
