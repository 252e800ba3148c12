/* SPDX-License-Identifier: ISC */
/* A picture for a host's mixer strip: the level of the input and of each stem, closed faders, and a
 * light for late frames. The audio thread writes each into an atomic number; the host's GUI draws
 * them. Neither thread waits for the other. */
#pragma once

#include "dsp/rt.h"
#include "dsp/stems.h"
#include "plugin/inlinedisplay.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

/** Bars of the picture: the input, then the stems. */
enum { DISPLAY_INPUT, DISPLAY_STEMS, N_BARS = DISPLAY_STEMS + N_STEMS };

struct display {
  /* Shared. */
  _Atomic uint8_t shown_levels[N_BARS];
  atomic_uint flags; /* a bit per stem whose fader is closed, and FLAG_LATE */
  atomic_bool shown; /* render() was called */

  /* The audio thread's. */
  struct inlinedisplay_host host; /* queue_draw NULL: the host takes no requests */
  unsigned period, late_length;   /* samples between pictures; samples that the light is on */
  unsigned since, late_left;      /* samples */
  uint32_t late_frames;
  float peaks[N_BARS]; /* linear, since the last picture */
  uint8_t levels[N_BARS];
  bool asked; /* for a first picture */

  /* The GUI's. */
  struct inlinedisplay_surface surface; /* data NULL until the first picture */
};

/** `host`: the data of the feature queue_draw, which is copied; NULL if the host has none. */
void display_init(struct display *display, double rate, const struct inlinedisplay_host *host);
void display_free(struct display *display);

/** Silence. Real-time safe. */
void display_reset(struct display *display) UNBRAID_REALTIME;

/** Whether a host has drawn the picture. Until then the other functions do nothing. Real-time safe.
 */
bool display_shown(const struct display *display) UNBRAID_REALTIME;

/** Takes n samples of input; a channel may be NULL. Real-time safe. */
void display_hear_input(struct display *display, const float *const in[N_CHANNELS],
                        unsigned n) UNBRAID_REALTIME;

/** Takes the peaks after the faders since the last call, linear. Real-time safe. */
void display_hear_stems(struct display *display, const float peaks[N_STEMS]) UNBRAID_REALTIME;

/** Counts n samples. 25 times a second it updates the picture and asks the host to draw it if it
 * has changed. Real-time safe if the host's queue_draw is.
 * @param closed a bit per stem whose fader is closed.
 * @param late_frames late frames since the reset. */
void display_advance(struct display *display, unsigned closed, uint32_t late_frames,
                     unsigned n) UNBRAID_REALTIME;

/** Draws into at most w x h pixels, while the audio thread runs; never on two threads at once. Not
 * real-time safe. @return NULL: no room, or no memory. */
struct inlinedisplay_surface *display_render(struct display *display, uint32_t w, uint32_t h);
