/**
 * Patches that halve what a function takes in memory besides its code. The head had pointers to
 * what lies right behind it, to the one realm there is, and counters of four bytes; a variable that
 * is taken from around the function had a name that a stripped build leaves empty.
 *
 * Behind the head (24 bytes, once 56) lie the code, the constants, two bytes for each variable from
 * around, and, in builds for debugging alone, names and lines. What lies where follows from counts.
 */
import type { Patch } from './patch.js';

const file = 'quickjs.c';

const head = `typedef struct JSFunctionDebug {
    JSAtom filename;
    int line_num;
    int source_len;
    int pc2line_len;
    uint8_t *pc2line_buf;
    char *source;
    JSVarDef *vardefs; /* arguments + local variables (arg_count + var_count) */
    JSAtom *closure_names;
} JSFunctionDebug;

#pragma pack(push, 2)
typedef struct JSFunctionBytecode {
    union {
        JSGCObjectHeader header; /* must come first */
        struct {
            int __gc_ref_count; /* corresponds to header.ref_count */
            uint8_t __gc_mark; /* corresponds to header.mark/gc_obj_type */
            uint8_t js_mode;
            uint8_t has_prototype : 1; /* true if a prototype field is necessary */
            uint8_t has_simple_parameter_list : 1;
            uint8_t is_derived_class_constructor : 1;
            /* true if home_object needs to be initialized */
            uint8_t need_home_object : 1;
            uint8_t func_kind : 2;
            uint8_t new_target_allowed : 1;
            uint8_t super_call_allowed : 1;
            uint8_t super_allowed : 1;
            uint8_t arguments_allowed : 1;
            uint8_t has_debug : 1;
            uint8_t backtrace_barrier : 1; /* stop backtrace on this function */
        };
    };
    JSAtom func_name;
    uint32_t byte_code_len : 24;
    uint32_t stack_size : 8; /* maximum stack size */
    uint16_t var_count;
    uint16_t cpool_count;
    uint16_t closure_var_count;
    uint8_t arg_count;
    uint8_t defined_arg_count; /* for length function property */
} JSFunctionBytecode;
#pragma pack(pop)

static JSContext *the_context; /* the realm of every function; boot.c sets it */

static inline uint8_t *cw_code(JSFunctionBytecode *b)
{
    return (uint8_t *)(b + 1);
}

static inline JSValue *cw_cpool(JSFunctionBytecode *b)
{
    return (JSValue *)(cw_code(b) + b->byte_code_len);
}

/* Variables from around, each CW_LOCAL … | index << CW_INDEX. */
static inline uint16_t *cw_closure(JSFunctionBytecode *b)
{
    return (uint16_t *)(cw_cpool(b) + b->cpool_count);
}
#define CW_LOCAL 1   /* of the function around, not of one further out */
#define CW_ARG 2     /* an argument of it */
#define CW_LEXICAL 4 /* let, const, class */
#define CW_INDEX 3

static inline JSFunctionDebug *cw_debug(JSFunctionBytecode *b)
{
    return (JSFunctionDebug *)(cw_closure(b) + b->closure_var_count);
}

static inline size_t cw_function_size(JSFunctionBytecode *b)
{
    return (uint8_t *)cw_debug(b) - (uint8_t *)b + (b->has_debug ? sizeof(JSFunctionDebug) : 0);
}

`;

/** From the compiler's records of a function to what lies in memory. */
const build = `    if (fd->arg_count > 255 || stack_size > 255 || fd->byte_code.size >> 24) {
        JS_ThrowInternalError(ctx, "a function has more than 255 parameters, "
                              "255 values at hand or 16 MiB of code");
        goto fail;
    }
    if (fd->cpool_count > 65535 || fd->closure_var_count > 65535) {
        JS_ThrowInternalError(ctx, "a function has more than 65535 constants");
        goto fail;
    }
    for (idx = 0; idx < fd->closure_var_count; idx++) {
        if (fd->closure_var[idx].var_idx >> (16 - CW_INDEX)) {
            JS_ThrowInternalError(ctx, "more than 8191 variables in one scope");
            goto fail;
        }
    }
    {
        JSFunctionBytecode counts = {
            .byte_code_len = fd->byte_code.size,
            .arg_count = fd->arg_count,
            .var_count = fd->var_count,
            .defined_arg_count = fd->defined_arg_count,
            .stack_size = stack_size,
            .cpool_count = fd->cpool_count,
            .closure_var_count = fd->closure_var_count,
            .has_debug = !(fd->js_mode & JS_MODE_STRIP),
        };
        b = js_mallocz(ctx, cw_function_size(&counts));
        if (!b)
            goto fail;
        *b = counts;
    }
    b->header.ref_count = 1;
    b->func_name = fd->func_name;
    memcpy(cw_code(b), fd->byte_code.buf, fd->byte_code.size);
    js_free(ctx, fd->byte_code.buf);
    fd->byte_code.buf = NULL;
    memcpy(cw_cpool(b), fd->cpool, fd->cpool_count * sizeof(*fd->cpool));
    js_free(ctx, fd->cpool);
    fd->cpool = NULL;
    if (b->has_debug) {
        JSFunctionDebug *debug = cw_debug(b);
        debug->filename = fd->filename;
        debug->line_num = fd->line_num;
        debug->pc2line_buf = fd->pc2line.buf;
        debug->pc2line_len = fd->pc2line.size;
        debug->source = fd->source;
        debug->source_len = fd->source_len;
        debug->vardefs = js_malloc(ctx, (fd->arg_count + fd->var_count) * sizeof(JSVarDef));
        debug->closure_names = js_malloc(ctx, fd->closure_var_count * sizeof(JSAtom));
        if (!debug->vardefs || !debug->closure_names)
            abort();
        memcpy(debug->vardefs, fd->args, fd->arg_count * sizeof(JSVarDef));
        memcpy(debug->vardefs + fd->arg_count, fd->vars, fd->var_count * sizeof(JSVarDef));
    } else {
        for (idx = 0; idx < fd->var_count; idx++)
            JS_FreeAtom(ctx, fd->vars[idx].var_name);
        for (idx = 0; idx < fd->arg_count; idx++)
            JS_FreeAtom(ctx, fd->args[idx].var_name);
        JS_FreeAtom(ctx, fd->filename);
        dbuf_free(&fd->pc2line);    // probably useless
    }
    for (idx = 0; idx < fd->closure_var_count; idx++) {
        JSClosureVar *cv = &fd->closure_var[idx];
        cw_closure(b)[idx] = (cv->is_local ? CW_LOCAL : 0) | (cv->is_arg ? CW_ARG : 0) |
            (cv->is_lexical ? CW_LEXICAL : 0) | cv->var_idx << CW_INDEX;
        if (b->has_debug)
            cw_debug(b)->closure_names[idx] = cv->var_name;
        else
            JS_FreeAtom(ctx, cv->var_name);
    }
    js_free(ctx, fd->args);
    js_free(ctx, fd->vars);
    js_free(ctx, fd->closure_var);
    fd->closure_var = NULL;
    if (fd->scopes != fd->def_scope_array)
        js_free(ctx, fd->scopes);

`;

const free = `    free_bytecode_atoms(rt, cw_code(b), b->byte_code_len, TRUE);
    for(i = 0; i < b->cpool_count; i++)
        JS_FreeValueRT(rt, cw_cpool(b)[i]);
    JS_FreeAtomRT(rt, b->func_name);
    if (b->has_debug) {
        JSFunctionDebug *debug = cw_debug(b);
        for(i = 0; i < b->closure_var_count; i++)
            JS_FreeAtomRT(rt, debug->closure_names[i]);
        for(i = 0; debug->vardefs && i < b->arg_count + b->var_count; i++)
            JS_FreeAtomRT(rt, debug->vardefs[i].var_name);
        JS_FreeAtomRT(rt, debug->filename);
        js_free_rt(rt, debug->closure_names);
        js_free_rt(rt, debug->vardefs);
        js_free_rt(rt, debug->pc2line_buf);
        js_free_rt(rt, debug->source);
    }

`;

const read = `    b = js_mallocz(ctx, cw_function_size(&bc));
    if (!b)
        return JS_EXCEPTION;
    memcpy(b, &bc, sizeof(bc));
    b->header.ref_count = 1;
    if (b->has_debug) {
        JSFunctionDebug *debug = cw_debug(b);
        debug->closure_names = js_mallocz(ctx, b->closure_var_count * sizeof(JSAtom));
        debug->vardefs = js_mallocz(ctx, (b->arg_count + b->var_count) * sizeof(JSVarDef));
        if (!debug->closure_names || !debug->vardefs)
            abort();
    }

`;

const inMemory: readonly Patch[] = [
  {
    file,
    find: 'typedef struct JSFunctionBytecode {\n',
    until: 'typedef struct JSBoundFunction {\n',
    replace: head,
    why: 'see above',
  },
  {
    file,
    find: 'typedef struct JSMemoryUsage_helper {\n',
    until: 'JSValue JS_GetGlobalObject(JSContext *ctx)\n',
    replace: '',
    why: 'what measured memory, and nobody calls any more',
  },
  {
    file,
    find: '        atom = b->closure_var[idx].var_name;\n    } else {\n',
    until: '    return JS_ThrowReferenceErrorUninitialized(ctx, atom);\n',
    replace: `        if (b->has_debug)
            atom = cw_debug(b)->closure_names[idx];
    } else {
        if (b->has_debug)
            atom = cw_debug(b)->vardefs[b->arg_count + idx].var_name;
    }
`,
    why: 'names are in builds for debugging alone',
  },
  {
    file,
    find: '            JSClosureVar *cv = &b->closure_var[i];\n            JSVarRef *var_ref;\n            if (cv->is_local) {\n                /* reuse',
    until: '            var_refs[i] = var_ref;\n',
    replace: `            uint32_t cv = cw_closure(b)[i];
            JSVarRef *var_ref;
            if (cv & CW_LOCAL) {
                /* reuse the existing variable reference if it already exists */
                var_ref = get_var_ref(ctx, sf, cv >> CW_INDEX, (cv & CW_ARG) != 0);
                if (!var_ref)
                    goto fail;
            } else {
                var_ref = cur_var_refs[cv >> CW_INDEX];
                var_ref->header.ref_count++;
            }
`,
    why: 'see above',
  },
  {
    file,
    find: '            JSClosureVar *cv = &b->closure_var[i];\n            JSVarRef *var_ref;\n            if (cv->is_local) {\n                var_ref = js_create_module_var(ctx, cv->is_lexical);\n',
    replace: `            uint32_t cv = cw_closure(b)[i];
            JSVarRef *var_ref;
            if (cv & CW_LOCAL) {
                var_ref = js_create_module_var(ctx, (cv & CW_LEXICAL) != 0);
`,
    why: 'see above',
  },
  {
    file,
    find: '    free_bytecode_atoms(rt, b->byte_code_buf, b->byte_code_len, TRUE);\n',
    until: '    remove_gc_object(&b->header);\n    js_free_rt(rt, b);\n',
    replace: free,
    why: 'see above',
  },
  {
    file,
    find: 'static __maybe_unused void js_dump_function_bytecode(JSContext *ctx, JSFunctionBytecode *b)\n{',
    until: '#endif\n\nstatic int add_closure_var(',
    replace: '',
    why: 'nobody reads it',
  },
];

const compiling: readonly Patch[] = [
  {
    file,
    find: '    int function_size, byte_code_offset, cpool_offset;\n    int closure_var_offset, vardefs_offset;\n\n    /* recompute scope linkage */\n',
    replace: '\n    /* recompute scope linkage */\n',
    why: 'see above',
  },
  {
    file,
    find: '    if (fd->js_mode & JS_MODE_STRIP) {\n        function_size = offsetof(JSFunctionBytecode, debug);\n',
    until: '    b->has_prototype = fd->has_prototype;\n',
    replace: build,
    why: 'see above',
  },
  {
    file,
    find: '    b->backtrace_barrier = fd->backtrace_barrier;\n    b->realm = JS_DupContext(ctx);\n',
    replace: '    b->backtrace_barrier = fd->backtrace_barrier;\n',
    why: 'see above',
  },
  {
    file,
    find: 'static __exception int add_closure_variables(JSContext *ctx, JSFunctionDef *s,\n',
    until: 'typedef struct CodeContext {\n',
    replace: '',
    why: 'for `eval` that sees the variables around it, which contracts lack',
  },
  {
    file,
    find: '    if (b) {\n        if (add_closure_variables(ctx, fd, b, scope_idx))\n            goto fail;\n    }\n',
    replace: '',
    why: 'see above',
  },
];

const betweenInstances: readonly Patch[] = [
  {
    file,
    find: '    if (b->vardefs) {\n        /* XXX: this field is redundant */\n',
    replace: '    if (b->has_debug) {\n        /* XXX: this field is redundant */\n',
    why: 'see above',
  },
  {
    file,
    find: '            JSVarDef *vd = &b->vardefs[i];\n            bc_put_atom(s, vd->var_name);\n',
    replace:
      '            JSVarDef *vd = &cw_debug(b)->vardefs[i];\n            bc_put_atom(s, vd->var_name);\n',
    why: 'see above',
  },
  {
    file,
    find: '        JSClosureVar *cv = &b->closure_var[i];\n        bc_put_atom(s, cv->var_name);\n',
    until: '    if (JS_WriteFunctionBytecode(',
    replace: `        if (b->has_debug)
            bc_put_atom(s, cw_debug(b)->closure_names[i]);
        bc_put_leb128(s, cw_closure(b)[i]);
    }

`,
    why: 'see above',
  },
  {
    file,
    find: '    bc.read_only_bytecode = s->is_rom_data;\n',
    replace: '',
    why: 'code lies behind the head',
  },
  ...['arg_count', 'defined_arg_count', 'stack_size'].map((name) => ({
    file,
    find: `    if (bc_get_leb128_u16(s, &bc.${name}))\n        goto fail;\n`,
    replace: `    if (bc_get_leb128_u16(s, &v16))\n        goto fail;\n    bc.${name} = v16;\n`,
    why: 'one byte',
  })),
  {
    file,
    find: '    if (bc_get_leb128_int(s, &bc.byte_code_len))\n        goto fail;\n',
    replace: `    if (bc_get_leb128_int(s, &local_count))
        goto fail;
    bc.byte_code_len = local_count;
`,
    why: 'three bytes',
  },
  ...['closure_var_count', 'cpool_count'].map((name) => ({
    file,
    find: `    if (bc_get_leb128_int(s, &bc.${name}))\n`,
    replace: `    if (bc_get_leb128_u16(s, &bc.${name}))\n`,
    why: 'two bytes',
  })),
  {
    file,
    find: '    int function_size, cpool_offset, byte_code_offset;\n    int closure_var_offset, vardefs_offset;\n',
    replace: '',
    why: 'see above',
  },
  {
    file,
    find: '    if (bc.has_debug) {\n        function_size = sizeof(*b);\n',
    until:
      '    add_gc_object(ctx->rt, &b->header, JS_GC_OBJ_TYPE_FUNCTION_BYTECODE);\n            \n    obj =',
    replace: read,
    why: 'see above',
  },
  {
    file,
    find: '            JSVarDef *vd = &b->vardefs[i];\n            if (bc_get_atom(s, &vd->var_name))\n',
    replace:
      '            JSVarDef *vd = &cw_debug(b)->vardefs[i];\n            if (bc_get_atom(s, &vd->var_name))\n',
    why: 'see above',
  },
  {
    file,
    find: '            JSClosureVar *cv = &b->closure_var[i];\n            int var_idx;\n',
    until: '        bc_read_trace(s, "}\\n");\n    }\n    {\n',
    replace: `            if (b->has_debug && bc_get_atom(s, &cw_debug(b)->closure_names[i]))
                goto fail;
            if (bc_get_leb128_u16(s, &cw_closure(b)[i]))
                goto fail;
        }
`,
    why: 'see above',
  },
  {
    file,
    find: '        if (JS_ReadFunctionBytecode(s, b, byte_code_offset, b->byte_code_len))\n',
    replace: '        if (JS_ReadFunctionBytecode(s, b, 0, b->byte_code_len))\n',
    why: 'see above',
  },
  {
    file,
    find: '    if (s->is_rom_data) {\n        /* directly use the input buffer */\n',
    until: '    pos = 0;\n    while (pos < bc_len) {\n',
    replace: `    bc_buf = cw_code(b);
    if (bc_get_buf(s, bc_buf, bc_len))
        return -1;

`,
    why: 'see above',
  },
  {
    file,
    find: '                    /* Note: the atoms will be freed up to this position */\n                    b->byte_code_len = pos;\n                    return -1;\n',
    replace: '                    abort();\n',
    why: 'the length says where the constants are; and our own bytecode has no such fault',
  },
  {
    file,
    find: '    b->realm = JS_DupContext(ctx);\n    return obj;\n',
    replace: '    return obj;\n',
    why: 'see above',
  },
];

/** Everywhere else, the same by another name. */
const renamed: readonly Patch[] = [
  { find: 'ctx = b->realm;', times: 2, replace: 'ctx = the_context;' },
  { find: 'realm = b->realm;', times: 1, replace: 'realm = the_context;' },
  { find: 'b->byte_code_buf', times: 9, replace: 'cw_code(b)' },
  { find: 'b->cpool[', times: 6, replace: 'cw_cpool(b)[' },
  { find: 'b->debug.', times: 27, replace: 'cw_debug(b)->' },
].map((patch) => ({ file, why: 'see above', ...patch }));

/** What `super` refers to is kept behind the variables from around, by the few that ask for it. */
const homes: readonly Patch[] = [
  {
    file,
    find: "            JSObject *home_object; /* for 'super' access */\n",
    replace: '',
    why: 'four bytes of every function',
  },
  {
    file,
    find: '    p = js_malloc(ctx, class_id == JS_CLASS_OBJECT ? offsetof(JSObject, u) : sizeof(JSObject));\n',
    replace: `    p = js_malloc(ctx, class_id == JS_CLASS_OBJECT ? offsetof(JSObject, u) :
                  class_id == JS_CLASS_BYTECODE_FUNCTION ?
                  offsetof(JSObject, u) + sizeof(p->u.func) : sizeof(JSObject));
`,
    why: 'see above',
  },
  {
    file,
    find: 'static void js_method_set_home_object(JSContext *ctx, JSValueConst func_obj,\n',
    replace: (found) => `/* Where a function keeps what super refers to; NULL if it needs none. */
static JSObject **cw_home(JSObject *p)
{
    JSFunctionBytecode *b = p->u.func.function_bytecode;
    return b && b->need_home_object ?
        (JSObject **)p->u.func.var_refs + b->closure_var_count : NULL;
}

${found}`,
    why: 'see above',
  },
  {
    file,
    find: '        p1 = p->u.func.home_object;\n        if (p1) {\n            JS_FreeValue(ctx,',
    replace: '        p1 = *cw_home(p);\n        if (p1) {\n            JS_FreeValue(ctx,',
    why: 'see above',
  },
  {
    file,
    find: '        p->u.func.home_object = p1;\n',
    replace: '        *cw_home(p) = p1;\n',
    why: 'see above',
  },
  {
    file,
    find: '    p1 = p->u.func.home_object;\n    if (p1) {\n',
    replace: '    p1 = cw_home(p) ? *cw_home(p) : NULL;\n    if (p1) {\n',
    why: 'see above',
  },
  {
    file,
    find: '    home_obj = p1->u.func.home_object;\n',
    replace: '    home_obj = cw_home(p1) ? *cw_home(p1) : NULL;\n',
    why: 'see above',
  },
  {
    file,
    find: '                        p1 = p->u.func.home_object;\n',
    replace: '                        p1 = cw_home(p) ? *cw_home(p) : NULL;\n',
    why: 'see above',
  },
  {
    file,
    find: '            if (p->u.func.home_object) {\n                printf(',
    until: '        }\n    }\n    printf("\\n");\n',
    replace: '',
    why: 'nobody reads it',
  },
  {
    file,
    find: '    p->u.func.home_object = NULL;\n    p->u.func.var_refs = NULL;\n    if (b->closure_var_count) {\n        var_refs = js_mallocz(ctx, sizeof(var_refs[0]) * b->closure_var_count);\n',
    times: 2,
    replace: `    p->u.func.var_refs = NULL;
    if (b->closure_var_count + b->need_home_object) {
        var_refs = js_mallocz(ctx, sizeof(var_refs[0]) *
                              (b->closure_var_count + b->need_home_object));
`,
    why: 'see above',
  },
  ...['ctor', 'func_obj'].map((name) => ({
    file,
    find: `    JS_VALUE_GET_OBJ(${name})->u.func.home_object = NULL;\n`,
    replace: '',
    why: 'see above',
  })),
];

export const functionPatches: readonly Patch[] = [
  ...inMemory,
  ...compiling,
  ...betweenInstances,
  ...renamed,
  ...homes,
];
