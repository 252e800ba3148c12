/* SPDX-License-Identifier: ISC */
#include "cli/dither.h"

#include <math.h>

void dither_start(struct dither *dither, int on) {
  *dither = (struct dither){.random = 0x2545F491u, .on = on};
}

/* 0 to 1: xorshift (Marsaglia, "Xorshift RNGs", Journal of Statistical Software 2003). */
static float uniform(struct dither *dither) {
  uint32_t x = dither->random;
  x ^= x << 13;
  x ^= x >> 17;
  x ^= x << 5;
  dither->random = x;
  return (float)(x >> 8) * (1.0f / 16777216.0f);
}

int16_t dither_sample(struct dither *dither, float sample) {
  float steps = sample * 32768.0f;
  if (dither->on && steps != floorf(steps)) {
    const float first = uniform(dither);
    steps += first - uniform(dither);
  }
  steps = floorf(steps + 0.5f);
  return (int16_t)fminf(fmaxf(steps, -32768.0f), 32767.0f);
}
