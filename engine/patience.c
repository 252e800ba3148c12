/* SPDX-License-Identifier: ISC */
#include "engine/patience.h"

#include "engine/clock.h"
#include "engine/pace.h"

#define PATIENCE_SECONDS 10.0

enum { NAP_NANOSECONDS = 20000 };

void patience_renew(struct patience *patience) UNBRAID_REALTIME {
  patience->left = PATIENCE_SECONDS;
}

bool patience_nap(struct patience *patience, struct pace *pace) {
  double begun = clock_seconds();
  if (patience->left <= 0.0 || (pace && !pace_may_nap(pace, begun))) {
    return false;
  }
  struct timespec nap = {.tv_nsec = NAP_NANOSECONDS};
  nanosleep(&nap, NULL);
  double took = clock_seconds() - begun;
  patience->left -= took;
  if (pace) {
    pace_waited(pace, took);
  }
  return true;
}
