/* SPDX-License-Identifier: ISC */
/* When run() may wait: hosts of every kind against a clock of our own. */
#include "engine/pace.h"
#include "engine/thread.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

enum { RATE = 44100 };

/* Replaces the query of the system: whether run() is called with real-time priority. */
static bool urgent;
bool __wrap_thread_is_urgent(void);
bool __wrap_thread_is_urgent(void) {
  return urgent;
}

/* A host's call of run(): whether it may wait, asked as the first and the last thing in it. */
static bool call(struct pace *pace, double *now, unsigned n, double took) {
  pace_advance(pace, *now, n);
  bool may = pace_may_nap(pace, *now);
  *now += took;
  return pace_may_nap(pace, *now) || may;
}

/* Plays for so long: `burst` seconds of audio at once, then until the clock has caught up but for
 * `ahead`. The clock of the audio is `fast` times too fast. @return the last second of audio in
 * which run() might have waited; 0: never. */
static double play(double seconds, unsigned block, double burst, double ahead, double fast) {
  struct pace pace;
  pace_reset(&pace, RATE);
  double now = 1e6, begun = now, audio = 0.0, waits = 0.0, length = (double)block / RATE;
  while (audio < seconds) {
    double end = audio + (burst > length ? burst : length);
    while (audio < end) {
      waits = call(&pace, &now, block, 0.02 * length) ? audio + length : waits;
      audio += length;
    }
    double due = begun + (audio - ahead) / (1.0 + fast);
    now = due > now ? due : now;
  }
  return waits;
}

static const unsigned blocks[] = {16, 64, 256, 1024, 4096, 8192};
enum { N_BLOCKS = sizeof blocks / sizeof *blocks };

static void test_a_host_that_plays_is_not_held_up(void **state) {
  (void)state;
  for (unsigned i = 0; i < N_BLOCKS; ++i) {
    assert_true(play(60.0, blocks[i], 0.0, 0.0, 0.0) == 0.0);
    assert_true(play(4.0 * 3600.0, 64 + blocks[i], 0.0, 0.0, 0.001) == 0.0);
  }
}

/* The first burst looks like the start of an export, except for the priority of the thread. */
static void test_a_host_that_works_in_bursts_is_held_up_at_first(void **state) {
  (void)state;
  urgent = true;
  for (unsigned i = 0; i < N_BLOCKS; ++i) {
    assert_true(play(60.0, blocks[i], 0.1, 0.0, 0.0) == 0.0);
    assert_true(play(60.0, blocks[i], 0.1, 0.2, 0.0) == 0.0);
  }
  urgent = false;
  for (unsigned i = 0; i < N_BLOCKS; ++i) {
    double block = (double)blocks[i] / RATE;
    assert_true(play(600.0, blocks[i], 0.1, 0.0, 0.0) <= 0.1 + block);
    assert_true(play(600.0, blocks[i], 0.1, 0.0, 0.001) <= 0.1 + block);
    assert_true(play(600.0, blocks[i], 0.0, 0.2, 0.0) <= 2.0 * (0.2 + block));
    assert_true(play(4.0 * 3600.0, 64 + blocks[i], 0.0, 0.2, 0.001) <= 2.0 * (0.25 + block));
    assert_true(play(600.0, blocks[i], 0.1, 0.2, 0.0) <= 2.0 * (0.3 + block));
  }
}

/* Late calls, and the haste after them, for as much as the host has in hand. */
static void test_xruns_and_pauses_make_no_export(void **state) {
  (void)state;
  static const double pauses[] = {0.005, 0.05, 0.3, 5.0, 3600.0};
  enum { BLOCK = 256 };
  const double length = (double)BLOCK / RATE;
  for (unsigned i = 0; i < sizeof pauses / sizeof *pauses; ++i) {
    struct pace pace;
    pace_reset(&pace, RATE);
    double now = 1.0, due = now;
    for (unsigned k = 0; k < 20000; ++k) {
      assert_false(call(&pace, &now, BLOCK, 0.5 * length));
      due += length;
      if (k % 1000 == 999) {
        now += pauses[i];
        due = due > now - 0.3 ? due : now - 0.3;
      }
      now = now > due ? now : due;
    }
  }
}

/* Its first call may come late: those after it are on time. */
static void test_a_late_start_makes_no_export(void **state) {
  (void)state;
  struct pace pace;
  pace_reset(&pace, RATE);
  double now = 0.01, due = 0.0;
  for (unsigned k = 0; k < 20000; ++k) {
    bool may = call(&pace, &now, 64, 0.0);
    assert_true(!may || k < 20e-3 * RATE / 64);
    due += 64.0 / RATE;
    now = now > due ? now : due;
  }
}

/* From the second block on, and no longer than until the clock has half of the audio. */
static void test_an_export_waits(void **state) {
  (void)state;
  for (unsigned i = 0; i < N_BLOCKS; ++i) {
    struct pace pace;
    pace_reset(&pace, RATE);
    double now = 5.0, length = (double)blocks[i] / RATE, audio = 0.0;
    for (unsigned k = 0; audio < 20.0; ++k, audio += length) {
      pace_advance(&pace, now, blocks[i]);
      assert_int_equal(pace_may_wait(&pace, now), k > 0);
      double allowed = audio < 1.0 ? 0.5 * audio : audio - 0.5;
      assert_false(pace_may_wait(&pace, 5.0 + allowed + 1e-6));
      assert_true(k == 0 || pace_may_wait(&pace, 5.0 + 0.97 * allowed));
      now += 0.001 * length;
    }
    pace_reset(&pace, RATE);
    pace_advance(&pace, now, blocks[i]);
    assert_false(pace_may_wait(&pace, now));
  }
}

/* An export after a while of playing, without activate(). */
static void test_an_export_after_playing_waits(void **state) {
  (void)state;
  struct pace pace;
  pace_reset(&pace, RATE);
  double now = 0.0;
  urgent = true; /* as under a JACK server that freewheels */
  for (unsigned k = 0; k < 10000; ++k) {
    assert_false(call(&pace, &now, 64, 64.0 / RATE));
  }
  for (unsigned k = 0; k < 1000; ++k) {
    bool may = call(&pace, &now, 64, 0.0);
    assert_true(may == (k * 64 >= RATE / 2 + 64) || abs((int)(k * 64) - RATE / 2) < 256);
  }
  urgent = false;
}

/* A worker that is slow at the start is waited for half a second more, once. */
static void test_the_start_waits_longer_once(void **state) {
  (void)state;
  struct pace pace;
  pace_reset(&pace, RATE);
  pace_advance(&pace, 0.0, 1024);
  double now = 1e-4, waited = 0.0;
  pace_advance(&pace, now, 1024);
  while (pace_may_wait(&pace, now)) {
    now += 1e-4;
    waited += 1e-4;
    pace_waited(&pace, 1e-4);
  }
  assert_true(waited > 0.49 && waited < 0.53);
  pace_advance(&pace, now, 1024);
  assert_false(pace_may_wait(&pace, now + 0.03));
}

static void test_freewheeling_waits(void **state) {
  (void)state;
  struct pace pace;
  pace_reset(&pace, RATE);
  pace.freewheels = true;
  pace_advance(&pace, 0.0, 64);
  assert_true(pace_may_wait(&pace, 0.0));
  assert_true(pace_may_wait(&pace, 1e6));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_a_host_that_plays_is_not_held_up),
      cmocka_unit_test(test_a_host_that_works_in_bursts_is_held_up_at_first),
      cmocka_unit_test(test_xruns_and_pauses_make_no_export),
      cmocka_unit_test(test_a_late_start_makes_no_export),
      cmocka_unit_test(test_an_export_waits),
      cmocka_unit_test(test_an_export_after_playing_waits),
      cmocka_unit_test(test_the_start_waits_longer_once),
      cmocka_unit_test(test_freewheeling_waits),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
