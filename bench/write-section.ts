/** Puts text between `<!-- name -->` and `<!-- /name -->` of a page. Error: `NO_SECTION`. */
import { readFileSync, writeFileSync } from 'node:fs';

export function writeSection(page: string, name: string, text: string): void {
  const before = readFileSync(page, 'utf8');
  const [open, close] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
  const [from, to] = [before.indexOf(open), before.indexOf(close)];
  if (from < 0 || to < from) throw new Error(`NO_SECTION: ${page} has no "${open}" … "${close}"`);
  const head = before.slice(0, from + open.length);
  writeFileSync(page, `${head}\n${text.trimEnd()}\n${before.slice(to)}`);
}
