#include "engine/patience.h"

enum { PATIENCE_SECONDS = 10 };

struct patience patience_begin(void) {
  struct patience patience;
  clock_gettime(CLOCK_MONOTONIC, &patience.begun);
  return patience;
}

bool patience_nap(const struct patience *patience, long nanoseconds) {
  struct timespec now, nap = {.tv_nsec = nanoseconds};
  nanosleep(&nap, NULL);
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec - patience->begun.tv_sec <= PATIENCE_SECONDS;
}
