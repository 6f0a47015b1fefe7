/**
 * What every method of the contract costs: `npm run bench -- gas-table` prints the table of
 * docs/gas.md as it would be now, `--write` writes it, `--check` fails where a row is outgrown or stale.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import {
  findDrift,
  formatGasTable,
  measureMethods,
} from '@commonweights/test/dao-contracts/contract/gas-table.js';

const page = new URL('../docs/gas.md', import.meta.url);
const measured = await measureMethods();
if (process.argv.includes('--write')) writeFileSync(page, formatGasTable(measured));
else if (process.argv.includes('--check')) {
  const drift = findDrift(readFileSync(page, 'utf8'), measured);
  for (const sentence of drift) console.error(sentence);
  process.exitCode = drift.length > 0 ? 1 : 0;
} else console.log(formatGasTable(measured));
