/**
 * Patches that make a call burn less gas: an instruction is charged the same whatever it does, so
 * loops over single bytes, formatted printing of whole numbers and calls that do next to nothing
 * are what a contract pays most for. Results stay what they were; the tests of the snapshot compare
 * them with Node's.
 */
import type { Patch } from './patch.js';

const file = 'quickjs.c';

/** Eight bytes at once. A word may reach behind a text's end: what lies there is not looked at. */
const words = `
typedef uint64_t __attribute__((aligned(1), may_alias)) cw_word;
#define CW_ONES 0x0101010101010101u
#define CW_HIGH 0x8080808080808080u

/* How many bytes at the start are neither controls nor quotes nor backslashes. */
static size_t cw_plain(const uint8_t *p, size_t len, uint64_t refused)
{
    size_t i;
    for (i = 0; i + 8 <= len; i += 8) {
        uint64_t w = *(const cw_word *)(p + i);
        uint64_t quote = w ^ (CW_ONES * '"'), slash = w ^ (CW_ONES * '\\\\');
        if ((((w - CW_ONES * 0x20) & ~w) | ((quote - CW_ONES) & ~quote) |
             ((slash - CW_ONES) & ~slash) | (w & refused)) & CW_HIGH)
            break;
    }
    for (; i < len; i++)
        if (p[i] < 0x20 || p[i] == '"' || p[i] == '\\\\' || (p[i] & refused & 0x80))
            break;
    return i;
}

/* How many bytes at the start are ASCII, rounded down to words. */
static size_t cw_ascii_words(const uint8_t *p, size_t len)
{
    size_t i;
    for (i = 0; i + 8 <= len; i += 8)
        if (*(const cw_word *)(p + i) & CW_HIGH)
            break;
    return i;
}

/* The decimal digits of a whole number, NUL-terminated. */
static void cw_print_u32(char *out, uint32_t n)
{
    char digits[12];
    int i = 0;
    do {
        digits[i++] = '0' + n % 10;
        n /= 10;
    } while (n);
    while (i)
        *out++ = digits[--i];
    *out = 0;
}

static void cw_print_i32(char *out, int32_t n)
{
    if (n < 0)
        *out++ = '-';
    cw_print_u32(out, n < 0 ? -(uint32_t)n : (uint32_t)n);
}

`;

export const gasPatches: readonly Patch[] = [
  {
    file,
    find: 'static inline int is_digit(int c) {',
    replace: `${words}static inline int is_digit(int c) {`,
    why: 'used below',
  },
  {
    file,
    find: '    p = JS_VALUE_GET_STRING(val);\n\n    if (string_buffer_init(ctx, b, p->len + 2))\n',
    replace: `    p = JS_VALUE_GET_STRING(val);

    if (!p->is_wide_char && cw_plain(p->u.str8, p->len, 0) == p->len) {
        JSString *quoted = js_alloc_string(ctx, p->len + 2, 0);
        if (!quoted) {
            JS_FreeValue(ctx, val);
            return JS_EXCEPTION;
        }
        quoted->u.str8[0] = quoted->u.str8[p->len + 1] = '"';
        memcpy(quoted->u.str8 + 1, p->u.str8, p->len);
        quoted->u.str8[p->len + 2] = 0;
        JS_FreeValue(ctx, val);
        return JS_MKPTR(JS_TAG_STRING, quoted);
    }
    if (string_buffer_init(ctx, b, p->len + 2))
`,
    why: 'JSON.stringify of a text without anything to escape is a copy',
  },
  {
    file,
    find: '    /* string */\n    if (string_buffer_init(s->ctx, b, 32))\n',
    replace: `    if (!s->cur_func && sep == '"') {
        size_t plain = cw_plain(p, s->buf_end - p, CW_HIGH);
        if (p + plain < s->buf_end && p[plain] == '"') {
            token->u.str.str = js_new_string8(s->ctx, p, plain);
            if (JS_IsException(token->u.str.str))
                return -1;
            token->val = TOK_STRING;
            token->u.str.sep = '"';
            *pp = p + plain + 1;
            return 0;
        }
    }
    /* string */
    if (string_buffer_init(s->ctx, b, 32))
`,
    why: 'JSON.parse of a text without escapes, in ASCII, is a copy',
  },
  {
    file,
    find: '        for (pos = 0; pos < len; pos++) {\n            count += src[pos] >> 7;\n',
    replace:
      '        for (pos = cw_ascii_words(src, len); pos < len; pos++) {\n' +
      '            count += src[pos] >> 7;\n',
    why: 'eight bytes at once',
  },
  {
    file,
    find: '    p = p_start;\n    while (p < p_end && *p < 128)\n',
    replace:
      '    p = p_start + cw_ascii_words(p_start, buf_len);\n    while (p < p_end && *p < 128)\n',
    why: 'eight bytes at once',
  },
  {
    file,
    find: 'snprintf(buf, sizeof(buf), "%d", JS_VALUE_GET_INT(val));',
    replace: 'cw_print_i32(buf, JS_VALUE_GET_INT(val));',
    why: 'formatted printing takes a thousand instructions',
  },
  {
    file,
    find: 'snprintf(buf, sizeof(buf), "%u", n);',
    times: 2,
    replace: 'cw_print_u32(buf, n);',
    why: 'see above',
  },
  ...[
    ['buf, buf_size', 'buf'],
    ['buf, sizeof(buf)', 'buf'],
  ].map(([target, out]) => ({
    file,
    find: `snprintf(${target}, "%u", __JS_AtomToUInt32(atom));`,
    replace: `cw_print_u32(${out}, __JS_AtomToUInt32(atom));`,
    why: 'see above',
  })),
  {
    file,
    find: '                prop = JS_ToStringFree(ctx, JS_NewInt64(ctx, i));\n',
    replace:
      '                prop = JS_IsObject(v) || JS_IsBigInt(ctx, v) ||\n' +
      '                    !JS_IsUndefined(jsc->replacer_func) ?\n' +
      '                    JS_ToStringFree(ctx, JS_NewInt64(ctx, i)) : JS_UNDEFINED;\n',
    why: 'only toJSON and a replacer see an index',
  },
  ...['sep', 'sep1'].map((name) => ({
    file,
    find: `string_buffer_concat_value(jsc->b, ${name});`,
    times: name === 'sep' ? 2 : 1,
    replace: `if (!JS_IsEmptyString(jsc->gap)) string_buffer_concat_value(jsc->b, ${name});`,
    why: 'nothing stands between the tokens',
  })),
  {
    file,
    find: '    if (unlikely(--ctx->interrupt_counter <= 0)) {\n        return __js_poll_interrupts(ctx);\n    } else {\n        return 0;\n    }\n',
    replace: '    return 0;\n',
    why: 'gas interrupts a call; nobody polls',
  },
  {
    file,
    find: 'static JSValue JS_CallInternal(JSContext *caller_ctx, JSValueConst func_obj,\n                               JSValueConst this_obj, JSValueConst new_target,\n                               int argc, JSValue *argv, int flags)\n{',
    replace: (found) => `static inline __attribute__((always_inline))
void cw_free_value(JSContext *ctx, JSValue v)
{
    if (JS_VALUE_HAS_REF_COUNT(v) && --((JSRefCountHeader *)JS_VALUE_GET_PTR(v))->ref_count <= 0)
        __JS_FreeValue(ctx, v);
}
#define JS_FreeValue cw_free_value

${found}`,
    why: 'most values that the interpreter frees are not counted: a call costs more than the test',
  },
  {
    file,
    find: 'JSValue JS_Call(JSContext *ctx, JSValueConst func_obj, JSValueConst this_obj,\n                int argc, JSValueConst *argv)\n{',
    replace: (found) => `#undef JS_FreeValue\n\n${found}`,
    why: 'see above; elsewhere the bytes cost more',
  },
  {
    file: 'builder.c',
    find:
      'JS_CallConstructor(ctx, JS_GetPropertyStr(ctx, JS_GetGlobalObject(ctx), "Uint8Array"), 1, ' +
      '(JSValueConst *)&arraybuffer)',
    times: 3,
    replace: 'cw_bytes(ctx, arraybuffer)',
    why: 'looking a global up by its name takes longer than what is done with it',
  },
];
