/* SPDX-License-Identifier: ISC */
/* 32-bit floats to 16-bit integers. */
#pragma once

#include <stdint.h>

struct dither {
  uint32_t random;
  int on;
};

/** Starts it, with the same noise each time. */
void dither_start(struct dither *dither, int on);

/** A sample, full scale 1, rounded and held within full scale. With dither, noise of triangular
 * distribution of two steps is added first, so that what rounding takes away sounds as hiss and not
 * as distortion; what 16 bits hold exactly, silence too, stays as it is. */
int16_t dither_sample(struct dither *dither, float sample);
