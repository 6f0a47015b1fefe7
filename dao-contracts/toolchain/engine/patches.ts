/**
 * The changes made to other people's sources, each in memory, each with its reason, each required
 * to match: a source that moved on must stop the build, not slip through unpatched.
 */
import { builtinPatches } from './builtin-patches.js';
import { codePatches } from './code-patches.js';
import { functionPatches } from './function-patches.js';
import { gasPatches } from './gas-patches.js';
import { lazyFunctionPatches } from './lazy-function-patches.js';
import { layoutPatches } from './layout-patches.js';
import { modulePatches } from './module-patches.js';
import { namePatches } from './name-patches.js';
import { noGcPatches } from './no-gc-patches.js';
import { numberPatches } from './number-patches.js';
import { applyPatch, type Patch } from './patch.js';

/** What an engine of ours cannot do without: where upstream is wrong, or not made for a chain. */
export const mendingPatches: readonly Patch[] = [
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
  {
    file: 'quickjs.c',
    find: '        n = 0;\n        if (radix == 10)\n            n_max',
    replace:
      '        const char *digits = p;\n        n = 0;\n        if (radix == 10)\n            n_max',
    why: 'see the next',
  },
  {
    file: 'quickjs.c',
    find: '            d *= pow(radix, int_exp);',
    replace: '            d = radix == 10 ? strtod(digits, NULL) : d * pow(radix, int_exp);',
    why: 'a JSON number above 2^64 lost its last digits, and became another number than elsewhere',
  },
  {
    file: 'quickjs.c',
    find: "                s->token.val == '}' || s->token.val == '(') {\n",
    times: 2,
    replace:
      "                s->token.val == '}' || s->token.val == '(' ||\n" +
      "                s->token.val == '=' || s->token.val == ';') {\n",
    why: 'a class field may be called get, set or async, as collections are',
  },
];

/** The rest makes the engine smaller: every byte costs 1,089,295 gas in every call. */
const sizePatches: readonly Patch[] = [
  {
    file: 'libunicode.h',
    find: '#define CONFIG_ALL_UNICODE',
    replace: '',
    why: '40 KB of tables for String.normalize and \\p{…} in expressions, which contracts lack',
  },
  ...['StringNormalize', 'Proxy', 'Promise'].map((name) => ({
    file: 'builder.c',
    find: `  JS_AddIntrinsic${name}(ctx);\n`,
    replace: '',
    why: 'a call is synchronous: what a promise did would come after the state was saved',
  })),
  {
    file: 'quickjs.c',
    find: lines([
      ...['acos', 'asin', 'atan'].map((name) => `("${name}", 1, f_f, ${name} ),`),
      '("atan2", 2, f_f_f, atan2 ),',
      ...['cos', 'exp', 'log'].map((name) => `("${name}", 1, f_f, ${name} ),`),
    ]),
    replace: '',
    why: 'their last bits differ between machines, so protocol code does not use them',
  },
  {
    file: 'quickjs.c',
    find: lines(['sin', 'tan'].map((name) => `("${name}", 1, f_f, ${name} ),`)),
    replace: '',
    why: 'as above',
  },
  {
    file: 'quickjs.c',
    find: lines(
      'cosh sinh tanh acosh asinh atanh expm1 log1p log2 log10 cbrt'
        .split(' ')
        .map((name) => `("${name}", 1, f_f, ${name} ),`),
    ),
    replace: '',
    why: 'as above',
  },
  {
    file: 'quickjs.c',
    find: '    JS_CFUNC_DEF("hypot", 2, js_math_hypot ),\n    JS_CFUNC_DEF("random", 0, js_math_random ),\n',
    replace: '',
    why: 'as above; Math.random is the prelude’s',
  },
  {
    file: 'quickjs.c',
    find: '    return (sf && (sf->js_mode & JS_MODE_MATH));',
    replace: '    return FALSE;',
    why: '"use math" is an extension of QuickJS that nothing switches on',
  },
  {
    file: 'quickjs.c',
    find: '            ret = bf_pow(r, a, b, BF_PREC_INF, BF_RNDZ | BF_POW_JS_QUIRKS);',
    replace: `            uint64_t exponent;
            if (bf_get_uint64(&exponent, b) || exponent > 65535) {
                ret = BF_ST_MEM_ERROR;
            } else {
                ret = bf_set_ui(r, 1);
                for (int bit = 15; bit >= 0; bit--) {
                    ret |= bf_mul(r, r, r, BF_PREC_INF, BF_RNDZ);
                    if (exponent >> bit & 1)
                        ret |= bf_mul(r, r, a, BF_PREC_INF, BF_RNDZ);
                }
            }`,
    why: 'BigInt ** needs integers only; upstream brings floating logarithms along',
  },
  {
    file: 'libbf.c',
    find: '#define USE_FFT_MUL',
    replace: '',
    why: '10 KB that only products of thousands of digits reach',
  },
  ...[
    ['rt->mf.js_malloc(&rt->malloc_state, size)', 'malloc(size)'],
    ['rt->mf.js_realloc(&rt->malloc_state, ptr, size)', 'realloc(ptr, size)'],
    ['rt->mf.js_malloc_usable_size(ptr)', 'malloc_usable_size((void *)ptr)'],
  ].map(([find, replace]) => ({
    file: 'quickjs.c',
    find: `    return ${find};\n`,
    replace: `    return ${replace};\n`,
    why: 'there is one allocator, and nobody asks how much it gave out',
  })),
  {
    file: 'quickjs.c',
    find: '    rt->mf.js_free(&rt->malloc_state, ptr);\n',
    replace: '    free(ptr);\n',
    why: 'see above',
  },
  {
    file: 'quickjs.c',
    find: '    if (force_gc) {',
    replace: '    if (0) {',
    why: 'no garbage collection within a call, so not its code either',
  },
];

function lines(entries: readonly string[]): string {
  return entries.map((entry) => `    JS_CFUNC_SPECIAL_DEF${entry}\n`).join('');
}

const allPatches = [
  ...mendingPatches,
  ...sizePatches,
  ...noGcPatches,
  ...gasPatches,
  ...layoutPatches,
  ...lazyFunctionPatches,
  ...functionPatches,
  ...codePatches,
  ...namePatches,
  ...modulePatches,
  ...numberPatches,
  ...builtinPatches,
];

export function applyPatches(
  sources: Map<string, string>,
  patches: readonly Patch[] = allPatches,
): void {
  for (const patch of patches) {
    sources.set(patch.file, applyPatch(sources.get(patch.file) ?? '', patch));
  }
}
