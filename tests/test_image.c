/* SPDX-License-Identifier: ISC */
/* A right input that is missing, falls silent, turns over or gets quiet while the music plays: the
 * stems on the left stay what they were, without a click, and the right ones follow their input.
 * The song is in mono, so that the left input is the same in every case. */
#include "demo/song.h"
#include "tests/support/rig.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { RATE = 44100, BLOCK = 512, FRAMES = 10 * RATE, SWITCH = 5 * RATE };

static struct song song;
static float mix[FRAMES], changed[FRAMES];
static struct rig_audio usual; /* of the song on both channels */
static unsigned latency;

/* `before` and `after` are right inputs up to SWITCH and from there on. */
static struct rig_audio play(const float *before, const float *after) {
  struct rig rig;
  assert_true(rig_open(&rig, VARIANT_STEMS, RATE, BLOCK, rig_bundle()));
  rig.controls[PORT_FREEWHEEL] = 1.0f;
  struct rig_audio whole = rig_audio_new(FRAMES, true), first = rig_audio_part(&whole, 0, SWITCH),
                   second = rig_audio_part(&whole, SWITCH, FRAMES - SWITCH);
  rig_render(&rig, mix, before, &first, BLOCK);
  rig_render(&rig, mix + SWITCH, after ? after + SWITCH : NULL, &second, BLOCK);
  latency = rig_latency(&rig);
  rig_close(&rig);
  return whole;
}

static int set_up(void **state) {
  (void)state;
  assert_true(song_make(&song, (double)FRAMES / RATE, RATE, 1));
  for (unsigned s = 0; s < SONG_STEMS; ++s) {
    for (unsigned i = 0; i < FRAMES; ++i) {
      song.stem[s][0][i] = 0.5f * (song.stem[s][0][i] + song.stem[s][1][i]);
      mix[i] += song.stem[s][0][i];
    }
  }
  usual = play(mix, mix);
  return 0;
}

static int tear_down(void **state) {
  (void)state;
  rig_audio_free(&usual);
  song_free(&song);
  return 0;
}

/* Mean of the stems, on the left, in dB. */
static double quality(const struct rig_audio *audio, unsigned first, unsigned end) {
  double sum = 0.0;
  for (unsigned s = 0; s < SONG_STEMS; ++s) {
    sum -= rig_error_db(rig_audio_stem(audio, s, 0) + first + latency, song.stem[s][0] + first,
                        end - first);
  }
  return sum / SONG_STEMS;
}

/* The largest step from a sample to the next. */
static float step_of(const float *x, unsigned n) {
  float largest = 0.0f;
  for (unsigned i = 1; i < n; ++i) {
    largest = fmaxf(largest, fabsf(x[i] - x[i - 1]));
  }
  return largest;
}

/* Steps that are larger than the stem has otherwise and than any of the mix nearby: what is heard
 * as a click. A drum that is in the wrong stem for a moment steps as it does in the mix. */
static unsigned clicks(const float *x, const float *otherwise) {
  enum { NEAR = 1024 };
  const float bound = 1.5f * step_of(otherwise, FRAMES);
  unsigned found = 0;
  for (unsigned i = latency + NEAR; i + NEAR < FRAMES; ++i) {
    float step = fabsf(x[i] - x[i - 1]);
    found += step > bound && step > step_of(mix + i - latency - NEAR, 2 * NEAR);
  }
  return found;
}

/* The greatest part of the music that moves from a stem to others within a hop, on the left: what
 * the change adds to a stem, hop by hop, beside the loudest hop of the mix. */
static double jump(const struct rig_audio *audio) {
  enum { HOP = 512 };
  double loudest = 0.0, greatest = 0.0;
  for (unsigned first = 0; first + HOP <= FRAMES; first += HOP) {
    double energy = 0.0;
    for (unsigned i = 0; i < HOP; ++i) {
      energy += (double)mix[first + i] * mix[first + i];
    }
    loudest = fmax(loudest, energy);
    for (unsigned s = 0; s < SONG_STEMS; ++s) {
      double moved = 0.0;
      for (unsigned i = 0; i < HOP; ++i) {
        double d = rig_audio_stem(audio, s, 0)[first + i] - rig_audio_stem(&usual, s, 0)[first + i];
        moved += d * d;
      }
      greatest = fmax(greatest, moved);
    }
  }
  return sqrt(greatest / loudest);
}

static void check_change(const char *name, const float *before, const float *after) {
  struct rig_audio audio = play(before, after);
  const unsigned begin = SWITCH + RATE, end = FRAMES - latency;
  double was = quality(&usual, begin, end), is = quality(&audio, begin, end);
  double moved = jump(&audio);
  print_message("%s: from a second later on %.2f dB, else %.2f; %.2f of the loudest hop moves\n",
                name, is, was, moved);
  assert_true(is > was - 0.5);
  assert_true(moved < 0.7);
  for (unsigned s = 0; s < SONG_STEMS; ++s) {
    assert_int_equal(clicks(rig_audio_stem(&audio, s, 0), rig_audio_stem(&usual, s, 0)), 0);
  }
  rig_audio_free(&audio);
}

static void right_from_switch_on(float gain) {
  for (unsigned i = 0; i < FRAMES; ++i) {
    changed[i] = i < SWITCH ? mix[i] : gain * mix[i];
  }
}

static void test_left_stays_when_right_changes(void **state) {
  (void)state;
  right_from_switch_on(0.0f);
  check_change("silenced", mix, changed);
  check_change("disconnected", mix, NULL);
  check_change("connected", NULL, mix);
  right_from_switch_on(-1.0f);
  check_change("turned over", mix, changed);
  right_from_switch_on(0.25f);
  check_change("12 dB down", mix, changed);
}

/* The stems of a channel add up to that channel, so those of none are silent. */
static void test_a_missing_right_is_a_silent_one(void **state) {
  (void)state;
  memset(changed, 0, sizeof changed);
  struct rig_audio none = play(NULL, NULL), silent = play(changed, changed);
  for (unsigned p = PORT_MAIN_L; p < PORT_STEM_CONTROLS; ++p) {
    if (none.left_right[p]) {
      assert_memory_equal(none.left_right[p], silent.left_right[p], FRAMES * sizeof(float));
    }
  }
  for (unsigned s = 0; s < SONG_STEMS; ++s) {
    assert_memory_equal(rig_audio_stem(&none, s, 1), changed, FRAMES * sizeof(float));
  }
  double was = quality(&usual, RATE, FRAMES - latency);
  double is = quality(&none, RATE, FRAMES - latency);
  print_message("left alone %.2f dB, both %.2f\n", is, was);
  assert_true(is > was - 0.5);
  rig_audio_free(&none);
  rig_audio_free(&silent);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_left_stays_when_right_changes),
      cmocka_unit_test(test_a_missing_right_is_a_silent_one),
  };
  return cmocka_run_group_tests(tests, set_up, tear_down);
}
