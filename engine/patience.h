/* Waiting for another thread, where that is allowed at all: in a freewheeling host's run(), and for
 * a session. Never for longer than ten seconds, for the thread may be dead. */
#pragma once

#include <stdbool.h>
#include <time.h>

struct patience {
  struct timespec begun;
};

struct patience patience_begin(void);

/** Sleeps for so long. @return false when there is no patience left. */
bool patience_nap(const struct patience *patience, long nanoseconds);
