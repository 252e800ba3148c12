/* SPDX-License-Identifier: ISC */
/* Each quality of the bundle through the plugin: its latency, its sums, and that blocks do not
 * matter, also where masks are renewed more rarely than frames are heard. */
#include "tests/support/take.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
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

/* In a host of that block length; of the four stems alone, half of the vocals is the mix. */
static void play(struct take *take, const struct quality *q, const struct music *in,
                 unsigned announced, unsigned block) {
  take_open(take, VARIANT_STEMS, RATE, announced, rig_bundle());
  take->rig.controls[PORT_QUALITY] = q->value;
  take->rig.controls[PORT_SPATIAL] = 0.0f;
  take->rig.controls[ports_stem_control(STEM_VOCALS, CONTROL_WET)] = 50.0f;
  take_play(take, in, block);
  assert_int_equal(take->rig.controls[PORT_LATE_FRAMES], 0);
}

static void check_latency_and_sums(const struct quality *q, const struct music *in) {
  const float *left = in->channels[0];
  for (unsigned i = 0; i < 4; ++i) {
    unsigned block = q->promised[i].block;
    struct take take;
    play(&take, q, in, block, block);
    assert_int_equal(take.latency, q->promised[i].latency);
    take_check_main(&take, in);
    float *vocals = rig_audio_stem(&take.out, STEM_VOCALS, 0);
    for (size_t t = take.latency; t < FRAMES; ++t) {
      vocals[t] = 2.0f * vocals[t] - left[t - take.latency];
    }
    double db = take_sum_db(&take, in, SPLIT_FOUR, 0, 0);
    print_message("quality %.0f, blocks of %u: latency %u, sum of stems - input %.1f dB\n",
                  (double)q->value, block, take.latency, db);
    assert_true(db <= -120.0);
    assert_true(take_sum_db(&take, in, SPLIT_HP, 0, 0) <= -120.0);
    take_close(&take);
  }
}

/* Frames of harmonic and percussive end half a hop before those of the four stems: what the one
 * model makes of the drums there it makes of the drums here when the music begins so much later. */
static void check_percussive(const struct quality *q, const struct music *in) {
  unsigned late = q->hop / 2;
  struct music later = music_new(2.0, RATE);
  for (unsigned c = 0; c < N_CHANNELS; ++c) {
    memset(later.channels[c], 0, late * sizeof(float));
    memcpy(later.channels[c] + late, in->channels[c], (FRAMES - late) * sizeof(float));
  }
  struct take now, then;
  play(&now, q, in, 64, 64);
  play(&then, q, &later, 64, 64);
  bool same = rig_error_db(rig_audio_stem(&now.out, STEM_PERCUSSIVE, 0),
                           rig_audio_stem(&then.out, STEM_DRUMS, 0) + late, FRAMES - late) < -100.0;
  assert_int_equal(same, q->percussive_is_drums);
  take_close(&now);
  take_close(&then);
  music_free(&later);
}

static void check_blocks(const struct quality *q, const struct music *in) {
  static const unsigned blocks[] = {1, 17, 1000, 0};
  struct take expected, take;
  play(&expected, q, in, 64, 64);
  for (size_t b = 0; b < sizeof blocks / sizeof *blocks; ++b) {
    print_message("quality %.0f, blocks of %u\n", (double)q->value, blocks[b]);
    play(&take, q, in, 64, blocks[b]);
    take_check_same(&take, 0, &expected, 0);
    take_close(&take);
  }
  take_close(&expected);
}

static void check_quality(void **state) {
  const struct quality *q = *state;
  struct music in = music_new(2.0, RATE);
  check_latency_and_sums(q, &in);
  check_blocks(q, &in);
  check_percussive(q, &in);
  music_free(&in);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      {"test_balanced_plays_as_promised", check_quality, NULL, NULL, &balanced},
      {"test_light_plays_as_promised", check_quality, NULL, NULL, &light},
      {"test_live_plays_as_promised", check_quality, NULL, NULL, &live},
      {"test_instant_plays_as_promised", check_quality, NULL, NULL, &instant},
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
