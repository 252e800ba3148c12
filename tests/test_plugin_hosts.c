/* SPDX-License-Identifier: ISC */
/* The plugin in hosts that share buffers between ports, and with samples, controls and rates that
 * are none. */
#include "tests/support/take.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

enum { RATE = 44100, BLOCK = 256 };

/* With faders that keep the network at work. */
static void open_mixed(struct take *take) {
  take_open(take, VARIANT_STEMS, RATE, BLOCK, rig_bundle());
  take->rig.controls[ports_stem_control(STEM_VOCALS, CONTROL_MUTE)] = 1.0f;
  take->rig.controls[ports_stem_control(STEM_DRUMS, CONTROL_GAIN)] = -6.0f;
  take->rig.controls[ports_stem_control(STEM_BASS, CONTROL_WET)] = 40.0f;
}

/* Outputs in the input's place, and every output a host does not want in one buffer. */
static void test_buffers_may_be_shared(void **state) {
  (void)state;
  struct music m = music_new(1.0, RATE);
  struct take expected, take;
  open_mixed(&expected);
  take_play(&expected, &m, BLOCK);
  open_mixed(&take);
  float dummy[BLOCK] = {0};
  for (size_t done = 0; done + BLOCK <= m.frames; done += BLOCK) {
    for (uint32_t p = 0; p < PORT_STEM_CONTROLS; ++p) {
      float *buffer = m.channels[p % 2] + done; /* in and main share */
      buffer = p >= PORT_STEM_AUDIO ? dummy : buffer;
      buffer = p == PORT_STEM_AUDIO + 2 ? NULL : buffer;
      rig_connect(&take.rig, p, buffer);
    }
    take.rig.descriptor->run(take.rig.handle, BLOCK);
  }
  size_t bytes = m.frames / BLOCK * BLOCK * sizeof(float);
  for (unsigned c = 0; c < N_CHANNELS; ++c) {
    assert_memory_equal(m.channels[c], expected.out.left_right[PORT_MAIN_L + c], bytes);
  }
  take_close(&expected);
  take_close(&take);
  music_free(&m);
}

static void test_damaged_samples_pass_nothing_on(void **state) {
  (void)state;
  struct music m = music_new(2.0, RATE);
  struct take clean, take;
  open_mixed(&clean);
  take_play(&clean, &m, BLOCK);
  enum { DAMAGE_FROM = 8000, DAMAGE_TO = 12000 };
  for (unsigned i = DAMAGE_FROM; i < DAMAGE_TO; ++i) {
    m.channels[0][i] = i % 3 == 0 ? NAN : i % 3 == 1 ? INFINITY : -3e38f;
    m.channels[1][i] = -m.channels[0][i];
  }
  open_mixed(&take);
  take_play(&take, &m, BLOCK);
  /* Once the network's own memory of the gap has passed, the output is what it would have been. */
  size_t late = (size_t)(1.8 * RATE);
  for (unsigned p = PORT_MAIN_L; p < PORT_STEM_CONTROLS; ++p) {
    const float *out = take.out.left_right[p];
    for (size_t i = 0; i < m.frames; ++i) {
      assert_true(fabsf(out[i]) < 10.0f); /* false for NaN */
    }
    assert_true(rig_error_db(out + late, clean.out.left_right[p] + late, m.frames - late) < -20.0);
  }
  take_close(&clean);
  take_close(&take);
  music_free(&m);
}

static void test_damaged_controls_mean_defaults(void **state) {
  (void)state;
  struct music m = music_new(0.5, RATE);
  struct take take;
  take_open(&take, VARIANT_STEMS, RATE, BLOCK, rig_bundle());
  for (unsigned p = PORT_STEM_CONTROLS; p < PORT_FREEWHEEL; ++p) {
    take.rig.controls[p] = NAN;
  }
  take_play(&take, &m, BLOCK);
  take_check_main(&take, &m);
  take_close(&take);
  music_free(&m);
}

static void test_impossible_rates_are_refused(void **state) {
  (void)state;
  static const double rates[] = {0.0, -44100.0, 1e9, NAN};
  for (size_t r = 0; r < sizeof rates / sizeof *rates; ++r) {
    struct rig rig;
    print_message("%g Hz\n", rates[r]);
    assert_false(rig_open(&rig, VARIANT_STEMS, rates[r], BLOCK, rig_bundle()));
    assert_non_null(strstr(rig.log, "Hz"));
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_buffers_may_be_shared),
      cmocka_unit_test(test_damaged_samples_pass_nothing_on),
      cmocka_unit_test(test_damaged_controls_mean_defaults),
      cmocka_unit_test(test_impossible_rates_are_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
