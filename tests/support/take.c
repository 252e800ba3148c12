/* SPDX-License-Identifier: ISC */
#include "tests/support/take.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

struct music music_new(double seconds, double rate) {
  struct music m = {.frames = (size_t)(seconds * rate)};
  for (unsigned c = 0; c < N_CHANNELS; ++c) {
    m.channels[c] = malloc(m.frames * sizeof(float));
    assert_non_null(m.channels[c]);
  }
  rig_music(m.channels[0], m.channels[1], m.frames, rate);
  return m;
}

void music_free(struct music *music) {
  for (unsigned c = 0; c < N_CHANNELS; ++c) {
    free(music->channels[c]);
  }
}

struct music music_part(const struct music *music, size_t from, size_t frames) {
  return (struct music){{music->channels[0] + from, music->channels[1] + from}, frames};
}

void take_open(struct take *take, enum variant variant, double rate, unsigned block,
               const char *bundle) {
  assert_true(rig_open(&take->rig, variant, rate, block, bundle));
  take->rig.controls[PORT_FREEWHEEL] = 1.0f;
  take->out = (struct rig_audio){0};
  take->latency = 0;
}

void take_play(struct take *take, const struct music *in, unsigned block) {
  rig_audio_free(&take->out);
  take->out = rig_audio_new(in->frames, take->rig.variant == VARIANT_STEMS);
  rig_render(&take->rig, in->channels[0], in->channels[1], &take->out, block);
  take->latency = rig_latency(&take->rig);
}

void take_close(struct take *take) {
  rig_audio_free(&take->out);
  rig_close(&take->rig);
}

void audio_check_same(const struct rig_audio *audio, size_t from, const struct rig_audio *other,
                      size_t others_from) {
  size_t most = from > others_from ? from : others_from;
  assert_int_equal(audio->frames, other->frames);
  for (unsigned p = PORT_MAIN_L; p < PORT_STEM_CONTROLS; ++p) {
    assert_memory_equal(audio->left_right[p] + from, other->left_right[p] + others_from,
                        (audio->frames - most) * sizeof(float));
  }
}

void take_check_same(const struct take *take, size_t from, const struct take *other,
                     size_t others_from) {
  audio_check_same(&take->out, from, &other->out, others_from);
}

void take_check_main(const struct take *take, const struct music *in) {
  for (unsigned c = 0; c < N_CHANNELS; ++c) {
    assert_memory_equal(take->out.left_right[PORT_MAIN_L + c] + take->latency, in->channels[c],
                        (in->frames - take->latency) * sizeof(float));
  }
}

double take_error_db(const struct take *take, const struct music *in, const float *out,
                     unsigned channel, size_t first) {
  return rig_error_db(out + take->latency + first, in->channels[channel] + first,
                      in->frames - take->latency - first);
}

double take_sum_db(const struct take *take, const struct music *in, enum split_id split,
                   unsigned channel, size_t first) {
  float *sum = malloc(in->frames * sizeof *sum);
  assert_non_null(sum);
  rig_audio_sum(&take->out, split, channel, sum);
  double db = take_error_db(take, in, sum, channel, first);
  free(sum);
  return db;
}

size_t take_loudest(const float *x, size_t frames) {
  size_t at = 0;
  for (size_t i = 0; i < frames; ++i) {
    at = fabsf(x[i]) > fabsf(x[at]) ? i : at;
  }
  return at;
}
