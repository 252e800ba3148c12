/* SPDX-License-Identifier: ISC */
/* Time that passes for everybody. */
#pragma once

#include "dsp/rt.h"

#include <time.h>

/** Seconds on a clock that never jumps, stands still while the computer sleeps, and is read without
 * a system call (vDSO). Real-time safe. */
static inline double clock_seconds(void) UNBRAID_REALTIME {
  struct timespec now;
  UNBRAID_TRUST_BEGIN
  clock_gettime(CLOCK_MONOTONIC, &now);
  UNBRAID_TRUST_END
  return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}
