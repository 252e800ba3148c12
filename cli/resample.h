/* SPDX-License-Identifier: ISC */
/* Changes the sample rate for formats that do not support the rate of the song. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct resample;

enum { RESAMPLE_BLOCK = 1024 }; /* frames in at a time, at most */

/** From one rate in Hz to another, less than twice as high, for so many interleaved channels. NULL
 * when out of memory. */
struct resample *resample_new(int channels, int from, int to);

/** Takes n frames and sets *out to the resampled frames. At the end, call it with n = 0 until it
 * returns 0. The output has no delay, and its total length is that of the input, rounded. Returns
 * the number of frames, or -1 on failure. */
long resample_run(struct resample *resample, const float *in, size_t n, const float **out);

/** NULL is allowed. */
void resample_free(struct resample *resample);
