/* What the newest output of a split was made of, and how much of it main has: for showing it. */
#pragma once

#include "dsp/stems.h"
#include "dsp/stft.h"

struct picture {
  const float *spectra[N_CHANNELS]; /* stft_bins() pairs of real and imaginary part each */
  const float *masks;               /* [stems][stft_bins()]; NULL while the separator rests */
  struct stft_geometry geometry;
  float amplitude;           /* see stft_amplitude() */
  float share;               /* see mixer_share(); 0 as well where there is no output yet */
  float through[FOUR_STEMS]; /* see mixer_through(); stems are counted inside the split */
};
