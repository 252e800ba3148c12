/* SPDX-License-Identifier: ISC */
/* The end of the network: h = tanh(head(norm(x))), logits of each band's bins by weights of its
 * own, and masks that are their softmax over the outputs.
 *
 * Masks are [batch][outputs][frames][bins]. On the way back h is computed again. */
#include "ends.h"

struct decoder {
  struct run run;
  int outputs;
  const float *power;           /* of the logits in the softmax */
  const float *gain, *shift;    /* [n] */
  const float *w_head, *b_head; /* [n][n], [n] */
  const float *w, *b;           /* [bands][n][outputs * width], [bands][outputs * width] */
};

struct decoder_gradients {
  float *gain, *shift, *w_head, *b_head, *w, *b;
};

/** Where a row's masks of an output begin for a band. */
ALWAYS ptrdiff_t mask_at(const struct decoder *d, int row, int band, int output) {
  const struct run *r = &d->run;
  const int t = row / r->batch, example = row % r->batch;
  return (((ptrdiff_t)example * d->outputs + output) * r->frames + t) * r->bins + r->first_bin +
         band * r->width;
}

/** h of `rows` rows of x, as it is and as operands; also the operands that it is made of. */
static void head_of(const struct decoder *d, const float *x, const word *w_head, int rows,
                    half *normed, float *h, half *rounded) {
  const int n = d->run.n, steps = n / PER_WORD;
  norm_rows(normed, x, (ptrdiff_t)d->run.all_bands * n, rows, n, d->gain, d->shift);
  product((word *)normed, steps, rows, w_head, PACKED, steps, n,
          (struct sums){.bias = d->b_head, .to = h, .to_row = n});
  for (int i = 0; i < rows * n; i += LANES) {
    vec v = tangent(load(h + i));
    store(h + i, v);
    put(rounded + i, v);
  }
}

static void softmax(const struct decoder *d, const float *logits, int band, int first, int rows,
                    float *masks) {
  const int width = d->run.width;
  const float power = *d->power;
  for (int i = first; i < first + rows; ++i, logits += d->outputs * width) {
    for (int j = 0; j < width; j += LANES) {
      vec highest = load(logits + j), total = {0};
      for (int o = 1; o < d->outputs; ++o) {
        highest = larger(highest, load(logits + o * width + j));
      }
      for (int o = 0; o < d->outputs; ++o) {
        vec v = power * (load(logits + o * width + j) - highest);
        total += exponential(clamp(v, -80, 80));
      }
      vec share = 1 / total;
      for (int o = 0; o < d->outputs; ++o) {
        vec v = power * (load(logits + o * width + j) - highest);
        store_some(masks + mask_at(d, i, band, o) + j, exponential(clamp(v, -80, 80)) * share,
                   width - j);
      }
    }
  }
}

/** Sets the masks of the run's bins. 0, or -1 without memory. */
EXPORT int decode_forward(const struct decoder *d, const float *x, float *masks) {
  const struct run *r = &d->run;
  const int n = r->n, columns = d->outputs * r->width, steps = n / PER_WORD;
  word *w_head, *w;
  half *normed, *rounded;
  float *h, *logits;
  struct arena a = {0};
  do {
    if (allocate(&a)) {
      return -1;
    }
    w_head = part(&a, (size_t)(n * steps) * sizeof(word));
    w = part(&a, (size_t)(columns * steps) * sizeof(word));
    normed = part(&a, (size_t)(TOGETHER * n) * sizeof(half));
    rounded = part(&a, (size_t)(TOGETHER * n) * sizeof(half));
    h = part(&a, (size_t)(TOGETHER * n) * sizeof(float));
    logits = part(&a, (size_t)(TOGETHER * columns + LANES) * sizeof(float));
  } while (!a.memory);
  pack(w_head, d->w_head, 1, n, n, n);
  for (int band = 0; band < r->bands; ++band) {
    pack(w, d->w + (ptrdiff_t)band * n * columns, columns, 1, n, columns);
    for (int i = 0, rows; i < r->frames * r->batch; i += rows) {
      rows = tile_rows(r, i);
      head_of(d, x + row_at(r, i, band), w_head, rows, normed, h, rounded);
      product(
          (word *)rounded, steps, rows, w, PACKED, steps, columns,
          (struct sums){.bias = d->b + (ptrdiff_t)band * columns, .to = logits, .to_row = columns});
      softmax(d, logits, band, i, rows, masks);
    }
  }
  free(a.memory);
  return 0;
}

/** Gradients of the logits. */
static void softmax_back(const struct decoder *d, const float *masks, const float *d_masks,
                         int band, int first, int rows, float *to) {
  const int width = d->run.width;
  const float power = *d->power;
  for (int i = first; i < first + rows; ++i, to += d->outputs * width) {
    for (int j = 0; j < width; j += LANES) {
      vec mean = {0};
      for (int o = 0; o < d->outputs; ++o) {
        const ptrdiff_t at = mask_at(d, i, band, o) + j;
        mean += load_some(masks + at, width - j) * load_some(d_masks + at, width - j);
      }
      for (int o = 0; o < d->outputs; ++o) {
        const ptrdiff_t at = mask_at(d, i, band, o) + j;
        vec slope = load_some(d_masks + at, width - j) - mean;
        store_some(to + o * width + j, power * load_some(masks + at, width - j) * slope, width - j);
      }
    }
  }
}

/** Adds to the gradients `g`, which are zero at first; sets the run's bands of dx. 0, or -1 without
 * memory. */
EXPORT int decode_backward(const struct decoder *d, const float *x, const float *masks,
                           const float *d_masks, float *dx, const struct decoder_gradients *g) {
  const struct run *r = &d->run;
  const int n = r->n, columns = d->outputs * r->width, steps = n / PER_WORD;
  const ptrdiff_t x_row = (ptrdiff_t)r->all_bands * n;
  const size_t values = TOGETHER * (size_t)n, wide_values = TOGETHER * (size_t)columns;
  word *w_head, *w_head_back, *w, *h_pairs, *pairs, *wide_pairs;
  half *normed, *rounded, *wide_rounded;
  float *h, *d_h, *d_logits;
  struct arena a = {0};
  do {
    if (allocate(&a)) {
      return -1;
    }
    w_head = part(&a, (size_t)(n * steps) * sizeof(word));
    w_head_back = part(&a, (size_t)(n * steps) * sizeof(word));
    w = part(&a, (size_t)(columns * steps) * sizeof(word));
    normed = part(&a, values * sizeof(half));
    rounded = part(&a, values * sizeof(half));
    h_pairs = part(&a, values * sizeof(half));
    pairs = part(&a, values * sizeof(half));
    wide_rounded = part(&a, wide_values * sizeof(half));
    wide_pairs = part(&a, wide_values * sizeof(half));
    h = part(&a, values * sizeof(float));
    d_h = part(&a, values * sizeof(float));
    d_logits = part(&a, wide_values * sizeof(float));
  } while (!a.memory);
  pack(w_head, d->w_head, 1, n, n, n);
  pack(w_head_back, d->w_head, n, 1, n, n);
  for (int band = 0; band < r->bands; ++band) {
    pack(w, d->w + (ptrdiff_t)band * n * columns, 1, columns, columns, n);
    for (int i = 0, rows; i < r->frames * r->batch; i += rows) {
      rows = tile_rows(r, i);
      const int summed = (int)words(rows);
      head_of(d, x + row_at(r, i, band), w_head, rows, normed, h, rounded);

      softmax_back(d, masks, d_masks, band, i, rows, d_logits);
      round_rows(wide_rounded, d_logits, columns, rows, columns, g->b + (ptrdiff_t)band * columns);
      outer(pair_rows(h_pairs, rounded, rows, n), n, n,
            pair_rows(wide_pairs, wide_rounded, rows, columns), columns, columns, summed,
            g->w + (ptrdiff_t)band * n * columns, columns);
      product((word *)wide_rounded, columns / PER_WORD, rows, w, PACKED, columns / PER_WORD, n,
              (struct sums){.to = d_h, .to_row = n});

      for (int c = 0; c < rows * n; c += LANES) {
        vec v = load(h + c);
        store(d_h + c, load(d_h + c) * (1 - v * v));
      }
      round_rows(rounded, d_h, n, rows, n, g->b_head);
      outer(pair_rows(h_pairs, rounded, rows, n), n, n, pair_rows(pairs, normed, rows, n), n, n,
            summed, g->w_head, n);
      product((word *)rounded, steps, rows, w_head_back, PACKED, steps, n,
              (struct sums){.to = d_h, .to_row = n});
      norm_gradient(dx + row_at(r, i, band), NULL, d_h, x + row_at(r, i, band), x_row, rows, n,
                    d->gain, g->gain, g->shift);
    }
  }
  free(a.memory);
  return 0;
}
