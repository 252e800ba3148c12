/* SPDX-License-Identifier: ISC */
/* Lengths in samples for each sample rate. They scale by powers of two, so that a frame keeps a
 * convenient size for the FFT and bins keep their width within a factor of sqrt(2). */
#pragma once

#include <math.h>

enum { RATE_MAX_OCTAVES = 4 };

/** Octaves from `reference` to `rate` (Hz), rounded: 48000 is 0, 96000 is 1, 22050 is -1 from
 * 44100. */
static inline int rate_octaves(double rate, double reference) {
  double k = round(log2(rate / reference));
  return (int)fmin(fmax(k, -RATE_MAX_OCTAVES), RATE_MAX_OCTAVES);
}

/** Scales a length of the reference rate by `octaves`. */
static inline unsigned rate_scale(unsigned length, int octaves) {
  return octaves < 0 ? length >> -octaves : length << octaves;
}
