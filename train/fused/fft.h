/* SPDX-License-Identifier: ISC */
/* Real Fourier transforms of LANES signals at once, a signal in each lane: no shuffles, and the
 * order of bits is reversed by whole registers. */
#pragma once

#include "rows.h"

struct fft {
  int size;             /* of the real signals: a power of two, 8 or more */
  float *cosine, *sine; /* [size / 2] of the angles 2 pi k / size */
  int *reversed;        /* [size / 2] */
  vec *signal[2];       /* [size / 2]: even and odd samples */
  vec *spectrum[2];     /* [size / 2 + LANES]: real and imaginary parts of the bins */
};

/** Parts of an arena. */
void fft_parts(struct fft *fft, struct arena *arena, int size);

/** Once the parts are there. */
void fft_prepare(struct fft *fft);

/** From `spectrum` to `signal`, in order; the imaginary part of the first bin does not count.
 * `spectrum` is lost. */
void fft_inverse(struct fft *fft);

/** Sample pair j of the signals, for fft_forward(). */
ALWAYS void fft_put(struct fft *fft, int j, vec even, vec odd) {
  fft->signal[0][fft->reversed[j]] = even;
  fft->signal[1][fft->reversed[j]] = odd;
}

/** All that fft_put() put; then fft_bin() gives bins, whose last is size / 2 - 1. */
void fft_forward(struct fft *fft);

ALWAYS void fft_bin(const struct fft *fft, int k, vec *re, vec *im) {
  const vec *r = fft->signal[0], *i = fft->signal[1];
  int half_size = fft->size / 2, other = k ? half_size - k : 0;
  vec even_re = r[k] + r[other], even_im = i[k] - i[other];
  vec odd_re = i[k] + i[other], odd_im = r[other] - r[k];
  float c = fft->cosine[k], s = fft->sine[k];
  *re = 0.5f * (even_re + c * odd_re + s * odd_im);
  *im = 0.5f * (even_im + c * odd_im - s * odd_re);
}
