/* What goes into the engine with every block, and what comes out of it: a request, the buffers, a
 * report. All are the audio thread's, from the beginning of run() to its end. */
#pragma once

#include "dsp/mixer.h"
#include "dsp/picture.h"
#include "dsp/refine.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct pace;

/** What the player wants. */
struct engine_request {
  struct mixer_controls mixer;
  struct refine_settings refine;
  unsigned quality;            /* below N_QUALITIES: another one than before is asked for */
  const char *files[N_SPLITS]; /* model files just asked for; "": the bundle's; NULL: none was */
  bool watched;                /* stems are made, heard or not, and in bypass masks at least */
  bool measured;               /* peaks are measured */
  bool freewheels;             /* the host waits for every mask and model */
  struct pace *pace;           /* the player's, which knows whether to wait; NULL: never wait */
};

/** The buffers; any may be NULL or the same as any other. */
struct audio {
  const float *in[N_CHANNELS];
  float *main[N_CHANNELS];
  float *outs[N_STEMS][N_CHANNELS];
};

/** What the block brought. Pointers are good until the next one begins. */
struct engine_report {
  unsigned latency;      /* delay of every output against the input, in samples */
  uint32_t late_frames;  /* since the reset: frames whose masks came too late */
  float load;            /* share of the time that the worker is busy, running mean */
  float peaks[N_STEMS];  /* behind the faders, since the last report; 0 unless measured */
  float faders[N_STEMS]; /* gain, mute and solo together */
  struct picture pictures[N_SPLITS]; /* of the newest output */
  /* What became of models that were asked for: lines for the player, or NULL. */
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
