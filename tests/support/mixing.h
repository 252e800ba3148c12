/* SPDX-License-Identifier: ISC */
/* A mixer and what goes through it, for the tests of the faders. */
#pragma once

#include "dsp/mixer.h"

#include <stdint.h>

enum { MIXING_RATE = 44100, MIXING_LENGTH = 4096 };

/** Everything that goes into and comes out of a mixer. */
struct mixing {
  float *dry[N_CHANNELS], *stems[N_STEMS][N_CHANNELS];
  float *main[N_CHANNELS], *outs[N_STEMS][N_CHANNELS];
};

/** Noise in every input. */
struct mixing mixing_new(void);
void mixing_free(struct mixing *mixing);

/** Mixes samples from ... from + n. */
void mixing_run(struct mixer *mixer, struct mixing *mixing, unsigned from, unsigned n);

/** A mixer that has come to rest at these controls. */
struct mixer *mixing_mixer(const struct mixer_controls *controls);

struct mixer_controls mixing_random(uint32_t *random);

/** A stem's gain as mixer.h and the design say it, written another way. */
double mixing_gain(const struct mixer_controls *controls, unsigned stem);
