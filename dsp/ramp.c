/* SPDX-License-Identifier: ISC */
#include "dsp/ramp.h"

void ramp_init(struct ramp *ramp, float value, unsigned length) UNBRAID_REALTIME {
  *ramp = (struct ramp){.value = value, .target = value, .length = length, .position = length};
}

/* Cubic Hermite from (from, slope) to (target, 0) over u = 0 ... 1. */
static float cubic(const struct ramp *r, float u) UNBRAID_REALTIME {
  float rest = 1.0f - u;
  return r->from + (r->target - r->from) * u * u * (3.0f - 2.0f * u) + r->slope * u * rest * rest;
}

static float cubic_slope(const struct ramp *r, float u) UNBRAID_REALTIME {
  float rest = 1.0f - u;
  return (r->target - r->from) * 6.0f * u * rest + r->slope * rest * (1.0f - 3.0f * u);
}

void ramp_set(struct ramp *ramp, float target) UNBRAID_REALTIME {
  if (target == ramp->target) {
    return;
  }
  float u = (float)ramp->position / (float)ramp->length;
  float slope = ramp->position == ramp->length ? 0.0f : cubic_slope(ramp, u);
  ramp->from = ramp->value;
  ramp->slope = slope;
  ramp->target = target;
  ramp->position = 0;
}

void ramp_settle(struct ramp *ramp) UNBRAID_REALTIME {
  ramp->value = ramp->target;
  ramp->position = ramp->length;
}

void ramp_process(struct ramp *ramp, float *out, unsigned n) UNBRAID_REALTIME {
  unsigned i = 0;
  for (; i < n && ramp->position < ramp->length; ++i) {
    ++ramp->position;
    ramp->value = ramp->position == ramp->length
                      ? ramp->target
                      : cubic(ramp, (float)ramp->position / (float)ramp->length);
    out[i] = ramp->value;
  }
  for (; i < n; ++i) {
    out[i] = ramp->value;
  }
}
