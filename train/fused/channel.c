/* SPDX-License-Identifier: ISC */
/* The channel block: y = x + out(relu(in(norm(x)))), of each row of n values, by n -> 2n -> n.
 *
 * Rows go through all of it a few at a time. Kept for the way back is what the relu lets through,
 * as operands [rows][2n]. */
#include "rows.h"

enum { TOGETHER = 144 };

struct channel_block {
  int rows, n;
  const float *gain, *shift;                /* [n] */
  const float *w_in, *b_in, *w_out, *b_out; /* [2n][n], [2n], [n][2n], [n] */
};

struct channel_gradients {
  float *gain, *shift, *w_in, *b_in, *w_out, *b_out;
};

/** `hidden` is kept for the way back; NULL: there is none. 0, or -1 without memory. */
EXPORT int channel_forward(const struct channel_block *b, const float *x, float *y, half *hidden) {
  const int n = b->n, wide = 2 * n, steps = n / PER_WORD;
  const size_t square = (size_t)n * (size_t)n;
  word *w_in, *w_out;
  half *normed, *own;
  struct arena a = {0};
  do {
    if (allocate(&a)) {
      return -1;
    }
    w_in = part(&a, 2 * square * sizeof(half));
    w_out = part(&a, 2 * square * sizeof(half));
    normed = part(&a, TOGETHER * (size_t)n * sizeof(half));
    own = part(&a, TOGETHER * (size_t)wide * sizeof(half));
  } while (!a.memory);
  pack(w_in, b->w_in, 1, n, n, wide);
  pack(w_out, b->w_out, 1, wide, wide, n);

  for (int i = 0; i < b->rows; i += TOGETHER) {
    const int rows = b->rows - i < TOGETHER ? b->rows - i : TOGETHER;
    const ptrdiff_t at = (ptrdiff_t)i * n;
    half *h = hidden ? hidden + 2 * at : own;
    norm_rows(normed, x + at, n, rows, n, b->gain, b->shift);
    product((word *)normed, steps, rows, w_in, PACKED, steps, wide,
            (struct sums){.bias = b->b_in, .positive = h, .to_row = wide});
    product(
        (word *)h, 2 * steps, rows, w_out, PACKED, 2 * steps, n,
        (struct sums){.bias = b->b_out, .add = x + at, .add_row = n, .to = y + at, .to_row = n});
  }
  free(a.memory);
  return 0;
}

/** Gradients before the relu as operands; adds those of its bias to `bias`. */
static void relu_back(half *to, const float *d, const half *hidden, int rows, int columns,
                      float *bias) {
  for (int c = 0; c < columns; c += LANES) {
    vec total = load(bias + c);
    for (int i = 0; i < rows; ++i) {
      ptrdiff_t at = (ptrdiff_t)i * columns + c;
      vec v = where_positive(load(d + at), get(hidden + at));
      put(to + at, v);
      total += v;
    }
    store(bias + c, total);
  }
}

/** Adds to the gradients `g`, which are zero at first; sets dx. 0, or -1 without memory. */
EXPORT int channel_backward(const struct channel_block *b, const float *x, const half *hidden,
                            const float *dy, float *dx, const struct channel_gradients *g) {
  const int n = b->n, wide = 2 * n, steps = n / PER_WORD;
  const size_t square = (size_t)n * (size_t)n, values = TOGETHER * (size_t)n;
  word *w_in, *w_out, *pairs, *wide_pairs;
  half *rounded, *wide_rounded;
  float *d, *d_wide;
  struct arena a = {0};
  do {
    if (allocate(&a)) {
      return -1;
    }
    w_in = part(&a, 2 * square * sizeof(half));
    w_out = part(&a, 2 * square * sizeof(half));
    rounded = part(&a, values * sizeof(half));
    pairs = part(&a, values * sizeof(half));
    wide_rounded = part(&a, 2 * values * sizeof(half));
    wide_pairs = part(&a, 2 * values * sizeof(half));
    d = part(&a, values * sizeof(float));
    d_wide = part(&a, 2 * values * sizeof(float));
  } while (!a.memory);
  pack(w_in, b->w_in, n, 1, wide, n);
  pack(w_out, b->w_out, wide, 1, n, wide);

  for (int i = 0; i < b->rows; i += TOGETHER) {
    const int rows = b->rows - i < TOGETHER ? b->rows - i : TOGETHER, summed = (int)words(rows);
    const ptrdiff_t at = (ptrdiff_t)i * n;
    const half *h = hidden + 2 * at;

    round_rows(rounded, dy + at, n, rows, n, g->b_out);
    outer(pair_rows(pairs, rounded, rows, n), n, n, pair_rows(wide_pairs, h, rows, wide), wide,
          wide, summed, g->w_out, wide);
    product((word *)rounded, steps, rows, w_out, PACKED, steps, wide,
            (struct sums){.to = d_wide, .to_row = wide});
    relu_back(wide_rounded, d_wide, h, rows, wide, g->b_in);

    norm_rows(rounded, x + at, n, rows, n, b->gain, b->shift);
    outer(pair_rows(wide_pairs, wide_rounded, rows, wide), wide, wide,
          pair_rows(pairs, rounded, rows, n), n, n, summed, g->w_in, n);
    product((word *)wide_rounded, 2 * steps, rows, w_in, PACKED, 2 * steps, n,
            (struct sums){.to = d, .to_row = n});
    norm_gradient(dx + at, dy + at, d, x + at, n, rows, n, b->gain, g->gain, g->shift);
  }
  free(a.memory);
  return 0;
}
