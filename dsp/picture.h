/* SPDX-License-Identifier: ISC */
/* The spectra and masks behind the newest output of a split, and its share of main, for display. */
#pragma once

#include "dsp/stems.h"
#include "dsp/stft.h"

struct picture {
  const float *spectra[N_CHANNELS]; /* stft_bins() pairs of real and imaginary part each */
  const float *masks;               /* [stems][stft_bins()]; NULL while the separator rests */
  unsigned stems;
  const enum stem *ports; /* [stems] */
  struct stft_geometry geometry;
  float amplitude;        /* see stft_amplitude() */
  float share;            /* see mixer_share(); also 0 before the first output */
  float through[N_STEMS]; /* [stems] see mixer_through() */
};
