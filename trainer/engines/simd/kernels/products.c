/* Products of matrices. An element of the result is the sum over blocks of 256 products, block after
   block, each block summed from 0 one product after another: so neither the sizes of the tiles below nor
   who computes which of them decides a bit.

   Both factors are copied into panels in the order in which a tile of 4 x 8 elements reads them. The
   accumulators of a tile, a row of the second factor and a product fit sixteen vector registers. */
#include "kernels.h"

enum { tile_rows = 4, tile_columns = 8, block_depth = 256, block_rows = 64, block_columns = 128 };

static inline int least(int a, int b) { return a < b ? a : b; }
static inline int panels(int size, int of) { return (size + of - 1) / of; }

static inline void turn(four *r) {
  four a = wasm_i32x4_shuffle(r[0], r[1], 0, 4, 1, 5), b = wasm_i32x4_shuffle(r[0], r[1], 2, 6, 3, 7);
  four c = wasm_i32x4_shuffle(r[2], r[3], 0, 4, 1, 5), d = wasm_i32x4_shuffle(r[2], r[3], 2, 6, 3, 7);
  r[0] = wasm_i64x2_shuffle(a, c, 0, 2);
  r[1] = wasm_i64x2_shuffle(a, c, 1, 3);
  r[2] = wasm_i64x2_shuffle(b, d, 0, 2);
  r[3] = wasm_i64x2_shuffle(b, d, 1, 3);
}

/* Copies `count` of `width` lines, whose elements lie `depth` after each other (`across`) or a stride
   apart, into a panel: for each place along the depth the elements of all lines, absent ones 0. */
static inline void pack_panel(const float *from, int stride, int across, int count, int depth, int width, float *to) {
  int k = 0;
  if (count == width && across) {
    for (; k + 4 <= depth; k += 4) {
      for (int part = 0; part < width; part += 4) {
        four r[4];
        for (int i = 0; i < 4; i++) r[i] = load(from + (part + i) * stride + k);
        turn(r);
        for (int i = 0; i < 4; i++) store(to + (k + i) * width + part, r[i]);
      }
    }
  } else if (count == width) {
    for (; k < depth; k++) {
      for (int part = 0; part < width; part += 4) store(to + k * width + part, load(from + k * stride + part));
    }
  }
  for (; k < depth; k++) {
    for (int i = 0; i < width; i++) {
      to[k * width + i] = i >= count ? 0.0f : across ? from[i * stride + k] : from[k * stride + i];
    }
  }
}

static void multiply_tile(int depth, const float *a, const float *b, float *c, int stride, int first) {
  four zero = all(0);
  four c00 = zero, c01 = zero, c10 = zero, c11 = zero, c20 = zero, c21 = zero, c30 = zero, c31 = zero;
  for (int k = 0; k < depth; k++) {
    four b0 = load(b), b1 = load(b + 4), x;
    x = wasm_v128_load32_splat(a);
    c00 = plus(c00, times(x, b0));
    c01 = plus(c01, times(x, b1));
    x = wasm_v128_load32_splat(a + 1);
    c10 = plus(c10, times(x, b0));
    c11 = plus(c11, times(x, b1));
    x = wasm_v128_load32_splat(a + 2);
    c20 = plus(c20, times(x, b0));
    c21 = plus(c21, times(x, b1));
    x = wasm_v128_load32_splat(a + 3);
    c30 = plus(c30, times(x, b0));
    c31 = plus(c31, times(x, b1));
    a += tile_rows;
    b += tile_columns;
  }
  float *to[4] = {c, c + stride, c + 2 * stride, c + 3 * stride};
  if (!first) {
    c00 = plus(load(to[0]), c00), c01 = plus(load(to[0] + 4), c01);
    c10 = plus(load(to[1]), c10), c11 = plus(load(to[1] + 4), c11);
    c20 = plus(load(to[2]), c20), c21 = plus(load(to[2] + 4), c21);
    c30 = plus(load(to[3]), c30), c31 = plus(load(to[3] + 4), c31);
  }
  store(to[0], c00), store(to[0] + 4, c01);
  store(to[1], c10), store(to[1] + 4, c11);
  store(to[2], c20), store(to[2] + 4, c21);
  store(to[3], c30), store(to[3] + 4, c31);
}

/* A tile that hangs over the edge is computed beside the result. */
static void multiply_edge(int depth, const float *a, const float *b, float *c, int stride, int first, int rows, int columns) {
  float tile[tile_rows * tile_columns];
  for (int i = 0; i < tile_rows; i++) {
    for (int j = 0; j < tile_columns; j++) {
      tile[i * tile_columns + j] = !first && i < rows && j < columns ? c[i * stride + j] : 0.0f;
    }
  }
  multiply_tile(depth, a, b, tile, tile_columns, first);
  for (int i = 0; i < rows; i++) {
    for (int j = 0; j < columns; j++) c[i * stride + j] = tile[i * tile_columns + j];
  }
}

static void multiply_block(int rows, int columns, int depth, const float *a, const float *b, float *c, int stride, int first) {
  for (int j = 0; j < columns; j += tile_columns) {
    for (int i = 0; i < rows; i += tile_rows) {
      const float *left = a + i * depth, *right = b + j * depth;
      float *to = c + i * stride + j;
      if (rows - i >= tile_rows && columns - j >= tile_columns) {
        multiply_tile(depth, left, right, to, stride, first);
      } else {
        multiply_edge(depth, left, right, to, stride, first, least(rows - i, tile_rows), least(columns - j, tile_columns));
      }
    }
  }
}

/* c [m, n] = a [m, k] times b [k, n]; where `turned`, a factor lies as [k, m] or [n, k]. `scratch` has
   room for the panels of a whole block of depth of a, and of a block of columns of b. */
static void product(int m, int n, int k, const float *a, int a_turned, const float *b, int b_turned, float *c, float *scratch) {
  int a_stride = a_turned ? m : k, b_stride = b_turned ? k : n;
  for (int from = 0; from < k; from += block_depth) {
    int depth = least(k - from, block_depth);
    float *left = scratch, *right = scratch + panels(m, tile_rows) * tile_rows * depth;
    for (int i = 0; i < m; i += tile_rows) {
      const float *at = a_turned ? a + from * a_stride + i : a + i * a_stride + from;
      pack_panel(at, a_stride, !a_turned, least(m - i, tile_rows), depth, tile_rows, left + i * depth);
    }
    for (int column = 0; column < n; column += block_columns) {
      int columns = least(n - column, block_columns);
      for (int j = 0; j < columns; j += tile_columns) {
        const float *at = b_turned ? b + (column + j) * b_stride + from : b + from * b_stride + column + j;
        pack_panel(at, b_stride, b_turned, least(columns - j, tile_columns), depth, tile_columns, right + j * depth);
      }
      for (int row = 0; row < m; row += block_rows) {
        multiply_block(least(m - row, block_rows), columns, depth, left + row * depth, right, c + row * n + column, n, from == 0);
      }
    }
  }
}

/* The same for `count` of each, one after another. */
EXPORT("products")
void products(int count, int m, int n, int k, const float *a, int a_turned, const float *b, int b_turned, float *c, float *scratch) {
  for (int i = 0; i < count; i++) {
    product(m, n, k, a + i * m * k, a_turned, b + i * k * n, b_turned, c + i * m * n, scratch);
  }
}
