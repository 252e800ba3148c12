/* SPDX-License-Identifier: ISC */
/* The faders: gain, mute, solo and wet/dry of every stem, bypass, and the source of main.
 *
 * With g the fader of a stem (gain, mute and solo together), w its wet share, S its audio, x the
 * input delayed by the latency and e the share of "enabled":
 *
 *     stem output = e g (w S + (1 - w) x)            (g = 1 where outputs are before the fader)
 *     main        = x + e sum w (g - 1) S            over the stems of the split main is made from
 *
 * Every factor is ramped. At unity and in bypass, main is x, bit for bit. */
#pragma once

#include "dsp/rt.h"
#include "dsp/stems.h"

#include <stdbool.h>

/** The user's settings. */
struct mixer_controls {
  float gain_db[N_STEMS]; /* <= -60: off */
  bool mute[N_STEMS];
  bool solo[N_STEMS];      /* mutes the other stems of the same split */
  float wet[N_STEMS];      /* 0 ... 1 */
  enum split_id main_from; /* the split whose faders change main */
  bool outs_before_fader;
  bool enabled;
};

/** The default controls: everything at unity. */
struct mixer_controls mixer_defaults(void);

struct mixer;

/** `block`: most samples per mixer_process(). Not real-time safe. @return NULL: no memory. */
struct mixer *mixer_new(double rate, unsigned block);
void mixer_free(struct mixer *mixer);

/** Starts ramps to new controls. Real-time safe. */
void mixer_set(struct mixer *mixer, const struct mixer_controls *controls) UNBRAID_REALTIME;

/** Jumps to the newest controls without a ramp, before the first sample. Real-time safe. */
void mixer_settle(struct mixer *mixer) UNBRAID_REALTIME;

/** Whether a stem's audio is heard on its own output (if that is `connected`) or changes main, now
 * or during a ramp. If not, mixer_process() accepts silence for this stem. Real-time safe. */
bool mixer_hears(const struct mixer *mixer, unsigned stem, bool connected) UNBRAID_REALTIME;

/** Whether a stem's fader is closed or closing, through its mute, another stem's solo, or its gain.
 * Real-time safe. */
bool mixer_closed(const struct mixer *mixer, unsigned stem) UNBRAID_REALTIME;

/** Fader of a stem at the moment: gain, mute and solo together, 0 ... 4. Real-time safe. */
float mixer_fader(const struct mixer *mixer, unsigned stem) UNBRAID_REALTIME;

/** The current share of a split in main, 0 ... 1. During a change of main_from both splits have a
 * share. Real-time safe. */
float mixer_share(const struct mixer *mixer, enum split_id split) UNBRAID_REALTIME;

/** The current gain of a stem in main: 1 + e w (g - 1), 0 ... 4. Real-time safe. */
float mixer_through(const struct mixer *mixer, unsigned stem) UNBRAID_REALTIME;

/** Switches the measuring of peaks on or off; off at first. Real-time safe. */
void mixer_measure(struct mixer *mixer, bool on) UNBRAID_REALTIME;

/** The largest sample of a stem after its fader since the last call, even if its output is taken
 * before the fader; 0 unless peaks are measured. Real-time safe. */
float mixer_peak(struct mixer *mixer, unsigned stem) UNBRAID_REALTIME;

/** Mixes n samples (at most `block`). dry and stems: the delayed input and the stems' audio. main
 * and outs: NULL for outputs that are not wanted; they may alias each other, but not dry or stems.
 * Real-time safe. */
void mixer_process(struct mixer *mixer, const float *const dry[N_CHANNELS],
                   const float *const stems[N_STEMS][N_CHANNELS], float *const main[N_CHANNELS],
                   float *const outs[N_STEMS][N_CHANNELS], unsigned n) UNBRAID_REALTIME;
