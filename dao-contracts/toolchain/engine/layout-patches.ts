/**
 * Patches that make what is in memory smaller: a contract is mostly the memory that its evaluation
 * left, and of that, before these, three quarters were the engine's own records, not code or text. Each
 * byte costs 1,089,295 gas in every call. Nothing here changes what a program sees.
 */
import type { Patch } from './patch.js';

const file = 'quickjs.c';

/** `#pragma pack(4)`: WebAssembly reads eight bytes at any address, so nothing needs aligning. */
function packed(declaration: string): Patch[] {
  return [
    {
      file,
      find: declaration,
      until: '\n}',
      replace: (text) => `#pragma pack(push, 4)\n${text}`,
      why: 'no padding before eight-byte members',
    },
  ];
}

/**
 * A variable that closures share. Which variable of the frame it is can be told from where it
 * points; whether it left the frame, from whether it points at itself.
 */
const variableReferences: readonly Patch[] = [
  {
    file,
    find: 'typedef struct JSVarRef {\n',
    until: 'typedef struct JSFloatEnv {\n',
    replace: `#pragma pack(push, 4)
typedef struct JSVarRef {
    JSRefCountHeader header; /* must come first */
    JSValue *pvalue; /* on the stack, or 'value' */
    union { JSValue value; struct list_head link; };
} JSVarRef;
#pragma pack(pop)
#define cw_is_detached(var_ref) ((var_ref)->pvalue == &(var_ref)->value)

#ifdef CONFIG_BIGNUM
`,
    why: '24 bytes become 16',
  },
  {
    file,
    find: '            if (var_ref->is_detached) {\n                JS_FreeValueRT(rt, var_ref->value);\n                remove_gc_object(&var_ref->header);\n',
    replace:
      '            if (cw_is_detached(var_ref)) {\n                JS_FreeValueRT(rt, var_ref->value);\n',
    why: 'see above',
  },
  {
    file,
    find: '        if (var_ref->var_idx == var_idx && var_ref->is_arg == is_arg) {\n',
    replace: '        if (var_ref->pvalue == (is_arg ? sf->arg_buf : sf->var_buf) + var_idx) {\n',
    why: 'see above',
  },
  {
    file,
    find: '    var_ref->is_detached = FALSE;\n    var_ref->is_arg = is_arg;\n    var_ref->var_idx = var_idx;\n',
    replace: '',
    why: 'see above',
  },
  {
    file,
    find: '    int var_idx;\n\n    list_for_each_safe(el, el1, &sf->var_ref_list) {\n',
    replace: '    list_for_each_safe(el, el1, &sf->var_ref_list) {\n',
    why: 'see above',
  },
  {
    file,
    find: '        var_idx = var_ref->var_idx;\n',
    until: '}\n\nstatic void close_lexical_var',
    replace: `        var_ref->value = JS_DupValueRT(rt, *var_ref->pvalue);
        var_ref->pvalue = &var_ref->value;
    }
`,
    why: 'see above',
  },
  {
    file,
    find: '        if (var_idx == var_ref->var_idx && var_ref->is_arg == is_arg) {\n',
    replace: '        if (var_ref->pvalue == (is_arg ? sf->arg_buf : sf->var_buf) + var_idx) {\n',
    why: 'see above',
  },
  {
    file,
    find: '            var_ref->is_detached = TRUE;\n            add_gc_object(ctx->rt, &var_ref->header, JS_GC_OBJ_TYPE_VAR_REF);\n',
    replace: '',
    why: 'see above',
  },
  {
    file,
    find: '    var_ref->is_detached = TRUE;\n    add_gc_object(ctx->rt, &var_ref->header, JS_GC_OBJ_TYPE_VAR_REF);\n',
    replace: '',
    why: 'see above',
  },
  {
    file,
    find: 'static void mark_children(JSRuntime *rt, JSGCObjectHeader *gp,\n',
    until: 'void JS_RunGC(JSRuntime *rt)\n{',
    replace: '',
    why: 'the collector’s, and it asks variables whether they left their frame',
  },
  {
    file,
    find: '        js_mark_module_def(rt, m, mark_func);\n',
    replace: '',
    why: 'see above',
  },
  {
    file,
    find: 'static void js_mark_module_def(JSRuntime *rt, JSModuleDef *m,\n                               JS_MarkFunc *mark_func)\n{',
    until: 'static void js_free_module_def(JSContext *ctx, JSModuleDef *m)\n{',
    replace: '',
    why: 'see above',
  },
  {
    file,
    find: 'static void js_bytecode_function_mark(JSRuntime *rt, JSValueConst val,\n                                      JS_MarkFunc *mark_func)\n{',
    until: 'static void js_bound_function_finalizer(JSRuntime *rt, JSValue val)\n{',
    replace: '',
    why: 'see above',
  },
];

/**
 * Within a call nothing is collected, so whether a WeakMap holds its keys cannot be told: it does.
 */
const strongWeakMaps: readonly Patch[] = [
  {
    file,
    find: '    struct JSMapRecord *first_weak_ref; /* XXX: use a bit and an external hash table? */\n',
    replace: '',
    why: 'four bytes of every object',
  },
  {
    file,
    find: '    p->first_weak_ref = NULL;\n    p->u.opaque',
    replace: '    p->u.opaque',
    why: 'see above',
  },
  {
    file,
    find: '    if (unlikely(p->first_weak_ref)) {\n        reset_weak_ref(rt, p);\n    }\n\n',
    replace: '',
    why: 'see above',
  },
  {
    file,
    find: 'static void reset_weak_ref(JSRuntime *rt, JSObject *p);\n',
    replace: '',
    why: 'see above',
  },
  {
    file,
    find: '    struct JSMapState *map;\n    struct JSMapRecord *next_weak_ref;\n',
    replace: '',
    why: 'see above',
  },
  {
    file,
    find: '    mr->map = s;\n    mr->empty = FALSE;\n',
    until: '    mr->key = key;\n',
    replace: '    mr->empty = FALSE;\n    JS_DupValue(ctx, key);\n',
    why: 'see above',
  },
  {
    file,
    find: '/* Remove the weak reference from the object weak\n',
    until: 'static void map_delete_record(',
    replace: '',
    why: 'see above',
  },
  {
    file,
    find: '    if (s->is_weak) {\n        delete_weak_ref(rt, mr);\n    } else {\n        JS_FreeValueRT(rt, mr->key);\n    }\n',
    replace: '    JS_FreeValueRT(rt, mr->key);\n',
    why: 'see above',
  },
  {
    file,
    find: 'static void reset_weak_ref(JSRuntime *rt, JSObject *p)\n{',
    until: 'static JSValue js_map_set(',
    replace: '',
    why: 'see above',
  },
  {
    file,
    find: '                if (s->is_weak)\n                    delete_weak_ref(rt, mr);\n                else\n                    JS_FreeValueRT',
    replace: '                JS_FreeValueRT',
    why: 'see above',
  },
];

const objects: readonly Patch[] = [
  ...packed('struct JSObject {\n    union {'),
  {
    file,
    find: '    /* byte sizes: 40/48/72 */\n};\n',
    replace: '};\n#pragma pack(pop)\n',
    why: 'see above',
  },
  {
    file,
    find: '    js_trigger_gc(ctx->rt, sizeof(JSObject));\n    p = js_malloc(ctx, sizeof(JSObject));\n',
    replace: `    p = js_malloc(ctx, class_id == JS_CLASS_OBJECT ? offsetof(JSObject, u) : sizeof(JSObject));
`,
    why: 'a plain object has properties and nothing else',
  },
  {
    file,
    find: '    p->u.opaque = NULL;\n    p->shape = sh;\n',
    replace: `    p->shape = sh;
    if (class_id == JS_CLASS_BYTECODE_FUNCTION) {
        /* see cw_settle */
        p->header.ref_count = 1;
        p->header.gc_obj_type = JS_GC_OBJ_TYPE_JS_OBJECT;
        p->header.mark = 0;
        p->prop = NULL;
        p->is_exotic = 1;
        return JS_MKPTR(JS_TAG_OBJECT, p);
    }
    if (class_id != JS_CLASS_OBJECT)
        p->u.opaque = NULL;
`,
    why: 'see above, and lazy-function-patches.ts',
  },
  {
    file,
    find: '    /* fail safe */\n    p->class_id = 0;\n    p->u.opaque = NULL;\n    p->u.func.var_refs = NULL;\n    p->u.func.home_object = NULL;\n\n',
    replace: '',
    why: 'a plain object has no such members',
  },
];

/** A function has constants of its own; nobody can tell two equal ones apart. */
const bigints: readonly Patch[] = [
  {
    file,
    find: 'static JSValue JS_ReadBigNum(BCReaderState *s, int tag)\n{',
    replace: (found) => `static JSValue cw_bigints[1024];
static uint32_t cw_bigint_count;

/* The same number, if it was read before. Takes over and gives away a reference. */
static JSValue cw_share_bigint(JSContext *ctx, JSValue val)
{
    JSBigFloat *p = JS_VALUE_GET_PTR(val), *known;

    for (uint32_t i = 0; i < cw_bigint_count; i++) {
        known = JS_VALUE_GET_PTR(cw_bigints[i]);
        if (known->num.sign == p->num.sign && known->num.expn == p->num.expn &&
            known->num.len == p->num.len &&
            !memcmp(known->num.tab, p->num.tab, p->num.len * sizeof(limb_t))) {
            JS_FreeValue(ctx, val);
            return JS_DupValue(ctx, cw_bigints[i]);
        }
    }
    if (cw_bigint_count < countof(cw_bigints))
        cw_bigints[cw_bigint_count++] = JS_DupValue(ctx, val);
    return val;
}

static void cw_seal_bigints(JSContext *ctx)
{
    for (uint32_t i = 0; i < cw_bigint_count; i++)
        JS_FreeValue(ctx, cw_bigints[i]);
    memset(cw_bigints, 0, sizeof(cw_bigints));
    cw_bigint_count = 0;
}

${found}`,
    why: 'see above',
  },
  {
    file,
    find: '        obj = JS_ReadBigNum(s, tag);\n',
    replace: `        obj = JS_ReadBigNum(s, tag);
        if (JS_VALUE_GET_TAG(obj) == JS_TAG_BIG_INT)
            obj = cw_share_bigint(ctx, obj);
`,
    why: 'see above',
  },
];

export const layoutPatches: readonly Patch[] = [
  ...variableReferences,
  ...strongWeakMaps,
  ...objects,
  ...bigints,
];
