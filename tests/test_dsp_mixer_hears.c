/* SPDX-License-Identifier: ISC */
/* The faders: which stems the mixer says it hears, and which it says are closed. */
#include "tests/support/mixing.h"
#include "tests/support/random.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

enum { LENGTH = MIXING_LENGTH };

/* Whether other audio in this stem changes what comes out, in main or in its own output. */
static bool matters(const struct mixer_controls *c, unsigned stem, bool connected,
                    struct mixing *a) {
  enum { N = 64 };
  float main[N], out[N], stem_audio[N];
  struct mixer *mixer = mixing_mixer(c);
  mixing_run(mixer, a, 0, N);
  memcpy(main, a->main[0], sizeof main);
  memcpy(out, a->outs[stem][0], sizeof out);
  memcpy(stem_audio, a->stems[stem][0], sizeof stem_audio);
  for (unsigned i = 0; i < N; ++i) {
    a->stems[stem][0][i] += 1.0f;
  }
  mixing_run(mixer, a, 0, N);
  memcpy(a->stems[stem][0], stem_audio, sizeof stem_audio);
  mixer_free(mixer);
  bool differ = false;
  for (unsigned i = 0; i < N; ++i) {
    differ = differ || main[i] != a->main[0][i] || (connected && out[i] != a->outs[stem][0][i]);
  }
  return differ;
}

static void test_mixer_hears_what_matters(void **state) {
  (void)state;
  struct mixing a = mixing_new();
  unsigned heard = 0, cases = 0;
  /* A bit each: enabled, wet, muted, quieter, hp in main, outputs before the fader, connected,
   * another stem soloed. */
  for (unsigned bits = 0; bits < 256; ++bits) {
    for (unsigned s = 0; s < N_STEMS; ++s) {
      struct mixer_controls c = mixer_defaults();
      c.enabled = bits & 1;
      c.wet[s] = bits & 2 ? 1.0f : 0.0f;
      c.mute[s] = bits & 4;
      c.gain_db[s] = bits & 8 ? -6.0f : 0.0f;
      c.main_from = bits & 16 ? SPLIT_HP : SPLIT_FOUR;
      c.outs_before_fader = bits & 32;
      bool connected = bits & 64;
      c.solo[s == STEM_PERCUSSIVE ? STEM_HARMONIC : s + 1] = bits & 128;
      struct mixer *mixer = mixing_mixer(&c);
      bool hears = mixer_hears(mixer, s, connected);
      assert_int_equal(hears, matters(&c, s, connected, &a));
      heard += hears;
      ++cases;
      mixer_free(mixer);
    }
  }
  assert_true(heard > cases / 8 && heard < cases);
  mixing_free(&a);
}

static void test_mixer_hears_while_ramps_run(void **state) {
  (void)state;
  struct mixing a = mixing_new();
  struct mixer_controls c = mixer_defaults();
  c.mute[STEM_BASS] = true;
  struct mixer *mixer = mixing_mixer(&c);
  assert_false(mixer_hears(mixer, STEM_VOCALS, false));
  assert_true(mixer_hears(mixer, STEM_BASS, false)); /* it is taken out of main */
  c.mute[STEM_BASS] = false;
  c.mute[STEM_VOCALS] = true;
  mixer_set(mixer, &c);
  assert_true(mixer_hears(mixer, STEM_VOCALS, false));
  mixing_run(mixer, &a, 0, 100);
  assert_true(mixer_hears(mixer, STEM_BASS, false)); /* still on its way back */
  mixing_run(mixer, &a, 0, LENGTH);
  assert_false(mixer_hears(mixer, STEM_BASS, false));
  c.main_from = SPLIT_HP;
  mixer_set(mixer, &c);
  mixing_run(mixer, &a, 0, 100);
  assert_true(mixer_hears(mixer, STEM_VOCALS, false)); /* until the crossfade is over */
  mixing_run(mixer, &a, 0, LENGTH);
  assert_false(mixer_hears(mixer, STEM_VOCALS, false));
  mixer_free(mixer);
  mixing_free(&a);
}

/* From the moment it is told to close, whatever closes it. */
static void test_mixer_says_what_is_closed(void **state) {
  (void)state;
  struct mixer_controls c = mixer_defaults();
  struct mixer *mixer = mixing_mixer(&c);
  uint32_t random = 3;
  unsigned closed = 0;
  for (unsigned round = 0; round < 200; ++round) {
    c = mixing_random(&random);
    mixer_set(mixer, &c);
    for (unsigned s = 0; s < N_STEMS; ++s) {
      assert_int_equal(mixer_closed(mixer, s), mixing_gain(&c, s) == 0.0);
      closed += mixer_closed(mixer, s);
    }
  }
  assert_true(closed > 100 && closed < 200 * N_STEMS - 100);
  mixer_free(mixer);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_mixer_hears_what_matters),
      cmocka_unit_test(test_mixer_hears_while_ramps_run),
      cmocka_unit_test(test_mixer_says_what_is_closed),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
