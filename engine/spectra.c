/* SPDX-License-Identifier: ISC */
#include "engine/spectra.h"

#include "dsp/delay.h"
#include "dsp/memory.h"

struct spectra {
  struct stft *stft;
  struct delay *delays[N_CHANNELS]; /* NULL: the input needs no more delay */
  struct stft_input *inputs[N_CHANNELS];
  float *delayed; /* [hop] work space */
  size_t stride;  /* floats from a row to the next */
  unsigned frames;
  float *rows; /* [frames][N_CHANNELS] of stft_bins() pairs */
};

struct spectra *spectra_new(struct stft *stft, struct stft_geometry geometry, unsigned frames) {
  struct spectra *spectra = calloc(1, sizeof *spectra);
  if (!spectra) {
    return NULL;
  }
  spectra->stft = stft;
  spectra->frames = frames;
  spectra->stride = memory_stride((size_t)stft_bins(geometry) * 2);
  spectra->delayed = memory_floats(geometry.hop);
  spectra->rows = memory_floats(frames * N_CHANNELS * spectra->stride);
  bool good = spectra->delayed && spectra->rows;
  for (unsigned c = 0; c < N_CHANNELS; ++c) {
    spectra->inputs[c] = stft_input_new(stft);
    good = good && spectra->inputs[c];
  }
  if (!good) {
    spectra_free(spectra);
    return NULL;
  }
  return spectra;
}

void spectra_free(struct spectra *spectra) {
  if (spectra) {
    for (unsigned c = 0; c < N_CHANNELS; ++c) {
      delay_free(spectra->delays[c]);
      stft_input_free(spectra->inputs[c]);
    }
    free(spectra->delayed);
    free(spectra->rows);
    free(spectra);
  }
}

bool spectra_delay(struct spectra *spectra, unsigned samples) {
  for (unsigned c = 0; c < N_CHANNELS; ++c) {
    spectra->delays[c] = delay_new(samples);
    if (!spectra->delays[c]) {
      return false;
    }
  }
  return true;
}

void spectra_reset(struct spectra *spectra) UNBRAID_REALTIME {
  for (unsigned c = 0; c < N_CHANNELS; ++c) {
    if (spectra->delays[c]) {
      delay_reset(spectra->delays[c]);
    }
    stft_input_reset(spectra->inputs[c]);
  }
}

void spectra_push(struct spectra *spectra, const float *const in[N_CHANNELS],
                  unsigned n) UNBRAID_REALTIME {
  for (unsigned c = 0; c < N_CHANNELS; ++c) {
    const float *samples = in[c];
    if (spectra->delays[c]) {
      delay_process(spectra->delays[c], samples, spectra->delayed, n);
      samples = spectra->delayed;
    }
    stft_input_push(spectra->inputs[c], samples, n);
  }
}

static float *row(const struct spectra *spectra, uint64_t frame,
                  unsigned channel) UNBRAID_REALTIME {
  return spectra->rows + ((frame % spectra->frames) * N_CHANNELS + channel) * spectra->stride;
}

void spectra_analyse(struct spectra *spectra, uint64_t frame) UNBRAID_REALTIME {
  for (unsigned c = 0; c < N_CHANNELS; ++c) {
    stft_input_frame(spectra->stft, spectra->inputs[c], row(spectra, frame, c));
  }
}

void spectra_of(const struct spectra *spectra, uint64_t frame,
                const float *of[N_CHANNELS]) UNBRAID_REALTIME {
  for (unsigned c = 0; c < N_CHANNELS; ++c) {
    of[c] = row(spectra, frame, c);
  }
}
