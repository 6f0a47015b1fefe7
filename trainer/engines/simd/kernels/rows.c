/* Reductions and softmax. Sums are taken in double precision, in an order that the sizes alone decide,
   and rounded once. */
#include "kernels.h"

enum { of_numbers, of_squares };

static inline four low(four x) { return wasm_f64x2_promote_low_f32x4(x); }
static inline four high(four x) { return low(wasm_i64x2_shuffle(x, x, 1, 1)); }
static inline four add2(four a, four b) { return wasm_f64x2_add(a, b); }
static inline four square_if(four x, int kind) { return kind == of_squares ? wasm_f64x2_mul(x, x) : x; }

/* Element i belongs to partial sum i mod 8; these are added by halves. */
static double sum_row(int kind, const float *x, int n) {
  four zero = wasm_f64x2_splat(0), s0 = zero, s1 = zero, s2 = zero, s3 = zero;
  int i = 0;
  for (; i < n; i += 8) {
    four a = n - i >= 4 ? load(x + i) : load_some(x + i, n - i);
    four b = n - i >= 8 ? load(x + i + 4) : n - i > 4 ? load_some(x + i + 4, n - i - 4) : all(0);
    s0 = add2(s0, square_if(low(a), kind));
    s1 = add2(s1, square_if(high(a), kind));
    s2 = add2(s2, square_if(low(b), kind));
    s3 = add2(s3, square_if(high(b), kind));
  }
  four half = add2(add2(s0, s2), add2(s1, s3));
  return wasm_f64x2_extract_lane(half, 0) + wasm_f64x2_extract_lane(half, 1);
}

/* Sixteen columns at a time, a cache line of each row; each column is summed from first to last. */
static void sum_columns(int kind, const float *x, float *y, int count, int stride, int columns, double divisor) {
  double sums[16];
  for (int j = 0; j < 16; j++) sums[j] = 0;
  four part[8];
  for (int j = 0; j < 8; j++) part[j] = wasm_f64x2_splat(0);
  if (columns == 16) {
    for (int i = 0; i < count; i++, x += stride) {
      for (int j = 0; j < 4; j++) {
        four a = load(x + 4 * j);
        part[2 * j] = add2(part[2 * j], square_if(low(a), kind));
        part[2 * j + 1] = add2(part[2 * j + 1], square_if(high(a), kind));
      }
    }
    for (int j = 0; j < 8; j++) wasm_v128_store(sums + 2 * j, part[j]);
  } else {
    for (int i = 0; i < count; i++, x += stride) {
      for (int j = 0; j < columns; j++) {
        double number = x[j];
        sums[j] += kind == of_squares ? number * number : number;
      }
    }
  }
  for (int j = 0; j < columns; j++) y[j] = (float)(sums[j] / divisor);
}

/* x [outer, count, inner] to y [outer, inner]; `mean` divides by the count. */
EXPORT("reduce")
void reduce(int kind, int mean, const float *x, float *y, int outer, int count, int inner) {
  double divisor = mean ? count : 1;
  for (int i = 0; i < outer; i++, x += count * inner, y += inner) {
    if (inner == 1) {
      y[0] = (float)(sum_row(kind, x, count) / divisor);
      continue;
    }
    for (int j = 0; j < inner; j += 16) {
      sum_columns(kind, x + j, y + j, count, inner, inner - j < 16 ? inner - j : 16, divisor);
    }
  }
}

/* What is no number may be passed over here: it makes the row none all the same. */
static float largest(const float *x, int n) {
  float most = x[0];
  int i = 1;
  if (n >= 4) {
    four some = load(x);
    for (i = 4; i + 4 <= n; i += 4) some = wasm_f32x4_pmax(some, load(x + i));
    some = wasm_f32x4_pmax(some, wasm_i64x2_shuffle(some, some, 1, 1));
    some = wasm_f32x4_pmax(some, wasm_i32x4_shuffle(some, some, 1, 1, 1, 1));
    most = wasm_f32x4_extract_lane(some, 0);
  }
  for (; i < n; i++) most = x[i] > most ? x[i] : most;
  return most;
}

EXPORT("softmax")
void softmax(const float *x, float *y, int rows, int n) {
  for (int row = 0; row < rows; row++, x += n, y += n) {
    four most = all(largest(x, n));
    int i = 0;
    for (; i + 4 <= n; i += 4) store(y + i, exponential(minus(load(x + i), most)));
    if (i < n) store_some(y + i, exponential(minus(load_some(x + i, n - i), most)), n - i);
    four share = all((float)(1 / sum_row(of_numbers, y, n)));
    for (i = 0; i + 4 <= n; i += 4) store(y + i, times(load(y + i), share));
    if (i < n) store_some(y + i, times(load_some(y + i, n - i), share), n - i);
  }
}
