/* SPDX-License-Identifier: ISC */
#include "cli/plot_spectrogram.h"

#include <fftw3.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define PI 3.14159265358979323846

struct spectrogram {
  int columns, rows, size;
  uint64_t frames, hop;
  double *edges;    /* rows + 1: in bins */
  float *power;     /* [column][row]: sums */
  unsigned *counts; /* per column */
  float *window;
  fftwf_complex *ring, *in, *out; /* the left channel is real, the right one imaginary */
  fftwf_plan plan;
  int filled;      /* samples in ring */
  uint64_t centre; /* of the spectrum that ring will give, in samples */
};

double spectrogram_lowest(void) {
  return 30.0;
}

double spectrogram_highest(double rate) {
  return fmin(20000.0, rate / 2.0);
}

static bool allocate(struct spectrogram *s) {
  const size_t size = (size_t)s->size;
  s->edges = calloc((size_t)s->rows + 1, sizeof *s->edges);
  s->power = calloc((size_t)s->columns * (size_t)s->rows, sizeof *s->power);
  s->counts = calloc((size_t)s->columns, sizeof *s->counts);
  s->ring = calloc(size, sizeof *s->ring);
  s->window = calloc(size, sizeof *s->window);
  s->in = fftwf_alloc_complex(size);
  s->out = fftwf_alloc_complex(size);
  if (!s->edges || !s->power || !s->counts || !s->ring || !s->window || !s->in || !s->out) {
    return false;
  }
  s->plan = fftwf_plan_dft_1d(s->size, s->in, s->out, FFTW_FORWARD, FFTW_ESTIMATE);
  return s->plan != NULL;
}

struct spectrogram *spectrogram_new(double rate, uint64_t frames, int columns, int rows) {
  struct spectrogram *s = calloc(1, sizeof *s);
  if (!s) {
    return NULL;
  }
  s->columns = columns;
  s->rows = rows;
  s->frames = frames > 0 ? frames : 1;
  /* About 90 ms: fine enough for bass notes, short enough for drums. */
  s->size = 512;
  while (s->size < 0.07 * rate) {
    s->size *= 2;
  }
  if (!allocate(s)) {
    spectrogram_free(s);
    return NULL;
  }
  const uint64_t longest = (uint64_t)s->size / 2, step = s->frames / (uint64_t)columns;
  s->hop = step < 1 ? 1 : step < longest ? step : longest;
  s->filled = s->size / 2; /* silence before the song: the first spectrum is centred on its start */
  for (int i = 0; i < s->size; i++) {
    s->window[i] = (float)((0.5 - 0.5 * cos(2.0 * PI * i / s->size)) * 4.0 / s->size);
  }
  const double octaves = log2(spectrogram_highest(rate) / spectrogram_lowest());
  for (int r = 0; r <= rows; r++) {
    s->edges[r] = spectrogram_lowest() * exp2(octaves * r / rows) * s->size / rate;
  }
  return s;
}

/* The channels' mean. One transform has both: what they are at a frequency is in the sum and the
 * difference of its bin and of the mirrored one, and their powers together are those two's. */
static float bin_power(const struct spectrogram *s, int bin) {
  const int at = bin < s->size / 2 ? bin : s->size / 2;
  const float *x = s->out[at], *mirrored = s->out[(s->size - at) % s->size];
  return 0.25f *
         (x[0] * x[0] + x[1] * x[1] + mirrored[0] * mirrored[0] + mirrored[1] * mirrored[1]);
}

/* The strongest bin of a row; between two bins where a row is narrower than one. */
static float row_power(const struct spectrogram *s, int row) {
  const double low = s->edges[row], high = s->edges[row + 1];
  const double middle = 0.5 * (low + high);
  const int below = (int)middle;
  const float part = (float)(middle - below);
  float power = (1.0f - part) * bin_power(s, below) + part * bin_power(s, below + 1);
  for (int bin = (int)ceil(low); bin < high; bin++) {
    power = fmaxf(power, bin_power(s, bin));
  }
  return power;
}

static void transform(struct spectrogram *s) {
  for (int i = 0; i < s->size; i++) {
    s->in[i][0] = s->ring[i][0] * s->window[i];
    s->in[i][1] = s->ring[i][1] * s->window[i];
  }
  fftwf_execute(s->plan);
  uint64_t column = s->centre * (uint64_t)s->columns / s->frames;
  if (column >= (uint64_t)s->columns) {
    column = (uint64_t)s->columns - 1;
  }
  float *power = s->power + column * (uint64_t)s->rows;
  for (int r = 0; r < s->rows; r++) {
    power[r] += row_power(s, r);
  }
  s->counts[column]++;
  s->centre += s->hop;
  memmove(s->ring, s->ring + s->hop, ((size_t)s->size - s->hop) * sizeof *s->ring);
  s->filled -= (int)s->hop;
}

void spectrogram_add(struct spectrogram *s, const float *left, const float *right, size_t n) {
  for (size_t i = 0; i < n; i++) {
    s->ring[s->filled][0] = left[i];
    s->ring[s->filled++][1] = right[i];
    if (s->filled == s->size) {
      transform(s);
    }
  }
}

void spectrogram_finish(struct spectrogram *s) {
  const float silence[1] = {0.0f};
  while (s->centre < s->frames) {
    spectrogram_add(s, silence, silence, 1);
  }
  /* A short song has columns between two spectra. */
  for (int c = 0; c < s->columns; c++) {
    float *power = s->power + (size_t)c * (size_t)s->rows;
    for (int r = 0; r < s->rows; r++) {
      if (s->counts[c] > 0) {
        power[r] /= (float)s->counts[c];
      } else if (c > 0) {
        power[r] = power[r - s->rows];
      }
    }
  }
}

float spectrogram_level(const struct spectrogram *s, int column, int row) {
  const float power = s->power[(size_t)column * (size_t)s->rows + (size_t)row];
  return power > 1e-20f ? 10.0f * log10f(power) : -200.0f;
}

float spectrogram_peak(const struct spectrogram *s) {
  float peak = -200.0f;
  for (int c = 0; c < s->columns; c++) {
    for (int r = 0; r < s->rows; r++) {
      peak = fmaxf(peak, spectrogram_level(s, c, r));
    }
  }
  return peak;
}

void spectrogram_free(struct spectrogram *s) {
  if (!s) {
    return;
  }
  if (s->plan) {
    fftwf_destroy_plan(s->plan);
  }
  fftwf_free(s->in);
  fftwf_free(s->out);
  free(s->edges);
  free(s->power);
  free(s->counts);
  free(s->ring);
  free(s->window);
  free(s);
}
