/* SPDX-License-Identifier: ISC */
#include "dsp/stft.h"

#include "dsp/fft.h"
#include "dsp/memory.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct stft {
  struct stft_geometry geometry;
  struct fft *fft;
  float *analysis_window;  /* [analysis] */
  float amplitude;         /* of a sine, over the magnitude of its bin: 2 over the window's sum */
  float *synthesis_window; /* [synthesis], with the scale of the inverse FFT and of COLA */
  float *time;             /* [analysis] work space */
  float *spectrum;         /* [analysis + 2] work space */
};

struct stft_input {
  unsigned length, position; /* position: the oldest sample */
  float *ring;               /* [length] */
};

struct stft_output {
  unsigned length, hop;
  float *sum; /* [hop + length]; the first hop samples are finished */
};

enum { MIN_ANALYSIS = 16, MAX_ANALYSIS = 131072 };

bool stft_geometry_valid(struct stft_geometry g) {
  return g.analysis >= MIN_ANALYSIS && g.analysis <= MAX_ANALYSIS && g.analysis % 2 == 0 &&
         g.synthesis <= g.analysis && g.synthesis >= 4 && g.synthesis % 2 == 0 && g.hop >= 1 &&
         g.hop <= g.synthesis / 2 && g.synthesis % g.hop == 0;
}

/* Square-root Hann halves: a long rise over the past, a short fall over the newest samples. */
static double analysis_window(struct stft_geometry g, unsigned i) {
  const double quarter_turn = acos(0.0);
  unsigned fall = g.synthesis / 2, rise = g.analysis - fall;
  return i < rise ? sin(quarter_turn * (i + 0.5) / rise)
                  : cos(quarter_turn * (i - rise + 0.5) / fall);
}

static void fill_windows(struct stft *stft) {
  const double half_turn = 2.0 * acos(0.0);
  struct stft_geometry g = stft->geometry;
  /* Hann windows every hop sum to synthesis / (2 hop); FFTW's inverse is scaled by its size. */
  double scale = 2.0 * g.hop / g.synthesis / g.analysis, sum = 0.0;
  for (unsigned i = 0; i < g.analysis; ++i) {
    stft->analysis_window[i] = (float)analysis_window(g, i);
    sum += stft->analysis_window[i];
  }
  stft->amplitude = (float)(2.0 / sum);
  for (unsigned j = 0; j < g.synthesis; ++j) {
    double s = sin(half_turn * (j + 0.5) / g.synthesis);
    double hann = s * s;
    stft->synthesis_window[j] =
        (float)(scale * hann / analysis_window(g, g.analysis - g.synthesis + j));
  }
}

struct stft *stft_new(struct stft_geometry geometry) {
  if (!stft_geometry_valid(geometry)) {
    return NULL;
  }
  struct stft *stft = calloc(1, sizeof *stft);
  if (!stft) {
    return NULL;
  }
  stft->geometry = geometry;
  stft->fft = fft_new(geometry.analysis);
  stft->analysis_window = memory_floats(geometry.analysis);
  stft->synthesis_window = memory_floats(geometry.synthesis);
  stft->time = memory_floats(geometry.analysis);
  stft->spectrum = memory_floats((size_t)geometry.analysis + 2);
  if (!stft->fft || !stft->analysis_window || !stft->synthesis_window || !stft->time ||
      !stft->spectrum) {
    stft_free(stft);
    return NULL;
  }
  fill_windows(stft);
  return stft;
}

void stft_free(struct stft *stft) {
  if (!stft) {
    return;
  }
  fft_free(stft->fft);
  free(stft->analysis_window);
  free(stft->synthesis_window);
  free(stft->time);
  free(stft->spectrum);
  free(stft);
}

float stft_amplitude(const struct stft *stft) UNBRAID_REALTIME {
  return stft->amplitude;
}

struct stft_input *stft_input_new(const struct stft *stft) {
  struct stft_input *input = calloc(1, sizeof *input);
  if (!input) {
    return NULL;
  }
  input->length = stft->geometry.analysis;
  input->ring = memory_floats(input->length);
  if (!input->ring) {
    stft_input_free(input);
    return NULL;
  }
  return input;
}

void stft_input_free(struct stft_input *input) {
  if (input) {
    free(input->ring);
    free(input);
  }
}

void stft_input_reset(struct stft_input *input) UNBRAID_REALTIME {
  memset(input->ring, 0, input->length * sizeof *input->ring);
  input->position = 0;
}

void stft_input_push(struct stft_input *input, const float *samples, unsigned n) UNBRAID_REALTIME {
  unsigned until_wrap = input->length - input->position;
  unsigned first = n < until_wrap ? n : until_wrap;
  memcpy(input->ring + input->position, samples, first * sizeof *samples);
  memcpy(input->ring, samples + first, (n - first) * sizeof *samples);
  input->position = (input->position + n) % input->length;
}

static void weigh(const float *restrict window, const float *restrict samples, unsigned n,
                  float *restrict weighed) UNBRAID_REALTIME {
  for (unsigned i = 0; i < n; ++i) {
    weighed[i] = window[i] * samples[i];
  }
}

void stft_input_frame(struct stft *stft, const struct stft_input *input,
                      float *spectrum) UNBRAID_REALTIME {
  unsigned older = input->length - input->position;
  weigh(stft->analysis_window, input->ring + input->position, older, stft->time);
  weigh(stft->analysis_window + older, input->ring, input->position, stft->time + older);
  fft_forward(stft->fft, stft->time, spectrum);
}

struct stft_output *stft_output_new(const struct stft *stft) {
  struct stft_output *output = calloc(1, sizeof *output);
  if (!output) {
    return NULL;
  }
  output->length = stft->geometry.synthesis;
  output->hop = stft->geometry.hop;
  output->sum = memory_floats((size_t)output->hop + output->length);
  if (!output->sum) {
    stft_output_free(output);
    return NULL;
  }
  return output;
}

void stft_output_free(struct stft_output *output) {
  if (output) {
    free(output->sum);
    free(output);
  }
}

void stft_output_reset(struct stft_output *output) UNBRAID_REALTIME {
  memset(output->sum, 0, ((size_t)output->hop + output->length) * sizeof *output->sum);
}

void stft_output_advance(struct stft_output *output) UNBRAID_REALTIME {
  memmove(output->sum, output->sum + output->hop, output->length * sizeof *output->sum);
  memset(output->sum + output->length, 0, output->hop * sizeof *output->sum);
}

static void scale(const float *restrict spectrum, const float *restrict mask, unsigned bins,
                  float *restrict scaled) UNBRAID_REALTIME {
  for (size_t b = 0; b < bins; ++b) {
    scaled[2 * b] = mask[b] * spectrum[2 * b];
    scaled[2 * b + 1] = mask[b] * spectrum[2 * b + 1];
  }
}

static void overlap_add(const float *restrict window, const float *restrict samples, unsigned n,
                        float *restrict sum) UNBRAID_REALTIME {
  for (unsigned i = 0; i < n; ++i) {
    sum[i] += window[i] * samples[i];
  }
}

void stft_output_add(struct stft *stft, struct stft_output *output, const float *spectrum,
                     const float *mask) UNBRAID_REALTIME {
  unsigned bins = stft_bins(stft->geometry);
  if (mask) {
    scale(spectrum, mask, bins, stft->spectrum);
  } else {
    memcpy(stft->spectrum, spectrum, (size_t)2 * bins * sizeof *spectrum);
  }
  fft_inverse(stft->fft, stft->spectrum, stft->time);
  overlap_add(stft->synthesis_window, stft->time + stft->geometry.analysis - output->length,
              output->length, output->sum + output->hop);
}

const float *stft_output_samples(const struct stft_output *output) UNBRAID_REALTIME {
  return output->sum;
}
