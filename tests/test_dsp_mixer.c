/* SPDX-License-Identifier: ISC */
/* The faders: what they compute, bit for bit where nothing is to change. */
#include "tests/support/mixing.h"
#include "tests/support/random.h"

#include <float.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { LENGTH = MIXING_LENGTH, SETTLED = LENGTH / 2 };

static double check_formulas(const struct mixer_controls *c, const struct mixing *a, unsigned i) {
  double worst = 0.0;
  for (unsigned ch = 0; ch < N_CHANNELS; ++ch) {
    double x = a->dry[ch][i], main = x;
    for (unsigned s = 0; s < N_STEMS; ++s) {
      double g = mixing_gain(c, s), w = c->wet[s], stem = a->stems[s][ch][i];
      double out = (c->outs_before_fader ? 1.0 : g) * (w * stem + (1.0 - w) * x);
      bool in_main = (s <= STEM_OTHER) == (c->main_from == SPLIT_FOUR);
      main += in_main ? w * (g - 1.0) * stem : 0.0;
      worst = fmax(worst, fabs(a->outs[s][ch][i] - out));
    }
    worst = fmax(worst, fabs(a->main[ch][i] - main));
  }
  return worst;
}

static void test_mixer_follows_the_formulas(void **state) {
  (void)state;
  struct mixing a = mixing_new();
  struct mixer_controls start = mixer_defaults();
  struct mixer *mixer = mixing_mixer(&start);
  uint32_t random = 1;
  double worst = 0.0;
  for (unsigned round = 0; round < 200; ++round) {
    struct mixer_controls c = mixing_random(&random);
    mixer_set(mixer, &c);
    mixing_run(mixer, &a, 0, LENGTH);
    for (unsigned i = SETTLED; i < LENGTH; i += 97) {
      worst = fmax(worst, check_formulas(&c, &a, i));
    }
  }
  print_message("greatest difference from the formulas: %.2g\n", worst);
  assert_true(worst <= 1e-5);
  mixer_free(mixer);
  mixing_free(&a);
}

/* Values that arithmetic would not leave as they are. */
static void spice(struct mixing *a) {
  static const float odd[] = {-0.0f, 0.0f, FLT_MIN / 2, -FLT_MIN / 4, 1e-45f, 1.0f, -1e12f, 3e-39f};
  for (unsigned c = 0; c < N_CHANNELS; ++c) {
    for (unsigned i = 0; i < LENGTH; i += 3) {
      a->dry[c][i] = odd[(i / 3 + c) % (sizeof odd / sizeof *odd)];
    }
  }
}

static void check_main_is_dry(const struct mixing *a, unsigned from) {
  for (unsigned c = 0; c < N_CHANNELS; ++c) {
    assert_memory_equal(a->main[c] + from, a->dry[c] + from, (LENGTH - from) * sizeof(float));
  }
}

static void test_unity_is_exact(void **state) {
  (void)state;
  struct mixing a = mixing_new();
  spice(&a);
  for (unsigned from = 0; from < N_SPLITS; ++from) {
    struct mixer_controls c = mixer_defaults();
    c.main_from = (enum split_id)from;
    struct mixer *mixer = mixing_mixer(&c);
    mixing_run(mixer, &a, 0, LENGTH);
    check_main_is_dry(&a, 0);
    /* As on the audio thread, where denormals are flushed. */
    rt_fp_state before = rt_fp_flush_denormals();
    mixing_run(mixer, &a, 0, LENGTH);
    rt_fp_restore(before);
    check_main_is_dry(&a, 0);
    /* The way back from elsewhere ends there, too, as does every wet at 0. */
    struct mixer_controls elsewhere = c;
    elsewhere.mute[STEM_DRUMS] = elsewhere.mute[STEM_HARMONIC] = true;
    mixer_set(mixer, &elsewhere);
    mixing_run(mixer, &a, 0, LENGTH);
    assert_memory_not_equal(a.main[0] + SETTLED, a.dry[0] + SETTLED, SETTLED * sizeof(float));
    mixer_set(mixer, &c);
    mixing_run(mixer, &a, 0, LENGTH);
    check_main_is_dry(&a, SETTLED);
    for (unsigned s = 0; s < N_STEMS; ++s) {
      elsewhere.wet[s] = 0.0f;
    }
    mixer_set(mixer, &elsewhere);
    mixing_run(mixer, &a, 0, LENGTH);
    check_main_is_dry(&a, SETTLED);
    mixer_free(mixer);
  }
  mixing_free(&a);
}

static void test_bypass_is_exact(void **state) {
  (void)state;
  struct mixing a = mixing_new();
  spice(&a);
  uint32_t random = 17;
  for (unsigned round = 0; round < 20; ++round) {
    struct mixer_controls c = mixing_random(&random);
    struct mixer *mixer = mixing_mixer(&c);
    mixing_run(mixer, &a, 0, 100);
    c.enabled = false;
    mixer_set(mixer, &c);
    mixing_run(mixer, &a, 0, LENGTH);
    check_main_is_dry(&a, SETTLED);
    for (unsigned s = 0; s < N_STEMS; ++s) {
      for (unsigned i = SETTLED; i < LENGTH; ++i) {
        assert_true(a.outs[s][0][i] == 0.0f && a.outs[s][1][i] == 0.0f);
      }
    }
    mixer_free(mixer);
  }
  mixing_free(&a);
}

static void test_blocks_do_not_matter(void **state) {
  (void)state;
  struct mixing whole = mixing_new(), pieces = mixing_new();
  uint32_t random = 8;
  struct mixer_controls c = mixer_defaults();
  struct mixer *a = mixing_mixer(&c), *b = mixing_mixer(&c);
  for (unsigned round = 0; round < 10; ++round) {
    c = mixing_random(&random);
    mixer_set(a, &c);
    mixer_set(b, &c);
    /* Some rounds end before the ramps do. */
    unsigned length = round % 2 ? LENGTH : 700;
    mixing_run(a, &whole, 0, length);
    for (unsigned at = 0; at < length;) {
      unsigned n = 1 + random_below(&random, 100);
      n = n < length - at ? n : length - at;
      mixer_set(b, &c); /* as a host does: in every call */
      mixing_run(b, &pieces, at, n);
      at += n;
    }
    for (unsigned ch = 0; ch < N_CHANNELS; ++ch) {
      assert_memory_equal(whole.main[ch], pieces.main[ch], length * sizeof(float));
      for (unsigned s = 0; s < N_STEMS; ++s) {
        assert_memory_equal(whole.outs[s][ch], pieces.outs[s][ch], length * sizeof(float));
      }
    }
  }
  mixer_free(a);
  mixer_free(b);
  mixing_free(&whole);
  mixing_free(&pieces);
}

/* Outputs may be missing, and may be one and the same buffer: the last written wins whole. */
static void test_outputs_may_be_missing_or_shared(void **state) {
  (void)state;
  struct mixing full = mixing_new(), some = mixing_new();
  uint32_t random = 12;
  struct mixer_controls c = mixing_random(&random);
  struct mixer *a = mixing_mixer(&c), *b = mixing_mixer(&c);
  mixing_run(a, &full, 0, LENGTH);
  float *kept[N_STEMS];
  for (unsigned s = 0; s < N_STEMS; ++s) {
    kept[s] = some.outs[s][0];
    some.outs[s][0] = s % 2 ? NULL : kept[s];
    free(some.outs[s][1]);
    some.outs[s][1] = some.main[1];
  }
  mixing_run(b, &some, 0, LENGTH);
  for (unsigned s = 0; s < N_STEMS; s += 2) {
    assert_memory_equal(full.outs[s][0], some.outs[s][0], LENGTH * sizeof(float));
  }
  assert_memory_equal(full.main[0], some.main[0], LENGTH * sizeof(float));
  assert_memory_equal(full.main[1], some.main[1], LENGTH * sizeof(float));
  for (unsigned s = 0; s < N_STEMS; ++s) {
    some.outs[s][0] = kept[s];
    some.outs[s][1] = NULL;
  }
  mixer_free(a);
  mixer_free(b);
  mixing_free(&full);
  mixing_free(&some);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_mixer_follows_the_formulas),
      cmocka_unit_test(test_unity_is_exact),
      cmocka_unit_test(test_bypass_is_exact),
      cmocka_unit_test(test_blocks_do_not_matter),
      cmocka_unit_test(test_outputs_may_be_missing_or_shared),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
