/* SPDX-License-Identifier: ISC */
/* Waits for another thread where waiting is allowed: in a run() that has time, and for a session.
 * Waits at most ten seconds, because the thread may be dead. */
#pragma once

#include "dsp/rt.h"

#include <stdbool.h>

struct pace;

struct patience {
  double left; /* seconds */
};

/** Restores full patience: the other thread is alive. Real-time safe. */
void patience_renew(struct patience *patience) UNBRAID_REALTIME;

/** Waits for a moment. @param pace of the host whose run() waits; NULL: the caller is not run().
 * @return false, at once, when there is no patience left or the host leaves no time. */
bool patience_nap(struct patience *patience, struct pace *pace);
