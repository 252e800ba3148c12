/* SPDX-License-Identifier: ISC */
/* A control value that never jumps.
 *
 * A ramp reaches its target after a fixed number of samples. It follows a cubic that starts with
 * the current slope and ends with slope zero. So neither a step nor a host that sends a new value
 * every block makes a click. The target is reached exactly. */
#pragma once

#include "dsp/rt.h"

#include <stdbool.h>

struct ramp {
  float value, target;
  unsigned length, position; /* samples; position == length: settled */
  float from, slope;         /* at the start of this ramp; slope per length */
};

/** Settled at `value`; later ramps take `length` samples (at least 1). Real-time safe. */
void ramp_init(struct ramp *ramp, float value, unsigned length) UNBRAID_REALTIME;

/** Starts a ramp to `target`; does nothing if that is the target already. Real-time safe. */
void ramp_set(struct ramp *ramp, float target) UNBRAID_REALTIME;

/** Jumps to the target. Real-time safe. */
void ramp_settle(struct ramp *ramp) UNBRAID_REALTIME;

/** Writes the next n values. The result does not depend on how n is split. Real-time safe. */
void ramp_process(struct ramp *ramp, float *out, unsigned n) UNBRAID_REALTIME;

/** Whether it rests at `value`. Real-time safe. */
static inline bool ramp_rests_at(const struct ramp *ramp, float value) UNBRAID_REALTIME {
  return ramp->position == ramp->length && ramp->value == value;
}
