/* SPDX-License-Identifier: ISC */
/* Takes: an instance of the plugin that exports a piece of music, and what came out of it. All of
 * it fails the test that calls it where the plugin does not open or outputs are not as they must
 * be. */
#pragma once

#include "tests/support/rig.h"

struct music {
  float *channels[N_CHANNELS];
  size_t frames;
};

/** That of rig_music(). */
struct music music_new(double seconds, double rate);
void music_free(struct music *music);

/** A part of it, which is not to be freed. */
struct music music_part(const struct music *music, size_t from, size_t frames);

struct take {
  struct rig rig;
  struct rig_audio out;
  unsigned latency;
};

/** Opens an instance that freewheels; the test sets further controls in take->rig. */
void take_open(struct take *take, enum variant variant, double rate, unsigned block,
               const char *bundle);

/** Plays the music in blocks, as rig_render() does. It may be called again: the output is then that
 * of the newest call. */
void take_play(struct take *take, const struct music *in, unsigned block);
void take_close(struct take *take);

/** All outputs of two exports of as many frames are the same bytes, each from its sample on. */
void audio_check_same(const struct rig_audio *audio, size_t from, const struct rig_audio *other,
                      size_t others_from);

/** The outputs of another take, of as many frames, are the same bytes from these samples on. */
void take_check_same(const struct take *take, size_t from, const struct take *other,
                     size_t others_from);

/** Main is the input, bit for bit, the latency later. */
void take_check_main(const struct take *take, const struct music *in);

/** What an output has other than the input of its channel, the latency later and without its first
 * samples, in dB. */
double take_error_db(const struct take *take, const struct music *in, const float *out,
                     unsigned channel, size_t first);

/** The same of the sum of a split's stems. */
double take_sum_db(const struct take *take, const struct music *in, enum split_id split,
                   unsigned channel, size_t first);

/** Where a signal is loudest. */
size_t take_loudest(const float *x, size_t frames);
