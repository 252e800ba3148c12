/* SPDX-License-Identifier: ISC */
/* Real FFT of one size, by FFTW3f. */
#pragma once

#include "dsp/rt.h"

struct fft;

/** Plans a real FFT of `size` samples (even, at least 2).
 *
 * FFTW's planner is not thread-safe: plans are made and destroyed under one lock of the process,
 * and FFTW is told to lock it against other plugins that use it. Plans are estimated, not
 * measured: the same size gives the same plan, so two renders are the same to the last bit.
 * Not real-time safe. @return NULL when out of memory. */
struct fft *fft_new(unsigned size);

/** Frees it; NULL is allowed. Not real-time safe. */
void fft_free(struct fft *fft);

/** Spectrum of `size` samples: size/2 + 1 pairs of real and imaginary part, unscaled. `time` and
 * `spectrum` are aligned as memory_floats() does it; neither may be the other. Real-time safe. */
void fft_forward(const struct fft *fft, const float *time, float *spectrum) UNBRAID_REALTIME;

/** Inverse of fft_forward() times `size`. Overwrites `spectrum`. Real-time safe. */
void fft_inverse(const struct fft *fft, float *spectrum, float *time) UNBRAID_REALTIME;
