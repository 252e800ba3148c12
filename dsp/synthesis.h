/* SPDX-License-Identifier: ISC */
/* From the masks of a frame to the audio of its stems: refinement, inverse transforms and
 * overlap-add, in pieces. The caller spreads the pieces over a hop, so that no short block has all
 * the work. For one thread at a time. */
#pragma once

#include "dsp/refine.h"
#include "dsp/stft.h"

struct synthesis;

/** For masks of `stems` stems, at most MASK_MAX_STEMS, and `bins` bins.
 * @param stft its windows and plans; must outlive this.
 * @param refine taken over (freed here, also on failure); NULL: masks are used as they come.
 * Not real-time safe. @return NULL: no memory. */
struct synthesis *synthesis_new(struct stft *stft, unsigned stems, unsigned bins,
                                struct refine *refine);
void synthesis_free(struct synthesis *synthesis);

/** Forgets every frame. Real-time safe. */
void synthesis_reset(struct synthesis *synthesis) UNBRAID_REALTIME;

/** Begins a frame, once in a hop.
 * @param spectra `bins` pairs of real and imaginary part of each channel.
 * @param masks [stems][bins], in sum one; NULL: the frame is silent. Both must stay until
 * synthesis_end().
 * @param own the masks belong to this frame, so that the refinement learns from them.
 * @param heard a bit per stem; the others are silent. Real-time safe. */
void synthesis_begin(struct synthesis *synthesis, const float *const spectra[N_CHANNELS],
                     const float *masks, bool own, unsigned heard,
                     const struct refine_settings *settings) UNBRAID_REALTIME;

/** Makes the missing stems before `end`, which may exceed the number of stems. Real-time safe. */
void synthesis_make(struct synthesis *synthesis, unsigned end) UNBRAID_REALTIME;

/** Makes the remaining stems and begins the next hop, in which the frame becomes audible. Real-time
 * safe. */
void synthesis_end(struct synthesis *synthesis) UNBRAID_REALTIME;

/** Learns from the frame, for the next one; after synthesis_end(), and before synthesis_begin().
 * Real-time safe. */
void synthesis_learn(struct synthesis *synthesis) UNBRAID_REALTIME;

/** Masks of the newest frame begun, refined, [stems][bins]; NULL: it is silent. Real-time safe. */
const float *synthesis_masks(const struct synthesis *synthesis) UNBRAID_REALTIME;

/** A stem's next hop of samples. Real-time safe. */
const float *synthesis_samples(const struct synthesis *synthesis, unsigned stem,
                               unsigned channel) UNBRAID_REALTIME;
