/* SPDX-License-Identifier: ISC */
/* What a window is shown of the sound: levels, and the picture of what main has. */
#include "tests/support/talk.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <time.h>

#include <cmocka.h>

enum { RATE = 44100, BLOCK = 256 };

/* A tone, and the band of the picture that it is in. */
enum { BIN = 93 };               /* 1001 Hz, of 4096 at 44.1 kHz */
static const unsigned band = 34; /* 40 * 400^(34/63) = 1015 Hz */

static void run_tone(struct talk_insert *stage, unsigned block) {
  unsigned t = block * BLOCK;
  for (unsigned i = 0; i < BLOCK; ++i, ++t) {
    stage->in[i] = 0.5f * sinf(2.0f * 3.14159265f * BIN / 4096.0f * (float)(t % 4096));
  }
  struct timespec nap = {.tv_nsec = 1000000};
  nanosleep(&nap, NULL); /* for the worker */
  assert_true(talk_run(&stage->talk, BLOCK));
}

static void test_views_show_a_tone(void **state) {
  struct talk_insert *stage = *state;
  struct talk *talk = &stage->talk;
  for (unsigned block = 0; block < 5 * RATE / BLOCK; ++block) {
    if (block == 0) {
      talk_watch(talk);
    }
    run_tone(stage, block);
    assert_true(talk->views <= 1 + 60 * (block + 1) * BLOCK / RATE);
    if (block == 2 * RATE / BLOCK) {
      const uint8_t *seen = talk->view.column[band];
      print_message("1 kHz at -6 dBFS: %.1f dBFS, shares %u %u %u %u; load %.3f\n",
                    90.0 * seen[0] / 255.0 - 90.0, seen[1], seen[2], seen[3], seen[4],
                    (double)talk->view.load);
      assert_true(fabs(90.0 * seen[0] / 255.0 - 90.0 + 6.02) < 0.6);
      assert_in_range(seen[1] + seen[2] + seen[3] + seen[4], 250, 258);
      assert_true(talk->view.column[band + 6][0] < 80 && talk->view.column[band - 6][0] < 80);
      assert_true(talk->view.load > 0.0f && talk->view.load < 20.0f);
      float four = 0.0f;
      for (unsigned s = 0; s < STEM_HARMONIC; ++s) {
        four += talk->view.levels[s];
      }
      assert_true(four > 0.45f && four < 0.8f);
      assert_true(talk->view.levels[STEM_HARMONIC] > 0.4f);
    }
  }
  assert_true(talk->views > 170 && talk->views <= 181); /* 3 s of them */
  /* A muted stem has neither level nor share. */
  stage->rig.controls[ports_stem_control(STEM_OTHER, CONTROL_MUTE)] = 1.0f;
  for (unsigned block = 0; block < 200; ++block) {
    talk_watch(talk);
    assert_true(talk_run(talk, BLOCK));
  }
  assert_true(talk->view.levels[STEM_OTHER] == 0.0f);
  assert_int_equal(talk->view.column[band][1 + STEM_OTHER], 0);
}

/* What the picture has of a split's stems, 0 ... 255. */
static unsigned seen(const struct talk_insert *stage, enum split_id split) {
  unsigned sum = 0;
  for (unsigned s = split_first(split); s < split_end(split); ++s) {
    sum += stage->talk.view.column[band][1 + s];
  }
  return sum;
}

/* Plays with these controls until they have come into effect; then the picture has as much as main.
 * Only the stems of the split that main is made from are in it. */
static void assert_seen(struct talk_insert *stage, unsigned *block) {
  static const unsigned settled = RATE / BLOCK / 2;
  bool hp = stage->rig.controls[PORT_MAIN_FROM] > 0.0f;
  float peak = 0.0f;
  for (unsigned end = *block + 2 * settled; *block < end; ++*block) {
    talk_watch(&stage->talk);
    run_tone(stage, *block);
    for (unsigned i = 0; i < BLOCK && *block + settled >= end; ++i) {
      peak = fmaxf(peak, fabsf(stage->out[i]));
    }
  }
  unsigned four = seen(stage, SPLIT_FOUR), two = seen(stage, SPLIT_HP);
  print_message("main %.2f of the tone; picture %u, %u\n", (double)peak / 0.5, four, two);
  assert_int_equal(hp ? four : two, 0);
  assert_float_equal((hp ? two : four) / 255.0, peak / 0.5, 0.1);
}

static void set_stems(struct talk_insert *stage, enum split_id split, enum stem_control which,
                      float value) {
  for (unsigned s = split_first(split); s < split_end(split); ++s) {
    stage->rig.controls[ports_stem_control(s, which)] = value;
  }
}

static void test_the_picture_is_what_is_heard(void **state) {
  struct talk_insert *stage = *state;
  float *controls = stage->rig.controls;
  unsigned block = 0;
  for (int hp = 0; hp < N_SPLITS; ++hp) {
    enum split_id split = hp ? SPLIT_HP : SPLIT_FOUR, other = hp ? SPLIT_FOUR : SPLIT_HP;
    controls[PORT_MAIN_FROM] = (float)hp;
    set_stems(stage, other, CONTROL_MUTE, 1.0f); /* which main does not follow */
    assert_seen(stage, &block);
    assert_true(seen(stage, split) > 250);
    set_stems(stage, split, CONTROL_MUTE, 1.0f);
    assert_seen(stage, &block);
    assert_int_equal(seen(stage, split), 0);
    set_stems(stage, split, CONTROL_WET, 40.0f);
    assert_seen(stage, &block);
    assert_in_range(seen(stage, split), 140, 165);
    controls[PORT_ENABLED] = 0.0f;
    for (unsigned i = 0; i < 3; ++i) { /* the separators would rest by now */
      assert_seen(stage, &block);
      assert_true(seen(stage, split) > 250);
    }
    assert_true(stage->talk.view.load > 0.0f);
    controls[PORT_ENABLED] = 1.0f;
    set_stems(stage, split, CONTROL_WET, 100.0f);
    set_stems(stage, split, CONTROL_MUTE, 0.0f);
    controls[ports_stem_control(split_first(split), CONTROL_SOLO)] = 1.0f;
    assert_seen(stage, &block);
    assert_int_equal(seen(stage, split), stage->talk.view.column[band][1 + split_first(split)]);
    controls[ports_stem_control(split_first(split), CONTROL_SOLO)] = 0.0f;
    set_stems(stage, split, CONTROL_GAIN, -6.0f);
    assert_seen(stage, &block);
    assert_in_range(seen(stage, split), 118, 138);
    set_stems(stage, split, CONTROL_GAIN, 0.0f);
    set_stems(stage, other, CONTROL_MUTE, 0.0f);
  }
}

/* From the first column on, and while main goes from one split to the other. */
static void test_the_picture_has_no_gap(void **state) {
  struct talk_insert *stage = *state;
  unsigned both = 0, block = 0, views = 0;
  for (; block < RATE / BLOCK; ++block) {
    talk_watch(&stage->talk);
    stage->rig.controls[PORT_MAIN_FROM] = block % 40 < 20 ? 0.0f : 1.0f;
    run_tone(stage, block);
    if (stage->talk.views > views && stage->talk.view.column[band][0] > 0) {
      unsigned four = seen(stage, SPLIT_FOUR), hp = seen(stage, SPLIT_HP);
      assert_in_range(four + hp, 248, 260);
      both += four > 0 && hp > 0;
    }
    views = stage->talk.views;
  }
  assert_true(views > 50 && both >= 4);
}

int main(void) {
#define STAGED(test) cmocka_unit_test_setup_teardown(test, talk_insert_open, talk_insert_close)
  const struct CMUnitTest tests[] = {
      STAGED(test_views_show_a_tone),
      STAGED(test_the_picture_is_what_is_heard),
      STAGED(test_the_picture_has_no_gap),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
