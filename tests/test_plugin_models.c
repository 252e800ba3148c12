/* SPDX-License-Identifier: ISC */
/* The plugin in a bundle whose models are missing or damaged: it says so, and what there is takes
 * their place. */
#include "tests/support/files.h"
#include "tests/support/take.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { RATE = 44100, BLOCK = 256 };

static char *bundle;

static int make_bundle(void **state) {
  (void)state;
  bundle = file_folder();
  return 0;
}

static int remove_bundle(void **state) {
  (void)state;
  file_folder_remove(bundle);
  return 0;
}

/* The bundle has this file as a model, from now on. */
static void have(const char *model, const char *file) {
  char *path = file_in(bundle, model);
  file_copy(file, path);
  free(path);
}

/* The three models that the plugin looks for first claim a header longer than any file. */
static void have_damaged_models(void) {
  static const char *const models[] = {"balanced.safetensors", "chandna.safetensors",
                                       "mdensenet3w.safetensors"};
  static const unsigned char claim[] = {0, 0, 0, 0, 0, 0, 0, 0x80, '{', '}'};
  for (unsigned i = 0; i < 3; ++i) {
    char *path = file_in(bundle, models[i]);
    file_write(path, claim, sizeof claim);
    free(path);
  }
}

static void open_take(struct take *take) {
  take_open(take, VARIANT_STEMS, RATE, BLOCK, bundle);
}

static bool logged(const struct take *take, const char *words) {
  return strstr(take->rig.log, words) != NULL;
}

static float peak_of(const struct take *take, enum stem stem) {
  const float *audio = rig_audio_stem(&take->out, stem, 0);
  return fabsf(audio[take_loudest(audio, take->out.frames)]);
}

/* Without any model the plugin plays on: other is the mix. */
static void check_stand_in(const char *reason) {
  struct take take;
  struct music m = music_new(1.0, RATE);
  open_take(&take);
  assert_true(logged(&take, "balanced.safetensors"));
  assert_true(logged(&take, "chandna.safetensors"));
  assert_true(logged(&take, "mdensenet3w.safetensors"));
  assert_true(logged(&take, "median filters"));
  assert_true(logged(&take, reason));
  take_play(&take, &m, BLOCK);
  assert_true(take_error_db(&take, &m, rig_audio_stem(&take.out, STEM_OTHER, 0), 0, 0) < -120.0);
  assert_true(take_sum_db(&take, &m, SPLIT_HP, 1, 0) < -120.0);
  assert_true(peak_of(&take, STEM_PERCUSSIVE) > 0.05f);
  take_close(&take);
  music_free(&m);
}

static void test_without_models_other_is_the_mix(void **state) {
  (void)state;
  check_stand_in("No such file");
  have_damaged_models();
  check_stand_in("claims a header");
}

static void test_the_light_model_takes_the_place_of_a_damaged_best_one(void **state) {
  (void)state;
  have_damaged_models();
  char *light = file_in(rig_bundle(), "chandna.safetensors");
  have("chandna.safetensors", light);
  free(light);
  struct take take;
  struct music m = music_new(1.0, RATE);
  open_take(&take);
  assert_true(logged(&take, "balanced.safetensors: not a safetensors file"));
  assert_false(logged(&take, "without a model"));
  take_play(&take, &m, BLOCK);
  assert_true(peak_of(&take, STEM_DRUMS) > 0.05f);
  take_close(&take);
  music_free(&m);
}

/* Harmonic and percussive by a network, of another STFT than the four stems' and at the same
 * latency; samples that are none leave nothing behind in it. */
static void test_a_model_of_two_stems_plays_beside_damaged_ones(void **state) {
  (void)state;
  have_damaged_models();
  char *light = file_in(rig_bundle(), "chandna.safetensors");
  have("chandna.safetensors", light);
  free(light);
  have("mdensenet3w.safetensors", "tests/data/mdensenet-tiny.safetensors");
  enum { DAMAGED = 3000 };
  struct take take;
  struct music m = music_new(1.0, RATE);
  open_take(&take);
  assert_false(logged(&take, "mdensenet3w"));
  assert_false(logged(&take, "median filters"));
  for (unsigned i = 0; i < DAMAGED; ++i) {
    m.channels[0][i] = i % 2 ? NAN : INFINITY;
  }
  take_play(&take, &m, BLOCK);
  assert_true(take_sum_db(&take, &m, SPLIT_HP, 0, DAMAGED) < -120.0);
  const float *harmonic = rig_audio_stem(&take.out, STEM_HARMONIC, 0);
  assert_true(take_error_db(&take, &m, harmonic, 0, DAMAGED) > -40.0);
  take_close(&take);
  music_free(&m);
}

int main(void) {
#define WITH_BUNDLE(test) cmocka_unit_test_setup_teardown(test, make_bundle, remove_bundle)
  const struct CMUnitTest tests[] = {
      WITH_BUNDLE(test_without_models_other_is_the_mix),
      WITH_BUNDLE(test_the_light_model_takes_the_place_of_a_damaged_best_one),
      WITH_BUNDLE(test_a_model_of_two_stems_plays_beside_damaged_ones),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
