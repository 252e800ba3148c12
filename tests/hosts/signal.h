/* SPDX-License-Identifier: ISC */
/* The signal that goes through every host, and what has to come out. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

enum {
  SIGNAL_MAIN = 2,      /* channels of the main output: all that the insert has */
  SIGNAL_CHANNELS = 14, /* main, then the six stems */
  SIGNAL_STEMS = 4,     /* the first four stems sum to the main output; so do the other two */
  SIGNAL_AT = 22050,    /* frame of the impulse */
};

/* A float sum of four masks' shares of one sample: the plugin's own bound is lower. */
#define SIGNAL_TOLERANCE 1e-6

/** One sample of the input: silence and one impulse, of another size on either side. */
static inline float signal_at(int64_t frame, unsigned channel) {
  return frame != SIGNAL_AT ? 0.0f : channel == 0 ? 0.7654321f : 0.25f;
}

/** Whether one frame of interleaved output is right, `delay` samples late; says what is not. */
static inline bool signal_check(const float *out, unsigned channels, int64_t frame, int64_t delay) {
  for (unsigned c = 0; c < SIGNAL_MAIN; ++c) {
    float expected = signal_at(frame - delay, c);
    if (out[c] != expected) {
      fprintf(stderr, "main channel %u, frame %lld: %.9g instead of %.9g\n", c, (long long)frame,
              (double)out[c], (double)expected);
      return false;
    }
    double sums[2] = {0.0, 0.0};
    for (unsigned s = SIGNAL_MAIN + c; s < channels; s += 2) {
      sums[s >= SIGNAL_MAIN + 2 * SIGNAL_STEMS] += (double)out[s];
    }
    for (unsigned i = 0; i < 2 && channels == SIGNAL_CHANNELS; ++i) {
      double error = sums[i] - (double)expected;
      if (!(error <= SIGNAL_TOLERANCE && error >= -SIGNAL_TOLERANCE)) {
        fprintf(stderr, "split %u, side %u, frame %lld: stems sum to %.9g instead of %.9g\n", i, c,
                (long long)frame, sums[i], (double)expected);
        return false;
      }
    }
  }
  return true;
}
