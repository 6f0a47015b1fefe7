/* Moving and choosing elements of four bytes, whatever they mean. Ids are checked: they may come from
   a computation, and a table must not be read or written beside itself. */
#include "kernels.h"

/* Rows of `n` elements; a stride of 0 repeats a row. */
EXPORT("copy_rows")
void copy_rows(const int *x, int x_stride, int *y, int y_stride, int n, int rows) {
  for (int row = 0; row < rows; row++, x += x_stride, y += y_stride) {
    int i = 0;
    for (; i + 4 <= n; i += 4) wasm_v128_store(y + i, wasm_v128_load(x + i));
    for (; i < n; i++) y[i] = x[i];
  }
}

/* `n` times the one element of each row. */
EXPORT("fill_rows")
void fill_rows(const int *x, int x_stride, int *y, int y_stride, int n, int rows) {
  for (int row = 0; row < rows; row++, x += x_stride, y += y_stride) {
    four one = wasm_v128_load32_splat(x);
    int i = 0;
    for (; i + 4 <= n; i += 4) wasm_v128_store(y + i, one);
    for (; i < n; i++) y[i] = x[0];
  }
}

/* y[i * y_stride + j] = x[i * x_stride + j * column_stride], in squares of 16. */
EXPORT("gather_strided")
void gather_strided(const int *x, int x_stride, int column_stride, int *y, int y_stride, int columns, int rows) {
  for (int i0 = 0; i0 < rows; i0 += 16) {
    int i1 = i0 + 16 < rows ? i0 + 16 : rows;
    for (int j0 = 0; j0 < columns; j0 += 16) {
      int j1 = j0 + 16 < columns ? j0 + 16 : columns;
      for (int i = i0; i < i1; i++) {
        for (int j = j0; j < j1; j++) y[i * y_stride + j] = x[i * x_stride + j * column_stride];
      }
    }
  }
}

/* Keeps element (i, j) of each [rows, columns] where j - i is at least `offset`. */
EXPORT("upper_triangle")
void upper_triangle(const int *x, int *y, int count, int rows, int columns, int offset) {
  for (int at = 0; at < count; at++) {
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j < columns; j++) *y++ = j - i >= offset ? *x : 0, x++;
    }
  }
}

static int outside(int id, int size) { return id < 0 || id >= size; }

/* The functions below return 1 when an id is outside, having stopped there. */
EXPORT("gather_rows")
int gather_rows(const int *table, const int *ids, int *y, int size, int count, int n) {
  for (int i = 0; i < count; i++, y += n) {
    if (outside(ids[i], size)) return 1;
    __builtin_memcpy(y, table + ids[i] * n, 4 * (unsigned long)n);
  }
  return 0;
}

/* y [rows, picked]: of each row of x [rows, n] the elements that ids [rows, picked] name. */
EXPORT("gather_elements")
int gather_elements(const int *x, const int *ids, int *y, int rows, int n, int picked) {
  for (int row = 0; row < rows; row++, x += n) {
    for (int i = 0; i < picked; i++) {
      int id = *ids++;
      if (outside(id, n)) return 1;
      *y++ = x[id];
    }
  }
  return 0;
}

/* Adds updates [rows, picked] to the elements of y [rows, n] that ids name, in order. */
EXPORT("scatter_along_rows")
int scatter_along_rows(float *y, const int *ids, const float *updates, int rows, int n, int picked) {
  for (int row = 0; row < rows; row++, y += n) {
    for (int i = 0; i < picked; i++) {
      int id = *ids++;
      if (outside(id, n)) return 1;
      y[id] += *updates++;
    }
  }
  return 0;
}

/* Adds updates [rows, picked] to y [size, n]: update (i, j) to row ids[i][j] of column j, in order. */
EXPORT("scatter_down_columns")
int scatter_down_columns(float *y, const int *ids, const float *updates, int size, int n, int rows, int picked) {
  for (int row = 0; row < rows; row++) {
    for (int j = 0; j < picked; j++) {
      int id = *ids++;
      if (outside(id, size)) return 1;
      y[id * n + j] += *updates++;
    }
  }
  return 0;
}
