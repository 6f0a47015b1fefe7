/** Patches that print and read numbers by numbers.c and printing.c in place of the C library. */
import type { Patch } from './patch.js';

const file = 'quickjs.c';

export const numberPatches: readonly Patch[] = [
  {
    file,
    find: '/* XXX: remove */\nstatic double js_strtod(const char *p, int radix, BOOL is_float)\n{',
    replace: (found) => `#include "numbers.c"\n#include "printing.c"\n\n${found}`,
    why: 'see there',
  },
  {
    file,
    find: 'strtod(digits, NULL)',
    replace: 'cw_strtod(digits)',
    why: 'see there',
  },
  {
    file,
    find: '        d = strtod(p, NULL);\n',
    replace: '        d = cw_strtod(p);\n',
    why: 'see there',
  },
  {
    file,
    find: '/* buf1 contains the printf result */\n',
    until: '/* radix != 10 is only supported with flags = JS_DTOA_VAR_FORMAT */\n',
    replace: '/* maximum buffer size for js_dtoa */\n#define JS_DTOA_BUF_SIZE 128\n\n',
    why: 'js_ecvt and js_fcvt are there',
  },
  {
    file,
    find: 'static int getTimezoneOffset(int64_t time) {\n',
    until: '#if 0\nstatic JSValue js___date_getTimezoneOffset(',
    replace: 'static int getTimezoneOffset(int64_t time)\n{\n    return 0;\n}\n\n',
    why: 'a chain has no time zone',
  },
];
