/*
 * Doubles and their decimal texts, exactly. The C library's printf and strtod, with the long doubles
 * that they compute in, would be a thirtieth of a contract, and round ties in toFixed to even.
 * A double is m × 2^e: its digits are those of the whole number m × 2^e, or m × 5^-e.
 */
#define CW_DIGITS_MAX 800 /* the longest has 767; a text's digits behind that many break ties only */

/* 0.digits × 10^point, without zeros at either end; n 0: zero. */
typedef struct {
  int n, point;
  char digits[CW_DIGITS_MAX + 10];
} CWDecimal;

static void cw_decimal(CWDecimal *to, uint64_t m, int e)
{
  const uint32_t unit = 1000000000;
  uint32_t words[96], count = 0;
  int left = e < 0 ? -e : e;
  int chunk = e < 0 ? 13 : 29; /* powers below 2^31 */

  for (; m; m /= unit)
    words[count++] = m % unit;
  while (left) {
    int n = left < chunk ? left : chunk;
    uint32_t factor = 1;
    uint64_t carry = 0;
    left -= n;
    while (n--)
      factor *= e < 0 ? 5 : 2;
    for (uint32_t i = 0; i < count; i++) {
      carry += (uint64_t)words[i] * factor;
      words[i] = carry % unit;
      carry /= unit;
    }
    for (; carry; carry /= unit)
      words[count++] = carry % unit;
  }
  to->n = 0;
  to->point = e < 0 ? e : 0;
  while (count--) {
    uint32_t word = words[count];
    for (uint32_t place = unit / 10; place; place /= 10) {
      int digit = word / place % 10;
      if (digit || to->n) {
        to->digits[to->n++] = '0' + digit;
        to->point++;
      }
    }
  }
  while (to->n && to->digits[to->n - 1] == '0')
    to->n--;
}

static void cw_decimal_of(CWDecimal *to, uint64_t bits)
{
  int e = bits >> 52;
  uint64_t m = bits & 0xfffffffffffffu;
  cw_decimal(to, e ? m | 1ull << 52 : m, (e ? e : 1) - 1075);
}

/* Half way between a double and the next, by their bits; behind the last comes 2^1024. */
static void cw_half_way(CWDecimal *to, uint64_t bits)
{
  int e = bits >> 52;
  uint64_t m = bits & 0xfffffffffffffu;
  cw_decimal(to, 2 * (e ? m | 1ull << 52 : m) + 1, (e ? e : 1) - 1076);
}

static int cw_compare(const CWDecimal *a, const CWDecimal *b)
{
  if (!a->n || !b->n)
    return !!a->n - !!b->n;
  if (a->point != b->point)
    return a->point < b->point ? -1 : 1;
  for (int i = 0; i < a->n && i < b->n; i++)
    if (a->digits[i] != b->digits[i])
      return a->digits[i] < b->digits[i] ? -1 : 1;
  return (a->n > b->n) - (a->n < b->n);
}

/* The first n digits; what is cut off rounds, a tie to the even one or away from zero. */
static void cw_round(CWDecimal *to, const CWDecimal *from, int n, BOOL away)
{
  BOOL up = FALSE;

  to->point = from->point;
  if (n >= from->n) {
    n = from->n;
  } else if (n < 0) {
    n = 0;
  } else if (from->digits[n] == '5' && from->n == n + 1) {
    up = away || (n > 0 && (from->digits[n - 1] & 1));
  } else {
    up = from->digits[n] >= '5';
  }
  memcpy(to->digits, from->digits, n);
  if (up) {
    while (n && to->digits[n - 1] == '9')
      n--;
    if (n) {
      to->digits[n - 1]++;
    } else {
      to->digits[n++] = '1';
      to->point++;
    }
  }
  while (n && to->digits[n - 1] == '0')
    n--;
  to->n = n;
}

/* The fewest digits that no other double is nearer to. */
static void cw_shortest(CWDecimal *to, uint64_t bits)
{
  CWDecimal exact, low, high;

  cw_decimal_of(&exact, bits);
  if (bits) {
    cw_half_way(&low, bits - 1);
  } else {
    low.n = 0;
  }
  cw_half_way(&high, bits);
  for (int n = 1; ; n++) {
    int even = !(bits & 1);
    cw_round(to, &exact, n, FALSE);
    if (cw_compare(&low, to) < even && cw_compare(to, &high) < even)
      return;
  }
}

/* Number of digits in 'buf', which is at least n_digits if 'is_fixed'; the value is 0.digits × 10^decpt. */
static int js_ecvt(double d, int n_digits, int *decpt, int *sign, char *buf, BOOL is_fixed)
{
  CWDecimal exact, rounded;
  uint64_t bits;
  int n;

  memcpy(&bits, &d, sizeof(bits));
  *sign = bits >> 63;
  bits &= ~0ull >> 1;
  if (is_fixed) {
    cw_decimal_of(&exact, bits);
    cw_round(&rounded, &exact, n_digits, TRUE);
  } else {
    cw_shortest(&rounded, bits);
    n_digits = rounded.n ? rounded.n : 1;
  }
  for (n = 0; n < n_digits; n++)
    buf[n] = n < rounded.n ? rounded.digits[n] : '0';
  buf[n] = 0;
  *decpt = rounded.n ? rounded.point : 1;
  return n;
}

/* [-]dd.dd with n_digits behind the point. */
static void js_fcvt(char *buf, int buf_size, double d, int n_digits)
{
  CWDecimal exact, rounded;
  uint64_t bits;
  int point;

  memcpy(&bits, &d, sizeof(bits));
  if (bits >> 63)
    *buf++ = '-';
  cw_decimal_of(&exact, bits & ~0ull >> 1);
  cw_round(&rounded, &exact, exact.point + n_digits, TRUE);
  point = rounded.n ? rounded.point : 0;
  if (point <= 0)
    *buf++ = '0';
  for (int i = 0; i < point; i++)
    *buf++ = i < rounded.n ? rounded.digits[i] : '0';
  if (n_digits > 0)
    *buf++ = '.';
  for (int i = point; i < point + n_digits; i++)
    *buf++ = i >= 0 && i < rounded.n ? rounded.digits[i] : '0';
  *buf = 0;
}

static double cw_power_of_ten(int n)
{
  double power = 1;
  while (n--)
    power *= 10;
  return power;
}

/* The double that a decimal text is nearest to. */
static double cw_strtod(const char *p)
{
  const uint64_t infinite = 0x7ffull << 52;
  CWDecimal in = { 0 }, half;
  BOOL negative = *p == '-', behind = FALSE, more = FALSE;
  int exponent = 0, e, order;
  uint64_t first = 0, bits;
  double d;

  if (*p == '-' || *p == '+')
    p++;
  for (;; p++) {
    if (*p == '.' && !behind) {
      behind = TRUE;
      continue;
    }
    if (*p < '0' || *p > '9')
      break;
    if (*p == '0' && !in.n) {
      in.point -= behind;
      continue;
    }
    if (in.n < CW_DIGITS_MAX)
      in.digits[in.n++] = *p;
    else
      more |= *p != '0';
    in.point += !behind;
  }
  if (more)
    in.digits[in.n++] = '1';
  while (in.n && in.digits[in.n - 1] == '0')
    in.n--;
  if ((*p | 32) == 'e') {
    BOOL down = *++p == '-';
    if (*p == '-' || *p == '+')
      p++;
    for (; *p >= '0' && *p <= '9'; p++)
      if (exponent < 100000000)
        exponent = exponent * 10 + *p - '0';
    in.point += down ? -exponent : exponent;
  }
  if (!in.n || in.point < -330)
    return negative ? -0.0 : 0.0;
  for (e = 0; e < in.n && e < 19; e++)
    first = first * 10 + in.digits[e] - '0';
  e = in.point - e;
  d = in.point > 310 ? 1e300 * 1e300 : first;
  if (in.point > 310)
    e = 0;
  for (int step; e; e += e < 0 ? step : -step) {
    step = abs(e) < 22 ? abs(e) : 22;
    d = e < 0 ? d / cw_power_of_ten(step) : d * cw_power_of_ten(step);
  }
  if (in.n > 15 || in.point - in.n > 22 || in.point - in.n < -22) {
    /* That is near; with few digits and one exact power it is right already. */
    memcpy(&bits, &d, sizeof(bits));
    while (bits < infinite) {
      cw_half_way(&half, bits);
      order = cw_compare(&in, &half);
      if (order < 0 || (order == 0 && !(bits & 1)))
        break;
      bits++;
    }
    while (bits) {
      cw_half_way(&half, bits - 1);
      order = cw_compare(&in, &half);
      if (order > 0 || (order == 0 && !(bits & 1)))
        break;
      bits--;
    }
    memcpy(&d, &bits, sizeof(d));
  }
  return negative ? -d : d;
}
