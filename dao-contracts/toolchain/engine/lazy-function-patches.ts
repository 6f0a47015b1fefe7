/**
 * A function's `length`, `name` and `prototype` are made up when somebody asks for a property of it
 * that it does not have otherwise; most functions are called and never asked. Until then it has no
 * properties, and is marked exotic, which no other object of its class is: where a property is
 * missing, the engine looks at that mark already.
 */
import type { Patch } from './patch.js';

const file = 'quickjs.c';

const lazy = `
static inline BOOL cw_is_lazy(JSObject *p)
{
    return p->is_exotic && p->class_id == JS_CLASS_BYTECODE_FUNCTION;
}

/* Gives a function the properties that it was created without. */
static no_inline int cw_settle(JSContext *ctx, JSObject *p)
{
    JSFunctionBytecode *b = p->u.func.function_bytecode;
    JSValueConst func_obj = JS_MKPTR(JS_TAG_OBJECT, p);
    BOOL extensible = p->extensible;
    JSProperty *prop = js_malloc(ctx, sizeof(JSProperty) * p->shape->prop_size);

    if (!prop)
        return -1;
    p->prop = prop;
    p->is_exotic = 0;
    p->extensible = TRUE;
    js_function_set_properties(ctx, func_obj, b->func_name ? b->func_name : JS_ATOM_empty_string,
                               b->defined_arg_count);
    if (b->has_prototype)
        /* the prototype object is created on the fly when first accessed */
        JS_DefineAutoInitProperty(ctx, func_obj, JS_ATOM_prototype, JS_AUTOINIT_ID_PROTOTYPE,
                                  NULL, JS_PROP_WRITABLE);
    p->extensible = extensible;
    return 0;
}

/* Whether a function without properties has that name, or takes it: a literal is named once. */
static BOOL cw_takes_name(JSContext *ctx, JSValueConst func_obj, JSAtom name)
{
    JSFunctionBytecode *b;
    if (JS_VALUE_GET_TAG(func_obj) != JS_TAG_OBJECT || !cw_is_lazy(JS_VALUE_GET_OBJ(func_obj)) ||
        JS_AtomSymbolHasDescription(ctx, name))
        return FALSE;
    b = JS_VALUE_GET_OBJ(func_obj)->u.func.function_bytecode;
    if (b->func_name == JS_ATOM_NULL)
        b->func_name = JS_DupAtom(ctx, name);
    return b->func_name == name;
}

`;

const settleOr = (action: string): string =>
  `if (cw_is_lazy(p)) {\n            if (cw_settle(ctx, p))\n                ${action}\n`;

export const lazyFunctionPatches: readonly Patch[] = [
  {
    file,
    find: 'static void js_function_set_properties(JSContext *ctx, JSValueConst func_obj,\n',
    replace: (found) =>
      `static BOOL cw_is_lazy(JSObject *p);
static int cw_settle(JSContext *ctx, JSObject *p);
static BOOL cw_takes_name(JSContext *ctx, JSValueConst func_obj, JSAtom name);

${found}`,
    why: 'used before it is defined',
  },
  {
    file,
    find: '    prs = find_own_property(&pr, JS_VALUE_GET_OBJ(func), JS_ATOM_name);\n    if (!prs)\n        return NULL;\n',
    replace: (found) => `    if (cw_is_lazy(JS_VALUE_GET_OBJ(func))) {
        JSAtom name = JS_VALUE_GET_OBJ(func)->u.func.function_bytecode->func_name;
        return name ? JS_AtomToCString(ctx, name) : NULL;
    }
${found}`,
    why: 'a stack is told without changing the functions on it',
  },
  {
    file,
    find: 'static JSValue js_closure(JSContext *ctx, JSValue bfunc,\n',
    replace: (found) => `${lazy}${found}`,
    why: 'see above',
  },
  {
    file,
    find: '        /* bfunc has been freed */\n        goto fail;\n    }\n',
    replace: (found) => `${found}    if (b->func_kind == JS_FUNC_NORMAL) {
        JS_VALUE_GET_OBJ(func_obj)->is_constructor = b->has_prototype;
        return func_obj;
    }
`,
    why: 'what follows is for generators',
  },
  {
    file,
    find: '    } else if (b->has_prototype) {\n',
    until: '    return func_obj;\n',
    replace: '    }\n',
    why: 'see above',
  },
  ...[
    [
      'ctor',
      'parent_class,\n                                  JS_CLASS_BYTECODE_FUNCTION);',
      'goto fail',
    ],
    [
      'func_obj',
      'ctx->function_proto,\n                                      JS_CLASS_BYTECODE_FUNCTION);',
      'return -1',
    ],
  ].map(([name, find, leave]) => ({
    file,
    find: `${find}\n`,
    until: name === 'ctor' ? '    ctor = js_closure2' : '    b = JS_VALUE_GET_PTR',
    replace: `${find}
    if (JS_IsException(${name}))
        ${leave};
    JS_VALUE_GET_OBJ(${name})->is_exotic = 0;
    JS_VALUE_GET_OBJ(${name})->u.func.function_bytecode = NULL;
    JS_VALUE_GET_OBJ(${name})->u.func.home_object = NULL;
    JS_VALUE_GET_OBJ(${name})->prop =
        js_malloc(ctx, sizeof(JSProperty) * JS_VALUE_GET_OBJ(${name})->shape->prop_size);
    if (!JS_VALUE_GET_OBJ(${name})->prop)
        ${leave};

`,
    why: 'a class gets its properties at once',
  })),
  {
    file,
    find: '        if (unlikely(p->is_exotic)) {\n            /* exotic behaviors */\n',
    replace: (found) => `${found}            if (cw_is_lazy(p)) {
                if (cw_settle(ctx, p))
                    return JS_EXCEPTION;
                continue;
            }
`,
    why: 'reading a property',
  },
  {
    file,
    find: '    /* clear pointer for consistency in case of failure */\n    *ptab = NULL;\n    *plen = 0;\n',
    replace: (found) => `${found}    if (cw_is_lazy(p) && cw_settle(ctx, p))
        return -1;
`,
    why: 'listing properties',
  },
  {
    file,
    find: '    if (p->is_exotic) {\n        if (p->fast_array) {\n            /* specific case for fast arrays */\n',
    replace: `    if (p->is_exotic) {
        ${settleOr('return -1;')}            goto retry;
        }
        if (p->fast_array) {
            /* specific case for fast arrays */
`,
    why: 'describing a property',
  },
  {
    file,
    find: '    if (p->is_exotic) {\n        if (p->fast_array) {\n            uint32_t idx;\n            if (JS_AtomIsArrayIndex(ctx, &idx, atom) &&\n',
    replace: `    if (p->is_exotic) {
        ${settleOr('return -1;')}            goto redo;
        }
        if (p->fast_array) {
            uint32_t idx;
            if (JS_AtomIsArrayIndex(ctx, &idx, atom) &&
`,
    why: 'deleting a property',
  },
  {
    file,
    find: '    p1 = p;\n    for(;;) {\n        if (p1->is_exotic) {\n            if (p1->fast_array) {\n',
    replace: `    p1 = p;
    for(;;) {
        if (p1->is_exotic) {
            if (cw_is_lazy(p1)) {
                if (cw_settle(ctx, p1)) {
                    JS_FreeValue(ctx, val);
                    return -1;
                }
                if (p == p1)
                    goto retry;
                goto retry2;
            }
            if (p1->fast_array) {
`,
    why: 'writing a property',
  },
  {
    file,
    find: '    /* add a new property or modify an existing exotic one */\n    if (p->is_exotic) {\n',
    replace: `    /* add a new property or modify an existing exotic one */
    if (p->is_exotic) {
        ${settleOr('return -1;')}            return JS_DefineProperty(ctx, JS_MKPTR(JS_TAG_OBJECT, p), prop, val, getter, setter,
                                     flags);
        }
`,
    why: 'defining a property',
  },
  {
    file,
    find: '    pr = add_property(ctx, p, prop, JS_PROP_C_W_E);\n    if (unlikely(!pr)) {\n    fail:\n',
    replace: (found) => `    if (cw_is_lazy(p) && cw_settle(ctx, p))
        goto fail;
${found}`,
    why: 'a private field of a function',
  },
  {
    file,
    find: '    pr = add_property(ctx, p1, brand_atom, JS_PROP_C_W_E);\n',
    replace: (found) => `    if (cw_is_lazy(p1) && cw_settle(ctx, p1))
        return -1;
${found}`,
    why: 'private methods of a function',
  },
  {
    file,
    find: '    JSValueConst val;\n    JSString *p;\n    \n    prs = find_own_property(&pr, JS_VALUE_GET_OBJ(obj), JS_ATOM_name);\n',
    replace: `    JSValueConst val;
    JSString *p;

    if (cw_is_lazy(JS_VALUE_GET_OBJ(obj)))
        return JS_VALUE_GET_OBJ(obj)->u.func.function_bytecode->func_name != JS_ATOM_NULL;
    prs = find_own_property(&pr, JS_VALUE_GET_OBJ(obj), JS_ATOM_name);
`,
    why: 'a name that it has without having the property',
  },
  {
    file,
    find: '    &&  !js_object_has_name(ctx, obj)\n    &&  JS_DefinePropertyValue(ctx, obj, JS_ATOM_name, JS_AtomToString(ctx, name), flags) < 0) {\n',
    replace:
      '    &&  !cw_takes_name(ctx, obj, name)\n    &&  !js_object_has_name(ctx, obj)\n' +
      '    &&  JS_DefinePropertyValue(ctx, obj, JS_ATOM_name, JS_AtomToString(ctx, name), flags) < 0) {\n',
    why: '`const f = () => …` names a function',
  },
  {
    file,
    find: '    JSValue name_str;\n\n    name_str = js_get_function_name(ctx, name);\n    if (flags & JS_PROP_HAS_GET) {\n',
    replace: `    JSValue name_str;

    if (!(flags & (JS_PROP_HAS_GET | JS_PROP_HAS_SET)) && cw_takes_name(ctx, func_obj, name)) {
        js_method_set_home_object(ctx, func_obj, home_obj);
        return 0;
    }
    name_str = js_get_function_name(ctx, name);
    if (flags & JS_PROP_HAS_GET) {
`,
    why: 'a method is named by where it is put',
  },
];
