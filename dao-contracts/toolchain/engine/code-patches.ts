/**
 * Patches that make bytecode shorter and quicker. In a contract it is the largest part of all.
 *
 * - A `let`, `const` or `class` is marked unset where its scope begins, and every use asks whether it
 *   still is. Where every way to a use leads over the assignment, or over another use, the answer is
 *   known: these questions are left out, and the marks that nobody asks for.
 * - The name of a property takes two bytes in place of four, the number of arguments one of two.
 */
import type { Patch } from './patch.js';

const file = 'quickjs.c';

/** Between the compiler's passes: variables are resolved, labels still have numbers. */
const settled = `/* What a final opcode is shorter by than in the passes before. */
static inline int cw_narrower(const JSOpCode *oi)
{
    switch (oi->fmt) {
    case OP_FMT_atom:
    case OP_FMT_atom_u8:
    case OP_FMT_atom_u16:
        return 2;
    case OP_FMT_npop:
        return 1;
    default:
        return 0;
    }
}

`;

const pass = `/* Sets of local variables, one for each label and one to work on. */
typedef struct {
    uint64_t *sets;
    int words;
    BOOL changed;
} CWFlow;

static BOOL cw_has(CWFlow *f, uint64_t *set, int idx)
{
    return set[idx / 64] >> (idx % 64) & 1;
}

static void cw_join(CWFlow *f, int label, const uint64_t *from)
{
    uint64_t *to = f->sets + label * f->words;
    for (int i = 0; i < f->words; i++) {
        if (to[i] & ~from[i])
            f->changed = TRUE;
        to[i] &= from[i];
    }
}

/* The label that an instruction may go to, or -1. */
static int cw_target(const uint8_t *op)
{
    if (*op == OP_label)
        return -1;
    switch (opcode_info[*op].fmt) {
    case OP_FMT_label:
    case OP_FMT_label_u16:
        return get_u32(op + 1);
    case OP_FMT_atom_label_u8:
    case OP_FMT_atom_label_u16:
        return get_u32(op + 5);
    default:
        return -1;
    }
}

static BOOL cw_goes_on(int op)
{
    switch (op) {
    case OP_goto:
    case OP_ret:
    case OP_return:
    case OP_return_undef:
    case OP_return_async:
    case OP_throw:
    case OP_throw_error:
        return FALSE;
    default:
        return TRUE;
    }
}

/*
 * Once through the code; with 'unset', replaces the questions whose answer is known and notes the
 * variables that are still asked for. A variable is set after it was assigned, and after a question
 * that did not throw. In a handler nothing is known: an exception comes from anywhere.
 */
static void cw_flow(CWFlow *f, JSFunctionDef *fd, uint8_t *asked)
{
    uint8_t *buf = fd->byte_code.buf;
    uint64_t *none = f->sets + fd->label_count * f->words;
    uint64_t *cur = none + f->words;
    BOOL alive = TRUE;

    memset(cur, 0, f->words * 8);
    for (int pos = 0; pos < fd->byte_code.size; pos += opcode_info[buf[pos]].size) {
        int op = buf[pos], idx = 0, target = cw_target(buf + pos);

        if (opcode_info[op].fmt == OP_FMT_loc)
            idx = get_u16(buf + pos + 1);
        if (op == OP_label) {
            int label = get_u32(buf + pos + 1);
            if (alive)
                cw_join(f, label, cur);
            memcpy(cur, f->sets + label * f->words, f->words * 8);
            alive = TRUE;
        } else if (target >= 0 && alive) {
            cw_join(f, target, op == OP_catch ? none : cur);
        }
        switch (op) {
        case OP_set_loc_uninitialized:
            cur[idx / 64] &= ~(1ull << (idx % 64));
            break;
        case OP_get_loc_check:
        case OP_put_loc_check:
            if (asked) {
                if (cw_has(f, cur, idx))
                    buf[pos] = op == OP_get_loc_check ? OP_get_loc : OP_put_loc;
                else
                    asked[idx] = TRUE;
            }
            cur[idx / 64] |= 1ull << (idx % 64);
            break;
        case OP_put_loc_check_init:
            if (asked)
                asked[idx] = TRUE;
            cur[idx / 64] |= 1ull << (idx % 64);
            break;
        case OP_put_loc:
        case OP_set_loc:
            cur[idx / 64] |= 1ull << (idx % 64);
            break;
        }
        if (!cw_goes_on(op)) {
            alive = FALSE;
            memset(cur, 0xff, f->words * 8);
        }
    }
}

static const uint8_t cw_by_number[][4] = {
    { OP_get_field, OP_get_array_el },
    { OP_get_field2, OP_get_array_el2 },
    { OP_put_field, OP_swap, OP_put_array_el },
    { OP_define_field, OP_swap, OP_define_array_el, OP_drop },
    { OP_define_method, OP_swap, OP_define_method_computed },
    { OP_set_name, OP_swap, OP_set_name_computed, OP_nip },
};

/* A property whose name is a whole number has no name of two bytes: it becomes an element. */
static int cw_put_numbered(JSContext *ctx, DynBuf *out, const uint8_t *op, int number)
{
    for (int i = 0; i < countof(cw_by_number); i++) {
        if (cw_by_number[i][0] != *op)
            continue;
        dbuf_putc(out, OP_push_i32);
        dbuf_put_u32(out, number);
        for (int j = 1; j < 4 && cw_by_number[i][j]; j++) {
            dbuf_putc(out, cw_by_number[i][j]);
            if (cw_by_number[i][j] == OP_define_method_computed)
                dbuf_putc(out, op[5]);
        }
        return 0;
    }
    JS_ThrowInternalError(ctx, "a number where a name is expected (op=%d)", *op);
    return -1;
}

/* Between resolve_variables and resolve_labels. */
static __exception int cw_shorten(JSContext *ctx, JSFunctionDef *fd)
{
    CWFlow f = { .words = (fd->var_count + 63) / 64 };
    uint8_t *asked = js_mallocz(ctx, fd->var_count + 1);
    size_t bytes = (size_t)(fd->label_count + 2) * f.words * 8;
    BOOL known = f.words > 0 && !fd->has_eval_call && bytes < (8 << 20);
    DynBuf out;

    if (!asked)
        return -1;
    if (known) {
        f.sets = js_malloc(ctx, bytes);
        if (!f.sets)
            goto fail;
        memset(f.sets, 0xff, bytes);
        memset(f.sets + fd->label_count * f.words, 0, f.words * 8);
        do {
            f.changed = FALSE;
            cw_flow(&f, fd, NULL);
        } while (f.changed);
        cw_flow(&f, fd, asked);
    }
    js_dbuf_init(ctx, &out);
    for (int pos = 0; pos < fd->byte_code.size;) {
        const uint8_t *op = fd->byte_code.buf + pos;
        const JSOpCode *oi = &opcode_info[*op];
        pos += oi->size;
        if (*op == OP_set_loc_uninitialized && known) {
            int idx = get_u16(op + 1);
            if (!asked[idx] && !fd->vars[idx].is_captured)
                continue;
        }
        if (oi->fmt == OP_FMT_npop && get_u16(op + 1) > 255) {
            JS_ThrowSyntaxError(ctx, "more than 255 arguments");
            goto fail_out;
        }
        if (oi->fmt == OP_FMT_atom || oi->fmt == OP_FMT_atom_u8 || oi->fmt == OP_FMT_atom_u16) {
            JSAtom atom = get_u32(op + 1);
            if (__JS_AtomIsTaggedInt(atom)) {
                if (cw_put_numbered(ctx, &out, op, __JS_AtomToUInt32(atom)))
                    goto fail_out;
                continue;
            }
            if (atom > 65535) {
                JS_ThrowInternalError(ctx, "more than 65535 names");
                goto fail_out;
            }
        }
        dbuf_put(&out, op, oi->size);
        if (*op == OP_label)
            fd->label_slots[get_u32(op + 1)].pos2 = out.size;
    }
    if (dbuf_error(&out)) {
        JS_ThrowOutOfMemory(ctx);
        goto fail_out;
    }
    dbuf_free(&fd->byte_code);
    fd->byte_code = out;
    js_free(ctx, f.sets);
    js_free(ctx, asked);
    return 0;
 fail_out:
    dbuf_free(&out);
 fail:
    js_free(ctx, f.sets);
    js_free(ctx, asked);
    return -1;
}

/* An instruction of the passes before, with its name or count made narrower. */
static void cw_put_final(DynBuf *out, const uint8_t *op, int len)
{
    int narrower = cw_narrower(&opcode_info[*op]);
    dbuf_putc(out, *op);
    if (narrower == 2)
        dbuf_put_u16(out, get_u32(op + 1));
    else if (narrower == 1)
        dbuf_putc(out, get_u16(op + 1));
    if (len > 1)
        dbuf_put(out, op + 1 + 2 * narrower, len - 1 - 2 * narrower);
}

`;

const compiling: readonly Patch[] = [
  {
    file,
    find: 'static __exception int next_token(JSParseState *s);\n',
    replace: (found) => `${settled}${found}`,
    why: 'see above',
  },
  {
    file,
    find: '/* peephole optimizations and resolve goto/labels */\n',
    replace: (found) => `${pass}${found}`,
    why: 'see above',
  },
  {
    file,
    find: '    if (resolve_labels(ctx, fd))\n',
    replace: (found) => `    if (cw_shorten(ctx, fd))\n        goto fail;\n${found}`,
    why: 'see above',
  },
  {
    file,
    find: '            add_pc2line_info(s, bc_out.size, line_num);\n            dbuf_put(&bc_out, bc_buf + pos, len);\n',
    replace:
      '            add_pc2line_info(s, bc_out.size, line_num);\n' +
      '            cw_put_final(&bc_out, bc_buf + pos, len);\n',
    why: 'see above',
  },
  {
    file,
    find: 'dbuf_put_u32(&bc_out, cc.atom);',
    times: 3,
    replace: 'dbuf_put_u16(&bc_out, cc.atom);',
    why: 'see above',
  },
  {
    file,
    find: '#endif\n    dbuf_putc(bc_out, op);\n    dbuf_put_u16(bc_out, idx);\n}\n',
    replace: `#endif
    dbuf_putc(bc_out, op);
    if (opcode_info[op].fmt == OP_FMT_npop)
        dbuf_putc(bc_out, idx);
    else
        dbuf_put_u16(bc_out, idx);
}
`,
    why: 'see above',
  },
  {
    file,
    find: '        pos_next = pos + oi->size;\n        if (pos_next > s->bc_len) {\n',
    replace:
      '        pos_next = pos + oi->size - cw_narrower(oi);\n        if (pos_next > s->bc_len) {\n',
    why: 'see above',
  },
  {
    file,
    find: '            n_pop += get_u16(bc_buf + pos + 1);\n        } else {\n',
    replace:
      '            n_pop += oi->fmt == OP_FMT_npop ? bc_buf[pos + 1] : get_u16(bc_buf + pos + 1);\n' +
      '        } else {\n',
    why: 'see above',
  },
];

const reading: readonly Patch[] = [
  {
    file,
    find: '        len = oi->size;\n        switch(oi->fmt) {\n        case OP_FMT_atom:\n        case OP_FMT_atom_u8:\n        case OP_FMT_atom_u16:\n        case OP_FMT_atom_label_u8:\n        case OP_FMT_atom_label_u16:\n            atom = get_u32(bc_buf + pos + 1);\n            JS_FreeAtomRT(rt, atom);\n',
    replace: `        len = oi->size - (use_short_opcodes ? cw_narrower(oi) : 0);
        switch(oi->fmt) {
        case OP_FMT_atom:
        case OP_FMT_atom_u8:
        case OP_FMT_atom_u16:
            atom = use_short_opcodes ? get_u16(bc_buf + pos + 1) : get_u32(bc_buf + pos + 1);
            JS_FreeAtomRT(rt, atom);
            break;
        case OP_FMT_atom_label_u8:
        case OP_FMT_atom_label_u16:
            atom = get_u32(bc_buf + pos + 1);
            JS_FreeAtomRT(rt, atom);
`,
    why: 'see above',
  },
  {
    file,
    find: '        len = short_opcode_info(op).size;\n        switch(short_opcode_info(op).fmt) {\n        case OP_FMT_atom:\n        case OP_FMT_atom_u8:\n        case OP_FMT_atom_u16:\n        case OP_FMT_atom_label_u8:\n        case OP_FMT_atom_label_u16:\n            atom = get_u32(bc_buf + pos + 1);\n',
    replace: `        len = short_opcode_info(op).size - cw_narrower(&short_opcode_info(op));
        switch(short_opcode_info(op).fmt) {
        case OP_FMT_atom:
        case OP_FMT_atom_u8:
        case OP_FMT_atom_u16:
            if (bc_atom_to_idx(s, &val, get_u16(bc_buf + pos + 1)))
                goto fail;
            put_u16(bc_buf + pos + 1, val);
            break;
        case OP_FMT_atom_label_u8:
        case OP_FMT_atom_label_u16:
            atom = get_u32(bc_buf + pos + 1);
`,
    why: 'from the instance that compiles',
  },
  {
    file,
    find: '        len = short_opcode_info(op).size;\n        switch(short_opcode_info(op).fmt) {\n        case OP_FMT_atom:\n        case OP_FMT_atom_u8:\n        case OP_FMT_atom_u16:\n        case OP_FMT_atom_label_u8:\n        case OP_FMT_atom_label_u16:\n            idx = get_u32(bc_buf + pos + 1);\n',
    replace: `        len = short_opcode_info(op).size - cw_narrower(&short_opcode_info(op));
        switch(short_opcode_info(op).fmt) {
        case OP_FMT_atom:
        case OP_FMT_atom_u8:
        case OP_FMT_atom_u16:
            if (bc_idx_to_atom(s, &atom, get_u16(bc_buf + pos + 1)) || atom > 65535)
                abort();
            put_u16(bc_buf + pos + 1, atom);
            break;
        case OP_FMT_atom_label_u8:
        case OP_FMT_atom_label_u16:
            idx = get_u32(bc_buf + pos + 1);
`,
    why: 'into the instance that evaluates',
  },
];

const narrow = (text: string): string =>
  text
    .replace('get_u32(pc)', 'get_u16(pc)')
    .replace('pc[4]', 'pc[2]')
    .replace('get_u16(pc + 4)', 'get_u16(pc + 2)')
    .replace(/pc \+= (\d)/, (_, bytes: string) => `pc += ${Number(bytes) - 2}`);

const running: readonly Patch[] = [
  {
    file,
    find: /atom = get_u32\(pc\);\n +pc \+= 4;/,
    times: 13,
    replace: narrow,
    why: 'see above',
  },
  {
    file,
    find: /atom = get_u32\(pc\);\n +\w+ = pc\[4\];\n +pc \+= 5;/,
    times: 5,
    replace: narrow,
    why: 'see above',
  },
  {
    file,
    find: /atom = get_u32\(pc\);\n +idx = get_u16\(pc \+ 4\);\n +pc \+= 6;/,
    replace: narrow,
    why: 'see above',
  },
  {
    file,
    find: '            *sp++ = JS_AtomToValue(ctx, get_u32(pc));\n            pc += 4;\n',
    replace: narrow,
    why: 'see above',
  },
  {
    file,
    find: /call_argc = get_u16\(pc\);\n +pc \+= 2;/,
    times: 4,
    replace: 'call_argc = *pc++;',
    why: 'see above',
  },
];

export const codePatches: readonly Patch[] = [...compiling, ...reading, ...running];
