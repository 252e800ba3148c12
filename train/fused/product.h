/* Matrix products over words: a tile of sums is held in registers while one operand is broadcast
 * word by word and the other read as vectors. */
#pragma once

#include "vector.h"

/** What product() starts with and where its sums go. */
struct sums {
  const float *bias; /* of each column, or NULL */
  const float *add;  /* of each row and column, or NULL; may be `to` */
  ptrdiff_t add_row;
  float *to;
  ptrdiff_t to_row;
};

/** acc[i][v] += sum over k of a[i * a_row + k * a_step] times b[k * b_step + v * LANES]. */
ALWAYS void tile(int rows, int vectors, const word *a, ptrdiff_t a_row, ptrdiff_t a_step,
                 const word *b, ptrdiff_t b_step, int steps, vec (*acc)[VECTORS]) {
  vec sums[ROWS][VECTORS];
  UNROLL for (int i = 0; i < rows; ++i) {
    UNROLL for (int v = 0; v < vectors; ++v) {
      sums[i][v] = acc[i][v];
    }
  }
  for (int k = 0; k < steps; ++k) {
    wordvec right[VECTORS];
    UNROLL for (int v = 0; v < vectors; ++v) {
      right[v] = load_words(b + v * LANES);
    }
    UNROLL for (int i = 0; i < rows; ++i) {
      word left = a[i * a_row];
      UNROLL for (int v = 0; v < vectors; ++v) {
        sums[i][v] = multiply_add(sums[i][v], right[v], left);
      }
    }
    a += a_step;
    b += b_step;
  }
  UNROLL for (int i = 0; i < rows; ++i) {
    UNROLL for (int v = 0; v < vectors; ++v) {
      acc[i][v] = sums[i][v];
    }
  }
}

ALWAYS void summed_tile(int rows, int vectors, const word *a, ptrdiff_t a_row, ptrdiff_t a_step,
                        const word *b, ptrdiff_t b_step, int steps, struct sums s) {
  vec acc[ROWS][VECTORS];
  UNROLL for (int i = 0; i < rows; ++i) {
    UNROLL for (int v = 0; v < vectors; ++v) {
      acc[i][v] = s.bias ? load(s.bias + v * LANES) : broadcast(0);
      if (s.add) {
        acc[i][v] += load(s.add + i * s.add_row + v * LANES);
      }
    }
  }
  tile(rows, vectors, a, a_row, a_step, b, b_step, steps, acc);
  UNROLL for (int i = 0; i < rows; ++i) {
    UNROLL for (int v = 0; v < vectors; ++v) {
      store(s.to + i * s.to_row + v * LANES, acc[i][v]);
    }
  }
}

/* A tile for each number of rows and vectors that may remain. */
#define TILE(R, V)                                                                                 \
  case (R) * 8 + (V):                                                                              \
    summed_tile(R, V, a, a_row, a_step, b, b_step, steps, s);                                      \
    break;
#define TILES(R) TILE(R, 1) TILE(R, 2) TILE(R, 3) IF_FOUR(TILE(R, 4))
#if defined(__AVX512F__)
#define IF_FOUR(x) x
#define ALL_TILES TILES(1) TILES(2) TILES(3) TILES(4) TILES(5) TILES(6)
#else
#define IF_FOUR(x)
#define ALL_TILES TILES(1) TILES(2) TILES(3) TILES(4)
#endif

/** Along the columns of `a`. */
static void row_tile(int rows, int vectors, const word *a, ptrdiff_t a_row, const word *b,
                     ptrdiff_t b_step, int steps, struct sums s) {
  const ptrdiff_t a_step = 1;
  switch (rows * 8 + vectors) { ALL_TILES }
}

/** Along the rows of `a`. */
static void column_tile(int rows, int vectors, const word *a, ptrdiff_t a_step, const word *b,
                        ptrdiff_t b_step, int steps, struct sums s) {
  const ptrdiff_t a_row = 1;
  switch (rows * 8 + vectors) { ALL_TILES }
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
#ifdef BFLOAT16
      word low = round_one(w[k * row + c * column]),
           high = k + 1 < count ? round_one(w[(k + 1) * row + c * column]) : 0;
      to[c] = low | high << 16;
#else
      to[c] = w[k * row + c * column];
#endif
    }
  }
}

/** A matrix [count][columns] for product(), whose value is w[k * row + c * column]. */
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

/** s.to[i] = s.bias + s.add[i] + a[i] times a packed matrix, of `steps` words to each row of a. */
static inline void product(const word *a, ptrdiff_t a_row, int rows, const word *packed, int steps,
                           int columns, struct sums s) {
  for (int left = columns / LANES; left;) {
    int vectors = share(left, VECTORS), width = vectors * LANES;
    struct sums of_tile = s;
    for (int i = 0; i < rows; i += ROWS) {
      row_tile(rows - i < ROWS ? rows - i : ROWS, vectors, a + i * a_row, a_row, packed, width,
               steps, of_tile);
      of_tile.to += ROWS * s.to_row;
      of_tile.add = s.add ? of_tile.add + ROWS * s.add_row : NULL;
    }
    packed += (ptrdiff_t)steps * width;
    s.to += width;
    s.bias = s.bias ? s.bias + width : NULL;
    s.add = s.add ? s.add + width : NULL;
    left -= vectors;
  }
}

/** to[i][c] += sum over k of a[k][i] times b[k][c], both paired rows: a gradient of weights. */
static inline void outer(const word *a, ptrdiff_t a_step, int rows, const word *b, ptrdiff_t b_step,
                         int columns, int steps, float *to, ptrdiff_t to_row) {
  for (int left = columns / LANES; left;) {
    int vectors = share(left, VECTORS);
    for (int i = 0; i < rows; i += ROWS) {
      float *c = to + i * to_row;
      column_tile(rows - i < ROWS ? rows - i : ROWS, vectors, a + i, a_step, b, b_step, steps,
                  (struct sums){.add = c, .add_row = to_row, .to = c, .to_row = to_row});
    }
    b += vectors * LANES;
    to += vectors * LANES;
    left -= vectors;
  }
}
