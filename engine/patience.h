/* Waiting for another thread, where that is allowed at all: in a run() that has the time, and for a
 * session. Not for longer than ten seconds, for the thread may be dead. */
#pragma once

#include "dsp/rt.h"

#include <stdbool.h>

struct pace;

struct patience {
  double left; /* seconds */
};

/** The other thread lives. Real-time safe. */
void patience_renew(struct patience *patience) UNBRAID_REALTIME;

/** Waits for a moment. @param pace of the host whose run() waits; NULL: it is not run() that does.
 * @return false, at once, when there is no patience left or the host leaves no time. */
bool patience_nap(struct patience *patience, struct pace *pace);
