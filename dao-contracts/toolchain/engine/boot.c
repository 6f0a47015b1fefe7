/*
 * The engine's life: boot once at build time, then call methods from the snapshot of that memory.
 * builder.c's own way, booting an engine in every call, costs 9 Tgas before a method runs.
 */
#define MAX_METHODS 512

/* nearcore bounds all that a call says to 16 KiB, and a longer panic loses its text. */
#define PANIC_BYTES_MAX 8192
#define STACK_BYTES_MAX 1024

static JSContext *the_context;
static JSValue methods[MAX_METHODS];

uint32_t cw_seal_allocator(void);
void cw_allocator_roots(uint32_t *roots);
extern uint64_t ed25519_verify(uint64_t sig_len, uint64_t sig_ptr, uint64_t msg_len,
                               uint64_t msg_ptr, uint64_t key_len, uint64_t key_ptr);

static JSValue js_load_module_binary(JSContext *ctx, const uint8_t *code, size_t size)
{
  return JS_UNDEFINED;
}

static JSValue cw_ed25519_verify(JSContext *ctx, JSValueConst this_val, int argc,
                                 JSValueConst *argv)
{
  uint8_t *part[3];
  size_t len[3];

  for (int i = 0; i < 3; i++) {
    part[i] = JS_Uint8Array_to_C(ctx, argv[i], &len[i]);
    if (part[i] == NULL)
      return JS_ThrowTypeError(ctx, "Expect Uint8Array for signature, message and public key");
  }
  if (len[0] != 64 || len[2] != 32)
    return JS_ThrowTypeError(ctx, "Expect 64 bytes of signature and 32 of public key");
  return JS_NewBool(ctx, ed25519_verify(len[0], (uint64_t)part[0], len[1], (uint64_t)part[1],
                                        len[2], (uint64_t)part[2]) == 1);
}

/*
 * UTF-8 as everywhere else: half a surrogate pair becomes U+FFFD. QuickJS writes it out as three
 * bytes that are not UTF-8, so a contract would hash a string differently from its clients.
 */
static JSValue cw_utf8_string_to_uint8array(JSContext *ctx, JSValueConst this_val, int argc,
                                            JSValueConst *argv)
{
  size_t len;
  uint8_t *bytes = (uint8_t *)JS_ToCStringLen(ctx, &len, argv[0]);
  JSValue buffer;

  if (bytes == NULL)
    return JS_EXCEPTION;
  /* A string of 8-bit units has no surrogates. */
  if (!JS_IsString(argv[0]) || JS_VALUE_GET_STRING(argv[0])->is_wide_char) {
    for (size_t i = 0; i + 2 < len; i++) {
      if (bytes[i] == 0xed && bytes[i + 1] >= 0xa0) {
        bytes[i] = 0xef;
        bytes[i + 1] = 0xbf;
        bytes[i + 2] = 0xbd;
      }
    }
  }
  buffer = JS_NewArrayBufferCopy(ctx, bytes, len);
  JS_FreeCString(ctx, (const char *)bytes);
  return cw_bytes(ctx, buffer);
}

/* A refusal is `CODE: facts; remedy`, meant for people; anything else is a bug. */
static int is_refusal(const char *text)
{
  if (*text < 'A' || *text > 'Z')
    return 0;
  while ((*text >= 'A' && *text <= 'Z') || (*text >= '0' && *text <= '9') || *text == '_')
    text++;
  return text[0] == ':' && text[1] == ' ';
}

/* Cuts between characters, so that what is left is still UTF-8. */
static size_t cut_utf8(const char *text, size_t len, size_t max)
{
  if (len <= max)
    return len;
  while (max && ((uint8_t)text[max] & 0xc0) == 0x80)
    max--;
  return max;
}

/* Ends the call. The stack, function names alone unless built for debugging, only says bugs. */
static void panic_with(JSContext *ctx, JSValue error)
{
  const char *text, *stack = NULL;
  size_t len = 0, stack_len = 0;
  char *out;
  JSValue message = JS_GetPropertyStr(ctx, error, "message");
  JSValue trace = JS_GetPropertyStr(ctx, error, "stack");

  /* `throw "text"` has neither property: the thrown value itself is the message. */
  text = JS_ToCStringLen(ctx, &len, JS_IsString(message) ? message : error);
  if (text == NULL) {
    text = "an error that has no text";
    len = strlen(text);
  }
  if (JS_IsString(trace) && !is_refusal(text))
    stack = JS_ToCStringLen(ctx, &stack_len, trace);
  len = cut_utf8(text, len, PANIC_BYTES_MAX);
  stack_len = stack ? cut_utf8(stack, stack_len, STACK_BYTES_MAX) : 0;
  while (stack_len && stack[stack_len - 1] == '\n')
    stack_len--;
  out = js_malloc(ctx, len + 1 + stack_len);
  memcpy(out, text, len);
  if (stack_len) {
    out[len++] = '\n';
    memcpy(out + len, stack, stack_len);
    len += stack_len;
  }
  panic_utf8(len, (uint64_t)out);
}

static void js_std_loop(JSContext *ctx)
{
  JSContext *job_context;
  int status;

  while ((status = JS_ExecutePendingJob(JS_GetRuntime(ctx), &job_context)) > 0) { }
  if (status < 0)
    panic_with(ctx, JS_GetException(job_context));
}

/* Memory for the build to write sources and names into. */
__attribute__((export_name("cw_alloc"))) uint8_t *cw_alloc(uint32_t size)
{
  return js_malloc_rt(JS_GetRuntime(the_context), size);
}

/* Before booting: names of the engine's properties that a contract mentions (builtin-patches.ts). */
__attribute__((export_name("cw_keep"))) void cw_keep(const char *names)
{
  cw_kept = names;
}

__attribute__((export_name("cw_boot"))) void cw_boot(void)
{
  JSRuntime *rt = JS_NewRuntime();
  JSValue global, env;

#ifdef CW_NOTES
  cw_noting = TRUE;
#endif
  /* What is left below is for C functions that do not check. */
  JS_SetMaxStackSize(rt, 208 * 1024);
  /* A call is short: what reference counting does not free, the end of the call does. */
  JS_SetGCThreshold(rt, -1);
  the_context = JS_NewCustomContext(rt);
  js_add_near_host_functions(the_context);
  global = JS_GetGlobalObject(the_context);
  env = JS_GetPropertyStr(the_context, global, "env");
  cw_env(the_context, env, "ed25519_verify", cw_ed25519_verify, 3);
  cw_env(the_context, env, "utf8_string_to_uint8array", cw_utf8_string_to_uint8array, 1);
  JS_FreeValue(the_context, env);
  JS_FreeValue(the_context, global);
#ifdef CW_NOTES
  cw_noting = FALSE;
#endif
}

static JSModuleDef *contract;
static uint32_t compiled[2];

/*
 * Compiles `source` (NUL-terminated), a module or a script, and returns where address and length of
 * the bytecode are written. The engine that does it is thrown away: compiling leaves holes all over
 * its memory. `strip` leaves out line tables and sources.
 */
__attribute__((export_name("cw_compile")))
uint32_t *cw_compile(const char *source, uint32_t len, uint32_t is_module, uint32_t strip)
{
  size_t size;
  JSValue code = JS_Eval(the_context, source, len, is_module ? "contract.js" : "prelude.js",
                         (is_module ? JS_EVAL_TYPE_MODULE : JS_EVAL_TYPE_GLOBAL) |
                         JS_EVAL_FLAG_COMPILE_ONLY | (strip ? JS_EVAL_FLAG_STRIP : 0));
  if (JS_IsException(code))
    panic_with(the_context, JS_GetException(the_context));
  compiled[0] = (uint32_t)JS_WriteObject(the_context, &size, code, JS_WRITE_OBJ_BYTECODE);
  compiled[1] = size;
  return compiled;
}

/* Evaluates what `cw_compile` made. The contract is the last module. */
__attribute__((export_name("cw_evaluate")))
void cw_evaluate(const uint8_t *code, uint32_t len)
{
  JSValue result;

  cw_counting = TRUE;
  result = JS_ReadObject(the_context, code, len, JS_READ_OBJ_BYTECODE);
  if (!JS_IsException(result) && JS_VALUE_GET_TAG(result) == JS_TAG_MODULE) {
    contract = JS_VALUE_GET_PTR(result);
    if (JS_ResolveModule(the_context, result) < 0)
      result = JS_EXCEPTION;
  }
  if (!JS_IsException(result))
    result = JS_EvalFunction(the_context, result);
  if (JS_IsException(result))
    panic_with(the_context, JS_GetException(the_context));
  JS_FreeValue(the_context, result);
  js_std_loop(the_context);
}

/* Binds slot `index` to the contract's export `name`; 0 unless that is a function. */
__attribute__((export_name("cw_bind"))) int cw_bind(uint32_t index, const char *name)
{
  JSValue namespace;

  if (index >= MAX_METHODS)
    return 0;
  namespace = js_get_module_ns(the_context, contract);
  methods[index] = JS_GetPropertyStr(the_context, namespace, name);
  JS_FreeValue(the_context, namespace);
  return JS_IsFunction(the_context, methods[index]);
}

/* Leaves nothing in memory but what a call needs; returns where it ends. */
__attribute__((export_name("cw_seal"))) uint32_t cw_seal(void)
{
  const char *names;

  /* What the module's top level did is done, and its methods are bound. */
  cw_seal_module(the_context, contract, methods, MAX_METHODS);
  contract = NULL;
  cw_seal_bigints(the_context);
  cw_seal_functions();
  /* Contract code is fixed when it is deployed: `eval` and `Function` end here. */
  the_context->eval_internal = NULL;
  the_context->compile_regexp = NULL; /* of literals; a constructor has its own way to it */
#ifdef CW_NOTES
  memset(cw_notes, 0, sizeof(cw_notes));
  cw_kept = NULL;
  cw_note_count = 0;
#endif
  /* These names are atoms since the engine booted. The compiler is not to know that they are const. */
  names = js_atom_init;
  __asm__("" : "+r"(names));
  memset((void *)names, 0, sizeof(js_atom_init));
  return cw_seal_allocator();
}

__attribute__((export_name("cw_call"))) void cw_call(uint32_t index)
{
  JSValue result;

  if (JS_VALUE_GET_TAG(methods[index]) == JS_TAG_FUNCTION_BYTECODE)
    cw_make_function(the_context, &methods[index]);
  result = JS_Call(the_context, methods[index], JS_UNDEFINED, 0, NULL);
  if (JS_IsException(result))
    panic_with(the_context, JS_GetException(the_context));
  js_std_loop(the_context);
}

/* Table slots that a sealed memory never calls, one by one; 0 ends the list. */
__attribute__((export_name("cw_slots"))) uint32_t cw_slots(uint32_t index)
{
  switch (index) {
  case 0:
    return (uint32_t)__JS_EvalInternal;
  case 1:
    return (uint32_t)js_dynamic_import_job;
  case 2: /* modules are gone, and with them what asks for their namespaces */
    return (uint32_t)js_module_ns_autoinit;
  case 3:
    return (uint32_t)js_compile_regexp;
  case 4:
    return (uint32_t)free_function_bytecode;
  default:
    return 0;
  }
}

/* Addresses from which everything in memory can be reached: bench/contract-bytes.ts walks it. */
__attribute__((export_name("cw_roots"))) const uint32_t *cw_roots(void)
{
  static uint32_t roots[7];
  roots[0] = (uint32_t)the_context;
  roots[1] = (uint32_t)JS_GetRuntime(the_context);
  roots[2] = (uint32_t)methods;
  cw_allocator_roots(roots + 3);
  roots[5] = (uint32_t)cw_module_vars;
  roots[6] = cw_module_count;
  return roots;
}

/* What builtin-patches.ts notes: how many, and where. */
__attribute__((export_name("cw_builtins"))) const uint32_t *cw_builtins(void)
{
  static uint32_t found[2];
#ifdef CW_NOTES
  found[0] = cw_note_count;
  found[1] = (uint32_t)cw_notes;
#endif
  return found;
}

/* What is called in the place of a function that leave-out.ts left out. */
__attribute__((export_name("cw_left_out"))) JSValue cw_left_out(void)
{
  JSStackFrame *frame = JS_GetRuntime(the_context)->current_stack_frame;
  const char *name = frame ? get_func_name(the_context, frame->cur_func) : NULL;

  return cw_throw_left_out(the_context, name ? name : "a function");
}
