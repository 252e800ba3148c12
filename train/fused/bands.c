/* SPDX-License-Identifier: ISC */
/* The band block: y = x + out(relu(in(norm(x)))) across bands, by bands -> 2 bands -> bands, alike
 * for each of the n values of a band.
 *
 * x is groups [bands][n] of bands, each a matrix that the weights are multiplied with from the
 * left. Kept for the way back is what the relu lets through, as operands [groups][2 bands][n]. */
#include "rows.h"

struct band_block {
  int groups, bands, n;
  const float *gain, *shift; /* [n] */
  const float *w_in, *b_in, *w_out,
      *b_out; /* [2 bands][bands], [2 bands], [bands][2 bands], [bands] */
};

struct band_gradients {
  float *gain, *shift, *w_in, *b_in, *w_out, *b_out;
};

/** Rows of `count` values w[r * row + c * column] as operands for sums along them. */
static void operand_rows(word *to, const float *w, ptrdiff_t row, ptrdiff_t column, int rows,
                         int count) {
  for (int r = 0; r < rows; ++r) {
    for (int c = 0; c < count; c += PER_WORD) {
      *to++ = word_of(w + r * row + c * column, column, count - c);
    }
  }
}

/** `hidden` is kept for the way back; NULL: there is none. 0, or -1 without memory. */
EXPORT int band_forward(const struct band_block *b, const float *x, float *y, half *hidden) {
  const int n = b->n, bands = b->bands, wide = 2 * bands, steps = (int)words(bands),
            wide_steps = (int)words(wide);
  const size_t values = (size_t)(bands + 1) * (size_t)n;
  word *w_in, *w_out, *pairs, *wide_pairs;
  half *normed, *own;
  struct arena a = {0};
  do {
    if (allocate(&a)) {
      return -1;
    }
    w_in = part(&a, (size_t)(wide * steps) * sizeof(word));
    w_out = part(&a, (size_t)(bands * wide_steps) * sizeof(word));
    normed = part(&a, values * sizeof(half));
    own = part(&a, 2 * values * sizeof(half));
    pairs = part(&a, values * sizeof(half));
    wide_pairs = part(&a, 2 * values * sizeof(half));
  } while (!a.memory);
  operand_rows(w_in, b->w_in, bands, 1, wide, bands);
  operand_rows(w_out, b->w_out, wide, 1, bands, wide);

  for (int i = 0; i < b->groups; ++i) {
    const ptrdiff_t at = (ptrdiff_t)i * bands * n;
    half *h = hidden ? hidden + 2 * at : own;
    norm_rows(normed, x + at, n, bands, n, b->gain, b->shift);
    product(w_in, steps, wide, pair_rows(pairs, normed, bands, n), n, steps, n,
            (struct sums){.row_bias = b->b_in, .positive = h, .to_row = n});
    product(w_out, wide_steps, bands, pair_rows(wide_pairs, h, wide, n), n, wide_steps, n,
            (struct sums){
                .row_bias = b->b_out, .add = x + at, .add_row = n, .to = y + at, .to_row = n});
  }
  free(a.memory);
  return 0;
}

/** Operands of `x`; adds the sums of each row, lane by lane, to totals [rows][LANES]. */
static void round_bands(half *to, const float *x, int rows, int n, float *totals) {
  for (int i = 0; i < rows; ++i, to += n, x += n, totals += LANES) {
    vec total = load(totals);
    for (int c = 0; c < n; c += LANES) {
      vec v = load(x + c);
      put(to + c, v);
      total += v;
    }
    store(totals, total);
  }
}

/** The same of gradients before the relu. */
static void relu_back(half *to, const float *d, const half *hidden, int rows, int n,
                      float *totals) {
  for (int i = 0; i < rows; ++i, to += n, d += n, hidden += n, totals += LANES) {
    vec total = load(totals);
    for (int c = 0; c < n; c += LANES) {
      vec v = where_positive(load(d + c), get(hidden + c));
      put(to + c, v);
      total += v;
    }
    store(totals, total);
  }
}

/** to[c][r] = from[r][c] of words: rows are taken LANES at a time, as many of `columns`, and the
 * last of them may lie beyond. */
static void turn(word *to, ptrdiff_t to_row, const word *from, ptrdiff_t from_row, int rows,
                 int columns) {
  for (int r = 0; r < rows; r += LANES) {
    for (int c = 0; c < columns; c += LANES) {
      vec block[LANES];
      UNROLL for (int i = 0; i < LANES; ++i) {
        block[i] = (vec)load_words(from + (r + i) * from_row + c);
      }
      transpose(block);
      UNROLL for (int i = 0; i < LANES; ++i) {
        store_words(to + (c + i) * to_row + r, (wordvec)block[i]);
      }
    }
  }
}

static int round_up(int count) {
  return (count + LANES - 1) / LANES * LANES;
}

/** Adds to the gradients `g`, which are zero at first; sets dx. 0, or -1 without memory. */
EXPORT int band_backward(const struct band_block *b, const float *x, const half *hidden,
                         const float *dy, float *dx, const struct band_gradients *g) {
  const int n = b->n, bands = b->bands, wide = 2 * bands, steps = (int)words(bands),
            wide_steps = (int)words(wide), along = n / PER_WORD, padded = round_up(wide);
  const size_t values = (size_t)(bands + 1) * (size_t)n,
               wide_values = (size_t)(padded + LANES) * (size_t)n,
               weights = (size_t)(bands * padded);
  word *w_in, *w_out, *pairs, *wide_pairs, *turned;
  half *rounded, *normed, *kept, *before;
  float *d, *d_wide, *totals, *wide_totals, *d_w_in, *d_w_out;
  struct arena a = {0};
  do {
    if (allocate(&a)) {
      return -1;
    }
    w_in = part(&a, (size_t)(bands * wide_steps) * sizeof(word));
    w_out = part(&a, (size_t)(wide * steps) * sizeof(word));
    rounded = part(&a, values * sizeof(half));
    normed = part(&a, values * sizeof(half));
    pairs = part(&a, values * sizeof(half));
    wide_pairs = part(&a, 2 * values * sizeof(half));
    kept = part(&a, wide_values * sizeof(half));
    before = part(&a, wide_values * sizeof(half));
    turned = part(&a, (size_t)(padded * round_up(along)) * sizeof(word));
    d = part(&a, values * sizeof(float));
    d_wide = part(&a, 2 * values * sizeof(float));
    totals = part(&a, (size_t)bands * sizeof(vec));
    wide_totals = part(&a, (size_t)wide * sizeof(vec));
    d_w_in = part(&a, weights * sizeof(float));
    d_w_out = part(&a, weights * sizeof(float));
  } while (!a.memory);
  memset(a.memory, 0, a.used);
  operand_rows(w_in, b->w_in, 1, bands, bands, wide);
  operand_rows(w_out, b->w_out, 1, wide, wide, bands);
  const struct sums to_w_in = {.add = d_w_in, .add_row = padded, .to = d_w_in, .to_row = padded};
  const struct sums to_w_out = {.add = d_w_out, .add_row = padded, .to = d_w_out, .to_row = padded};

  for (int i = 0; i < b->groups; ++i) {
    const ptrdiff_t at = (ptrdiff_t)i * bands * n;

    /* out: d_w_out[band][hidden] is the sum over n of dy times hidden. */
    round_bands(rounded, dy + at, bands, n, totals);
    memcpy(kept, hidden + 2 * at, (size_t)(wide * n) * sizeof(half));
    turn(turned, padded, (word *)kept, along, wide, along);
    product((word *)rounded, along, bands, turned, padded, along, padded, to_w_out);
    product(w_out, steps, wide, pair_rows(pairs, rounded, bands, n), n, steps, n,
            (struct sums){.to = d_wide, .to_row = n});
    relu_back(before, d_wide, kept, wide, n, wide_totals);

    /* in: d_w_in[band][hidden], which is w_in's turned. */
    norm_rows(normed, x + at, n, bands, n, b->gain, b->shift);
    turn(turned, padded, (word *)before, along, wide, along);
    product((word *)normed, along, bands, turned, padded, along, padded, to_w_in);
    product(w_in, wide_steps, bands, pair_rows(wide_pairs, before, wide, n), n, wide_steps, n,
            (struct sums){.to = d, .to_row = n});
    norm_gradient(dx + at, dy + at, d, x + at, n, bands, n, b->gain, g->gain, g->shift);
  }
  for (int band = 0; band < bands; ++band) {
    g->b_out[band] = sum(load(totals + band * LANES));
    for (int h = 0; h < wide; ++h) {
      g->w_out[band * wide + h] = d_w_out[band * padded + h];
      g->w_in[h * bands + band] = d_w_in[band * padded + h];
    }
  }
  for (int h = 0; h < wide; ++h) {
    g->b_in[h] = sum(load(wide_totals + h * LANES));
  }
  free(a.memory);
  return 0;
}
