/** Patches by which a module's variables get their table, and a sealed contract leaves code unfreed. */
import type { Patch } from './patch.js';

const file = 'quickjs.c';

export const moduleLinkingPatches: readonly Patch[] = [
  {
    file,
    find: '        p->u.func.var_refs = var_refs;\n\n        /* create the global variables. The other variables are\n',
    replace: (found) =>
      found.replace(
        '\n\n',
        `

        if (m->import_entries_count == 0) {
            if (cw_module_vars) {
                JS_ThrowInternalError(ctx, "there can be one module");
                goto fail;
            }
            cw_module_vars = js_malloc(ctx, sizeof(JSValue) * b->closure_var_count);
            if (!cw_module_vars)
                goto fail;
            cw_module_count = b->closure_var_count;
            for (i = 0; i < cw_module_count; i++)
                cw_module_vars[i] =
                    cw_closure(b)[i] & CW_LEXICAL ? JS_UNINITIALIZED : JS_UNDEFINED;
            goto made;
        }
`,
      ),
    why: 'see above',
  },
  {
    file,
    find: '    m->func_obj = func_obj;\n    JS_FreeValue(ctx, bfunc);\n',
    replace: (found) => ` made:\n${found}`,
    why: 'see above',
  },
  {
    file,
    find: '                var_ref = var_refs[me->u.local.var_idx];\n                var_ref->header.ref_count++;\n                me->u.local.var_ref = var_ref;\n',
    replace: `                var_ref = var_refs[me->u.local.var_idx];
                if (!var_ref) {
                    var_ref = cw_module_ref(ctx, me->u.local.var_idx);
                    if (!var_ref)
                        goto fail;
                    cw_uses[me->u.local.var_idx]++;
                    var_refs[me->u.local.var_idx] = var_ref;
                }
                var_ref->header.ref_count++;
                me->u.local.var_ref = var_ref;
`,
    why: 'see above',
  },
  {
    file,
    find: 'static void free_function_bytecode(JSRuntime *rt, JSFunctionBytecode *b)\n{\n    int i;\n',
    replace: (found) => `#include "module-table.c"\n\n${found}\n    cw_count_uses(rt, b, -1);\n`,
    why: 'see above',
  },
  {
    file,
    find: 'static __exception int js_parse_directives(JSParseState *s)\n{',
    replace: (
      found,
    ) => `/* A function's code is freed while a contract is built; in a call its maker always keeps it. */
static void (*cw_free_code)(JSRuntime *rt, JSFunctionBytecode *b) = free_function_bytecode;

static void cw_free_function(JSRuntime *rt, JSFunctionBytecode *b)
{
    void (*free_code)(JSRuntime *, JSFunctionBytecode *) = cw_free_code;
    /* The compiler is not to know which it is. */
    __asm__("" : "+r"(free_code));
    if (free_code)
        free_code(rt, b);
}

/* What only the compiler and the freeing of code ask: the table of instructions is for them. */
static void cw_seal_functions(void)
{
    const JSOpCode *table = opcode_info;
    __asm__("" : "+r"(table));
    memset((void *)table, 0, sizeof(opcode_info));
    cw_free_code = NULL;
}

${found}`,
    why: 'see above',
  },
  {
    file,
    find: '        free_function_bytecode(rt, (JSFunctionBytecode *)gp);\n',
    replace: '        cw_free_function(rt, (JSFunctionBytecode *)gp);\n',
    why: 'see above',
  },
  {
    file,
    find: 'static void free_function_bytecode(JSRuntime *rt, JSFunctionBytecode *b);\n',
    replace: (found) =>
      `${found}static void cw_free_function(JSRuntime *rt, JSFunctionBytecode *b);\n`,
    why: 'see above',
  },
  {
    file,
    find: '        if (JS_ReadFunctionBytecode(s, b, 0, b->byte_code_len))\n            goto fail;\n',
    replace: (found) => `${found}        cw_count_uses(ctx->rt, b, 1);\n`,
    why: 'see above',
  },
];
