/* SPDX-License-Identifier: ISC */
/* A tile of sums is held in registers while one operand is broadcast word by word and the other
 * read as vectors. */
#include "product.h"

/** acc[i][v] += sum over k of a[i * a_row + k * a_step] times b[k * b_step + v * LANES]. */
ALWAYS void multiply(int rows, int vectors, const word *a, ptrdiff_t a_row, ptrdiff_t a_step,
                     const word *b, ptrdiff_t b_step, int steps, vec (*acc)[VECTORS]) {
  for (int k = 0; k < steps; ++k) {
    wordvec right[VECTORS];
    UNROLL for (int v = 0; v < vectors; ++v) {
      right[v] = load_words(b + v * LANES);
    }
    UNROLL for (int i = 0; i < rows; ++i) {
      word left = a[i * a_row];
      UNROLL for (int v = 0; v < vectors; ++v) {
        acc[i][v] = multiply_add(acc[i][v], right[v], left);
      }
    }
    a += a_step;
    b += b_step;
  }
}

ALWAYS void row_sums(int rows, int vectors, const word *a, ptrdiff_t a_row, const word *b,
                     ptrdiff_t b_step, int steps, const struct sums *s) {
  vec acc[ROWS][VECTORS];
  UNROLL for (int i = 0; i < rows; ++i) {
    UNROLL for (int v = 0; v < vectors; ++v) {
      acc[i][v] = s->bias ? load(s->bias + v * LANES) : broadcast(s->row_bias ? s->row_bias[i] : 0);
      if (s->add) {
        acc[i][v] += load(s->add + i * s->add_row + v * LANES);
      }
    }
  }
  multiply(rows, vectors, a, a_row, 1, b, b_step, steps, acc);
  UNROLL for (int i = 0; i < rows; ++i) {
    UNROLL for (int v = 0; v < vectors; ++v) {
      if (s->to) {
        store(s->to + i * s->to_row + v * LANES, acc[i][v]);
      } else {
        put(s->positive + i * s->to_row + v * LANES, relu(acc[i][v]));
      }
    }
  }
}

ALWAYS void column_sums(int rows, int vectors, const word *a, ptrdiff_t a_step, const word *b,
                        ptrdiff_t b_step, int steps, float *to, ptrdiff_t to_row) {
  vec acc[ROWS][VECTORS];
  UNROLL for (int i = 0; i < rows; ++i) {
    UNROLL for (int v = 0; v < vectors; ++v) {
      acc[i][v] = load(to + i * to_row + v * LANES);
    }
  }
  multiply(rows, vectors, a, 1, a_step, b, b_step, steps, acc);
  UNROLL for (int i = 0; i < rows; ++i) {
    UNROLL for (int v = 0; v < vectors; ++v) {
      store(to + i * to_row + v * LANES, acc[i][v]);
    }
  }
}

/* A loop of its own for each number of rows and vectors that may remain. */
#define TILE(KIND, R, V, ...)                                                                      \
  case (R) * 8 + (V):                                                                              \
    KIND(R, V, __VA_ARGS__);                                                                       \
    break;
#define THREE(KIND, R, ...)                                                                        \
  TILE(KIND, R, 1, __VA_ARGS__) TILE(KIND, R, 2, __VA_ARGS__) TILE(KIND, R, 3, __VA_ARGS__)
#if defined(__AVX512F__)
#define WIDTHS(KIND, R, ...) THREE(KIND, R, __VA_ARGS__) TILE(KIND, R, 4, __VA_ARGS__)
#define TALL(KIND, ...) WIDTHS(KIND, 5, __VA_ARGS__) WIDTHS(KIND, 6, __VA_ARGS__)
#else
#define WIDTHS THREE
#define TALL(KIND, ...)
#endif
#define TILES(KIND, ...)                                                                           \
  WIDTHS(KIND, 1, __VA_ARGS__)                                                                     \
  WIDTHS(KIND, 2, __VA_ARGS__)                                                                     \
  WIDTHS(KIND, 3, __VA_ARGS__) WIDTHS(KIND, 4, __VA_ARGS__) TALL(KIND, __VA_ARGS__)

void row_tile(int rows, int vectors, const word *a, ptrdiff_t a_row, const word *b,
              ptrdiff_t b_step, int steps, const struct sums *s) {
  switch (rows * 8 + vectors) { TILES(row_sums, a, a_row, b, b_step, steps, s) }
}

void column_tile(int rows, int vectors, const word *a, ptrdiff_t a_step, const word *b,
                 ptrdiff_t b_step, int steps, float *to, ptrdiff_t to_row) {
  switch (rows * 8 + vectors) { TILES(column_sums, a, a_step, b, b_step, steps, to, to_row) }
}
