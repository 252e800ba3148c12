/* SPDX-License-Identifier: ISC */
/* The data that enter and leave the engine with every block: a request, the buffers, a report. All
 * belong to the audio thread, from the start of run() to its end. */
#pragma once

#include "dsp/mixer.h"
#include "dsp/picture.h"
#include "dsp/refine.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct pace;

/** The user's controls and choices, and the state of the host. */
struct engine_request {
  struct mixer_controls mixer;
  struct refine_settings refine;
  unsigned quality;            /* below N_QUALITIES; a change requests another model */
  const char *files[N_SPLITS]; /* newly requested model files; "": bundled; NULL: no request */
  bool watched;                /* makes all stems, heard or not; in bypass at least the masks */
  bool measured;               /* peaks are measured */
  bool freewheels;             /* the host waits for every mask and model */
  struct pace *pace;           /* of struct player: whether to wait; NULL: never */
};

/** The buffers; any may be NULL or the same as any other. */
struct audio {
  const float *in[N_CHANNELS];
  float *main[N_CHANNELS];
  float *outs[N_STEMS][N_CHANNELS];
};

/** The results of a block. Pointers are valid until the next block begins. */
struct engine_report {
  unsigned latency;      /* delay of every output against the input, in samples */
  uint32_t late_frames;  /* frames with late masks since the reset */
  float load;            /* share of the time that the worker is busy, running mean */
  float peaks[N_STEMS];  /* after the faders, since the last report; 0 unless measured */
  float faders[N_STEMS]; /* gain, mute and solo together */
  struct picture pictures[N_SPLITS]; /* of the newest output */
  /* Results of requests for models: lines for the user, or NULL. */
  const char *plays, *refused;
};

/** The same buffers from sample n on. Real-time safe. */
static inline struct audio audio_from(const struct audio *audio, unsigned n) UNBRAID_REALTIME {
  struct audio rest;
  for (unsigned c = 0; c < N_CHANNELS; ++c) {
    rest.in[c] = audio->in[c] ? audio->in[c] + n : NULL;
    rest.main[c] = audio->main[c] ? audio->main[c] + n : NULL;
    for (unsigned s = 0; s < N_STEMS; ++s) {
      rest.outs[s][c] = audio->outs[s][c] ? audio->outs[s][c] + n : NULL;
    }
  }
  return rest;
}
