/* SPDX-License-Identifier: ISC */
/* The bandgru network: what PyTorch computes over the whole input, step by step. */
#include "tests/support/nets.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

static char tiny[] = "tests/data/bandgru-tiny.safetensors";
static char strided[] = "tests/data/bandgru-tiny-stride3.safetensors";
static char images[] = "tests/data/bandgru-tiny-images.safetensors";
static char five[] = "tests/data/bandgru-tiny-five.safetensors";
static char shipped[] = "models/balanced.safetensors";

static void test_info_is_that_of_the_file(void **state) {
  (void)state;
  struct net *net = nets_open_tiny(tiny, "bandgru", 1, 4);
  assert_string_equal(net_info(net)->stem_names[2], "bass");
  net_free(net);
}

static void test_bad_models_are_refused(void **state) {
  (void)state;
  static const char *const changes[][2] = {
      {"\"architecture\": \"bandgru\"", "\"architecture\": \"bandgrU\""},
      {"\"architecture\": \"bandgru\"", "\"architecture\": \"chandna\""},
      {"mid-side-magnitude", "mid-side-magnitudE"},
      {"\"bins\": \"37\"", "\"bins\": \"36\""},
      {"\"bins\": \"37\"", "\"bins\": \"38\""},
      {"\"lookahead\": \"1\"", "\"lookahead\":\"17\""},
      {"\"renew\": \"1\"", "\"renew\": \"0\""},
      {"\"renew\": \"1\"", "\"renew\":\"17\""},
      {"\"stride\": \"3\"", "\"stride\": \"0\""},
      {"\"stride\": \"3\"", "\"stride\": \"9\""},
      {"\"taps\": \"3\"", "\"taps\": \"0\""},
      {"\"taps\": \"3\"", "\"taps\": \"2\""},
      {"\"taps\": \"3\"", "\"taps\": \"4\""},
      {"\"taps\": \"3\"", "\"taps\":\"17\""},
      {"\"taps\": \"3\"", "\"tapS\": \"3\""},
      {"\"n\": \"5\"", "\"n\": \"6\""},
      {"\"n\": \"5\"", "\"n\": \"0\""},
      {"\"blocks\": \"2\"", "\"blocks\": \"3\""},
      {"\"blocks\": \"2\"", "\"blocks\": \"x\""},
      {"\"feature_power\": \"0.5\"", "\"feature_power\": \"0,5\""},
      {"\"norm_seconds\": \"3\"", "\"norm_seconds\": \"0\""},
      {"3x2,2x5,1x21", "3x2,2x5,1x22"},
      {"3x2,2x5,1x21", "3x2,2x5,1x20"},
      {"3x2,2x5,1x21", "3x2,2x5,1y21"},
      {"3x2,2x5,1x21", "3x2,2x5;1x21"},
      {"3x2,2x5,1x21", "3x2,0x5,1x31"},
      {"3x2,2x5,1x21", "3x2,2x0,1x31"},
      {"3x2,2x5,1x21", "3x2,2x5,3x7,"},
      {"3x2,2x5,1x21", "3x2,2x5,3x 7"},
      {"3x2,2x5,1x21", "3x2,2x5,-1x2"},
      {"3x2,2x5,1x21", "3x2,99999999"},
      {"3x2,2x5,1x21", "3x2,9999999x"},
      {"3x2,2x5,1x21", "9999999999x1"},
      {"3x2,2x5,1x21", "1x9999999999"},
      {"3x2,2x5,1x21", "3x2,3x3,1x22"},
      {"\"bands\"", "\"bandS\""},
      {"encoder.5.weight", "encoder.6.weight"},
      {"decoder.0.bias", "decoder.0.biaS"},
      {"blocks.1.gru.weight_hh", "blocks.1.gru.weight_hH"},
      {"blocks.0.band_norm.bias", "blocks.0.band_norm.biaS"},
      {"head.weight", "heaD.weight"},
  };
  nets_refuse(strided, changes, sizeof changes / sizeof *changes);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_prestate(nets_agree, tiny),
      cmocka_unit_test_prestate(nets_agree, strided),
      cmocka_unit_test_prestate(nets_agree, images),
      cmocka_unit_test_prestate(nets_agree, five),
      cmocka_unit_test_prestate(nets_reset_equals_fresh, tiny),
      cmocka_unit_test_prestate(nets_reset_equals_fresh, strided),
      cmocka_unit_test(test_info_is_that_of_the_file),
      cmocka_unit_test_prestate(nets_rates, tiny),
      cmocka_unit_test_prestate(nets_level, tiny),
      cmocka_unit_test_prestate(nets_shipped, shipped),
      cmocka_unit_test_prestate(nets_hears_the_image, tiny),
      cmocka_unit_test_prestate(nets_extremes, tiny),
      cmocka_unit_test(test_bad_models_are_refused),
      cmocka_unit_test_prestate(nets_survive_damage, tiny),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
