/* The faders: what they compute, and that nothing they do is heard as a click. */
#include "dsp/memory.h"
#include "dsp/mixer.h"
#include "tests/support/random.h"
#include "tests/support/rig.h"

#include <float.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { RATE = 44100, LENGTH = 4096, SETTLED = LENGTH / 2 };

/* More than a full-scale sine's own second difference: -80 dB. */
#define CLICK 1e-4

/* Everything that goes into and comes out of a mixer. */
struct audio {
  float *dry[N_CHANNELS], *stems[N_STEMS][N_CHANNELS];
  float *main[N_CHANNELS], *outs[N_STEMS][N_CHANNELS];
};

static float *floats(size_t n) {
  float *p = memory_floats(n);
  assert_non_null(p);
  return p;
}

/* Noise in every input. */
static struct audio audio_new(void) {
  struct audio a;
  for (unsigned c = 0; c < N_CHANNELS; ++c) {
    a.dry[c] = floats(LENGTH);
    a.main[c] = floats(LENGTH);
    rig_noise(a.dry[c], LENGTH, 50 + c);
    for (unsigned s = 0; s < N_STEMS; ++s) {
      a.stems[s][c] = floats(LENGTH);
      a.outs[s][c] = floats(LENGTH);
      rig_noise(a.stems[s][c], LENGTH, 60 + N_CHANNELS * s + c);
    }
  }
  return a;
}

static void audio_free(struct audio *a) {
  for (unsigned c = 0; c < N_CHANNELS; ++c) {
    free(a->dry[c]);
    free(a->main[c]);
    for (unsigned s = 0; s < N_STEMS; ++s) {
      free(a->stems[s][c]);
      free(a->outs[s][c]);
    }
  }
}

/* Mixes samples from ... from + n. */
static void mix(struct mixer *mixer, struct audio *a, unsigned from, unsigned n) {
  const float *dry[N_CHANNELS], *stems[N_STEMS][N_CHANNELS];
  float *main[N_CHANNELS], *outs[N_STEMS][N_CHANNELS];
  for (unsigned c = 0; c < N_CHANNELS; ++c) {
    dry[c] = a->dry[c] + from;
    main[c] = a->main[c] + from;
    for (unsigned s = 0; s < N_STEMS; ++s) {
      stems[s][c] = a->stems[s][c] + from;
      outs[s][c] = a->outs[s][c] ? a->outs[s][c] + from : NULL;
    }
  }
  mixer_process(mixer, dry, stems, main, outs, n);
}

static struct mixer *mixer_at(const struct mixer_controls *controls) {
  struct mixer *mixer = mixer_new(RATE, LENGTH);
  assert_non_null(mixer);
  mixer_set(mixer, controls);
  mixer_settle(mixer);
  return mixer;
}

static struct mixer_controls random_controls(uint32_t *random) {
  struct mixer_controls c = mixer_defaults();
  for (unsigned s = 0; s < N_STEMS; ++s) {
    c.gain_db[s] = random_below(random, 8) ? random_between(random, -59.0f, 12.0f) : -60.0f;
    c.mute[s] = random_below(random, 5) == 0;
    c.solo[s] = random_below(random, 5) == 0;
    c.wet[s] = random_below(random, 2) ? 1.0f : random_between(random, 0.0f, 1.0f);
  }
  c.main_from = random_below(random, 2) ? SPLIT_HP : SPLIT_FOUR;
  c.outs_before_fader = random_below(random, 2);
  return c;
}

/* g as mixer.h and the design say it, written another way. */
static double gain_of(const struct mixer_controls *c, unsigned stem) {
  bool four = stem <= STEM_OTHER;
  bool soloed = four ? c->solo[STEM_VOCALS] || c->solo[STEM_DRUMS] || c->solo[STEM_BASS] ||
                           c->solo[STEM_OTHER]
                     : c->solo[STEM_HARMONIC] || c->solo[STEM_PERCUSSIVE];
  bool off = c->mute[stem] || c->gain_db[stem] <= -60.0f || (soloed && !c->solo[stem]);
  return off ? 0.0 : pow(10.0, c->gain_db[stem] / 20.0);
}

static double check_formulas(const struct mixer_controls *c, const struct audio *a, unsigned i) {
  double worst = 0.0;
  for (unsigned ch = 0; ch < N_CHANNELS; ++ch) {
    double x = a->dry[ch][i], main = x;
    for (unsigned s = 0; s < N_STEMS; ++s) {
      double g = gain_of(c, s), w = c->wet[s], stem = a->stems[s][ch][i];
      double out = (c->outs_before_fader ? 1.0 : g) * (w * stem + (1.0 - w) * x);
      bool in_main = (s <= STEM_OTHER) == (c->main_from == SPLIT_FOUR);
      main += in_main ? w * (g - 1.0) * stem : 0.0;
      worst = fmax(worst, fabs(a->outs[s][ch][i] - out));
    }
    worst = fmax(worst, fabs(a->main[ch][i] - main));
  }
  return worst;
}

static void test_formulas(void **state) {
  (void)state;
  struct audio a = audio_new();
  struct mixer_controls start = mixer_defaults();
  struct mixer *mixer = mixer_at(&start);
  uint32_t random = 1;
  double worst = 0.0;
  for (unsigned round = 0; round < 200; ++round) {
    struct mixer_controls c = random_controls(&random);
    mixer_set(mixer, &c);
    mix(mixer, &a, 0, LENGTH);
    for (unsigned i = SETTLED; i < LENGTH; i += 97) {
      worst = fmax(worst, check_formulas(&c, &a, i));
    }
  }
  print_message("greatest difference from the formulas: %.2g\n", worst);
  assert_true(worst <= 1e-5);
  mixer_free(mixer);
  audio_free(&a);
}

/* Values that arithmetic would not leave as they are. */
static void spice(struct audio *a) {
  static const float odd[] = {-0.0f, 0.0f, FLT_MIN / 2, -FLT_MIN / 4, 1e-45f, 1.0f, -1e12f, 3e-39f};
  for (unsigned c = 0; c < N_CHANNELS; ++c) {
    for (unsigned i = 0; i < LENGTH; i += 3) {
      a->dry[c][i] = odd[(i / 3 + c) % (sizeof odd / sizeof *odd)];
    }
  }
}

static void check_main_is_dry(const struct audio *a, unsigned from) {
  for (unsigned c = 0; c < N_CHANNELS; ++c) {
    assert_memory_equal(a->main[c] + from, a->dry[c] + from, (LENGTH - from) * sizeof(float));
  }
}

static void test_unity_is_exact(void **state) {
  (void)state;
  struct audio a = audio_new();
  spice(&a);
  for (unsigned from = 0; from < N_SPLITS; ++from) {
    struct mixer_controls c = mixer_defaults();
    c.main_from = (enum split_id)from;
    struct mixer *mixer = mixer_at(&c);
    mix(mixer, &a, 0, LENGTH);
    check_main_is_dry(&a, 0);
    /* As on the audio thread, where denormals are flushed. */
    rt_fp_state before = rt_fp_flush_denormals();
    mix(mixer, &a, 0, LENGTH);
    rt_fp_restore(before);
    check_main_is_dry(&a, 0);
    /* The way back from elsewhere ends there, too, as does every wet at 0. */
    struct mixer_controls elsewhere = c;
    elsewhere.mute[STEM_DRUMS] = elsewhere.mute[STEM_HARMONIC] = true;
    mixer_set(mixer, &elsewhere);
    mix(mixer, &a, 0, LENGTH);
    assert_memory_not_equal(a.main[0] + SETTLED, a.dry[0] + SETTLED, SETTLED * sizeof(float));
    mixer_set(mixer, &c);
    mix(mixer, &a, 0, LENGTH);
    check_main_is_dry(&a, SETTLED);
    for (unsigned s = 0; s < N_STEMS; ++s) {
      elsewhere.wet[s] = 0.0f;
    }
    mixer_set(mixer, &elsewhere);
    mix(mixer, &a, 0, LENGTH);
    check_main_is_dry(&a, SETTLED);
    mixer_free(mixer);
  }
  audio_free(&a);
}

static void test_bypass_is_exact(void **state) {
  (void)state;
  struct audio a = audio_new();
  spice(&a);
  uint32_t random = 17;
  for (unsigned round = 0; round < 20; ++round) {
    struct mixer_controls c = random_controls(&random);
    struct mixer *mixer = mixer_at(&c);
    mix(mixer, &a, 0, 100);
    c.enabled = false;
    mixer_set(mixer, &c);
    mix(mixer, &a, 0, LENGTH);
    check_main_is_dry(&a, SETTLED);
    for (unsigned s = 0; s < N_STEMS; ++s) {
      for (unsigned i = SETTLED; i < LENGTH; ++i) {
        assert_true(a.outs[s][0][i] == 0.0f && a.outs[s][1][i] == 0.0f);
      }
    }
    mixer_free(mixer);
  }
  audio_free(&a);
}

/* A full-scale sine of 100 Hz in the input and as the whole of every first stem of a split. */
static void fill_sine(struct audio *a) {
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
static double click(const struct audio *a, const float *x) {
  double worst = 0.0;
  for (unsigned i = 2; i < LENGTH; ++i) {
    worst = fmax(worst, bend_at(x, i) - bend_at(a->dry[0], i));
  }
  return worst;
}

static void test_changes_do_not_click(void **state) {
  (void)state;
  struct audio a = audio_new();
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
      struct mixer *mixer = mixer_at(&from);
      mix(mixer, &a, 0, 200 + at);
      mixer_set(mixer, &changes[k]);
      mix(mixer, &a, 200 + at, LENGTH - 200 - at);
      worst = fmax(worst, click(&a, a.main[0]));
      worst = fmax(worst, click(&a, a.outs[STEM_VOCALS][0]));
      mixer_free(mixer);
    }
  }
  print_message("second difference above the sine's own: %.3g (bound %.3g)\n", worst, CLICK);
  assert_true(worst <= CLICK);
  audio_free(&a);
}

/* A host that sends another value every block must not crackle either. */
static void test_automation_does_not_click(void **state) {
  (void)state;
  struct audio a = audio_new();
  double worst = 0.0;
  fill_sine(&a);
  uint32_t random = 4;
  for (unsigned round = 0; round < 20; ++round) {
    struct mixer_controls c = mixer_defaults();
    struct mixer *mixer = mixer_at(&c);
    for (unsigned at = 0; at < LENGTH;) {
      unsigned n = 1 + random_below(&random, 128);
      n = n < LENGTH - at ? n : LENGTH - at;
      c.gain_db[STEM_VOCALS] = random_between(&random, -30.0f, 0.0f);
      c.mute[STEM_VOCALS] = random_below(&random, 2);
      mixer_set(mixer, &c);
      mix(mixer, &a, at, n);
      at += n;
    }
    worst = fmax(worst, click(&a, a.main[0]));
    mixer_free(mixer);
  }
  print_message("the same under automation: %.3g\n", worst);
  assert_true(worst <= CLICK);
  audio_free(&a);
}

static void test_mute_is_silent_in_time(void **state) {
  (void)state;
  static const double rates[] = {22050.0, 44100.0, 48000.0, 96000.0};
  struct audio a = audio_new();
  fill_sine(&a);
  for (unsigned r = 0; r < 4; ++r) {
    struct mixer_controls c = mixer_defaults();
    struct mixer *mixer = mixer_new(rates[r], LENGTH);
    assert_non_null(mixer);
    mix(mixer, &a, 0, 110);
    assert_true(a.outs[STEM_VOCALS][0][109] != 0.0f);
    c.mute[STEM_VOCALS] = true;
    mixer_set(mixer, &c);
    mix(mixer, &a, 0, LENGTH);
    for (unsigned i = (unsigned)(0.03 * rates[r]); i < LENGTH; ++i) {
      /* The vocals are all there is, so that main falls silent with them. */
      assert_true(a.outs[STEM_VOCALS][0][i] == 0.0f && a.main[0][i] == 0.0f);
    }
    mixer_free(mixer);
  }
  audio_free(&a);
}

static void test_blocks_change_nothing(void **state) {
  (void)state;
  struct audio whole = audio_new(), pieces = audio_new();
  uint32_t random = 8;
  struct mixer_controls c = mixer_defaults();
  struct mixer *a = mixer_at(&c), *b = mixer_at(&c);
  for (unsigned round = 0; round < 10; ++round) {
    c = random_controls(&random);
    mixer_set(a, &c);
    mixer_set(b, &c);
    /* Some rounds end before the ramps do. */
    unsigned length = round % 2 ? LENGTH : 700;
    mix(a, &whole, 0, length);
    for (unsigned at = 0; at < length;) {
      unsigned n = 1 + random_below(&random, 100);
      n = n < length - at ? n : length - at;
      mixer_set(b, &c); /* as a host does: in every call */
      mix(b, &pieces, at, n);
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
  audio_free(&whole);
  audio_free(&pieces);
}

/* Outputs may be missing, and may be one and the same buffer: the last written wins whole. */
static void test_outputs_missing_or_shared(void **state) {
  (void)state;
  struct audio full = audio_new(), some = audio_new();
  uint32_t random = 12;
  struct mixer_controls c = random_controls(&random);
  struct mixer *a = mixer_at(&c), *b = mixer_at(&c);
  mix(a, &full, 0, LENGTH);
  float *kept[N_STEMS];
  for (unsigned s = 0; s < N_STEMS; ++s) {
    kept[s] = some.outs[s][0];
    some.outs[s][0] = s % 2 ? NULL : kept[s];
    free(some.outs[s][1]);
    some.outs[s][1] = some.main[1];
  }
  mix(b, &some, 0, LENGTH);
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
  audio_free(&full);
  audio_free(&some);
}

/* Whether other audio in this stem changes what comes out, in main or in its own output. */
static bool matters(const struct mixer_controls *c, unsigned stem, bool connected,
                    struct audio *a) {
  enum { N = 64 };
  float main[N], out[N], stem_audio[N];
  struct mixer *mixer = mixer_at(c);
  mix(mixer, a, 0, N);
  memcpy(main, a->main[0], sizeof main);
  memcpy(out, a->outs[stem][0], sizeof out);
  memcpy(stem_audio, a->stems[stem][0], sizeof stem_audio);
  for (unsigned i = 0; i < N; ++i) {
    a->stems[stem][0][i] += 1.0f;
  }
  mix(mixer, a, 0, N);
  memcpy(a->stems[stem][0], stem_audio, sizeof stem_audio);
  mixer_free(mixer);
  bool differ = false;
  for (unsigned i = 0; i < N; ++i) {
    differ = differ || main[i] != a->main[0][i] || (connected && out[i] != a->outs[stem][0][i]);
  }
  return differ;
}

static void test_hears_what_matters(void **state) {
  (void)state;
  struct audio a = audio_new();
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
      struct mixer *mixer = mixer_at(&c);
      bool hears = mixer_hears(mixer, s, connected);
      assert_int_equal(hears, matters(&c, s, connected, &a));
      heard += hears;
      ++cases;
      mixer_free(mixer);
    }
  }
  assert_true(heard > cases / 8 && heard < cases);
  audio_free(&a);
}

static void test_hears_while_ramps_run(void **state) {
  (void)state;
  struct audio a = audio_new();
  struct mixer_controls c = mixer_defaults();
  c.mute[STEM_BASS] = true;
  struct mixer *mixer = mixer_at(&c);
  assert_false(mixer_hears(mixer, STEM_VOCALS, false));
  assert_true(mixer_hears(mixer, STEM_BASS, false)); /* it is taken out of main */
  c.mute[STEM_BASS] = false;
  c.mute[STEM_VOCALS] = true;
  mixer_set(mixer, &c);
  assert_true(mixer_hears(mixer, STEM_VOCALS, false));
  mix(mixer, &a, 0, 100);
  assert_true(mixer_hears(mixer, STEM_BASS, false)); /* still on its way back */
  mix(mixer, &a, 0, LENGTH);
  assert_false(mixer_hears(mixer, STEM_BASS, false));
  c.main_from = SPLIT_HP;
  mixer_set(mixer, &c);
  mix(mixer, &a, 0, 100);
  assert_true(mixer_hears(mixer, STEM_VOCALS, false)); /* until the crossfade is over */
  mix(mixer, &a, 0, LENGTH);
  assert_false(mixer_hears(mixer, STEM_VOCALS, false));
  mixer_free(mixer);
  audio_free(&a);
}

/* From the moment it is told to close, whatever closes it. */
static void test_closed(void **state) {
  (void)state;
  struct mixer_controls c = mixer_defaults();
  struct mixer *mixer = mixer_at(&c);
  uint32_t random = 3;
  unsigned closed = 0;
  for (unsigned round = 0; round < 200; ++round) {
    c = random_controls(&random);
    mixer_set(mixer, &c);
    for (unsigned s = 0; s < N_STEMS; ++s) {
      assert_int_equal(mixer_closed(mixer, s), gain_of(&c, s) == 0.0);
      closed += mixer_closed(mixer, s);
    }
  }
  assert_true(closed > 100 && closed < 200 * N_STEMS - 100);
  mixer_free(mixer);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_formulas),
      cmocka_unit_test(test_unity_is_exact),
      cmocka_unit_test(test_bypass_is_exact),
      cmocka_unit_test(test_changes_do_not_click),
      cmocka_unit_test(test_automation_does_not_click),
      cmocka_unit_test(test_mute_is_silent_in_time),
      cmocka_unit_test(test_blocks_change_nothing),
      cmocka_unit_test(test_outputs_missing_or_shared),
      cmocka_unit_test(test_hears_what_matters),
      cmocka_unit_test(test_hears_while_ramps_run),
      cmocka_unit_test(test_closed),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
