/**
 * The changes made to other people's sources, each in memory, each with its reason, each required
 * to match: a source that moved on must stop the build, not slip through unpatched.
 */
export interface Patch {
  file: string;
  find: string;
  replace: string;
  why: string;
}

export const patches: readonly Patch[] = [
  {
    file: 'libbf.c',
    find: 'r->tab[1] = (a1 << shift) | (a0 >> (LIMB_BITS - shift));',
    replace: 'r->tab[1] = shift ? (a1 << shift) | (a0 >> (LIMB_BITS - shift)) : a1;',
    why: 'with bit 63 set the shift is by 32, and wrong: balances came out as other balances',
  },
  {
    file: 'quickjs.c',
    find: '#elif defined(EMSCRIPTEN)\n    NULL,',
    replace: '#elif defined(EMSCRIPTEN)\n    (size_t (*)(const void *))malloc_usable_size,',
    why: 'strings and arrays grow in place when they know how much room a block has',
  },
  {
    file: 'quickjs.c',
    find: '#define CONFIG_PRINTF_RNDN',
    replace: '',
    why: 'WebAssembly has one rounding mode; toFixed rounds exact ties to even',
  },
  {
    file: 'quickjs.c',
    find: '#if !defined(CONFIG_STACK_CHECK)\n/* no stack limitation */',
    replace: '#if 0',
    why: 'EMSCRIPTEN drops the stack check; the shadow stack can be measured, so keep it',
  },
  {
    file: 'builder.c',
    find: '#include "../node_modules/near-sdk-js/lib/cli/deps/quickjs/quickjs-libc-min.h"\n',
    replace: '',
    why: 'shim.c takes its place',
  },
  {
    file: 'builder.c',
    find: '#include "../node_modules/near-sdk-js/lib/cli/deps/quickjs/libbf.h"\n',
    replace: '',
    why: 'quickjs.c has included it',
  },
  {
    file: 'builder.c',
    find: '#include "code.h"\n',
    replace: '',
    why: 'a snapshot carries no bytecode file',
  },
  {
    file: 'builder.c',
    find: '#include "methods.h"',
    replace: '',
    why: 'methods are added to the snapshot as exports, without a C compiler',
  },
  {
    file: 'builder.c',
    find: '  if (bf_cmp_le(&u128max, a)) {',
    replace: '  if (bf_cmp_le(&u128max, a) || (a->sign && a->expn != BF_EXP_ZERO)) {',
    why: 'a negative amount must be refused, not sent as zero',
  },
];

export function applyPatches(sources: Map<string, string>): void {
  for (const { file, find, replace } of patches) {
    const text = sources.get(file);
    const at = text?.indexOf(find) ?? -1;
    if (text === undefined || at < 0 || text.indexOf(find, at + 1) >= 0) {
      throw new Error(
        `ENGINE_SOURCE_CHANGED: ${file} has not exactly one ${JSON.stringify(find)}; ` +
          'install the versions of the lock file with "npm ci"',
      );
    }
    sources.set(file, text.slice(0, at) + replace + text.slice(at + find.length));
  }
}
