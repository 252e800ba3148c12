/* SPDX-License-Identifier: ISC */
/* Refined masks: equal to train/refine.py, stems add up to the frame, and nothing that a mix may be
 * makes them other than finite and calm. */
#include "dsp/refine.h"

#include "nn/safetensors.h"
#include "tests/support/random.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { STEMS = 4, FRAMES = 60, BINS = 24, PAIRS = 2 * BINS };
#define BIN_HZ 800.0
#define HOP_SECONDS 0.0116

static const struct refine_settings everything = {
    .sharpness = 1.3f, .spatial = 0.7f, .floor_db = -20.0f};

struct frame {
  float spectra[N_CHANNELS][PAIRS], masks[STEMS][BINS], stems[STEMS][N_CHANNELS][PAIRS];
};

static void process(struct refine *refine, const struct refine_settings *settings,
                    struct frame *frame) {
  const float *const spectra[N_CHANNELS] = {frame->spectra[0], frame->spectra[1]};
  const float *masks = refine_process(refine, settings, spectra, frame->masks[0]);
  for (unsigned s = 0; s < STEMS; ++s) {
    const float *stem[N_CHANNELS];
    bool own = refine_stem(refine, s, stem);
    for (unsigned c = 0; c < N_CHANNELS; ++c) {
      for (unsigned i = 0; i < PAIRS; ++i) {
        frame->stems[s][c][i] = own ? stem[c][i] : masks[s * BINS + i / 2] * spectra[c][i];
      }
    }
  }
  refine_learn(refine, masks);
}

static void test_refining_equals_the_reference(void **state) {
  (void)state;
  static const size_t spectrum_shape[] = {FRAMES, N_CHANNELS, BINS, 2},
                      mask_shape[] = {FRAMES, STEMS, BINS},
                      stem_shape[] = {FRAMES, STEMS * N_CHANNELS, BINS, 2};
  char error[256];
  struct safetensors *file = safetensors_open("tests/data/refine.safetensors", error, sizeof error);
  assert_non_null(file);
  float *spectrum = safetensors_tensor(file, "spectrum", spectrum_shape, 4, error, sizeof error);
  float *masks = safetensors_tensor(file, "masks", mask_shape, 3, error, sizeof error);
  float *stems = safetensors_tensor(file, "stems", stem_shape, 4, error, sizeof error);
  struct refine *refine = refine_new(STEMS, BINS, BIN_HZ, HOP_SECONDS, 1);
  assert_true(spectrum && masks && stems && refine);
  for (unsigned again = 0; again < 2; ++again) { /* after a reset the same once more */
    double worst = 0.0, peak = 0.0;
    for (unsigned t = 0; t < FRAMES; ++t) {
      struct frame frame;
      memcpy(frame.spectra, spectrum + (size_t)t * N_CHANNELS * PAIRS, sizeof frame.spectra);
      memcpy(frame.masks, masks + (size_t)t * STEMS * BINS, sizeof frame.masks);
      process(refine, &everything, &frame);
      float made[STEMS * N_CHANNELS * PAIRS];
      memcpy(made, frame.stems, sizeof made);
      const float *expected = stems + (size_t)t * STEMS * N_CHANNELS * PAIRS;
      for (unsigned i = 0; i < STEMS * N_CHANNELS * PAIRS; ++i) {
        worst = fmax(worst, fabs(made[i] - (double)expected[i]));
        peak = fmax(peak, fabs((double)expected[i]));
      }
    }
    print_message("largest difference %.1e of %.3g\n", worst, peak);
    assert_true(peak > 1.0 && worst <= 1e-4 * peak);
    refine_reset(refine);
  }
  refine_free(refine);
  safetensors_free(file);
  free(spectrum);
  free(masks);
  free(stems);
}

/* What a mix may be. */
enum mix {
  NOISE,
  SILENCE,
  MONO,
  OPPOSED,
  LEFT_DEAD,
  HUGE_VALUES,
  TINY_VALUES,
  COMES_AND_GOES,
  N_MIXES
};

static void make(struct frame *frame, enum mix mix, unsigned t, uint32_t *random) {
  float level = mix == HUGE_VALUES ? 1e10f : mix == TINY_VALUES ? 1e-18f : 100.0f;
  level = mix == SILENCE || (mix == COMES_AND_GOES && t / 20 % 2) ? 0.0f : level;
  for (unsigned i = 0; i < PAIRS; ++i) {
    float l = level * random_between(random, -1.0f, 1.0f);
    float r = level * random_between(random, -1.0f, 1.0f);
    frame->spectra[0][i] = mix == LEFT_DEAD ? 0.0f : l;
    frame->spectra[1][i] = mix == MONO ? l : mix == OPPOSED ? -l : r;
  }
  for (unsigned b = 0; b < BINS; ++b) {
    /* Masks that are all or nothing among them: bins that no other stem has. */
    float sum = 0.0f;
    for (unsigned s = 0; s < STEMS; ++s) {
      frame->masks[s][b] = random_below(random, 3) ? random_between(random, 0.0f, 1.0f) : 0.0f;
      sum += frame->masks[s][b];
    }
    for (unsigned s = 0; s < STEMS; ++s) {
      frame->masks[s][b] = sum > 0.0f ? frame->masks[s][b] / sum : s == 0;
    }
  }
}

static void test_refining_sums_and_stays_finite(void **state) {
  (void)state;
  static const struct refine_settings settings[] = {
      {1.0f, 0.0f, REFINE_FLOOR_OFF}, {1.5f, 0.0f, REFINE_FLOOR_OFF},
      {1.0f, 1.0f, REFINE_FLOOR_OFF}, {1.0f, 0.0f, -10.0f},
      {2.0f, 1.0f, -10.0f},
  };
  for (unsigned n = 0; n < sizeof settings / sizeof *settings; ++n) {
    for (unsigned mix = 0; mix < N_MIXES; ++mix) {
      struct refine *refine = refine_new(STEMS, BINS, BIN_HZ, HOP_SECONDS, 1);
      uint32_t random = 5;
      double error = 0.0, energy = 1e-60, loudest = 0.0;
      for (unsigned t = 0; t < 200; ++t) {
        struct frame frame;
        make(&frame, mix, t, &random);
        process(refine, &settings[n], &frame);
        for (unsigned c = 0; c < N_CHANNELS; ++c) {
          for (unsigned i = 0; i < PAIRS; ++i) {
            double sum = 0.0, x = frame.spectra[c][i];
            for (unsigned s = 0; s < STEMS; ++s) {
              double y = frame.stems[s][c][i];
              assert_true(isfinite(y));
              sum += y;
              /* A filter may take more of a channel than there is, out of the other one. */
              double there = fabs((double)frame.spectra[0][i]) + fabs((double)frame.spectra[1][i]);
              loudest = fmax(loudest, there > 0.0 ? fabs(y) / there : fabs(y));
            }
            error += (sum - x) * (sum - x);
            energy += x * x;
          }
        }
      }
      assert_true(10.0 * log10(error / energy + 1e-40) <= -120.0);
      assert_true(loudest <= 2.0);
      refine_free(refine);
    }
  }
}

/* Where both channels are the same, a direction says nothing: stems are what masks make. */
static void test_mono_is_left_to_the_masks(void **state) {
  (void)state;
  struct refine *refine = refine_new(STEMS, BINS, BIN_HZ, HOP_SECONDS, 1);
  struct refine_settings settings = {1.0f, 1.0f, REFINE_FLOOR_OFF};
  uint32_t random = 9;
  for (unsigned t = 0; t < 100; ++t) {
    struct frame frame;
    make(&frame, MONO, t, &random);
    process(refine, &settings, &frame);
    for (unsigned s = 0; s < STEMS; ++s) {
      for (unsigned i = 0; i < PAIRS; ++i) {
        float expected = frame.masks[s][i / 2] * frame.spectra[0][i];
        assert_true(fabsf(frame.stems[s][0][i] - expected) <= 1e-2f * 100.0f);
        assert_true(fabsf(frame.stems[s][1][i] - expected) <= 1e-2f * 100.0f);
      }
    }
  }
  refine_free(refine);
}

/* A stem apart, that masks tell badly, is told by the filter: hard left against hard right. */
static void test_refining_tells_left_from_right(void **state) {
  (void)state;
  struct refine *refine = refine_new(STEMS, BINS, BIN_HZ, HOP_SECONDS, 1);
  struct refine_settings settings = {1.0f, 1.0f, REFINE_FLOOR_OFF};
  uint32_t random = 4;
  double plain = 0.0, filtered = 0.0;
  for (unsigned t = 0; t < 400; ++t) {
    struct frame frame = {0};
    for (unsigned i = 0; i < PAIRS; ++i) {
      frame.spectra[0][i] = random_between(&random, -1.0f, 1.0f);
      frame.spectra[1][i] = random_between(&random, -1.0f, 1.0f);
    }
    for (unsigned b = 0; b < BINS; ++b) {
      const float *l = frame.spectra[0] + 2 * b, *r = frame.spectra[1] + 2 * b;
      float ll = l[0] * l[0] + l[1] * l[1], rr = r[0] * r[0] + r[1] * r[1];
      frame.masks[0][b] = 0.2f + 0.6f * ll / (ll + rr);
      frame.masks[1][b] = 1.0f - frame.masks[0][b];
    }
    process(refine, &settings, &frame);
    for (unsigned i = 0; i < PAIRS; ++i) {
      float leak = frame.stems[0][1][i], mask_leak = frame.masks[0][i / 2] * frame.spectra[1][i];
      plain += mask_leak * mask_leak;
      filtered += leak * leak;
    }
  }
  print_message("the other side in a stem: %.1f dB less\n", 10.0 * log10(plain / filtered));
  assert_true(filtered < 0.8 * plain);
  refine_free(refine);
}

/* A stem that stops is closed, and opens at once when it is back; masks still sum to one. */
static void test_floor_closes_and_opens(void **state) {
  (void)state;
  struct refine *refine = refine_new(STEMS, BINS, BIN_HZ, HOP_SECONDS, 1);
  struct refine_settings settings = {1.0f, 0.0f, -20.0f};
  for (unsigned t = 0; t < 700; ++t) {
    bool plays = t < 100 || t >= 600;
    struct frame frame;
    for (unsigned i = 0; i < PAIRS; ++i) {
      frame.spectra[0][i] = frame.spectra[1][i] = 1.0f;
    }
    for (unsigned b = 0; b < BINS; ++b) {
      float vocals = plays ? 0.5f : 0.02f;
      float masks[STEMS] = {vocals, 0.2f, 0.2f, 0.6f - vocals};
      for (unsigned s = 0; s < STEMS; ++s) {
        frame.masks[s][b] = masks[s];
      }
    }
    process(refine, &settings, &frame);
    float vocals = frame.stems[STEM_VOCALS][0][0], other = frame.stems[STEM_OTHER][0][0];
    assert_true(fabsf(vocals + other - 0.6f) <= 1e-6f);
    /* It rests for about 3 s until it is 20 dB below the mix over the last second. */
    assert_true(!(t >= 200 && t < 300) || vocals == 0.02f);
    assert_true(!(t >= 500 && !plays) || vocals < 1e-3f * 0.02f * 10.0f);
    assert_true(!(t >= 615) || vocals > 0.45f);
  }
  refine_free(refine);
}

static void test_refining_that_is_off_changes_nothing(void **state) {
  (void)state;
  struct refine *refine = refine_new(STEMS, BINS, BIN_HZ, HOP_SECONDS, 1);
  struct refine_settings settings = {1.0f, 0.0f, REFINE_FLOOR_OFF};
  uint32_t random = 2;
  struct frame frame;
  make(&frame, NOISE, 0, &random);
  const float *const spectra[N_CHANNELS] = {frame.spectra[0], frame.spectra[1]};
  const float *own[N_CHANNELS];
  assert_ptr_equal(refine_process(refine, &settings, spectra, frame.masks[0]), frame.masks[0]);
  assert_false(refine_stem(refine, 0, own));
  refine_free(refine);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_refining_equals_the_reference),
      cmocka_unit_test(test_refining_sums_and_stays_finite),
      cmocka_unit_test(test_mono_is_left_to_the_masks),
      cmocka_unit_test(test_refining_tells_left_from_right),
      cmocka_unit_test(test_floor_closes_and_opens),
      cmocka_unit_test(test_refining_that_is_off_changes_nothing),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
