/* SPDX-License-Identifier: ISC */
/* The encoder: what each band sees of the newest frames, standardised, times its weights.
 *
 * Features are [batch][frames][2][bins]; nothing is before the first of them. */
#include "ends.h"

struct encoder {
  struct run run;
  int taps;                  /* frames that are seen, the newest last */
  const float *mean, *scale; /* [2][bins] */
  const float *w, *b;        /* [bands][taps * 2 * width][n], [bands][n] */
};

struct encoder_gradients {
  float *w, *b;
};

/** What a band sees, row after row. A register may be more than is left of a channel: what is
 * beyond is written next, or is slack. */
static void inputs_of(const struct encoder *e, const float *feature, int band, int first, int rows,
                      half *to) {
  const struct run *r = &e->run;
  const ptrdiff_t bins = r->bins, bin = r->first_bin + band * r->width;
  for (int i = first; i < first + rows; ++i) {
    const int t = i / r->batch, example = i % r->batch;
    for (int seen = t - e->taps + 1; seen <= t; ++seen) {
      const float *frame = feature + ((ptrdiff_t)example * r->frames + seen) * 2 * bins;
      for (int c = 0; c < 2; ++c, to += r->width) {
        for (int j = 0; j < r->width; j += LANES) {
          const ptrdiff_t at = c * bins + bin + j;
          const int count = r->width - j;
          vec v = seen < 0 ? broadcast(0) : load_some(frame + at, count);
          put(to + j, (v - load_some(e->mean + at, count)) * load_some(e->scale + at, count));
        }
      }
    }
  }
}

/** Sets the run's bands of x. 0, or -1 without memory. */
EXPORT int encode_forward(const struct encoder *e, const float *feature, float *x) {
  const struct run *r = &e->run;
  const int n = r->n, inputs = e->taps * 2 * r->width, steps = inputs / PER_WORD;
  word *w;
  half *seen;
  struct arena a = {0};
  do {
    if (allocate(&a)) {
      return -1;
    }
    w = part(&a, (size_t)(steps * n) * sizeof(word));
    seen = part(&a, (size_t)(TOGETHER * inputs + LANES) * sizeof(half));
  } while (!a.memory);
  for (int band = 0; band < r->bands; ++band) {
    pack(w, e->w + (ptrdiff_t)band * inputs * n, n, 1, inputs, n);
    for (int i = 0, rows; i < r->frames * r->batch; i += rows) {
      rows = tile_rows(r, i);
      inputs_of(e, feature, band, i, rows, seen);
      product((word *)seen, steps, rows, w, PACKED, steps, n,
              (struct sums){.bias = e->b + (ptrdiff_t)band * n,
                            .to = x + row_at(r, i, band),
                            .to_row = (ptrdiff_t)r->all_bands * n});
    }
  }
  free(a.memory);
  return 0;
}

/** Adds to the gradients `g`, which are zero at first. 0, or -1 without memory. */
EXPORT int encode_backward(const struct encoder *e, const float *feature, const float *dx,
                           const struct encoder_gradients *g) {
  const struct run *r = &e->run;
  const int n = r->n, inputs = e->taps * 2 * r->width;
  word *seen_pairs, *pairs;
  half *seen, *rounded;
  struct arena a = {0};
  do {
    if (allocate(&a)) {
      return -1;
    }
    seen = part(&a, (size_t)(TOGETHER * inputs + LANES) * sizeof(half));
    seen_pairs = part(&a, (size_t)(TOGETHER * (inputs + LANES)) * sizeof(half));
    rounded = part(&a, (size_t)(TOGETHER * n) * sizeof(half));
    pairs = part(&a, (size_t)(TOGETHER * n) * sizeof(half));
  } while (!a.memory);
  for (int band = 0; band < r->bands; ++band) {
    for (int i = 0, rows; i < r->frames * r->batch; i += rows) {
      rows = tile_rows(r, i);
      inputs_of(e, feature, band, i, rows, seen);
      round_rows(rounded, dx + row_at(r, i, band), (ptrdiff_t)r->all_bands * n, rows, n,
                 g->b + (ptrdiff_t)band * n);
      outer(pair_rows(seen_pairs, seen, rows, inputs), inputs, inputs,
            pair_rows(pairs, rounded, rows, n), n, n, (int)words(rows),
            g->w + (ptrdiff_t)band * inputs * n, n);
    }
  }
  free(a.memory);
  return 0;
}
