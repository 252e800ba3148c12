/* Where the stems stand between the loudspeakers: a multichannel Wiener filter that hears nothing
 * but what masks say.
 *
 * In each of a few bands every stem has a running 2x2 covariance of the channels, of the bins that
 * its mask claims. Masks are weighed by how well a bin's direction fits the stem's covariance, and
 * each bin is then filtered by
 *
 *     S_s = p_s R_s (sum_k p_k R_k)^-1 x
 *
 * p_s the weighed masks, R_s the covariances with a trace of two. What a channel is of, and not how
 * loud it is, decides; covariances are real: a stem is panned, not delayed. After Nugraha, Liutkus
 * and Vincent, "Multichannel audio source separation with deep neural networks" (2016), and, for
 * the weighing, the angular central Gaussian of Ito, Araki and Nakatani, "Complex angular central
 * Gaussian mixture model ..." (EUSIPCO 2016). One pass, no look-ahead. */
#pragma once

#include "dsp/rt.h"
#include "dsp/stems.h"

#include <stdbool.h>

struct spatial;

/** For masks of `stems` stems (at most MASK_MAX_STEMS) and `bins` bins of `bin_hz` each, that
 * learns from a frame every `learn_seconds`. Not real-time safe. @return NULL: no memory. */
struct spatial *spatial_new(unsigned stems, unsigned bins, double bin_hz, double learn_seconds);
void spatial_free(struct spatial *spatial);

/** Forgets where stems stood. Real-time safe. */
void spatial_reset(struct spatial *spatial) UNBRAID_REALTIME;

/** Makes the filters of one frame.
 * @param spectra `bins` pairs of real and imaginary part of each channel.
 * @param masks [stems][bins], in sum one; both must stay until the last spatial_stem().
 * @param amount 0: what the masks make; 1: what the filter makes.
 * Real-time safe. */
void spatial_process(struct spatial *spatial, const float *const spectra[N_CHANNELS],
                     const float *masks, float amount) UNBRAID_REALTIME;

/** A stem's spectra of the frame, `bins` pairs each. For the stems one after the other: the last
 * one gets what those before it left, so that they add up to the input. Good until the next call.
 * Real-time safe. */
void spatial_stem(struct spatial *spatial, unsigned stem,
                  const float *spectra[N_CHANNELS]) UNBRAID_REALTIME;

/** Learns from the frame that spatial_process() had last where the stems stand, for the next one,
 * when its stems are made; `masks` are its masks, its own and not older ones. Real-time safe. */
void spatial_learn(struct spatial *spatial, const float *masks) UNBRAID_REALTIME;
