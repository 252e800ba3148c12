/* SPDX-License-Identifier: ISC */
/* Refines the masks of a frame before the stems are made: sharper masks, a gate for the remainder
 * of a stem that does not play, and the filter of dsp/spatial.h. Each can be off; with all of them
 * off, nothing is computed and nothing changes. The stems always add up to the frame. */
#pragma once

#include "dsp/rt.h"
#include "dsp/stems.h"

#include <stdbool.h>

/** A floor at or below this gates nothing, in dB. */
#define REFINE_FLOOR_OFF (-80.0f)

struct refine_settings {
  float sharpness; /* exponent of the masks: 1 keeps them, 2 turns a ratio into a Wiener filter */
  float spatial;   /* 0 ... 1: share of the filter by direction */
  float floor_db;  /* a stem this far below the mix is gated, its rest goes to the last stem */
};

/** The defaults: the filter in full, nothing else. */
struct refine_settings refine_defaults(void);

struct refine;

/** For masks of `stems` stems (at most MASK_MAX_STEMS) and `bins` bins of `bin_hz` each, with one
 * frame every `hop_seconds`. The filter learns from every `renew`-th frame. The last stem gets the
 * remainder of gated stems. Not real-time safe. @return NULL: no memory. */
struct refine *refine_new(unsigned stems, unsigned bins, double bin_hz, double hop_seconds,
                          unsigned renew);
void refine_free(struct refine *refine);

/** Forgets the past. Real-time safe. */
void refine_reset(struct refine *refine) UNBRAID_REALTIME;

/** One frame.
 * @param spectra `bins` pairs of real and imaginary part of each channel.
 * @param masks [stems][bins], in sum one; both must stay until the last refine_stem().
 * @return masks [stems][bins], in sum one: `masks` itself if nothing changes. Valid until the next
 * call. Real-time safe. */
const float *refine_process(struct refine *refine, const struct refine_settings *settings,
                            const float *const spectra[N_CHANNELS],
                            const float *masks) UNBRAID_REALTIME;

/** A stem's spectra of the frame, to use instead of mask and mix. Call it for all stems in order,
 * because the last stem gets the rest of the others. Valid until the next call. Real-time safe.
 * @return false: the filter is off and there are none. */
bool refine_stem(struct refine *refine, unsigned stem,
                 const float *spectra[N_CHANNELS]) UNBRAID_REALTIME;

/** Learns from the last frame of refine_process(), for the next frame, after its stems are made.
 * `masks` is the result of that call. Only for frames with their own masks, not older ones: every
 * `renew`-th frame. Real-time safe. */
void refine_learn(struct refine *refine, const float *masks) UNBRAID_REALTIME;
