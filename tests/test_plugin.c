/* SPDX-License-Identifier: ISC */
/* The plugin as a host plays it: latency, sums, unity, bypass, block lengths, starts and rests. */
#include "tests/support/take.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

enum { RATE = 44100, BLOCK = 256, LOOKAHEAD = 1 };

/* What the design promises: synthesis + look-ahead * hop + hop * max(1, ceil(block / hop)). */
static unsigned designed_latency(double rate, unsigned block) {
  double scale = pow(2.0, round(log2(rate / RATE)));
  unsigned synthesis = (unsigned)(1024 * scale), hop = (unsigned)(512 * scale);
  return synthesis + LOOKAHEAD * hop + hop * (block > hop ? (block + hop - 1) / hop : 1);
}

static void open_stems(struct take *take, double rate, unsigned block) {
  take_open(take, VARIANT_STEMS, rate, block, rig_bundle());
}

static void set_some_faders(struct rig *rig) {
  rig->controls[ports_stem_control(STEM_VOCALS, CONTROL_MUTE)] = 1.0f;
  rig->controls[ports_stem_control(STEM_DRUMS, CONTROL_GAIN)] = -6.0f;
  rig->controls[ports_stem_control(STEM_BASS, CONTROL_WET)] = 40.0f;
}

/* An impulse comes out where the latency says, of main and of both sums of stems. */
static void check_latency(double rate, unsigned block) {
  enum { IMPULSE = 5000 };
  struct take take;
  size_t frames = IMPULSE + designed_latency(rate, block) + 8192;
  float *in = calloc(frames, sizeof *in), *sum = calloc(frames, sizeof *sum);
  assert_true(in && sum);
  in[IMPULSE] = 0.5f;
  print_message("%6.0f Hz, blocks of %u\n", rate, block);
  open_stems(&take, rate, block);
  take_play(&take, &(struct music){{in, in}, frames}, block);
  assert_int_equal(take.latency, designed_latency(rate, block));
  assert_int_equal(take_loudest(take.out.left_right[PORT_MAIN_L], frames), IMPULSE + take.latency);
  for (enum split_id split = 0; split < N_SPLITS; ++split) {
    rig_audio_sum(&take.out, split, 0, sum);
    assert_int_equal(take_loudest(sum, frames), IMPULSE + take.latency);
    assert_true(fabsf(sum[IMPULSE + take.latency] - 0.5f) < 1e-5f);
  }
  take_close(&take);
  free(in);
  free(sum);
}

static void test_latency_reported_is_measured(void **state) {
  (void)state;
  static const unsigned blocks[] = {1, 17, 64, 256, 1024, 4096, 8192};
  static const double rates[] = {22050, 44100, 48000, 88200, 96000, 192000};
  for (size_t r = 0; r < sizeof rates / sizeof *rates; ++r) {
    for (size_t b = 0; b < sizeof blocks / sizeof *blocks; ++b) {
      check_latency(rates[r], blocks[b]);
    }
  }
}

static void test_latency_of_small_blocks_is_that_of_a_hop(void **state) {
  (void)state;
  struct rig rig;
  assert_true(rig_open(&rig, VARIANT_INSERT, RATE, BLOCK, rig_bundle()));
  rig.descriptor->run(rig.handle, 0);
  assert_int_equal(rig_latency(&rig), 2048);
  rig_close(&rig);
}

static void test_latency_without_features_is_that_of_long_blocks(void **state) {
  (void)state;
  struct rig rig;
  assert_true(rig_open(&rig, VARIANT_STEMS, RATE, 0, rig_bundle()));
  rig.descriptor->run(rig.handle, 0);
  assert_int_equal(rig_latency(&rig), designed_latency(RATE, 1024));
  rig_close(&rig);
}

/* Ardour's latency probe gives one buffer for every audio port. */
static void test_latency_is_told_to_one_buffer_for_all(void **state) {
  (void)state;
  struct rig rig;
  assert_true(rig_open(&rig, VARIANT_STEMS, RATE, 1024, rig_bundle()));
  float buffer[1024] = {0.25f};
  rig_connect_audio(&rig, buffer, buffer, 0);
  rig.descriptor->run(rig.handle, 1024);
  assert_int_equal(rig_latency(&rig), designed_latency(RATE, 1024));
  rig_close(&rig);
}

static void test_stems_sum_to_the_input(void **state) {
  (void)state;
  static const double rates[] = {22050, 44100, 48000, 96000};
  for (size_t r = 0; r < sizeof rates / sizeof *rates; ++r) {
    struct take take;
    struct music m = music_new(3.0, rates[r]);
    open_stems(&take, rates[r], BLOCK);
    take_play(&take, &m, BLOCK);
    for (unsigned c = 0; c < N_CHANNELS; ++c) {
      for (enum split_id split = 0; split < N_SPLITS; ++split) {
        double db = take_sum_db(&take, &m, split, c, 0);
        print_message("%6.0f Hz, split %u: sum - input %.1f dB\n", rates[r], (unsigned)split, db);
        assert_true(db <= -120.0);
      }
    }
    take_close(&take);
    music_free(&m);
  }
}

/* So do stems whose masks are refined in every way, and main at unity stays the input. */
static void test_refined_stems_sum_to_the_input(void **state) {
  (void)state;
  static const double rates[] = {44100, 192000};
  for (size_t r = 0; r < sizeof rates / sizeof *rates; ++r) {
    struct take take;
    struct music m = music_new(2.0, rates[r]);
    open_stems(&take, rates[r], BLOCK);
    take.rig.controls[PORT_SHARPNESS] = 1.6f;
    take.rig.controls[PORT_SPATIAL] = 100.0f;
    take.rig.controls[PORT_FLOOR] = -20.0f;
    take_play(&take, &m, BLOCK);
    for (unsigned c = 0; c < N_CHANNELS; ++c) {
      double db = take_sum_db(&take, &m, SPLIT_FOUR, c, 0);
      print_message("%6.0f Hz, refined: sum - input %.1f dB\n", rates[r], db);
      assert_true(db <= -120.0);
    }
    take_check_main(&take, &m);
    take_close(&take);
    music_free(&m);
  }
}

static void test_unity_and_bypass_are_bit_exact(void **state) {
  (void)state;
  struct music m = music_new(2.0, RATE);
  m.channels[0][100] = -0.0f;
  m.channels[1][200] = 1e-41f;
  for (enum variant v = 0; v < N_VARIANTS; ++v) {
    for (unsigned bypass = 0; bypass < 2; ++bypass) {
      struct take take;
      print_message("variant %u, %s\n", (unsigned)v, bypass ? "bypass" : "unity");
      take_open(&take, v, RATE, BLOCK, rig_bundle());
      take.rig.controls[PORT_FREEWHEEL] = 0.0f;
      take.rig.controls[PORT_ENABLED] = bypass ? 0.0f : 1.0f;
      if (bypass) { /* faders away from unity must not matter */
        take.rig.controls[ports_stem_control(STEM_VOCALS, CONTROL_MUTE)] = 1.0f;
        take.rig.controls[ports_stem_control(STEM_BASS, CONTROL_GAIN)] = -7.0f;
      }
      take_play(&take, &m, 0);
      take_check_main(&take, &m);
      for (unsigned s = 0; bypass && v == VARIANT_STEMS && s < N_STEMS; ++s) {
        const float *stem = rig_audio_stem(&take.out, s, 0);
        assert_true(stem[take_loudest(stem, m.frames)] == 0.0f);
      }
      take_close(&take);
    }
  }
  music_free(&m);
}

static void test_blocks_do_not_matter(void **state) {
  (void)state;
  static const unsigned blocks[] = {1, 17, 64, 1000, 8192, 0};
  struct music m = music_new(2.5, RATE);
  struct take expected, take;
  open_stems(&expected, RATE, BLOCK);
  set_some_faders(&expected.rig);
  take_play(&expected, &m, BLOCK);
  for (size_t b = 0; b < sizeof blocks / sizeof *blocks; ++b) {
    print_message("blocks of %u\n", blocks[b]);
    open_stems(&take, RATE, BLOCK);
    set_some_faders(&take.rig);
    take_play(&take, &m, blocks[b]);
    assert_int_equal(take.rig.controls[PORT_LATE_FRAMES], 0);
    take_check_same(&take, 0, &expected, 0);
    take_close(&take);
  }
  take_close(&expected);
  music_free(&m);
}

/* A host that announced another block length gets another latency, but the same audio. */
static void test_announced_blocks_only_delay(void **state) {
  (void)state;
  static const unsigned blocks[] = {64, 1024, 4096};
  enum { N_BLOCKS = sizeof blocks / sizeof *blocks };
  struct music m = music_new(2.0, RATE);
  struct take takes[N_BLOCKS];
  for (size_t b = 0; b < N_BLOCKS; ++b) {
    print_message("announced: blocks of %u\n", blocks[b]);
    open_stems(&takes[b], RATE, blocks[b]);
    take_play(&takes[b], &m, blocks[b]);
    take_check_same(&takes[b], takes[b].latency, &takes[0], takes[0].latency);
  }
  for (size_t b = 0; b < N_BLOCKS; ++b) {
    take_close(&takes[b]);
  }
  music_free(&m);
}

static void test_activate_starts_afresh(void **state) {
  (void)state;
  struct music m = music_new(1.0, RATE);
  struct take take, before = {.latency = 0};
  open_stems(&take, RATE, BLOCK);
  set_some_faders(&take.rig);
  take_play(&take, &m, BLOCK);
  before.out = take.out;
  take.out = (struct rig_audio){0};
  take.rig.descriptor->activate(take.rig.handle);
  take_play(&take, &m, BLOCK);
  take_check_same(&take, 0, &before, 0);
  rig_audio_free(&before.out);
  take_close(&take);
  music_free(&m);
}

/* From unity with nothing connected the network rests; a mute must wake it and take hold. */
static void test_a_mute_wakes_the_network(void **state) {
  (void)state;
  struct music m = music_new(3.0, RATE);
  struct take take;
  size_t half = m.frames / 2 / BLOCK * BLOCK;
  struct music quiet = music_part(&m, 0, half), rest = music_part(&m, half, half);
  take_open(&take, VARIANT_INSERT, RATE, BLOCK, rig_bundle());
  take_play(&take, &quiet, BLOCK);
  assert_true(take_error_db(&take, &quiet, take.out.left_right[PORT_MAIN_L], 0, 0) == -400);
  for (unsigned s = 0; s < STEM_HARMONIC; ++s) {
    take.rig.controls[ports_stem_control(s, CONTROL_MUTE)] = 1.0f;
  }
  take_play(&take, &rest, BLOCK);
  /* With all four stems muted main is silent, which only masks that sum to one can give. */
  size_t settled = RATE / 10;
  double db = rig_level_db(take.out.left_right[PORT_MAIN_L] + settled, half - settled);
  print_message("all stems muted: main at %.1f dBFS 100 ms later\n", db);
  assert_true(db < -120.0);
  take_close(&take);
  music_free(&m);
}

/* The second half of main, in which the vocals are muted; where they were not before, the network
 * rested. */
static struct take second_half(const struct music *m, bool muted_before) {
  struct take take;
  size_t half = m->frames / 2 / BLOCK * BLOCK;
  struct music first = music_part(m, 0, half), second = music_part(m, half, half);
  take_open(&take, VARIANT_INSERT, RATE, BLOCK, rig_bundle());
  take.rig.controls[ports_stem_control(STEM_VOCALS, CONTROL_MUTE)] = muted_before;
  take_play(&take, &first, BLOCK);
  take.rig.controls[ports_stem_control(STEM_VOCALS, CONTROL_MUTE)] = 1.0f;
  take_play(&take, &second, BLOCK);
  assert_int_equal(take.rig.controls[PORT_LATE_FRAMES], 0);
  rig_close(&take.rig);
  return take;
}

/* The newest frames that a network missed are made up for. */
static void test_a_woken_network_is_warm(void **state) {
  (void)state;
  struct music m = music_new(4.0, RATE);
  struct take awake = second_half(&m, true), woken = second_half(&m, false);
  size_t settled = RATE / 10;
  double db = rig_error_db(woken.out.left_right[PORT_MAIN_L] + settled,
                           awake.out.left_right[PORT_MAIN_L] + settled, awake.out.frames - settled);
  print_message("woken against awake: %.1f dB\n", db);
  assert_true(db <= -25.0);
  take_close(&awake);
  take_close(&woken);
  music_free(&m);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_latency_reported_is_measured),
      cmocka_unit_test(test_latency_of_small_blocks_is_that_of_a_hop),
      cmocka_unit_test(test_latency_without_features_is_that_of_long_blocks),
      cmocka_unit_test(test_latency_is_told_to_one_buffer_for_all),
      cmocka_unit_test(test_stems_sum_to_the_input),
      cmocka_unit_test(test_refined_stems_sum_to_the_input),
      cmocka_unit_test(test_unity_and_bypass_are_bit_exact),
      cmocka_unit_test(test_blocks_do_not_matter),
      cmocka_unit_test(test_announced_blocks_only_delay),
      cmocka_unit_test(test_activate_starts_afresh),
      cmocka_unit_test(test_a_mute_wakes_the_network),
      cmocka_unit_test(test_a_woken_network_is_warm),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
