/* SPDX-License-Identifier: ISC */
/* Separates stems by their position between the loudspeakers: a multichannel Wiener filter that is
 * estimated from the masks only.
 *
 * In each of a few bands every stem has a running 2x2 covariance of the channels, over the bins
 * that its mask claims. Masks are weighted by how well a bin's direction fits the stem's
 * covariance. Each bin is then filtered by
 *
 *     S_s = p_s R_s (sum_k p_k R_k)^-1 x
 *
 * with the weighted masks p_s and the covariances R_s, scaled to a trace of two. So the direction
 * decides, not the loudness. Covariances are real: stems are panned, not delayed. After Nugraha,
 * Liutkus and Vincent, "Multichannel audio source separation with deep neural networks" (2016),
 * and, for the weighting, the angular central Gaussian of Ito, Araki and Nakatani, "Complex angular
 * central Gaussian mixture model ..." (EUSIPCO 2016). One pass, no look-ahead. */
#pragma once

#include "dsp/rt.h"
#include "dsp/stems.h"

#include <stdbool.h>

struct spatial;

/** For masks of `stems` stems (at most MASK_MAX_STEMS) and `bins` bins of `bin_hz` each. The filter
 * learns from one frame every `learn_seconds`. Not real-time safe. @return NULL: no memory. */
struct spatial *spatial_new(unsigned stems, unsigned bins, double bin_hz, double learn_seconds);
void spatial_free(struct spatial *spatial);

/** Forgets the positions of the stems. Real-time safe. */
void spatial_reset(struct spatial *spatial) UNBRAID_REALTIME;

/** Makes the filters of one frame.
 * @param spectra `bins` pairs of real and imaginary part of each channel.
 * @param masks [stems][bins], in sum one; both must stay until the last spatial_stem().
 * @param amount 0: result of the masks; 1: result of the filter. Real-time safe. */
void spatial_process(struct spatial *spatial, const float *const spectra[N_CHANNELS],
                     const float *masks, float amount) UNBRAID_REALTIME;

/** A stem's spectra of the frame, `bins` pairs each. Call it for all stems in order: the last stem
 * gets the rest of the others, so that the stems add up to the input. Valid until the next call.
 * Real-time safe. */
void spatial_stem(struct spatial *spatial, unsigned stem,
                  const float *spectra[N_CHANNELS]) UNBRAID_REALTIME;

/** Learns the positions of the stems from the last frame of spatial_process(), for the next frame,
 * after its stems are made. `masks` are the frame's own masks, not older ones. Real-time safe. */
void spatial_learn(struct spatial *spatial, const float *masks) UNBRAID_REALTIME;
