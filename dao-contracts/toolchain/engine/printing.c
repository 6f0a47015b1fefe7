/*
 * Formatted texts without the C library, whose printf prints numbers of every kind: what the engine's
 * texts ask of it.
 */
typedef struct {
  char *buf;
  size_t size, len;
} CWText;

static void cw_put(CWText *to, char c)
{
  if (to->len + 1 < to->size)
    to->buf[to->len] = c;
  to->len++;
}

/* Kinds d, u, x, s, c and %, with 0, +, widths and lengths of texts. */
int vsnprintf(char *restrict buf, size_t size, const char *restrict format, va_list ap)
{
  CWText out = { buf, size, 0 };

  for (; *format; format++) {
    char digits[24], zero = ' ', sign = 0, kind;
    const char *text = digits;
    int longs = 0, width = 0, len = -1;
    BOOL plus = FALSE;

    if (*format != '%') {
      cw_put(&out, *format);
      continue;
    }
    for (format++; *format == '0' || *format == '+'; format++) {
      if (*format == '0')
        zero = '0';
      else
        plus = TRUE;
    }
    if (*format == '*') {
      width = va_arg(ap, int);
      format++;
    }
    for (; *format >= '0' && *format <= '9'; format++)
      width = width * 10 + *format - '0';
    if (*format == '.') {
      len = 0;
      if (*++format == '*') {
        len = va_arg(ap, int);
        format++;
      }
      for (; *format >= '0' && *format <= '9'; format++)
        len = len * 10 + *format - '0';
    }
    for (; *format == 'l'; format++)
      longs++;
    kind = *format;
    if (kind == 's') {
      text = va_arg(ap, const char *);
      len = len < 0 ? strlen(text) : strnlen(text, len);
    } else if (kind == 'c') {
      digits[0] = va_arg(ap, int);
      len = 1;
    } else if (kind == 'd' || kind == 'u' || kind == 'x') {
      uint32_t base = kind == 'x' ? 16 : 10;
      int64_t n = longs > 1 ? va_arg(ap, int64_t) :
          kind == 'd' ? va_arg(ap, int) : (int64_t)va_arg(ap, unsigned int);
      uint64_t rest = n;
      char *at = digits + sizeof(digits);
      if (kind == 'd') {
        sign = n < 0 ? '-' : plus ? '+' : 0;
        if (n < 0)
          rest = -rest;
      }
      do {
        *--at = "0123456789abcdef"[rest % base];
        rest /= base;
      } while (rest);
      text = at;
      len = digits + sizeof(digits) - at;
    } else {
      digits[0] = kind;
      len = 1;
    }
    width -= len + !!sign;
    if (sign && zero == '0')
      cw_put(&out, sign);
    for (; width > 0; width--)
      cw_put(&out, zero);
    if (sign && zero == ' ')
      cw_put(&out, sign);
    for (int i = 0; i < len; i++)
      cw_put(&out, text[i]);
  }
  if (size)
    buf[out.len < size ? out.len : size - 1] = 0;
  return out.len;
}

int snprintf(char *restrict buf, size_t size, const char *restrict format, ...)
{
  va_list ap;
  int len;
  va_start(ap, format);
  len = vsnprintf(buf, size, format, ap);
  va_end(ap);
  return len;
}

int sprintf(char *restrict buf, const char *restrict format, ...)
{
  va_list ap;
  int len;
  va_start(ap, format);
  len = vsnprintf(buf, 1 << 30, format, ap);
  va_end(ap);
  return len;
}

/* What is said to nobody: what tells the engine's state, for its authors. */
int printf(const char *restrict format, ...)
{
  return 0;
}

int fprintf(FILE *restrict to, const char *restrict format, ...)
{
  return 0;
}

int putchar(int c)
{
  return c;
}

int puts(const char *text)
{
  return 0;
}

int fputc(int c, FILE *to)
{
  return c;
}

int fputs(const char *restrict text, FILE *restrict to)
{
  return 0;
}

size_t fwrite(const void *restrict from, size_t size, size_t count, FILE *restrict to)
{
  return count;
}
