/* SPDX-License-Identifier: ISC */
/* Streaming short-time Fourier transform with asymmetric windows.
 *
 * The analysis window is long (fine frequency resolution), the synthesis window covers only its
 * newest end (short delay). Frame n is taken when n + 1 hops have been pushed and spans the newest
 * `analysis` samples. Overlap-adding unchanged frames returns the input, `synthesis` samples late.
 *
 * Windows: Mauler and Gerkmann, "A low delay, variable resolution, perfect reconstruction spectral
 * analysis-synthesis system for speech enhancement" (EUSIPCO 2007): the product of the two is a
 * Hann window of `synthesis` samples. */
#pragma once

#include "dsp/rt.h"

#include <stdbool.h>

/** Lengths in samples. */
struct stft_geometry {
  unsigned analysis;  /* FFT length: even, >= synthesis, 16 ... 131072 */
  unsigned synthesis; /* even; the delay of analysis and synthesis together */
  unsigned hop;       /* divides synthesis, at most half of it (COLA of the Hann window) */
};

/** Whether windows of this geometry exist and overlap-add to a constant. */
bool stft_geometry_valid(struct stft_geometry geometry);

/** Bins of a spectrum: analysis/2 + 1. */
static inline unsigned stft_bins(struct stft_geometry geometry) {
  return geometry.analysis / 2 + 1;
}

/** Windows, FFT plans and work space, shared by the streams of one thread. */
struct stft;

/** Not real-time safe. @return NULL when the geometry is invalid or memory is short. */
struct stft *stft_new(struct stft_geometry geometry);
void stft_free(struct stft *stft);

/** The factor from the magnitude of a bin to the amplitude of a sine at its centre. Real-time safe.
 */
float stft_amplitude(const struct stft *stft) UNBRAID_REALTIME;

/** One channel's newest samples, ready for analysis. */
struct stft_input;

/** Not real-time safe. @return NULL when memory is short. */
struct stft_input *stft_input_new(const struct stft *stft);
void stft_input_free(struct stft_input *input);

/** Forgets every sample. Real-time safe. */
void stft_input_reset(struct stft_input *input) UNBRAID_REALTIME;

/** Appends n samples; n is at most the analysis length. Real-time safe. */
void stft_input_push(struct stft_input *input, const float *samples, unsigned n) UNBRAID_REALTIME;

/** Spectrum of the newest frame: stft_bins() pairs of real and imaginary part. Real-time safe. */
void stft_input_frame(struct stft *stft, const struct stft_input *input,
                      float *spectrum) UNBRAID_REALTIME;

/** One channel's overlap-add buffer. */
struct stft_output;

/** Not real-time safe. @return NULL when memory is short. */
struct stft_output *stft_output_new(const struct stft *stft);
void stft_output_free(struct stft_output *output);

/** Forgets every frame. Real-time safe. */
void stft_output_reset(struct stft_output *output) UNBRAID_REALTIME;

/** Begins the next hop and drops the samples of the last one. Real-time safe. */
void stft_output_advance(struct stft_output *output) UNBRAID_REALTIME;

/** Adds one frame, with its bins scaled by `mask` (stft_bins() gains; NULL: unscaled). The frame
 * begins with the next hop; the samples of this hop do not change. Real-time safe. */
void stft_output_add(struct stft *stft, struct stft_output *output, const float *spectrum,
                     const float *mask) UNBRAID_REALTIME;

/** The finished samples of this hop: `hop` of them. Real-time safe. */
const float *stft_output_samples(const struct stft_output *output) UNBRAID_REALTIME;
