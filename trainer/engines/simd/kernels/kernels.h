/* What the kernels of the engine "simd-wasm" share. Every result is defined by its order of additions
   and multiplications alone (docs/protocol/exact-arithmetic.md): compiled without contraction to fused
   operations and without relaxed vectors, each of these files gives the same bits on every machine. */
#include <wasm_simd128.h>

#define EXPORT(name) __attribute__((export_name(name)))

typedef v128_t four;

static inline four load(const float *at) { return wasm_v128_load(at); }
static inline void store(float *at, four x) { wasm_v128_store(at, x); }
static inline four all(float x) { return wasm_f32x4_splat(x); }
static inline four plus(four a, four b) { return wasm_f32x4_add(a, b); }
static inline four minus(four a, four b) { return wasm_f32x4_sub(a, b); }
static inline four times(four a, four b) { return wasm_f32x4_mul(a, b); }

/* The last one, two or three numbers of a row, as four; what is missing is 0. */
static inline four load_some(const float *at, int count) {
  float some[4] = {0, 0, 0, 0};
  for (int i = 0; i < count; i++) some[i] = at[i];
  return load(some);
}

static inline void store_some(float *at, four x, int count) {
  float some[4];
  store(some, x);
  for (int i = 0; i < count; i++) at[i] = some[i];
}

/* Numbers of `exponential`, four times each, in memory: engines build a vector constant anew wherever
   it is used, which takes longer than loading one. */
enum { lowest, highest, per_ln2, shift, ln2_high, ln2_low, one, half, third, fourth, fifth, sixth, seventh };
extern float numbers[13][4];

/* e^x: x = n ln 2 + r, Taylor's polynomial of degree 7 in r, times 2^n. Below -87.3 it is 0, above 88.3
   what it is there. Adding 1.5 * 2^23 rounds to an integer, which is then in the low bits. ln 2 is taken
   off in two parts, the first of which is a product without rounding. */
static inline four exponential(four x) {
  /* Written so that what is no number stays none. */
  four kept = wasm_f32x4_pmax(wasm_f32x4_pmin(x, load(numbers[highest])), load(numbers[lowest]));
  four shifted = plus(times(kept, load(numbers[per_ln2])), load(numbers[shift]));
  four n = minus(shifted, load(numbers[shift]));
  four r = minus(kept, times(n, load(numbers[ln2_high])));
  r = minus(r, times(n, load(numbers[ln2_low])));
  four y = plus(times(load(numbers[seventh]), r), load(numbers[sixth]));
  y = plus(times(y, r), load(numbers[fifth]));
  y = plus(times(y, r), load(numbers[fourth]));
  y = plus(times(y, r), load(numbers[third]));
  y = plus(times(y, r), load(numbers[half]));
  y = plus(times(y, r), load(numbers[one]));
  y = plus(times(y, r), load(numbers[one]));
  four power = wasm_i32x4_add(wasm_i32x4_shl(shifted, 23), load(numbers[one]));
  return wasm_v128_andnot(times(y, power), wasm_f32x4_lt(x, load(numbers[lowest])));
}
