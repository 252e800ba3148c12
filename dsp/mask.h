/* SPDX-License-Identifier: ISC */
/* Soft masks: how much of each bin belongs to each stem. A set of masks is one array
 * [stems][bins], stem after stem, values 0 ... 1 that sum to one over the stems in every bin. */
#pragma once

#include "dsp/rt.h"

#include <stdbool.h>

/** Most stems that one set of masks may have. */
enum { MASK_MAX_STEMS = 8 };

/** Turns non-negative estimates of the stems' magnitudes into masks, in place:
 *
 *     mask_s = (y_s + floor)^power / sum over stems
 *
 * power 1 is the ratio mask |y_n| / sum |y_n|, power 2 the Wiener filter. `floor` > 0 avoids a
 * division by zero in a bin without estimates; the stems share this bin evenly. The last stem is
 * one minus the others, so that the masks sum to one. Real-time safe. */
void mask_soft(float *estimates, unsigned stems, unsigned bins, float power,
               float floor) UNBRAID_REALTIME;

/** Spreads masks of `known` bins per stem, 1 ... bins, to `bins` (in place: the array is
 * [stems][bins], its first stems*known values hold the masks [stems][known]). Higher bins get the
 * mean of the top quarter of the known bins. Real-time safe. */
void mask_extend(float *masks, unsigned stems, unsigned known, unsigned bins) UNBRAID_REALTIME;

/** The masks while new ones are late: first the newest ones; then, over half a second, they drift
 * to safe values. Stems with a closed fader drift to their highest mask of the last seconds. The
 * other stems share the rest in the proportions of their average. So dry audio does not come back
 * through a mute. */
struct mask_hold;

/** `hop_seconds`: time between two frames. Not real-time safe. @return NULL: no memory. */
struct mask_hold *mask_hold_new(unsigned stems, unsigned bins, double hop_seconds);
void mask_hold_free(struct mask_hold *hold);

/** Forgets every mask. Until the first new mask, the stems with a closed fader take everything; if
 * no fader is closed, all stems have an even share. Real-time safe. */
void mask_hold_reset(struct mask_hold *hold) UNBRAID_REALTIME;

/** Takes newer masks [stems][bins], on time or late. Real-time safe. */
void mask_hold_put(struct mask_hold *hold, const float *masks) UNBRAID_REALTIME;

/** Stores the newest masks for a time without masks. mask_hold_next() does this itself if
 * necessary; a call only chooses the moment. Real-time safe. */
void mask_hold_learn(struct mask_hold *hold) UNBRAID_REALTIME;

/** Masks for the next frame.
 * @param on_time the newest masks belong to this frame.
 * @param closed a bit per stem whose fader is closed. Real-time safe. */
const float *mask_hold_next(struct mask_hold *hold, bool on_time, unsigned closed) UNBRAID_REALTIME;
