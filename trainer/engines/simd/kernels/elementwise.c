/* Operations on each element by itself. Two rows of numbers, or a row and one number; rows may lie
   any stride apart, so that one call serves whatever is repeated along an axis. */
#include "kernels.h"

enum { op_add, op_subtract, op_multiply, op_divide, op_max };
enum { op_sqrt, op_negate, op_sigmoid, op_log };

#define FOUR(x) {x, x, x, x}

float numbers[13][4] = {
  FOUR(-87.3f), FOUR(88.3f), FOUR(1.44269504f), FOUR(12582912.0f), FOUR(0.693145751953125f), FOUR(1.42860682e-6f),
  FOUR(1.0f), FOUR(0.5f), FOUR(0.166666667f), FOUR(4.16666667e-2f), FOUR(8.33333333e-3f), FOUR(1.38888889e-3f), FOUR(1.98412698e-4f),
};

#define EACH(n, with_four, with_some)                    \
  {                                                      \
    int i = 0;                                           \
    for (; i + 4 <= (n); i += 4) with_four;              \
    if (i < (n)) { int left = (n) - i; with_some; }      \
  }

#define ROWS(op)                                                                                          \
  for (int row = 0; row < rows; row++, a += a_stride, b += b_stride, y += n) {                            \
    if (mode == 0) {                                                                                      \
      EACH(n, store(y + i, op(load(a + i), load(b + i))),                                                 \
           store_some(y + i, op(load_some(a + i, left), load_some(b + i, left)), left))                   \
    } else if (mode == 1) {                                                                               \
      four one = wasm_v128_load32_splat(b);                                                               \
      EACH(n, store(y + i, op(load(a + i), one)), store_some(y + i, op(load_some(a + i, left), one), left)) \
    } else {                                                                                              \
      four one = wasm_v128_load32_splat(a);                                                               \
      EACH(n, store(y + i, op(one, load(b + i))), store_some(y + i, op(one, load_some(b + i, left)), left)) \
    }                                                                                                     \
  }

/* `mode` 0: both are rows; 1: b is one number; 2: a is one. Strides count numbers from row to row. */
EXPORT("combine")
void combine(int op, int mode, const float *a, int a_stride, const float *b, int b_stride, float *y, int n, int rows) {
  if (op == op_add) ROWS(plus)
  else if (op == op_subtract) ROWS(minus)
  else if (op == op_multiply) ROWS(times)
  else if (op == op_divide) ROWS(wasm_f32x4_div)
  else ROWS(wasm_f32x4_max)
}

static inline four sigmoid(four x) {
  return wasm_f32x4_div(all(1), plus(all(1), exponential(wasm_f32x4_neg(x))));
}

/* In double precision: x = 2^n m with m from 0.70 to 1.42, and the series of 2 artanh((m - 1) / (m + 1)). */
static float logarithm(float x) {
  if (!(x > 0)) return x == 0 ? -__builtin_inff() : __builtin_nanf("");
  if (x == __builtin_inff()) return x;
  union { double number; long long bits; } it = {x};
  int n = (int)(it.bits >> 52) - 1023;
  it.bits = (it.bits & 0xfffffffffffffLL) | 0x3ff0000000000000LL;
  if (it.number > 1.41421356) it.number *= 0.5, n++;
  double s = (it.number - 1) / (it.number + 1), square = s * s;
  double series = 1.0 / 11;
  for (int odd = 9; odd >= 1; odd -= 2) series = series * square + 1.0 / odd;
  return (float)(n * 0.6931471805599453 + 2 * s * series);
}

EXPORT("map")
void map(int op, const float *x, float *y, int n) {
  if (op == op_sqrt) EACH(n, store(y + i, wasm_f32x4_sqrt(load(x + i))), store_some(y + i, wasm_f32x4_sqrt(load_some(x + i, left)), left))
  else if (op == op_negate) EACH(n, store(y + i, wasm_f32x4_neg(load(x + i))), store_some(y + i, wasm_f32x4_neg(load_some(x + i, left)), left))
  else if (op == op_sigmoid) EACH(n, store(y + i, sigmoid(load(x + i))), store_some(y + i, sigmoid(load_some(x + i, left)), left))
  else for (int i = 0; i < n; i++) y[i] = logarithm(x[i]);
}
