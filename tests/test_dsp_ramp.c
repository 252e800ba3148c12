/* SPDX-License-Identifier: ISC */
/* What changes over time: ramps that land exactly and smoothly, and the dry delay. */
#include "dsp/delay.h"
#include "dsp/memory.h"
#include "dsp/ramp.h"
#include "tests/support/random.h"
#include "tests/support/rig.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { LENGTH = 4096 };

enum { RAMP = 1000 };

/* Greatest slope and curvature of a ramp that starts with a slope of at most 1.5 changes per
 * length and has to go `change`: the extremes of its cubic. */
static void check_smooth(const float *x, unsigned n, float before, double change) {
  double slope = 3.0 * change / RAMP, curvature = 12.0 * change / RAMP / RAMP;
  double last = before, last_step = 0.0;
  for (unsigned i = 0; i < n; ++i) {
    double step = x[i] - last;
    assert_true(fabs(step) <= slope + 1e-6);
    assert_true(fabs(step - last_step) <= curvature + 1e-6);
    last = x[i];
    last_step = step;
  }
}

static void test_ramp_lands_exactly(void **state) {
  (void)state;
  static const float targets[] = {0.0f, 1.0f, 0.1f, 3.981072f, 1e-3f};
  float x[RAMP + 1];
  struct ramp ramp;
  ramp_init(&ramp, 1.0f, RAMP);
  assert_true(ramp_rests_at(&ramp, 1.0f));
  for (unsigned k = 0; k < 5; ++k) {
    float before = ramp.value;
    ramp_set(&ramp, targets[k]);
    assert_false(ramp_rests_at(&ramp, targets[k]));
    ramp_process(&ramp, x, RAMP + 1);
    check_smooth(x, RAMP + 1, before, fabs((double)targets[k] - before));
    assert_true(x[RAMP - 1] == targets[k] && x[RAMP] == targets[k]);
    assert_true(x[RAMP - 2] != targets[k]); /* and no sooner */
    assert_true(ramp_rests_at(&ramp, targets[k]));
  }
  ramp_set(&ramp, 0.5f);
  ramp_process(&ramp, x, 10);
  ramp_settle(&ramp);
  assert_true(ramp_rests_at(&ramp, 0.5f));
}

static void test_ramp_retargets_smoothly(void **state) {
  (void)state;
  float x[2 * RAMP];
  for (unsigned at = 1; at < RAMP; at += 37) {
    for (unsigned k = 0; k < 3; ++k) {
      float target = k == 0 ? 1.0f : k == 1 ? 0.25f : 0.01f; /* back, onward, further */
      struct ramp ramp;
      ramp_init(&ramp, 1.0f, RAMP);
      ramp_set(&ramp, 0.0f);
      ramp_process(&ramp, x, at);
      ramp_set(&ramp, target);
      ramp_process(&ramp, x + at, RAMP);
      check_smooth(x, at + RAMP, 1.0f, 1.0);
      assert_true(x[at + RAMP - 1] == target);
    }
  }
}

/* The same target again must not start anew. */
static void test_ramp_ignores_repeats(void **state) {
  (void)state;
  float once[RAMP], often[RAMP];
  struct ramp a, b;
  ramp_init(&a, 0.0f, RAMP);
  ramp_init(&b, 0.0f, RAMP);
  ramp_set(&a, 1.0f);
  ramp_process(&a, once, RAMP);
  for (unsigned i = 0; i < RAMP; i += 8) {
    ramp_set(&b, 1.0f);
    ramp_process(&b, often + i, 8);
  }
  assert_memory_equal(once, often, sizeof once);
}

static void test_delay_is_exact(void **state) {
  (void)state;
  static const unsigned lengths[] = {0, 1, 7, 64, 1000, 5000};
  float *in = memory_floats(LENGTH), *out = memory_floats(LENGTH);
  assert_true(in && out);
  uint32_t random = 2;
  for (unsigned k = 0; k < 6; ++k) {
    struct delay *delay = delay_new(lengths[k]);
    assert_non_null(delay);
    rig_noise(in, LENGTH, k);
    for (unsigned round = 0; round < 2; ++round) {
      memcpy(out, in, LENGTH * sizeof *in);
      for (unsigned at = 0; at < LENGTH;) {
        unsigned n = 1 + random_below(&random, 300);
        n = n < LENGTH - at ? n : LENGTH - at;
        delay_process(delay, out + at, out + at, n); /* in place */
        at += n;
      }
      for (unsigned i = 0; i < LENGTH; ++i) {
        float expected = i >= lengths[k] ? in[i - lengths[k]] : 0.0f;
        assert_true(out[i] == expected);
      }
      delay_reset(delay);
    }
    delay_free(delay);
  }
  free(in);
  free(out);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_ramp_lands_exactly),
      cmocka_unit_test(test_ramp_retargets_smoothly),
      cmocka_unit_test(test_ramp_ignores_repeats),
      cmocka_unit_test(test_delay_is_exact),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
