/* SPDX-License-Identifier: ISC */
#include "dsp/delay.h"

#include "dsp/memory.h"

#include <stdlib.h>
#include <string.h>

struct delay {
  unsigned length, position; /* position: the oldest sample */
  float *ring;               /* [length] */
};

struct delay *delay_new(unsigned length) {
  struct delay *delay = calloc(1, sizeof *delay);
  if (!delay) {
    return NULL;
  }
  delay->length = length;
  delay->ring = memory_floats(length);
  if (!delay->ring) {
    delay_free(delay);
    return NULL;
  }
  return delay;
}

void delay_free(struct delay *delay) {
  if (delay) {
    free(delay->ring);
    free(delay);
  }
}

void delay_reset(struct delay *delay) UNBRAID_REALTIME {
  memset(delay->ring, 0, delay->length * sizeof *delay->ring);
  delay->position = 0;
}

void delay_process(struct delay *delay, const float *in, float *out, unsigned n) UNBRAID_REALTIME {
  if (delay->length == 0) {
    memmove(out, in, n * sizeof *out);
    return;
  }
  unsigned position = delay->position;
  for (unsigned i = 0; i < n; ++i) {
    float newest = in[i];
    out[i] = delay->ring[position];
    delay->ring[position] = newest;
    position = position + 1 == delay->length ? 0 : position + 1;
  }
  delay->position = position;
}
