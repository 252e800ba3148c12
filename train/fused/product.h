/* SPDX-License-Identifier: ISC */
/* Matrix products over words. */
#pragma once

#include "vector.h"

/** What sums start with and where they go. */
struct sums {
  const float *bias;     /* of each column, or NULL */
  const float *row_bias; /* of each row, or NULL */
  const float *add;      /* of each row and column, or NULL; may be `to` */
  ptrdiff_t add_row;
  float *to;      /* as they are, or, if it is NULL, */
  half *positive; /* what is positive of them, as operands */
  ptrdiff_t to_row;
};

/** Sums over the columns of `a`: at most ROWS rows and VECTORS registers of columns. Row k of `b`
 * is k * b_step words on. */
void row_tile(int rows, int vectors, const word *a, ptrdiff_t a_row, const word *b,
              ptrdiff_t b_step, int steps, const struct sums *s);

/** Adds to `to` sums over the rows of `a`, whose columns are its rows. */
void column_tile(int rows, int vectors, const word *a, ptrdiff_t a_step, const word *b,
                 ptrdiff_t b_step, int steps, float *to, ptrdiff_t to_row);

/** The same sums, `rows` and `columns` further. */
ALWAYS struct sums further(struct sums s, int rows, int columns) {
  ptrdiff_t moved = rows * s.to_row + columns;
  s.to = s.to ? s.to + moved : NULL;
  s.positive = s.positive ? s.positive + moved : NULL;
  s.add = s.add ? s.add + rows * s.add_row + columns : NULL;
  s.bias = s.bias ? s.bias + columns : NULL;
  s.row_bias = s.row_bias ? s.row_bias + rows : NULL;
  return s;
}

/** Vectors of a tile, of those that are left: as even as can be. */
ALWAYS int share(int left, int most) {
  int tiles = (left + most - 1) / most;
  return (left + tiles - 1) / tiles;
}

/** Words for `columns` values. */
ALWAYS ptrdiff_t words(ptrdiff_t columns) {
  return (columns + PER_WORD - 1) / PER_WORD;
}

/** A register of columns from `w` on as words: of value k of column c, w[k * row + c * column]. */
ALWAYS void pack_vector(word *to, ptrdiff_t to_step, const float *w, ptrdiff_t row,
                        ptrdiff_t column, int count) {
  for (int k = 0; k < count; k += PER_WORD, to += to_step) {
    for (int c = 0; c < LANES; ++c) {
      to[c] = word_of(w + k * row + c * column, row, count - k);
    }
  }
}

/** A matrix [count][columns] for product(), whose value is w[k * row + c * column]. Columns are
 * whole registers. */
static inline void pack(word *to, const float *w, ptrdiff_t row, ptrdiff_t column, int count,
                        int columns) {
  for (int c = 0, left = columns / LANES; left;) {
    int vectors = share(left, VECTORS);
    for (int v = 0; v < vectors; ++v) {
      pack_vector(to + v * LANES, vectors * LANES, w + (c + v * LANES) * column, row, column,
                  count);
    }
    to += words(count) * vectors * LANES;
    c += vectors * LANES;
    left -= vectors;
  }
}

/** Rows of matrices are any number of words apart, or those of a matrix are packed. */
enum { PACKED = 0 };

/** Sums over the columns of `a`, of so many words, times b [steps][columns]. */
static inline void product(const word *a, ptrdiff_t a_row, int rows, const word *b,
                           ptrdiff_t b_step, int steps, int columns, struct sums s) {
  for (int left = columns / LANES; left;) {
    int vectors = share(left, VECTORS), width = vectors * LANES;
    for (int i = 0; i < rows; i += ROWS) {
      struct sums of_tile = further(s, i, 0);
      row_tile(rows - i < ROWS ? rows - i : ROWS, vectors, a + i * a_row, a_row, b,
               b_step == PACKED ? width : b_step, steps, &of_tile);
    }
    b += b_step == PACKED ? (ptrdiff_t)steps * width : width;
    s = further(s, 0, width);
    left -= vectors;
  }
}

/** to[i][c] += sum over k of a[k][i] times b[k][c], both paired rows: a gradient of weights. */
static inline void outer(const word *a, ptrdiff_t a_step, int rows, const word *b, ptrdiff_t b_step,
                         int columns, int steps, float *to, ptrdiff_t to_row) {
  for (int left = columns / LANES; left;) {
    int vectors = share(left, VECTORS);
    for (int i = 0; i < rows; i += ROWS) {
      column_tile(rows - i < ROWS ? rows - i : ROWS, vectors, a + i, a_step, b, b_step, steps,
                  to + i * to_row, to_row);
    }
    b += vectors * LANES;
    to += vectors * LANES;
    left -= vectors;
  }
}
