/*
 * What near-sdk-js's builder.c expects beyond upstream QuickJS, and what a snapshot needs.
 *
 * The whole engine is one translation unit: shim-head.h, quickjs.c, this file, builder.c, boot.c
 * (see compile-engine.ts), so that what QuickJS keeps static is in reach without changing it.
 */

/* ---- numbers that cross the boundary --------------------------------------------------------- */

/*
 * An unsigned 64-bit integer from a BigInt or a number, exactly or not at all. Upstream's
 * conversions wrap modulo 2^64 and truncate fractions; gas, nonces and register numbers must not.
 */
static int JS_ToUint64Ext(JSContext *ctx, uint64_t *pres, JSValueConst val)
{
  double d;

  if (JS_IsBigInt(ctx, val)) {
    bf_t *a = JS_GetBigInt(val);
    if (a->sign && a->expn != BF_EXP_ZERO)
      return -1;
    return bf_get_uint64(pres, a) == 0 ? 0 : -1;
  }
  if (!JS_IsNumber(val) || JS_ToFloat64(ctx, &d, val) < 0)
    return -1;
  if (!(d >= 0 && d <= 9007199254740991.0) || d != floor(d))
    return -1;
  *pres = (uint64_t)d;
  return 0;
}

/* ---- strings --------------------------------------------------------------------------------- */

/* One byte per UTF-16 unit, the low eight bits: what the SDK calls a raw (Latin-1) string. */
static const char *JS_ToCStringLenRaw(JSContext *ctx, size_t *plen, JSValueConst val)
{
  JSValue str = JS_ToString(ctx, val);
  JSString *p;
  char *out;

  if (JS_IsException(str)) {
    *plen = 0;
    return NULL;
  }
  p = JS_VALUE_GET_STRING(str);
  out = js_malloc(ctx, p->len + 1);
  if (p->is_wide_char) {
    for (uint32_t i = 0; i < p->len; i++)
      out[i] = (char)p->u.str16[i];
  } else {
    memcpy(out, p->u.str8, p->len);
  }
  out[p->len] = 0;
  *plen = p->len;
  JS_FreeValue(ctx, str);
  return out;
}

static JSValue JS_NewStringLenRaw(JSContext *ctx, const char *buf, size_t len)
{
  return js_new_string8(ctx, (const uint8_t *)buf, len);
}

/* Takes the buffer over. */
static JSValue cw_bytes(JSContext *ctx, JSValue buffer)
{
  JSValue array, args[3] = { buffer, JS_UNDEFINED, JS_UNDEFINED };

  if (JS_IsException(buffer))
    return buffer;
  array = js_typed_array_constructor(ctx, JS_UNDEFINED, 3, args, JS_CLASS_UINT8_ARRAY);
  JS_FreeValue(ctx, buffer);
  return array;
}

#ifndef CW_NOTES
/* QuickJS as its authors wrote it (plain-engine.ts): nothing is left out, and nothing sealed. */
static BOOL cw_counting;
static const char *cw_kept;
static JSValue *cw_module_vars;
static uint32_t cw_module_count;
#define cw_keeps(name) TRUE
#define cw_note(name, base, function)
#define cw_seal_functions()
#define cw_seal_module(ctx, module, methods, count)
#define cw_make_function(ctx, place)
#define cw_seal_bigints(ctx)
#define cw_throw_left_out(ctx, name) JS_ThrowTypeError(ctx, "%s", name)
#endif

/* A host function, unless the contract never mentions it. */
static void cw_env(JSContext *ctx, JSValueConst env, const char *name, JSCFunction *function,
                   int length)
{
  if (cw_keeps(name)) {
    JS_SetPropertyStr(ctx, env, name, JS_NewCFunction(ctx, function, name, length));
  } else {
    cw_note(name, NULL, function);
  }
}

/* ---- the clock ------------------------------------------------------------------------------- */

extern uint64_t block_timestamp(void);

/* The only clock is the block's, so that every node computes the same. */
int gettimeofday(struct timeval *restrict tv, void *restrict tz)
{
  uint64_t ns = block_timestamp();
  tv->tv_sec = ns / 1000000000;
  tv->tv_usec = ns / 1000 % 1000000;
  return 0;
}

/* ---- names builder.c uses -------------------------------------------------------------------- */

/* Module loading and the event loop are boot.c's; these keep builder.c's macros well-formed. */
static JSValue js_load_module_binary(JSContext *ctx, const uint8_t *code, size_t size);
static void js_std_loop(JSContext *ctx);
