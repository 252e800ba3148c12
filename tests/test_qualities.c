/* Each quality of the bundle through the plugin: its latency, its sums, and that blocks do not
 * matter, also where masks are renewed more rarely than frames are heard. */
#include "tests/support/rig.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { RATE = 44100, FRAMES = 2 * RATE };

struct quality {
  float value;
  unsigned hop;
  bool percussive_is_drums; /* one model for both splits */
  struct {
    unsigned block, latency;
  } promised[4];
};

static struct quality balanced = {
    0.0f, 512, false, {{64, 2048}, {256, 2048}, {512, 2048}, {1024, 2560}}};
static struct quality light = {
    1.0f, 512, true, {{64, 1536}, {256, 1536}, {512, 1536}, {1024, 2048}}};
static struct quality live = {
    2.0f, 256, true, {{64, 1024}, {256, 1024}, {512, 1280}, {1024, 1792}}};
static struct quality instant = {3.0f, 64, true, {{64, 256}, {128, 320}, {256, 448}, {1024, 1216}}};

/* The outputs of a freewheeling render of `in` by a host of that block length. */
static struct rig_audio render(const struct quality *q, const float *left, const float *right,
                               unsigned announced, unsigned block, unsigned *latency) {
  struct rig rig;
  assert_true(rig_open(&rig, VARIANT_STEMS, RATE, announced, rig_bundle()));
  rig.controls[PORT_QUALITY] = q->value;
  rig.controls[PORT_FREEWHEEL] = 1.0f;
  rig.controls[PORT_SPATIAL] = 0.0f; /* of the four stems alone */
  rig.controls[ports_stem_control(STEM_VOCALS, CONTROL_WET)] = 50.0f;
  struct rig_audio out = rig_audio_new(FRAMES, true);
  rig_render(&rig, left, right, &out, block);
  assert_int_equal(rig.controls[PORT_LATE_FRAMES], 0);
  *latency = (unsigned)rig.controls[PORT_LATENCY];
  rig_close(&rig);
  return out;
}

static const float *stem(const struct rig_audio *audio, unsigned s) {
  return audio->left_right[PORT_STEM_AUDIO + s * N_CHANNELS];
}

static void check_latency_and_sums(const struct quality *q, const float *left, const float *right) {
  for (unsigned i = 0; i < 4; ++i) {
    unsigned latency = 0, block = q->promised[i].block;
    struct rig_audio out = render(q, left, right, block, block, &latency);
    assert_int_equal(latency, q->promised[i].latency);
    size_t heard = FRAMES - latency;
    assert_memory_equal(out.left_right[PORT_MAIN_L] + latency, left, heard * sizeof *left);
    float *sum = calloc(FRAMES, sizeof *sum);
    assert_non_null(sum);
    for (size_t t = latency; t < FRAMES; ++t) {
      /* Half of what leaves the vocals is the mix. */
      float vocals = 2.0f * stem(&out, STEM_VOCALS)[t] - left[t - latency];
      sum[t] =
          vocals + stem(&out, STEM_DRUMS)[t] + stem(&out, STEM_BASS)[t] + stem(&out, STEM_OTHER)[t];
    }
    double db = rig_error_db(sum + latency, left, heard);
    print_message("quality %.0f, blocks of %u: latency %u, sum of stems - input %.1f dB\n",
                  (double)q->value, block, latency, db);
    assert_true(db <= -120.0);
    for (size_t t = latency; t < FRAMES; ++t) {
      sum[t] = stem(&out, STEM_HARMONIC)[t] + stem(&out, STEM_PERCUSSIVE)[t];
    }
    assert_true(rig_error_db(sum + latency, left, heard) <= -120.0);
    free(sum);
    rig_audio_free(&out);
  }
}

/* Frames of harmonic and percussive end half a hop before those of the four stems: what the one
 * model makes of the drums there it makes of the drums here when the music begins so much later. */
static void check_percussive(const struct quality *q, const float *left, const float *right) {
  unsigned latency = 0, late = q->hop / 2;
  float *later[N_CHANNELS];
  for (unsigned c = 0; c < N_CHANNELS; ++c) {
    later[c] = calloc(FRAMES, sizeof *later[c]);
    assert_non_null(later[c]);
    memcpy(later[c] + late, c ? right : left, (FRAMES - late) * sizeof *left);
  }
  struct rig_audio now = render(q, left, right, 64, 64, &latency);
  struct rig_audio then = render(q, later[0], later[1], 64, 64, &latency);
  bool same = rig_error_db(stem(&now, STEM_PERCUSSIVE), stem(&then, STEM_DRUMS) + late,
                           FRAMES - late) < -100.0;
  assert_int_equal(same, q->percussive_is_drums);
  rig_audio_free(&now);
  rig_audio_free(&then);
  free(later[0]);
  free(later[1]);
}

static void check_blocks(const struct quality *q, const float *left, const float *right) {
  static const unsigned blocks[] = {1, 17, 1000, 0};
  unsigned latency = 0;
  struct rig_audio expected = render(q, left, right, 64, 64, &latency);
  for (size_t b = 0; b < sizeof blocks / sizeof *blocks; ++b) {
    struct rig_audio out = render(q, left, right, 64, blocks[b], &latency);
    for (unsigned p = PORT_MAIN_L; p < PORT_STEM_CONTROLS; ++p) {
      assert_memory_equal(out.left_right[p], expected.left_right[p], FRAMES * sizeof(float));
    }
    rig_audio_free(&out);
  }
  rig_audio_free(&expected);
}

static void test_quality(void **state) {
  const struct quality *q = *state;
  float *left = malloc(FRAMES * sizeof *left), *right = malloc(FRAMES * sizeof *right);
  assert_true(left && right);
  rig_music(left, right, FRAMES, RATE);
  check_latency_and_sums(q, left, right);
  check_blocks(q, left, right);
  check_percussive(q, left, right);
  free(left);
  free(right);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      {"balanced", test_quality, NULL, NULL, &balanced},
      {"light", test_quality, NULL, NULL, &light},
      {"live", test_quality, NULL, NULL, &live},
      {"instant", test_quality, NULL, NULL, &instant},
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
