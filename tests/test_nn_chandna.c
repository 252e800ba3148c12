/* SPDX-License-Identifier: ISC */
/* The chandna network: what PyTorch computes over the whole input, step by step. */
#include "engine/separator.h"
#include "tests/support/files.h"
#include "tests/support/nets.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static char tiny[] = "tests/data/chandna-tiny.safetensors";
static char tiny_lookahead[] = "tests/data/chandna-tiny-la2.safetensors";
static char shipped[] = "models/chandna.safetensors";
#define SOFTER 0.0630957f /* -24 dB */

static void test_info_is_that_of_the_file(void **state) {
  (void)state;
  struct net *net = nets_open_tiny(tiny_lookahead, "chandna", 2, FOUR_STEMS);
  assert_int_equal(net_info(net)->context, 3 + 4 - 1); /* taps + context - 1 */
  net_free(net);
}

/* The level of the music must not matter; of a random net the estimates are compared, because its
 * masks can be shares of next to nothing. */
static void test_level_does_not_matter(void **state) {
  (void)state;
  enum { STEPS = 200 };
  struct net *net = nets_open(tiny, RATE);
  const struct net_info *info = net_info(net);
  size_t pairs = (size_t)info->bins * 2, n = (size_t)info->stems * info->bins;
  float *loud = nets_noise(info, STEPS, 1.0f, 5), *loud_estimates = nets_floats(n * STEPS);
  float *soft = nets_noise(info, STEPS, SOFTER, 5), *soft_estimates = nets_floats(n * STEPS);
  for (unsigned f = 0; f < STEPS; ++f) {
    net_step(net, loud + 2 * f * pairs, loud + (2 * f + 1) * pairs, loud_estimates + f * n);
  }
  net_reset(net);
  for (unsigned f = 0; f < STEPS; ++f) {
    net_step(net, soft + 2 * f * pairs, soft + (2 * f + 1) * pairs, soft_estimates + f * n);
  }
  double greatest = 0.0;
  for (size_t i = 0; i < n * STEPS; ++i) {
    greatest = fmax(greatest, loud_estimates[i]);
  }
  double difference = nets_difference(loud_estimates, soft_estimates, n * STEPS) / greatest;
  print_message("%s: 24 dB softer, estimates differ by %.2g\n", tiny, difference);
  assert_true(greatest > 0.0 && difference <= 1e-2);
  net_free(net);
  free(loud);
  free(loud_estimates);
  free(soft);
  free(soft_estimates);
}

static void test_bad_models_are_refused(void **state) {
  (void)state;
  static const char *const changes[][2] = {
      {"unbraid-model", "unbraid-mOdel"},
      {"\"format_version\": \"1\"", "\"format_version\": \"2\""},
      {"\"format_version\": \"1\"", "\"format_version\":  1 "},
      {"\"architecture\": \"chandna\"", "\"architecture\": \"chan\\ta\""},
      {"rms-magnitude", "rms-magnitudE"},
      {"vocals,drums,bass,other", "vocals,drums,bassother_"},
      {"vocals,drums,bass,other", "vocals,drums,drums,othe"},
      {"vocals,drums,bass,other", "vocals,drums,bass,othe,"},
      {"vocals,drums,bass,other", "a,b,c,d,e,f,g,h,i,j,k,l"},
      {"vocals,drums,bass,other", "vocals_drums_bass_other"},
      {"\"sample_rate\": \"44100\"", "\"sample_rate\": \"44.10\""},
      {"\"sample_rate\": \"44100\"", "\"sample_rate\": \"00000\""},
      {"\"sample_rate\": \"44100\"", "\"sample_ratE\": \"44100\""},
      {"\"analysis\": \"128\"", "\"analysis\": \"1e9\""},
      {"\"analysis\": \"128\"", "\"analysis\": \"inf\""},
      {"\"synthesis\": \"64\"", "\"synthesis\": \"-4\""},
      {"\"hop\": \"32\"", "\"hop\": \"99\""},
      {"\"hop\": \"32\"", "\"hop\": \"  \""},
      {"\"hop\": \"32\"", "\"hop\": \"3 \""},
      {"\"lookahead\": \"0\"", "\"lookahead\": \"1\""},
      {"\"bins\": \"37\"", "\"bins\": \"36\""},
      {"\"bins\": \"37\"", "\"bins\": \"99\""},
      {"\"n1\": \"5\"", "\"n1\": \"6\""},
      {"\"n2\": \"4\"", "\"n2\": \"0\""},
      {"\"taps\": \"3\"", "\"taps\": \"4\""},
      {"\"context\": \"4\"", "\"context\": \"x\""},
      {"\"nn\": \"6\"", "\"nn\": \"7\""},
      {"\"feature_power\": \"0.5\"", "\"feature_power\": \"0,5\""},
      {"\"norm_seconds\": \"3\"", "\"norm_seconds\": \"0\""},
      {"\"mask_power\": \"1\"", "\"mask_power\": \"0\""},
      {"decoder.weight", "decoder.weighT"},
      {"inverse_vertical.bias", "inverse_vertical.Bias"},
      {"dense.bias", "dense.biaS"},
  };
  nets_refuse(tiny, changes, sizeof changes / sizeof *changes);
}

/* The net itself would run; the audio around it could not. */
static void test_impossible_stfts_are_refused(void **state) {
  (void)state;
  static const char *const changes[][2] = {{"\"hop\": \"32\"", "\"hop\": \"31\""},
                                           {"\"analysis\": \"128\"", "\"analysis\": \"127\""},
                                           {"\"synthesis\": \"64\"", "\"synthesis\": \"65\""}};
  char *path = file_temporary();
  for (size_t i = 0; i < sizeof changes / sizeof *changes; ++i) {
    size_t size = 0;
    unsigned char *bytes = file_read(tiny, &size);
    char error[512] = "";
    nets_replace(bytes, size, changes[i][0], changes[i][1]);
    file_write(path, bytes, size);
    net_free(nets_open(path, RATE));
    assert_null(separator_net_new(path, SPLIT_FOUR, RATE, error, sizeof error));
    assert_memory_equal(error, path, strlen(path));
    assert_true(strlen(error) > strlen(path) + 10);
    free(bytes);
  }
  file_remove(path);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_prestate(nets_agree, tiny),
      cmocka_unit_test_prestate(nets_agree, tiny_lookahead),
      cmocka_unit_test_prestate(nets_reset_equals_fresh, tiny_lookahead),
      cmocka_unit_test(test_info_is_that_of_the_file),
      cmocka_unit_test_prestate(nets_rates, tiny),
      cmocka_unit_test_prestate(nets_rates, tiny_lookahead),
      cmocka_unit_test(test_level_does_not_matter),
      cmocka_unit_test_prestate(nets_shipped, shipped),
      cmocka_unit_test_prestate(nets_extremes, tiny),
      cmocka_unit_test(test_bad_models_are_refused),
      cmocka_unit_test(test_impossible_stfts_are_refused),
      cmocka_unit_test_prestate(nets_survive_damage, tiny_lookahead),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
