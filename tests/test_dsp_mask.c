/* SPDX-License-Identifier: ISC */
/* Masks: they sum to one, reach past the bins that are known, and outlive a late worker. */
#include "dsp/mask.h"
#include "tests/support/random.h"

#include <float.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

enum { BINS = 129, MAX_STEMS = 6 };

static void fill(float *to, size_t n, uint32_t *random) {
  for (size_t i = 0; i < n; ++i) {
    /* Over twelve decades, with holes. */
    float size = powf(10.0f, random_between(random, -8.0f, 4.0f));
    to[i] = random_below(random, 5) ? size : 0.0f;
  }
}

static void check_sum(const float *masks, unsigned stems, unsigned bins) {
  for (unsigned b = 0; b < bins; ++b) {
    double sum = 0.0;
    for (unsigned s = 0; s < stems; ++s) {
      float mask = masks[s * bins + b];
      assert_true(mask >= 0.0f && mask <= 1.0f);
      sum += mask;
    }
    assert_true(fabs(sum - 1.0) <= 1e-6);
  }
}

static void test_soft_is_the_formula(void **state) {
  (void)state;
  static const float powers[] = {1.0f, 2.0f, 1.5f};
  static const float floors[] = {1e-4f, 1e-9f};
  float y[MAX_STEMS * BINS], masks[MAX_STEMS * BINS];
  uint32_t random = 3;
  double worst = 0.0;
  for (unsigned i = 0; i < 6; ++i) {
    float power = powers[i % 3], floor = floors[i / 3];
    for (unsigned stems = 2; stems <= MAX_STEMS; ++stems) {
      fill(y, (size_t)stems * BINS, &random);
      memcpy(masks, y, sizeof masks);
      mask_soft(masks, stems, BINS, power, floor);
      check_sum(masks, stems, BINS);
      for (unsigned b = 0; b < BINS; ++b) {
        double sum = 0.0;
        for (unsigned s = 0; s < stems; ++s) {
          sum += pow((double)y[s * BINS + b] + floor, power);
        }
        for (unsigned s = 0; s < stems; ++s) {
          double expected = pow((double)y[s * BINS + b] + floor, power) / sum;
          worst = fmax(worst, fabs(masks[s * BINS + b] - expected));
        }
      }
    }
  }
  print_message("greatest difference from the formula: %.2g\n", worst);
  assert_true(worst <= 1e-6);
}

static void test_soft_shares_silence_evenly(void **state) {
  (void)state;
  /* The last ones vanish in float: 1e-9 to the tenth. */
  static const float powers[] = {1.0f, 2.0f, 1.5f, 4.0f, 10.0f};
  static const float floors[] = {1e-4f, 1e-9f};
  float masks[MAX_STEMS * BINS];
  for (unsigned i = 0; i < 10; ++i) {
    for (unsigned stems = 1; stems <= MAX_STEMS; ++stems) {
      memset(masks, 0, sizeof masks);
      mask_soft(masks, stems, BINS, powers[i % 5], floors[i / 5]);
      check_sum(masks, stems, BINS);
      for (unsigned k = 0; k < stems * BINS; ++k) {
        assert_true(fabsf(masks[k] - 1.0f / (float)stems) <= 1e-6f);
      }
    }
  }
}

static void test_extend_goes_on_with_the_mean(void **state) {
  (void)state;
  static const unsigned sizes[][2] = {{100, 129}, {37, 129}, {1, 9}, {3, 5}, {129, 129}, {4, 5}};
  enum { STEMS = 4 };
  float known[STEMS * BINS], masks[STEMS * BINS];
  uint32_t random = 11;
  for (size_t i = 0; i < sizeof sizes / sizeof *sizes; ++i) {
    unsigned n = sizes[i][0], bins = sizes[i][1];
    fill(known, (size_t)STEMS * n, &random);
    mask_soft(known, STEMS, n, 1.0f, 1e-4f);
    memcpy(masks, known, sizeof masks);
    mask_extend(masks, STEMS, n, bins);
    check_sum(masks, STEMS, bins);
    unsigned quarter = (n + 3) / 4;
    for (unsigned s = 0; s < STEMS; ++s) {
      assert_memory_equal(masks + (size_t)s * bins, known + (size_t)s * n, n * sizeof *known);
      double mean = 0.0;
      for (unsigned b = n - quarter; b < n; ++b) {
        mean += known[s * n + b] / (double)quarter;
      }
      for (unsigned b = n; b < bins; ++b) {
        assert_true(fabs(masks[s * bins + b] - mean) <= 1e-6);
      }
    }
  }
}

enum { HELD_STEMS = 4, HELD_BINS = 9, HELD = HELD_STEMS * HELD_BINS, HALF_SECOND = 50 };
#define HOP_SECONDS 0.01

static void random_masks(float *masks, uint32_t *random) {
  fill(masks, HELD, random);
  mask_soft(masks, HELD_STEMS, HELD_BINS, 1.0f, 1e-4f);
}

/* A hold that has heard `usual` for ten seconds and `last` once, both on time. */
static struct mask_hold *hold_after(const float *usual, const float *last) {
  struct mask_hold *hold = mask_hold_new(HELD_STEMS, HELD_BINS, HOP_SECONDS);
  assert_non_null(hold);
  for (unsigned i = 0; i < 1000; ++i) {
    mask_hold_put(hold, usual);
    mask_hold_next(hold, true, 0);
  }
  mask_hold_put(hold, last);
  assert_memory_equal(mask_hold_next(hold, true, 0), last, HELD * sizeof *last);
  return hold;
}

static void test_hold_drifts_to_the_average(void **state) {
  (void)state;
  float usual[HELD], last[HELD], before[HELD];
  uint32_t random = 21;
  random_masks(usual, &random);
  random_masks(last, &random);
  struct mask_hold *hold = hold_after(usual, last);
  const float *now = mask_hold_next(hold, false, 0);
  assert_memory_equal(now, last, sizeof last); /* the first late frame: the newest masks */
  for (unsigned late = 0; late < HALF_SECOND; ++late) {
    memcpy(before, now, sizeof before);
    now = mask_hold_next(hold, false, 0);
    check_sum(now, HELD_STEMS, HELD_BINS);
    for (unsigned i = 0; i < HELD; ++i) {
      float step = (now[i] - before[i]) * (usual[i] > last[i] ? 1.0f : -1.0f);
      assert_true(step >= -1e-6f && step <= 0.05f);
    }
  }
  /* One frame in ten seconds is a hundredth of the average. */
  for (unsigned i = 0; i < HELD; ++i) {
    assert_true(fabsf(now[i] - usual[i]) <= 0.02f * fabsf(last[i] - usual[i]) + 1e-4f);
  }
  memcpy(before, now, sizeof before);
  for (unsigned late = 0; late < 500; ++late) {
    now = mask_hold_next(hold, false, 0);
  }
  assert_memory_equal(now, before, sizeof before); /* there it stays, for ever */
  mask_hold_free(hold);
}

/* Masks that leave no stem out of any bin. */
static void full_masks(float *masks, uint32_t *random) {
  for (unsigned i = 0; i < HELD; ++i) {
    masks[i] = random_between(random, 0.1f, 1.0f);
  }
  mask_soft(masks, HELD_STEMS, HELD_BINS, 1.0f, 1e-4f);
}

/* One bin of what late masks have drifted to: closed stems have all they had at `most`, or their
 * shares of it where that is more than there is; the open ones share the rest as usual. */
static void check_drifted(const float *now, const float *usual, const float *most,
                          unsigned closed) {
  double closed_most = 0.0, closed_now = 0.0, open_usual = 0.0;
  for (unsigned s = 0; s < HELD_STEMS; ++s) {
    bool is_closed = closed >> s & 1;
    closed_most += is_closed ? most[s * HELD_BINS] : 0.0f;
    closed_now += is_closed ? now[s * HELD_BINS] : 0.0f;
    open_usual += is_closed ? 0.0f : usual[s * HELD_BINS];
  }
  for (unsigned s = 0; s < HELD_STEMS; ++s) {
    double found = now[s * HELD_BINS];
    if (closed >> s & 1) {
      /* "Lately" is long enough for three seconds to take no more than a fifth away. */
      assert_true(found >= 0.8 * most[s * HELD_BINS] / fmax(1.0, closed_most));
    } else {
      double expected = (1.0 - closed_now) * usual[s * HELD_BINS] / open_usual;
      assert_true(fabs(found - expected) <= 1e-3);
    }
  }
}

static void test_hold_keeps_closed_stems_out(void **state) {
  (void)state;
  float usual[HELD], burst[HELD], most[HELD];
  uint32_t random = 25;
  full_masks(usual, &random);
  full_masks(burst, &random);
  for (unsigned i = 0; i < HELD; ++i) {
    most[i] = fmaxf(usual[i], burst[i]);
  }
  for (unsigned closed = 0; closed < 1u << HELD_STEMS; ++closed) {
    struct mask_hold *hold = mask_hold_new(HELD_STEMS, HELD_BINS, HOP_SECONDS);
    assert_non_null(hold);
    for (unsigned i = 0; i < 1000; ++i) {
      mask_hold_put(hold, i == 700 ? burst : usual);
      mask_hold_next(hold, true, closed);
    }
    assert_memory_equal(mask_hold_next(hold, false, closed), usual, sizeof usual);
    const float *now = NULL;
    for (unsigned late = 0; late < HALF_SECOND; ++late) {
      now = mask_hold_next(hold, false, closed);
      check_sum(now, HELD_STEMS, HELD_BINS);
    }
    for (unsigned b = 0; b < HELD_BINS; ++b) {
      check_drifted(now + b, usual + b, most + b, closed);
    }
    mask_hold_free(hold);
  }
}

static void test_hold_recovers(void **state) {
  (void)state;
  float usual[HELD], last[HELD], fresh[HELD];
  uint32_t random = 22;
  random_masks(usual, &random);
  random_masks(last, &random);
  random_masks(fresh, &random);
  struct mask_hold *hold = hold_after(usual, last);
  for (unsigned late = 0; late < 2 * HALF_SECOND; ++late) {
    mask_hold_next(hold, false, 0);
  }
  mask_hold_put(hold, fresh);
  assert_memory_equal(mask_hold_next(hold, true, 0), fresh, sizeof fresh);
  /* and being late starts over */
  assert_memory_equal(mask_hold_next(hold, false, 0), fresh, sizeof fresh);
  mask_hold_free(hold);
}

static void test_hold_takes_late_masks(void **state) {
  (void)state;
  float usual[HELD], last[HELD], late[HELD];
  uint32_t random = 23;
  random_masks(usual, &random);
  random_masks(last, &random);
  random_masks(late, &random);
  struct mask_hold *hold = hold_after(usual, last);
  mask_hold_put(hold, late);
  assert_memory_equal(mask_hold_next(hold, false, 0), late, sizeof late);
  mask_hold_free(hold);
}

static void test_hold_starts_and_resets_even(void **state) {
  (void)state;
  float usual[HELD], last[HELD];
  uint32_t random = 24;
  random_masks(usual, &random);
  random_masks(last, &random);
  struct mask_hold *holds[] = {mask_hold_new(HELD_STEMS, HELD_BINS, HOP_SECONDS),
                               hold_after(usual, last)};
  assert_non_null(holds[0]);
  mask_hold_next(holds[1], false, 0);
  mask_hold_reset(holds[1]);
  for (unsigned h = 0; h < 2; ++h) {
    for (unsigned late = 0; late < 2 * HALF_SECOND; ++late) {
      const float *masks = mask_hold_next(holds[h], false, 0);
      for (unsigned i = 0; i < HELD; ++i) {
        assert_true(fabsf(masks[i] - 1.0f / HELD_STEMS) <= FLT_EPSILON);
      }
    }
    mask_hold_free(holds[h]);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_soft_is_the_formula),
      cmocka_unit_test(test_soft_shares_silence_evenly),
      cmocka_unit_test(test_extend_goes_on_with_the_mean),
      cmocka_unit_test(test_hold_drifts_to_the_average),
      cmocka_unit_test(test_hold_keeps_closed_stems_out),
      cmocka_unit_test(test_hold_recovers),
      cmocka_unit_test(test_hold_takes_late_masks),
      cmocka_unit_test(test_hold_starts_and_resets_even),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
