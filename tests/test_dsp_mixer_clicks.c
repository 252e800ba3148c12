/* SPDX-License-Identifier: ISC */
/* The faders: nothing they do is heard as a click, and what they mute is silent in time. */
#include "tests/support/mixing.h"
#include "tests/support/random.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

enum { RATE = MIXING_RATE, LENGTH = MIXING_LENGTH };

/* More than a full-scale sine's own second difference: -80 dB. */
#define CLICK 1e-4

/* A full-scale sine of 100 Hz in the input and as the whole of every first stem of a split. */
static void fill_sine(struct mixing *a) {
  const double step = 4.0 * acos(0.0) * 100.0 / RATE;
  for (unsigned c = 0; c < N_CHANNELS; ++c) {
    for (unsigned s = 0; s < N_STEMS; ++s) {
      memset(a->stems[s][c], 0, LENGTH * sizeof(float));
    }
    for (unsigned i = 0; i < LENGTH; ++i) {
      a->dry[c][i] = a->stems[STEM_VOCALS][c][i] = a->stems[STEM_HARMONIC][c][i] =
          (float)sin(step * i);
    }
  }
}

static double bend_at(const float *x, unsigned i) {
  return fabs((double)x[i] - 2.0 * x[i - 1] + x[i - 2]);
}

/* How far the second difference goes beyond the sine's own at the same place. */
static double click(const struct mixing *a, const float *x) {
  double worst = 0.0;
  for (unsigned i = 2; i < LENGTH; ++i) {
    worst = fmax(worst, bend_at(x, i) - bend_at(a->dry[0], i));
  }
  return worst;
}

static void test_changes_do_not_click(void **state) {
  (void)state;
  struct mixing a = mixing_new();
  double worst = 0.0;
  fill_sine(&a);
  struct mixer_controls from = mixer_defaults();
  struct mixer_controls changes[5] = {from, from, from, from, from};
  changes[0].mute[STEM_VOCALS] = true;
  changes[1].solo[STEM_DRUMS] = true;
  changes[2].gain_db[STEM_VOCALS] = -60.0f;
  changes[3].enabled = false;
  changes[4].wet[STEM_VOCALS] = 0.0f;
  for (unsigned k = 0; k < 5; ++k) {
    /* Wherever the sine stands: a period is 441 samples. */
    for (unsigned at = 0; at < 441; at += 21) {
      struct mixer *mixer = mixing_mixer(&from);
      mixing_run(mixer, &a, 0, 200 + at);
      mixer_set(mixer, &changes[k]);
      mixing_run(mixer, &a, 200 + at, LENGTH - 200 - at);
      worst = fmax(worst, click(&a, a.main[0]));
      worst = fmax(worst, click(&a, a.outs[STEM_VOCALS][0]));
      mixer_free(mixer);
    }
  }
  print_message("second difference above the sine's own: %.3g (bound %.3g)\n", worst, CLICK);
  assert_true(worst <= CLICK);
  mixing_free(&a);
}

/* A host that sends another value every block must not crackle either. */
static void test_automation_does_not_click(void **state) {
  (void)state;
  struct mixing a = mixing_new();
  double worst = 0.0;
  fill_sine(&a);
  uint32_t random = 4;
  for (unsigned round = 0; round < 20; ++round) {
    struct mixer_controls c = mixer_defaults();
    struct mixer *mixer = mixing_mixer(&c);
    for (unsigned at = 0; at < LENGTH;) {
      unsigned n = 1 + random_below(&random, 128);
      n = n < LENGTH - at ? n : LENGTH - at;
      c.gain_db[STEM_VOCALS] = random_between(&random, -30.0f, 0.0f);
      c.mute[STEM_VOCALS] = random_below(&random, 2);
      mixer_set(mixer, &c);
      mixing_run(mixer, &a, at, n);
      at += n;
    }
    worst = fmax(worst, click(&a, a.main[0]));
    mixer_free(mixer);
  }
  print_message("the same under automation: %.3g\n", worst);
  assert_true(worst <= CLICK);
  mixing_free(&a);
}

static void test_mute_is_silent_in_time(void **state) {
  (void)state;
  static const double rates[] = {22050.0, 44100.0, 48000.0, 96000.0};
  struct mixing a = mixing_new();
  fill_sine(&a);
  for (unsigned r = 0; r < 4; ++r) {
    struct mixer_controls c = mixer_defaults();
    struct mixer *mixer = mixer_new(rates[r], LENGTH);
    assert_non_null(mixer);
    mixing_run(mixer, &a, 0, 110);
    assert_true(a.outs[STEM_VOCALS][0][109] != 0.0f);
    c.mute[STEM_VOCALS] = true;
    mixer_set(mixer, &c);
    mixing_run(mixer, &a, 0, LENGTH);
    for (unsigned i = (unsigned)(0.03 * rates[r]); i < LENGTH; ++i) {
      /* The vocals are all there is, so that main falls silent with them. */
      assert_true(a.outs[STEM_VOCALS][0][i] == 0.0f && a.main[0][i] == 0.0f);
    }
    mixer_free(mixer);
  }
  mixing_free(&a);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_changes_do_not_click),
      cmocka_unit_test(test_automation_does_not_click),
      cmocka_unit_test(test_mute_is_silent_in_time),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
