/* SPDX-License-Identifier: ISC */
/* A small LV2 host in memory, for tests and benchmarks: one plugin, buffers for every port. */
#pragma once

#include "interface/ports.h"

#include <lv2/core/lv2.h>
#include <lv2/log/log.h>
#include <lv2/urid/urid.h>
#include <stdbool.h>
#include <stddef.h>

struct rig {
  LV2_Handle handle;
  const LV2_Descriptor *descriptor;
  enum variant variant;
  float controls[N_PORTS]; /* by enum port; outputs of the plugin too */
  LV2_Log_Log logging;
  char log[65536]; /* what the plugin logged since rig_open() */
};

/** The outputs of a render, by enum port; NULL where not wanted. */
struct rig_audio {
  float *left_right[N_PORTS];
  size_t frames;
};

/** The numbers of URIs: for the whole program. */
LV2_URID_Map *rig_map(void);
LV2_URID_Unmap *rig_unmap(void);

/** Instantiates and activates. `block`: what the host announces as nominal length; 0 announces
 * nothing and offers no feature at all. @return false when instantiate() failed. */
bool rig_open(struct rig *rig, enum variant variant, double rate, unsigned block,
              const char *bundle);

/** The same, of a host with one more feature; NULL: without. */
bool rig_open_with(struct rig *rig, enum variant variant, double rate, unsigned block,
                   const char *bundle, const LV2_Feature *more);
void rig_close(struct rig *rig);

/** Samples, as the port says. */
unsigned rig_latency(const struct rig *rig);

/** Connects a port that this variant has. */
void rig_connect(struct rig *rig, enum port port, void *data);

/** Connects the inputs to `in`, and the outputs one after the other from `out` on, `stride` samples
 * apart; 0: all of them to one buffer. */
void rig_connect_audio(struct rig *rig, float *in, float *out, size_t stride);

/** The bundle that make built: $UNBRAID_BUNDLE or build/unbraid.lv2. */
const char *rig_bundle(void);

/** Buffers of `frames` samples for main and, with `stems`, for every stem. Aborts without memory.
 */
struct rig_audio rig_audio_new(size_t frames, bool stems);
void rig_audio_free(struct rig_audio *audio);

/** A part of it, which is not to be freed. */
struct rig_audio rig_audio_part(const struct rig_audio *audio, size_t from, size_t frames);

float *rig_audio_stem(const struct rig_audio *audio, unsigned stem, unsigned channel);

/** Adds up the stems of a split; sum[frames]. */
void rig_audio_sum(const struct rig_audio *audio, enum split_id split, unsigned channel,
                   float *sum);

/** Runs over whole buffers in pieces: `block` samples at a time, or, where it is 0, of lengths from
 * a fixed sequence between 1 and 700. `right` may be NULL: not connected. */
void rig_render(struct rig *rig, const float *left, const float *right, struct rig_audio *out,
                unsigned block);

/** Noise in -1 ... 1, the same for the same seed. */
void rig_noise(float *to, size_t frames, unsigned seed);

/** Something like music: a bass note, chords, a gliding voice and drum hits, at any rate. */
void rig_music(float *left, float *right, size_t frames, double rate);

/** 20 log10 of the root mean square of a - b over that of b; -400 for no difference. */
double rig_error_db(const float *a, const float *b, size_t frames);

/** 10 log10 of the mean square; -300 for none. */
double rig_level_db(const float *x, size_t frames);

/** MiB of this process in memory. */
double rig_resident_mib(void);
