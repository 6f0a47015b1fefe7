/**
 * What every method of the contract costs: `npm run bench -- gas-table` prints the table of
 * docs/gas.md as it would be now, `--write` writes it, `--check` fails where a method outgrew its row.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import {
  findGrowth,
  formatGasTable,
  measureMethods,
} from '@commonweights/test/dao-contracts/contract/gas-table.js';

const page = new URL('../docs/gas.md', import.meta.url);
const measured = await measureMethods();
if (process.argv.includes('--write')) writeFileSync(page, formatGasTable(measured));
else if (process.argv.includes('--check')) {
  const grown = findGrowth(readFileSync(page, 'utf8'), measured);
  for (const sentence of grown) console.error(sentence);
  process.exitCode = grown.length > 0 ? 1 : 0;
} else console.log(formatGasTable(measured));
