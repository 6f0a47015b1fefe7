/**
 * Versions of the contract that could come after this one, built by the toolchain from its own
 * sources with a few lines changed: one that stores something in another way and converts what it
 * finds, and those that should never have been voted for.
 */
import { expect } from 'chai';
import { fileURLToPath } from 'node:url';
import { buildContract } from '@commonweights/dao-contracts/toolchain/build-contract.js';

export type NextVersion =
  'converts' | 'panics' | 'spoils' | 'never-ends' | 'forgets' | 'same-records' | 'repairs';

/** From version 1 of what is stored. */
const steps: Readonly<Record<NextVersion, string>> = {
  converts: `
    const counts = JSON.parse(near.storageRead('counts')!) as object;
    near.storageRemove('counts');
    const pairs = Object.entries(counts).map(([kind, count]) => kind + ' ' + count);
    near.storageWrite('kinds', pairs.join(', '));`,
  /** What `converts` stores, by other code. */
  repairs: '',
  panics: `near.storageRemove('policy'); throw new Error('a mistake');`,
  spoils: `near.storageWrite('members', '0');`,
  'never-ends': `for (;;) near.storageWrite('policy', '{}');`,
  forgets: '',
  'same-records': '',
};

/** Where the converted layout is read and written: replacements in `records.ts`. */
const converted: readonly (readonly [string, string])[] = [
  [
    `return readJson<Counts>('counts')!;`,
    `const pairs = near.storageRead('kinds')!.split(', ').map((pair) => pair.split(' '));
     return Object.fromEntries(pairs.map(([kind, count]) => [kind, Number(count)])) as never;`,
  ],
  [
    `writeJson('counts', counts);`,
    `const pairs = Object.entries(counts).map(([kind, count]) => kind + ' ' + count);
     near.storageWrite('kinds', pairs.join(', '));`,
  ],
];

export async function buildNextVersion(version: NextVersion): Promise<Uint8Array> {
  const entry = fileURLToPath(new URL('../../../dao-contracts/contract/dao.ts', import.meta.url));
  const edited = new Set<string>();
  const replace = (path: string, text: string, from: string, to: string) => {
    expect(text, path).to.include(from);
    edited.add(path);
    return text.replace(from, () => to);
  };
  const raise = version !== 'same-records';
  const edit = ({ path, text }: { path: string; text: string }) => {
    if (path.endsWith('contract/call.ts')) {
      return replace(path, text, '"version":"1.0.0"', `"version":"1.0.${version.length}"`);
    }
    if (path.endsWith('contract/state-version.ts') && raise) {
      const step = version === 'forgets' ? '' : `1: () => { ${steps[version]} }`;
      const next = replace(path, text, 'storedVersion = 1', 'storedVersion = 2');
      return replace(path, next, '() => void>> = {}', `() => void>> = {${step}}`);
    }
    if (path.endsWith('contract/records.ts') && ['converts', 'repairs'].includes(version)) {
      return converted.reduce((next, [from, to]) => replace(path, next, from, to), text);
    }
    return text;
  };
  const { wasm } = await buildContract({ entry, edit });
  expect(edited.size).to.equal(['converts', 'repairs'].includes(version) ? 3 : raise ? 2 : 1);
  return wasm;
}
