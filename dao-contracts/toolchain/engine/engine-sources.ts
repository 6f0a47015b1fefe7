/**
 * The C sources of the engine: QuickJS 2021-03-27 as near-sdk-js was written for (it comes inside
 * the npm package `qjsc`), near-sdk-js's own builder.c, and our shim, allocator and boot code.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ownFolder } from '../own-folder.js';
import { packageFolder } from '../package-folder.js';
import type { Patch } from './patch.js';
import { applyPatches } from './patches.js';

const quickjsFiles = [
  'quickjs.c libregexp.c libunicode.c cutils.c libbf.c',
  'cutils.h libbf.h libregexp-opcode.h libregexp.h libunicode-table.h libunicode.h list.h',
  'quickjs-atom.h quickjs-opcode.h quickjs.h',
].flatMap((line) => line.split(' '));

const ownFiles = ['allocator.c', 'numbers.c', 'printing.c', 'module-table.c', 'shim.c', 'boot.c'];

/** Everything in one translation unit, so that what QuickJS keeps static is in reach. */
const engineText = `#include <malloc.h>
#include "quickjs.c"
#undef malloc
#undef free
#undef realloc
#include "shim.c"
#include "builder.c"
#include "boot.c"
`;

/** A broken invariant ends the call; its text would be bytes that nobody ever reads. */
const assertText = `#undef assert
#define assert(condition) ((condition) ? (void)0 : __builtin_trap())
#define static_assert _Static_assert
`;

/**
 * File name → patched text. Line ends are normalised: some checkouts change them.
 *
 * @param patches instead of all that there are.
 */
export function readEngineSources(patches?: readonly Patch[]): Map<string, string> {
  const sources = new Map<string, string>();
  const add = (folder: string, file: string): void => {
    sources.set(file, readFileSync(join(folder, file), 'utf8').replaceAll('\r\n', '\n'));
  };
  const quickjs = join(packageFolder('qjsc'), 'deps', 'quickjs_2021_03_27');
  for (const file of quickjsFiles) add(quickjs, file);
  add(join(packageFolder('near-sdk-js'), 'builder'), 'builder.c');
  for (const file of ownFiles) add(join(ownFolder, 'engine'), file);
  applyPatches(sources, patches);
  sources.set('engine.c', engineText);
  sources.set('assert.h', assertText);
  return sources;
}

/** Names of properties that the engine asks for itself, whatever a contract mentions. */
export function namesOfEngine(): string[] {
  const sources = readEngineSources();
  const text = (file: string): string => sources.get(file) ?? '';
  const atoms = text('quickjs-atom.h').matchAll(/^DEF\(\w+, "([^"]*)"\)/gm);
  const asked = ['quickjs.c', 'builder.c', 'shim.c', 'boot.c'].flatMap((file) => [
    ...text(file).matchAll(/JS_(?:GetPropertyStr|NewAtom)\([^";]*"([^"]*)"\)/g),
  ]);
  return [...atoms, ...asked].map(([, name = '']) => name);
}
