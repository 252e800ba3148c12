/* SPDX-License-Identifier: ISC */
/* The input of convolutions: feature maps over the bands of the newest frames. */
#pragma once

#include "dsp/rt.h"

#include <stdbool.h>
#include <stddef.h>

/** A ring of frames. A frame is a row per band, with `edge` rows of zeros before the first and
 * after the last; In a row the maps are side by side, so a layer writes its maps beside the maps
 * that it reads. */
struct maps {
  unsigned frames, bands, edge;
  size_t stride;   /* values from a band to the next */
  unsigned newest; /* frame */
  float *values;   /* [frames][edge + bands + edge][stride] */
};

/** `width`: values of a row. Not real-time safe. @return false when memory is short. */
bool maps_init(struct maps *maps, unsigned frames, unsigned bands, unsigned edge, unsigned width);
void maps_free(struct maps *maps);

/** All frames zero. Real-time safe. */
void maps_reset(struct maps *maps) UNBRAID_REALTIME;

/** The oldest frame becomes the newest, to be written over. Real-time safe. */
void maps_advance(struct maps *maps) UNBRAID_REALTIME;

/** The first band of the newest frame. Real-time safe. */
float *maps_newest(const struct maps *maps) UNBRAID_REALTIME;

/** For kernels.h: the input of each tap at the first band, for a kernel over all frames (oldest
 * first) and 2 * edge + 1 bands. taps: [frames][2 * edge + 1]. Real-time safe. */
void maps_taps(const struct maps *maps, const float **taps) UNBRAID_REALTIME;
