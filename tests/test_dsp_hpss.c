/* SPDX-License-Identifier: ISC */
/* The median filters: what lasts is harmonic, what is short is percussive. */
#include "dsp/hpss.h"
#include "dsp/mask.h"
#include "dsp/memory.h"
#include "dsp/stft.h"
#include "tests/support/random.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const struct stft_geometry geometry = {4096, 1024, 512};
enum { RATE = 44100, FRAMES = 17, SPAN = 17, FFT_BINS = 4096 / 2 + 1 };

static float *floats(size_t n) {
  float *p = memory_floats(n);
  assert_non_null(p);
  return p;
}

static int rising(const void *a, const void *b) {
  float x = *(const float *)a, y = *(const float *)b;
  return (x > y) - (x < y);
}

static float median(float *values, unsigned n) {
  qsort(values, n, sizeof *values, rising);
  return values[n / 2];
}

/* The medians of frame `now` of a whole recording [..][bins], one window after the other. */
static void naive(const float *recording, unsigned now, unsigned bins, unsigned frames,
                  unsigned span, float *estimates) {
  float *window = floats(frames > span ? frames : span);
  for (unsigned b = 0; b < bins; ++b) {
    for (unsigned f = 0; f < frames; ++f) {
      window[f] = f <= now ? recording[(size_t)(now - f) * bins + b] : 0.0f;
    }
    estimates[b] = median(window, frames);
    for (unsigned i = 0; i < span; ++i) {
      long at = (long)b + (long)i - (long)(span / 2);
      at = at < 0 ? 0 : at >= (long)bins ? (long)bins - 1 : at;
      window[i] = recording[(size_t)now * bins + (size_t)at];
    }
    estimates[bins + b] = median(window, span);
  }
  free(window);
}

static void compare(unsigned bins, unsigned frames, unsigned span, uint32_t random) {
  enum { LENGTH = 60 };
  float *recording = floats((size_t)LENGTH * bins);
  float *expected = floats((size_t)2 * bins), *found = floats((size_t)2 * bins);
  /* Some values over a wide range, some from a few steps: equal ones must not confuse it. */
  for (unsigned i = 0; i < LENGTH * bins; ++i) {
    recording[i] = random_below(&random, 2) ? (float)random_below(&random, 4)
                                            : powf(10.0f, random_between(&random, -9.0f, 3.0f));
  }
  struct hpss *hpss = hpss_new(bins, frames, span);
  assert_non_null(hpss);
  for (unsigned now = 0; now < LENGTH; ++now) {
    naive(recording, now, bins, frames, span, expected);
    hpss_process(hpss, recording + (size_t)now * bins, found);
    assert_memory_equal(found, expected, 2 * bins * sizeof *found);
  }
  hpss_free(hpss);
  free(recording);
  free(expected);
  free(found);
}

static void test_hpss_agrees_with_naive_medians(void **state) {
  (void)state;
  static const unsigned sizes[][3] = {{65, 17, 17}, {40, 1, 1},   {33, 5, 31}, {100, 8, 9},
                                      {9, 17, 17},  {17, 3, 17},  {4, 3, 17},  {1, 5, 9},
                                      {16, 2, 3},   {200, 31, 61}};
  for (size_t i = 0; i < sizeof sizes / sizeof *sizes; ++i) {
    compare(sizes[i][0], sizes[i][1], sizes[i][2], 100 + (uint32_t)i);
  }
}

static void test_hpss_reset_forgets(void **state) {
  (void)state;
  enum { BINS = 50, LENGTH = 40 };
  float in[LENGTH][BINS], first[LENGTH][2 * BINS], again[2 * BINS];
  uint32_t random = 9;
  struct hpss *hpss = hpss_new(BINS, FRAMES, SPAN);
  assert_non_null(hpss);
  for (unsigned f = 0; f < LENGTH; ++f) {
    for (unsigned b = 0; b < BINS; ++b) {
      in[f][b] = random_between(&random, 0.0f, 1.0f);
    }
    hpss_process(hpss, in[f], first[f]);
  }
  hpss_reset(hpss);
  for (unsigned f = 0; f < LENGTH; ++f) {
    hpss_process(hpss, in[f], again);
    assert_memory_equal(again, first[f], sizeof again);
  }
  hpss_free(hpss);
}

/* Energy of harmonic over percussive, dB, from `from` on. */
static double harmonic_db(const float *in, size_t n, size_t from) {
  struct stft *stft = stft_new(geometry);
  assert_non_null(stft);
  struct stft_input *input = stft_input_new(stft);
  struct hpss *hpss = hpss_new(FFT_BINS, FRAMES, SPAN);
  assert_non_null(input);
  assert_non_null(hpss);
  float *spectrum = floats((size_t)FFT_BINS * 2), *masks = floats((size_t)FFT_BINS * 2);
  float *magnitudes = floats(FFT_BINS);
  double energy[2] = {1e-30, 1e-30};
  for (size_t at = 0; at + geometry.hop <= n; at += geometry.hop) {
    stft_input_push(input, in + at, geometry.hop);
    stft_input_frame(stft, input, spectrum);
    for (unsigned b = 0; b < FFT_BINS; ++b) {
      magnitudes[b] = hypotf(spectrum[2 * b], spectrum[2 * b + 1]);
    }
    hpss_process(hpss, magnitudes, masks);
    mask_soft(masks, 2, FFT_BINS, 2.0f, 1e-9f);
    for (unsigned i = 0; at >= from && i < 2 * FFT_BINS; ++i) {
      double y = (double)masks[i] * magnitudes[i % FFT_BINS];
      energy[i / FFT_BINS] += y * y;
    }
  }
  hpss_free(hpss);
  stft_input_free(input);
  stft_free(stft);
  free(spectrum);
  free(masks);
  free(magnitudes);
  return 10.0 * log10(energy[0] / energy[1]);
}

static void test_sine_is_harmonic(void **state) {
  (void)state;
  enum { LENGTH = RATE };
  static const double frequencies[] = {110.0, 440.0, 1000.0, 5000.0};
  float *in = floats(LENGTH);
  const double turn = 4.0 * acos(0.0);
  for (size_t k = 0; k < sizeof frequencies / sizeof *frequencies; ++k) {
    for (unsigned i = 0; i < LENGTH; ++i) {
      in[i] = 0.5f * (float)sin(turn * frequencies[k] * i / RATE);
    }
    double db = harmonic_db(in, LENGTH, LENGTH / 2);
    print_message("sine of %.0f Hz: harmonic %.1f dB over percussive\n", frequencies[k], db);
    assert_true(db >= 20.0);
  }
  free(in);
}

static void test_impulse_is_percussive(void **state) {
  (void)state;
  enum { LENGTH = RATE };
  float *in = floats(LENGTH);
  in[LENGTH / 2] = in[LENGTH / 2 + 20000] = 1.0f;
  double db = harmonic_db(in, LENGTH, 0);
  print_message("impulse: percussive %.1f dB over harmonic\n", -db);
  assert_true(db <= -20.0);
  free(in);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_hpss_agrees_with_naive_medians),
      cmocka_unit_test(test_hpss_reset_forgets),
      cmocka_unit_test(test_sine_is_harmonic),
      cmocka_unit_test(test_impulse_is_percussive),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
