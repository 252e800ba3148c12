/* What is made of masks and a frame's spectra before stems are heard: sharper masks, a gate for
 * what is left of a stem that does not play, and the filter of dsp/spatial.h. Each can be off, and
 * with all of them off nothing is computed and nothing changes. In every case the stems add up to
 * the frame. */
#pragma once

#include "dsp/rt.h"
#include "dsp/stems.h"

#include <stdbool.h>

/** A floor at or below this gates nothing, in dB. */
#define REFINE_FLOOR_OFF (-80.0f)

struct refine_settings {
  float sharpness; /* exponent of the masks: 1 leaves them, 2 makes a Wiener filter of a ratio */
  float spatial;   /* 0 ... 1: share of the filter by direction */
  float floor_db;  /* a stem this far below the mix is gated, what it had goes to the last */
};

/** As a new plugin has them: the filter in full, nothing else. */
struct refine_settings refine_defaults(void);

struct refine;

/** For masks of `stems` stems (at most MASK_MAX_STEMS) and `bins` bins of `bin_hz` each, a frame
 * every `hop_seconds`; `renew`: frames from one that is learnt from to the next. The last stem is
 * the one that takes what a gate closed out. Not real-time safe. @return NULL: no memory. */
struct refine *refine_new(unsigned stems, unsigned bins, double bin_hz, double hop_seconds,
                          unsigned renew);
void refine_free(struct refine *refine);

/** Forgets the past. Real-time safe. */
void refine_reset(struct refine *refine) UNBRAID_REALTIME;

/** One frame.
 * @param spectra `bins` pairs of real and imaginary part of each channel.
 * @param masks [stems][bins], in sum one; both must stay until the last refine_stem().
 * @return masks [stems][bins], in sum one: `masks` itself where they stay as they are. Good until
 * the next call. Real-time safe. */
const float *refine_process(struct refine *refine, const struct refine_settings *settings,
                            const float *const spectra[N_CHANNELS],
                            const float *masks) UNBRAID_REALTIME;

/** A stem's own spectra of the frame, to be used in place of mask and mix. For the stems one after
 * the other, because the last one gets what those before it left. Good until the next call.
 * Real-time safe. @return false: there are none, the filter is off. */
bool refine_stem(struct refine *refine, unsigned stem,
                 const float *spectra[N_CHANNELS]) UNBRAID_REALTIME;

/** Learns from the frame that refine_process() had last, for the next one, when its stems are made;
 * `masks` is what that returned. For frames whose masks are their own, not older ones: once in
 * `renew`. Real-time safe. */
void refine_learn(struct refine *refine, const float *masks) UNBRAID_REALTIME;
