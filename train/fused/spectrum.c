/* SPDX-License-Identifier: ISC */
/* Spectra of windowed frames, LANES frames of a signal at a time. */
#include "fft.h"

struct frames {
  int signals, samples, frames, size, hop, bins;
  const float *window; /* [size] */
};

/** LANES frames from `first` on, each of which ends with a hop of its own; what is before the
 * signal is 0. Hops are whole registers. */
static void put_frames(const struct frames *f, struct fft *fft, const float *audio, int first) {
  for (int i = 0; i < f->size; i += LANES) {
    vec rows[LANES];
    for (int j = 0; j < LANES; ++j) {
      const ptrdiff_t at = (ptrdiff_t)(first + j + 1) * f->hop - f->size + i;
      rows[j] = at < 0 || first + j >= f->frames ? broadcast(0) : load(audio + at);
      rows[j] *= load(f->window + i);
    }
    transpose(rows);
    for (int j = 0; j < LANES; j += 2) {
      fft_put(fft, (i + j) / 2, rows[j], rows[j + 1]);
    }
  }
}

static void store_bins(const struct frames *f, const struct fft *fft, float *to, int first) {
  for (int k = 0; k < f->bins; k += LANES) {
    vec re[LANES], im[LANES], both[2];
    for (int i = 0; i < LANES; ++i) {
      fft_bin(fft, k + i < f->bins ? k + i : 0, re + i, im + i);
    }
    transpose(re);
    transpose(im);
    for (int j = 0; j < LANES && first + j < f->frames; ++j) {
      float *row = to + ((ptrdiff_t)(first + j) * f->bins + k) * 2;
      interleave(re[j], im[j], both);
      store_some(row, both[0], 2 * (f->bins - k));
      store_some(row + LANES, both[1], 2 * (f->bins - k) - LANES);
    }
  }
}

/** Signals [signals][samples] to complex spectra [signals][frames][bins]. 0, or -1 without
 * memory. */
EXPORT int spectrum(const struct frames *f, const float *audio, float *to) {
  struct fft fft;
  struct arena a = {0};
  do {
    if (allocate(&a)) {
      return -1;
    }
    fft_parts(&fft, &a, f->size);
  } while (!a.memory);
  fft_prepare(&fft);
  for (int i = 0; i < f->signals; ++i, audio += f->samples) {
    for (int first = 0; first < f->frames; first += LANES) {
      put_frames(f, &fft, audio, first);
      fft_forward(&fft);
      store_bins(f, &fft, to, first);
    }
    to += (ptrdiff_t)f->frames * f->bins * 2;
  }
  free(a.memory);
  return 0;
}
