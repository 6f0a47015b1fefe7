/*
 * The variables of a contract's module in one table, by number. Those of a second module, or of one
 * with imports, are lists of closures as ever.
 */

/* By how many instructions and exports each is mentioned, while a contract is built. */
static uint16_t cw_uses[1 << 13];
static BOOL cw_counting;

/* The function whose code is in that place. */
static no_inline int cw_make_function(JSContext *ctx, JSValue *place)
{
  JSValue made = js_closure(ctx, JS_DupValue(ctx, *place), NULL, NULL);
  if (JS_IsException(made))
    return -1;
  *place = made;
  return 0;
}

/* The variable as others know variables: for exports, and where what is assigned to is computed. */
static JSVarRef *cw_module_ref(JSContext *ctx, int idx)
{
  JSVarRef *var_ref;

  if (JS_VALUE_GET_TAG(cw_module_vars[idx]) == JS_TAG_FUNCTION_BYTECODE &&
    cw_make_function(ctx, &cw_module_vars[idx]))
    return NULL;
  var_ref = js_malloc(ctx, sizeof(JSVarRef));
  if (!var_ref)
    return NULL;
  var_ref->header.ref_count = 1;
  var_ref->pvalue = &cw_module_vars[idx];
  init_list_head(&var_ref->link);
  return var_ref;
}

static void cw_drop_use(JSRuntime *rt, int idx)
{
  JSValue unused = cw_module_vars[idx];
  if (--cw_uses[idx] > 0)
    return;
  cw_module_vars[idx] = JS_NewInt32(NULL, 0);
  JS_FreeValueRT(rt, unused);
}

static void cw_count_uses(JSRuntime *rt, JSFunctionBytecode *b, int more)
{
  const uint8_t *code = cw_code(b);

  for (int pos = 0; cw_counting && pos < b->byte_code_len;) {
    const JSOpCode *oi = &short_opcode_info(code[pos]);
    int at = code[pos] == OP_make_mod_ref ? 3 :
      code[pos] >= OP_get_mod && code[pos] <= OP_get_mod8 ? 1 : 0;
    if (at) {
      int idx = code[pos] == OP_get_mod8 ? code[pos + 1] : get_u16(code + pos + at);
      if (more > 0)
        cw_uses[idx]++;
      else
        cw_drop_use(rt, idx);
    }
    pos += oi->size - cw_narrower(oi);
  }
}

/* Leaves of functions their code, where nothing but their place knows them. */
static void cw_unmake_functions(JSContext *ctx, JSValue *places, uint32_t count)
{
  for (uint32_t i = 0; i < count; i++) {
    JSValue val = places[i];
    JSObject *p = JS_VALUE_GET_OBJ(val);
    if (JS_VALUE_GET_TAG(val) != JS_TAG_OBJECT || p->header.ref_count > 1 || !cw_is_lazy(p) ||
      !p->extensible || p->u.func.var_refs ||
      p->shape->proto != JS_VALUE_GET_OBJ(ctx->function_proto))
      continue;
    places[i] =
      JS_DupValue(ctx, JS_MKPTR(JS_TAG_FUNCTION_BYTECODE, p->u.func.function_bytecode));
    JS_FreeValue(ctx, val);
  }
}

/* The module has been evaluated, and its methods are bound. */
static void cw_seal_module(JSContext *ctx, JSModuleDef *m, JSValue *methods, uint32_t count)
{
  for (int i = 0; cw_module_vars && i < m->export_entries_count; i++)
    if (m->export_entries[i].export_type == JS_EXPORT_TYPE_LOCAL)
      cw_drop_use(ctx->rt, m->export_entries[i].u.local.var_idx);
  js_free_module_def(ctx, m);
  cw_counting = FALSE;
  memset(cw_uses, 0, sizeof(cw_uses));
  cw_unmake_functions(ctx, cw_module_vars, cw_module_count);
  cw_unmake_functions(ctx, methods, count);
}
