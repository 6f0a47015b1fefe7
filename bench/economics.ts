/**
 * Prints the tables of docs/protocol/economics.md, or with `--write` puts them into the page: each
 * stands between `<!-- table: NAME -->` and `<!-- end -->`.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { economicsTables } from '@commonweights/test/support/economics-tables.js';

const page = new URL('../docs/protocol/economics.md', import.meta.url);

const tables = economicsTables();
if (process.argv.includes('--write')) {
  let text = await readFile(page, 'utf8');
  for (const { name, markdown } of tables) {
    const [start, end] = [`<!-- table: ${name} -->`, '<!-- end -->'];
    const from = text.indexOf(start);
    const to = text.indexOf(end, from);
    if (from < 0 || to < 0) {
      throw new Error(`NO_PLACE: the page has no "${start}" before "${end}"; add them`);
    }
    text = `${text.slice(0, from)}${start}\n\n${markdown}\n\n${text.slice(to)}`;
  }
  await writeFile(page, text);
} else {
  for (const { name, markdown } of tables) console.log(`${name}\n\n${markdown}\n`);
}
