/* SPDX-License-Identifier: ISC */
/* The mdensenet3w network: what PyTorch computes over the whole input, step by step. */
#include "engine/separator.h"
#include "tests/support/nets.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static char tiny[] = "tests/data/mdensenet-tiny.safetensors";
static char shipped[] = "models/mdensenet3w.safetensors";

static void test_info_is_that_of_the_file(void **state) {
  (void)state;
  struct net *net = nets_open_tiny(tiny, "mdensenet3w", 1, 2);
  assert_string_equal(net_info(net)->stem_names[1], "percussive");
  net_free(net);
}

static void test_bad_models_are_refused(void **state) {
  (void)state;
  static const char *const changes[][2] = {
      {"\"architecture\": \"mdensenet3w\"", "\"architecture\": \"mdensenet4w\""},
      {"harmonic,percussive", "harmonicspercussive"},
      {"harmonic,percussive", "harmonic,Percussive"},
      {"mid-side-magnitude", "mid-side-magnitudE"},
      {"\"causal\": \"1\"", "\"causal\": \"0\""},
      {"\"causal\": \"1\"", "\"causaL\": \"1\""},
      {"\"bins\": \"37\"", "\"bins\": \"36\""},
      {"\"taps\": \"2\"", "\"taps\": \"3\""},
      {"\"width\": \"6\"", "\"width\": \"7\""},
      {"\"width\": \"6\"", "\"width\": \"0\""},
      {"\"growth\": \"3\"", "\"growth\": \"4\""},
      {"\"depth\": \"3\"", "\"depth\": \"4\""},
      {"\"depth\": \"3\"", "\"depth\": \"9\""},
      {"\"levels\": \"2\"", "\"levels\": \"4\""},
      {"\"levels\": \"2\"", "\"levels\": \"7\""},
      {"4x2,3x5,1x14", "4x2,3x5,2x07"}, /* nine bands: they cannot be halved */
      {"4x2,3x5,1x14", "4x2,3x5,1x15"},
      {"3x3,5x1,1x4", "3x3,5x1,2x4"},
      {"3x3,5x1,1x4", "3x3,4x1,1x4"},
      {"3x3,5x1,1x4", "3x3,5x1,1x5"},
      {"3x3,5x1,1x4", "3x3,1x5,1x4"},
      {"3x3,5x1,1x4", "3x3,5x1,1x0"},
      {"3x3,5x1,1x4", "3x3,5x1,1x "},
      {"3x3,5x1,1x4", "3x3,5x1,   "},
      {"3x3,5x1,1x4", "3x3,5x1;1x4"},
      {"3x3,5x1,1x4", "255x255,1x1"},
      {"3x3,5x1,1x4", "99999999999"},
      {"\"kernels\"", "\"kernelS\""},
      {"branches.2.up.1.layers.2.weight", "branches.2.up.1.layers.3.weight"},
      {"branches.0.down.2.layers.0.bias", "branches.0.down.2.layers.0.biaS"},
      {"branches.1.rise.1.weight", "branches.1.risE.1.weight"},
      {"join.layers.1.bias", "join.layers.2.bias"},
      {"encoder.7.weight", "encoder.8.weight"},
  };
  nets_refuse(tiny, changes, sizeof changes / sizeof *changes);
}

/* A model for harmonic and percussive is none for four stems; the other way it is. */
static void test_splits_are_told_apart(void **state) {
  (void)state;
  static const char four[] = "tests/data/chandna-tiny.safetensors";
  char error[512] = "";
  struct separator *separator = separator_net_new(tiny, SPLIT_HP, RATE, error, sizeof error);
  assert_non_null(separator);
  separator_free(separator);
  assert_null(separator_net_new(tiny, SPLIT_FOUR, RATE, error, sizeof error));
  assert_memory_equal(error, tiny, strlen(tiny));
  assert_non_null(strstr(error, "separates harmonic and percussive, not vocals"));
  separator = separator_net_new(four, SPLIT_HP, RATE, error, sizeof error);
  assert_non_null(separator);
  assert_int_equal(separator->stems, HP_STEMS);
  separator_free(separator);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_prestate(nets_agree, tiny),
      cmocka_unit_test_prestate(nets_reset_equals_fresh, tiny),
      cmocka_unit_test(test_info_is_that_of_the_file),
      cmocka_unit_test_prestate(nets_rates, tiny),
      cmocka_unit_test_prestate(nets_level, tiny),
      cmocka_unit_test_prestate(nets_shipped, shipped),
      cmocka_unit_test_prestate(nets_hears_the_image, tiny),
      cmocka_unit_test_prestate(nets_extremes, tiny),
      cmocka_unit_test(test_bad_models_are_refused),
      cmocka_unit_test(test_splits_are_told_apart),
      cmocka_unit_test_prestate(nets_survive_damage, tiny),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
