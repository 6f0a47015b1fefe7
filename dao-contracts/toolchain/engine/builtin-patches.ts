/**
 * Patches that note, while the engine boots at build time, which of its functions JavaScript reaches
 * by which name. A function whose name no contract code mentions can be left out of that contract:
 * see leave-out.ts.
 */
import type { Patch } from './patch.js';

const file = 'quickjs.c';

export const builtinPatches: readonly Patch[] = [
  {
    file,
    find: "/* Note: at least 'length' arguments will be readable in 'argv' */\nstatic JSValue JS_NewCFunction3(",
    replace: (
      found,
    ) => `/* A function of the engine and a name of it, or a name that stands for another (base). */
typedef struct {
    const char *name;
    const char *base;
    const void *function;
} CWNote;

#define CW_NOTES
static CWNote cw_notes[1024];
static uint32_t cw_note_count;
static BOOL cw_noting;
extern unsigned char __global_base;

static void cw_note(const char *name, const char *base, const void *function)
{
    if (!cw_noting)
        return;
    if (cw_note_count == countof(cw_notes))
        abort();
    cw_notes[cw_note_count++] = (CWNote){ name, base, function };
}

static void cw_note_list(const JSCFunctionListEntry *tab, int len)
{
    for (const JSCFunctionListEntry *e = tab; e < tab + len; e++) {
        switch (e->def_type) {
        case JS_DEF_CFUNC:
            cw_note(e->name, NULL, e->u.func.cfunc.generic);
            break;
        case JS_DEF_CGETSET:
        case JS_DEF_CGETSET_MAGIC:
            cw_note(e->name, NULL, e->u.getset.get.generic);
            cw_note(e->name, NULL, e->u.getset.set.generic);
            break;
        case JS_DEF_ALIAS:
            cw_note(e->name, e->u.alias.name, NULL);
            break;
        case JS_DEF_OBJECT: /* instantiated when first asked for */
            cw_note_list(e->u.prop_list.tab, e->u.prop_list.len);
            break;
        }
    }
}

${found}`,
    why: 'see above',
  },
  {
    file,
    find: '    name_atom = JS_NewAtom(ctx, name);\n    js_function_set_properties(ctx, func_obj, name_atom, length);\n',
    replace: `    /* A name on the stack is "get …" or "set …", of an accessor that a list has. */
    if ((uintptr_t)name >= (uintptr_t)&__global_base)
        cw_note(name, NULL, func);
    name_atom = JS_NewAtom(ctx, name);
    js_function_set_properties(ctx, func_obj, name_atom, length);
`,
    why: 'see above',
  },
  {
    file,
    find: 'void JS_SetPropertyFunctionList(JSContext *ctx, JSValueConst obj,\n                                const JSCFunctionListEntry *tab, int len)\n{\n    int i;\n\n',
    replace: (found) => `${found}    cw_note_list(tab, len);\n`,
    why: 'see above',
  },
];
