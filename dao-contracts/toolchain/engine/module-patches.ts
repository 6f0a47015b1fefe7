/**
 * Patches that keep the variables of a contract's module in one table. A function had a list of all
 * that it uses from around, each a record of its own that pointed to a value; nearly all of these are
 * top-level functions and constants, which an instruction can name by number.
 *
 * A function in that table that uses nothing from around is stored as its code alone, and becomes an
 * object when it is first asked for: of a thousand and more, one call uses some dozens. Nobody can
 * tell, for a function that only the table knows has no properties that its code does not say.
 */
import { moduleLinkingPatches } from './module-linking-patches.js';
import type { Patch } from './patch.js';

const file = 'quickjs.c';

const declared = `/* The table of the module's variables: module-table.c. */
static JSValue *cw_module_vars;
static uint32_t cw_module_count;
static uint16_t cw_uses[1 << 13];
static int cw_make_function(JSContext *ctx, JSValue *place);
static JSVarRef *cw_module_ref(JSContext *ctx, int idx);

`;

const instructions = `
#define CW_GET_MODULE_VAR(place_of) \\
            { \\
                JSValue *place = place_of; \\
                JSValue val = *place; \\
                if (JS_VALUE_HAS_REF_COUNT(val)) { \\
                    if (unlikely(JS_VALUE_GET_TAG(val) == JS_TAG_FUNCTION_BYTECODE)) { \\
                        if (cw_make_function(ctx, place)) \\
                            goto exception; \\
                        val = *place; \\
                    } \\
                    ((JSRefCountHeader *)JS_VALUE_GET_PTR(val))->ref_count++; \\
                } else if (unlikely(JS_IsUninitialized(val))) { \\
                    JS_ThrowReferenceErrorUninitialized(ctx, JS_ATOM_NULL); \\
                    goto exception; \\
                } \\
                *sp++ = val; \\
            } \\
            BREAK;

        CASE(OP_get_mod8):
            pc++;
            CW_GET_MODULE_VAR(&cw_module_vars[pc[-1]])
        CASE(OP_get_mod):
            pc += 2;
            CW_GET_MODULE_VAR(&cw_module_vars[get_u16(pc - 2)])
        CASE(OP_put_mod_check):
            if (unlikely(JS_IsUninitialized(cw_module_vars[get_u16(pc)]))) {
                JS_ThrowReferenceErrorUninitialized(ctx, JS_ATOM_NULL);
                goto exception;
            }
            /* fall thru */
        CASE(OP_put_mod):
            {
                int idx = get_u16(pc);
                pc += 2;
                set_value(ctx, &cw_module_vars[idx], sp[-1]);
                sp--;
            }
            BREAK;
`;

const running: readonly Patch[] = [
  {
    file: 'quickjs-opcode.h',
    find: 'DEF(make_var_ref_ref, 7, 0, 2, atom_u16)\n',
    replace: (found) => `${found}DEF(   make_mod_ref, 7, 0, 2, atom_u16)
DEF(        get_mod, 3, 0, 1, var_ref)
DEF(  put_mod_check, 3, 1, 0, var_ref) /* must come after get_mod */
DEF(        put_mod, 3, 1, 0, var_ref)
DEF(       get_mod8, 2, 0, 1, u8) /* in final code alone */
`,
    why: 'see above',
  },
  {
    file,
    find: '#define JS_DEFINE_CLASS_HAS_HERITAGE     (1 << 0)\n',
    replace: (found) => `${declared}${found}`,
    why: 'see above',
  },
  {
    file,
    find: '        CASE(OP_set_loc_uninitialized):\n',
    replace: (found) => `${instructions}${found}`,
    why: 'see above',
  },
  {
    file,
    find: '        CASE(OP_make_var_ref_ref):\n',
    replace: (found) => `${found}        CASE(OP_make_mod_ref):\n`,
    why: 'see above',
  },
  {
    file,
    find: '                    var_ref = var_refs[idx];\n                    var_ref->header.ref_count++;\n                } else {\n',
    replace: `                    var_ref = var_refs[idx];
                    var_ref->header.ref_count++;
                } else if (opcode == OP_make_mod_ref) {
                    var_ref = cw_module_ref(ctx, idx);
                    if (!var_ref)
                        goto exception;
                } else {
`,
    why: 'see above',
  },
];

/** The first 256 take a byte less in every use, so those that are used most come first. */
const ranking = `static void cw_count_mentions(JSFunctionDef *fd, uint32_t *counts)
{
    struct list_head *el;

    for (int pos = 0; pos < fd->byte_code.size;) {
        const uint8_t *op = fd->byte_code.buf + pos;
        if (*op >= OP_scope_get_var_undef && *op <= OP_scope_put_var_init &&
            !__JS_AtomIsTaggedInt(get_u32(op + 1)))
            counts[get_u32(op + 1)]++;
        pos += opcode_info[*op].size;
    }
    list_for_each(el, &fd->child_list) {
        cw_count_mentions(list_entry(el, JSFunctionDef, link), counts);
    }
}

static int cw_rank_variables(JSContext *ctx, JSFunctionDef *fd)
{
    uint32_t *counts = js_mallocz(ctx, sizeof(*counts) * ctx->rt->atom_size);

    if (!counts)
        return -1;
    cw_count_mentions(fd, counts);
    for (int i = 1; i < fd->global_var_count; i++) {
        JSGlobalVar var = fd->global_vars[i];
        int at = i;
        for (; at > 0 && counts[fd->global_vars[at - 1].var_name] < counts[var.var_name]; at--)
            fd->global_vars[at] = fd->global_vars[at - 1];
        fd->global_vars[at] = var;
    }
    js_free(ctx, counts);
    return 0;
}

`;

const compiling: readonly Patch[] = [
  {
    file,
    find: 'static int add_module_variables(JSContext *ctx, JSFunctionDef *fd)\n{',
    replace: (found) => `${ranking}${found}`,
    why: 'see above',
  },
  {
    file,
    find: '    /* The imported global variables were added as closure variables\n',
    replace: (found) => `    if (cw_in_table(fd) && cw_rank_variables(ctx, fd))
        return -1;
${found}`,
    why: 'see above',
  },
  {
    file,
    find: '    int narrower = cw_narrower(&opcode_info[*op]);\n    dbuf_putc(out, *op);\n',
    replace: `    int narrower = cw_narrower(&opcode_info[*op]);
    if (*op == OP_get_mod && get_u16(op + 1) < 256) {
        dbuf_putc(out, OP_get_mod8);
        dbuf_putc(out, get_u16(op + 1));
        return;
    }
    dbuf_putc(out, *op);
`,
    why: 'see above',
  },
  {
    file,
    find: 'static int resolve_scope_var(JSContext *ctx, JSFunctionDef *s,\n',
    replace: (
      found,
    ) => `/* Of what is bundled; what a module imports is a variable of another one. */
static BOOL cw_in_table(JSFunctionDef *fd)
{
    return fd->module && fd->module->import_entries_count == 0;
}

${found}`,
    why: 'see above',
  },
  {
    file,
    find: '    BOOL is_pseudo_var, is_arg_scope;\n\n    label_done = -1;\n',
    replace: (found) => `    JSClosureVar *cw_var = NULL;
    BOOL in_table = FALSE;
${found}`,
    why: 'see above',
  },
  {
    file,
    find: '            if (var_name == cv->var_name) {\n                if (fd != s) {\n                    idx = get_closure_var2(ctx, s, fd,\n                                           FALSE,\n                                           cv->is_arg, idx1,\n                                           cv->var_name, cv->is_const,\n',
    replace: (found) =>
      found.replace(
        'if (fd != s) {',
        `if (cw_in_table(fd)) {
                    idx = idx1;
                    cw_var = cv;
                    in_table = TRUE;
                } else if (fd != s) {`,
      ),
    why: 'see above',
  },
  {
    file,
    find: '        has_idx:\n',
    until: '    /* global variable access */\n',
    replace: (text) =>
      text
        .replace(
          '        has_idx:\n',
          '        has_idx:\n            if (!in_table)\n                cw_var = &s->closure_var[idx];\n',
        )
        .replaceAll('s->closure_var[idx].', 'cw_var->')
        .replaceAll(
          'dbuf_putc(bc, OP_get_var_ref);',
          'dbuf_putc(bc, in_table ? OP_get_mod : OP_get_var_ref);',
        )
        .replaceAll(
          'dbuf_putc(bc, OP_get_var_ref_check);',
          'dbuf_putc(bc, in_table ? OP_get_mod : OP_get_var_ref_check);',
        )
        .replaceAll(
          'dbuf_putc(bc, OP_put_var_ref);',
          'dbuf_putc(bc, in_table ? OP_put_mod : OP_put_var_ref);',
        )
        .replaceAll(
          'dbuf_putc(bc, OP_put_var_ref_check);',
          'dbuf_putc(bc, in_table ? OP_put_mod_check : OP_put_var_ref_check);',
        )
        .replace(
          'dbuf_putc(bc, OP_make_var_ref_ref);',
          'dbuf_putc(bc, in_table ? OP_make_mod_ref : OP_make_var_ref_ref);',
        )
        .replace(
          '                    if (cw_var->is_lexical)\n                        get_op =',
          '                    if (in_table)\n                        get_op = OP_get_mod;\n                    else if (cw_var->is_lexical)\n                        get_op =',
        ),
    why: 'see above',
  },
  {
    file,
    find: '            if (has_closure == 2) {\n                dbuf_putc(bc, OP_put_var_ref);\n',
    replace: `            if (has_closure == 2) {
                dbuf_putc(bc, cw_in_table(s) ? OP_put_mod : OP_put_var_ref);
`,
    why: 'see above',
  },
];

export const modulePatches: readonly Patch[] = [...running, ...compiling, ...moduleLinkingPatches];
