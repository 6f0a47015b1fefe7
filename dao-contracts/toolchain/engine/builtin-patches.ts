/**
 * Patches that note, while the engine boots at build time, which of its functions JavaScript reaches
 * by which name. A function whose name no contract code mentions can be left out of that contract,
 * see leave-out.ts, and with it the property, its name and its entry in a list, some 70 bytes.
 * What is left is a text of such names, so that who asks for one is told.
 */
import type { Patch } from './patch.js';

const file = 'quickjs.c';

export const builtinPatches: readonly Patch[] = [
  {
    file,
    find: 'JSValue JS_GetPropertyInternal(JSContext *ctx, JSValueConst obj,\n                               JSAtom prop, JSValueConst this_obj,\n                               BOOL throw_ref_error)\n{',
    replace: (found) => `static BOOL cw_is_left(JSContext *ctx, JSAtom atom);
static JSValue cw_throw_left_out(JSContext *ctx, const char *name);

${found}`,
    why: 'used before they are defined',
  },
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

/* Names to keep, one behind the other, an empty one last; NULL: all. */
static const char *cw_kept;
/* Names that nobody keeps, each behind its length. */
static uint8_t cw_left[8192];
static uint32_t cw_left_size;

static BOOL cw_keeps(const char *name)
{
    if (!cw_kept || !cw_noting || *name == '[')
        return TRUE;
    for (const char *kept = cw_kept; *kept; kept += strlen(kept) + 1)
        if (!strcmp(kept, name))
            return TRUE;
    return FALSE;
}

static void cw_leave(const char *name)
{
    size_t len = strlen(name);
    for (const uint8_t *left = cw_left; *left; left += 1 + *left)
        if (*left == len && !memcmp(left + 1, name, len))
            return;
    if (cw_left_size + len + 2 > sizeof(cw_left))
        abort();
    cw_left[cw_left_size++] = len;
    memcpy(cw_left + cw_left_size, name, len);
    cw_left_size += len;
}

/* Whether the engine has a property of that name, but not in this contract. */
static BOOL cw_is_left(JSContext *ctx, JSAtom atom)
{
    JSString *p;
    if (atom < JS_ATOM_END || __JS_AtomIsTaggedInt(atom))
        return FALSE;
    p = ctx->rt->atom_array[atom];
    if (p->is_wide_char || p->atom_type != JS_ATOM_TYPE_STRING)
        return FALSE;
    for (const uint8_t *left = cw_left; *left; left += 1 + *left)
        if (*left == p->len && !memcmp(left + 1, p->u.str8, p->len))
            return TRUE;
    return FALSE;
}

static JSValue cw_throw_left_out(JSContext *ctx, const char *name)
{
    return JS_ThrowTypeError(ctx, "LEFT_OUT: %s is not in this contract, whose source never "
                             "mentions it; write that name in the source", name);
}

static void cw_note_list(const JSCFunctionListEntry *tab, int len)
{
    for (const JSCFunctionListEntry *e = tab; e < tab + len; e++) {
        JSCFunctionListEntry *entry = (JSCFunctionListEntry *)e;
        if (!e->name)
            continue;
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
            cw_note(e->name, NULL, NULL);
            cw_note_list(e->u.prop_list.tab, e->u.prop_list.len);
            break;
        default:
            continue;
        }
        if (!cw_keeps(e->name)) {
            cw_leave(e->name);
            /* The compiler is not to know that lists are const. */
            __asm__("" : "+r"(entry));
            memset(entry, 0, sizeof(*entry));
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
  {
    file,
    find: '        const JSCFunctionListEntry *e = &tab[i];\n        JSAtom atom = find_atom(ctx, e->name);\n',
    replace: `        const JSCFunctionListEntry *e = &tab[i];
        JSAtom atom;

        __asm__("" : "+r"(e));
        if (!e->name)
            continue;
        atom = find_atom(ctx, e->name);
`,
    why: 'see above',
  },
  {
    file,
    find: '    if (unlikely(throw_ref_error)) {\n        return JS_ThrowReferenceErrorNotDefined(ctx, prop);\n    } else {\n        return JS_UNDEFINED;\n    }\n',
    replace: (
      found,
    ) => `    /* Objects that are records may lack such a name, as they may lack any. */
    if ((tag != JS_TAG_OBJECT || JS_VALUE_GET_OBJ(obj)->class_id != JS_CLASS_OBJECT) &&
        cw_is_left(ctx, prop)) {
        char buf[ATOM_GET_STR_BUF_SIZE];
        return cw_throw_left_out(ctx, JS_AtomGetStr(ctx, buf, sizeof(buf), prop));
    }
${found}`,
    why: 'see above',
  },
  {
    file: 'builder.c',
    find: /JS_SetPropertyStr\(ctx, env, "(\w+)", JS_NewCFunction\(ctx, (\w+), "\w+", (\d+)\)\);/,
    times: 60,
    replace: (found) =>
      found.replace(
        /^.*?"(\w+)".*?, (near_\w+), "\w+", (\d+).*$/,
        'cw_env(ctx, env, "$1", $2, $3);',
      ),
    why: 'see above',
  },
];
