/* SPDX-License-Identifier: ISC */
/* The data of a window: levels, a column of the spectrum with the stems' shares, the worker's load.
 * They are collected only while a window watches. */
#pragma once

#include "dsp/picture.h"
#include "dsp/rt.h"
#include "dsp/stems.h"

#include <stdbool.h>
#include <stdint.h>

enum { VIEW_BANDS = 64, VIEW_BYTES = 1 + N_STEMS };

/** Centre frequencies of the lowest and the highest band, in Hz; the others lie between them at
 * equal ratios. */
#define VIEW_LOWEST 40.0f
#define VIEW_HIGHEST 16000.0f

struct view_data {
  float levels[N_STEMS]; /* peaks behind the fader since the last view, linear */
  /* Per band: the level of the input, 0 ... 255 for -90 ... 0 dB of a full-scale sine, then the
   * share of each stem in main, 0 ... 255. The stems are those of the split that main follows, or
   * of both splits while that changes. */
  uint8_t column[VIEW_BANDS][VIEW_BYTES];
  float load; /* worker time over hop time, running mean */
};

struct view {
  double rate;                   /* Hz */
  unsigned watched;              /* samples that views will still be wanted for */
  unsigned since;                /* samples since the last view */
  float levels[N_STEMS];         /* peaks since the last view */
  unsigned analysis;             /* that the edges are for */
  unsigned edges[VIEW_BANDS][2]; /* first bin of a band, and one past its last */
};

void view_init(struct view *view, double rate);

/** Forgets all windows. Real-time safe. */
void view_reset(struct view *view) UNBRAID_REALTIME;

/** A window wants views for the next three seconds. Real-time safe. */
void view_watch(struct view *view) UNBRAID_REALTIME;

/** Real-time safe. */
static inline bool view_watched(const struct view *view) UNBRAID_REALTIME {
  return view->watched > 0;
}

/** Takes the peaks after the faders since the last call, linear. Real-time safe. */
void view_hear(struct view *view, const float peaks[N_STEMS]) UNBRAID_REALTIME;

/** Counts n samples. Real-time safe. @return true when it is time for a view. */
bool view_advance(struct view *view, unsigned n) UNBRAID_REALTIME;

/** Makes a view of the newest output. Real-time safe. */
void view_make(struct view *view, const struct picture pictures[N_SPLITS], float load,
               struct view_data *data) UNBRAID_REALTIME;
