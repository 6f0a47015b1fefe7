/**
 * Patches that keep the names of functions in one long text. A name that only its function knows
 * took 35 bytes on average as an atom: a string's head, a place in the table of atoms, and eleven
 * letters. It is asked for where a bug is told, and by `f.name`; then an atom is made of it.
 *
 * Which names are in no other function's code is found where bytecode is written, so that the
 * instance that evaluates the contract never makes an atom of the others.
 */
import type { Patch } from './patch.js';

const file = 'quickjs.c';

const packed = `
/* JSFunctionBytecode.func_name is an atom, or this and a place in cw_names. */
#define CW_PACKED 1u
static char *cw_names;
static uint32_t cw_names_size, cw_names_room, cw_names_base;

static inline const char *cw_packed_name(JSFunctionBytecode *b)
{
    return b->func_name >> 30 == CW_PACKED ? cw_names + (b->func_name & 0x3fffffff) : NULL;
}

/* The name of a function, to be freed; JS_ATOM_NULL if it has none. */
static JSAtom cw_func_name(JSContext *ctx, JSFunctionBytecode *b)
{
    const char *text = cw_packed_name(b);
    return text ? JS_NewAtom(ctx, text) : JS_DupAtom(ctx, b->func_name);
}

`;

const writer = `/* Notes the atoms in the code of the functions inside of this one. */
static void cw_note_atoms(BCWriterState *s, JSValueConst value, BOOL outermost)
{
    JSFunctionBytecode *b = JS_VALUE_GET_PTR(value);

    if (JS_VALUE_GET_TAG(value) == JS_TAG_MODULE) {
        cw_note_atoms(s, ((JSModuleDef *)b)->func_obj, TRUE);
        return;
    }
    if (JS_VALUE_GET_TAG(value) != JS_TAG_FUNCTION_BYTECODE)
        return;
    for (int pos = 0; !outermost && pos < b->byte_code_len;) {
        const JSOpCode *oi = &short_opcode_info(cw_code(b)[pos]);
        if (cw_narrower(oi) == 2)
            s->name_at[get_u16(cw_code(b) + pos + 1)] = -1;
        pos += oi->size - cw_narrower(oi);
    }
    for (int i = 0; i < b->cpool_count; i++)
        cw_note_atoms(s, cw_cpool(b)[i], FALSE);
}

static BOOL cw_may_pack(JSContext *ctx, JSAtom atom)
{
    JSAtomStruct *p;
    if (atom < JS_ATOM_END || __JS_AtomIsTaggedInt(atom))
        return FALSE;
    p = ctx->rt->atom_array[atom];
    if (p->atom_type != JS_ATOM_TYPE_STRING || p->is_wide_char)
        return FALSE;
    for (int i = 0; i < p->len; i++)
        if (p->u.str8[i] == 0 || p->u.str8[i] >= 128)
            return FALSE;
    return TRUE;
}

/* 0 and an atom, 1 and a text that is packed, or 2 and the place of one that was. */
static void cw_put_name(BCWriterState *s, JSFunctionBytecode *b)
{
    JSAtom atom = b->func_name;
    JSString *p;

    if (b->has_debug || !cw_may_pack(s->ctx, atom) || s->name_at[atom] == -1) {
        bc_put_u8(s, 0);
        bc_put_atom(s, atom);
    } else if (s->name_at[atom]) {
        bc_put_u8(s, 2);
        bc_put_leb128(s, s->name_at[atom] - 1);
    } else {
        p = s->ctx->rt->atom_array[atom];
        bc_put_u8(s, 1);
        bc_put_leb128(s, p->len);
        dbuf_put(&s->dbuf, p->u.str8, p->len);
        s->name_at[atom] = s->names_size + 1;
        s->names_size += p->len + 1;
    }
}

`;

const reader = `static int cw_get_name(BCReaderState *s, JSAtom *name)
{
    uint8_t kind;
    uint32_t n;

    if (bc_get_u8(s, &kind))
        return -1;
    if (kind == 0)
        return bc_get_atom(s, name);
    if (bc_get_leb128(s, &n))
        return -1;
    if (kind == 2) {
        *name = CW_PACKED << 30 | (cw_names_base + n);
        return 0;
    }
    if (cw_names_size + n + 1 > cw_names_room) {
        uint32_t room = (cw_names_size + n + 1) * 2;
        char *names = js_realloc(s->ctx, cw_names, room);
        if (!names)
            return -1;
        cw_names = names;
        cw_names_room = room;
    }
    *name = CW_PACKED << 30 | cw_names_size;
    if (bc_get_buf(s, (uint8_t *)cw_names + cw_names_size, n))
        return -1;
    cw_names[cw_names_size + n] = 0;
    cw_names_size += n + 1;
    return 0;
}

`;

const crossing: readonly Patch[] = [
  {
    file,
    find: '    int idx_to_atom_size;\n    uint8_t **sab_tab;\n',
    replace:
      '    int idx_to_atom_size;\n    int *name_at; /* by atom: -1 in code, 0 not yet, else a place */\n' +
      '    int names_size;\n    uint8_t **sab_tab;\n',
    why: 'see above',
  },
  {
    file,
    find: 'static int JS_WriteFunctionTag(BCWriterState *s, JSValueConst obj)\n{',
    replace: (found) => `${writer}${found}`,
    why: 'see above',
  },
  {
    file,
    find: '    bc_put_atom(s, b->func_name);\n',
    replace: '    cw_put_name(s, b);\n',
    why: 'see above',
  },
  {
    file,
    find: '    js_object_list_init(&s->object_list);\n    \n    if (JS_WriteObjectRec(s, obj))\n',
    replace: `    js_object_list_init(&s->object_list);
    s->name_at = js_mallocz(ctx, sizeof(int) * ctx->rt->atom_size);
    if (!s->name_at)
        goto fail;
    cw_note_atoms(s, obj, TRUE);

    if (JS_WriteObjectRec(s, obj))
`,
    why: 'see above',
  },
  {
    file,
    find: 'static JSValue JS_ReadFunctionTag(BCReaderState *s)\n{',
    replace: (found) => `${reader}${found}`,
    why: 'see above',
  },
  {
    file,
    find: '    if (bc_get_atom(s, &bc.func_name))  //@ atom leak if failure\n',
    replace: '    if (cw_get_name(s, &bc.func_name))\n',
    why: 'see above',
  },
  {
    file,
    find: '    ctx->binary_object_count += 1;\n    ctx->binary_object_size += buf_len;\n',
    replace: '    cw_names_base = cw_names_size;\n',
    why: 'see above; nobody asks for the counts',
  },
];

const asked: readonly Patch[] = [
  {
    file,
    find: 'static void js_function_set_properties(JSContext *ctx, JSValueConst func_obj,\n                                       JSAtom name, int len)\n{',
    replace: (found) => `${packed}${found}`,
    why: 'see above',
  },
  {
    file,
    find: '        JSAtom name = JS_VALUE_GET_OBJ(func)->u.func.function_bytecode->func_name;\n        return name ? JS_AtomToCString(ctx, name) : NULL;\n',
    replace: `        JSAtom name = cw_func_name(ctx, JS_VALUE_GET_OBJ(func)->u.func.function_bytecode);
        const char *text = name ? JS_AtomToCString(ctx, name) : NULL;
        JS_FreeAtom(ctx, name);
        return text;
`,
    why: 'see above',
  },
  {
    file,
    find: '    js_function_set_properties(ctx, func_obj, b->func_name ? b->func_name : JS_ATOM_empty_string,\n                               b->defined_arg_count);\n',
    replace: `    name = cw_func_name(ctx, b);
    js_function_set_properties(ctx, func_obj, name ? name : JS_ATOM_empty_string,
                               b->defined_arg_count);
    JS_FreeAtom(ctx, name);
`,
    why: 'see above',
  },
  {
    file,
    find: '    BOOL extensible = p->extensible;\n',
    replace: '    BOOL extensible = p->extensible;\n    JSAtom name;\n',
    why: 'see above',
  },
  {
    file,
    find: '    name_atom = b->func_name;\n    if (name_atom == JS_ATOM_NULL)\n        name_atom = JS_ATOM_empty_string;\n    js_function_set_properties(ctx, func_obj, name_atom,\n                               b->defined_arg_count);\n',
    replace: `    name_atom = cw_func_name(ctx, b);
    js_function_set_properties(ctx, func_obj, name_atom ? name_atom : JS_ATOM_empty_string,
                               b->defined_arg_count);
    JS_FreeAtom(ctx, name_atom);
`,
    why: 'see above',
  },
  {
    file,
    find: '    JS_FreeAtomRT(rt, b->func_name);\n    if (b->has_debug) {\n',
    replace:
      '    if (!cw_packed_name(b))\n        JS_FreeAtomRT(rt, b->func_name);\n    if (b->has_debug) {\n',
    why: 'see above',
  },
];

/** `const f = () => …`: the compiler gives the function the name that the next instruction would. */
const named: readonly Patch[] = [
  {
    file,
    find: '        dbuf_put(&out, op, oi->size);\n        if (*op == OP_label)\n',
    replace: `        dbuf_put(&out, op, oi->size);
        if (*op == OP_fclosure && pos < fd->byte_code.size && op[oi->size] == OP_set_name) {
            JSValue inner = fd->cpool[get_u32(op + 1)];
            JSAtom atom = get_u32(op + oi->size + 1);
            if (JS_VALUE_GET_TAG(inner) == JS_TAG_FUNCTION_BYTECODE &&
                ((JSFunctionBytecode *)JS_VALUE_GET_PTR(inner))->func_name == JS_ATOM_NULL &&
                !__JS_AtomIsTaggedInt(atom)) {
                ((JSFunctionBytecode *)JS_VALUE_GET_PTR(inner))->func_name = atom;
                pos += opcode_info[OP_set_name].size;
            }
        }
        if (*op == OP_label)
`,
    why: 'an instruction and a name in code less',
  },
];

export const namePatches: readonly Patch[] = [...crossing, ...asked, ...named];
