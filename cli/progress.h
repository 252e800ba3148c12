/* How far the work is: a bar on a terminal, a line every tenth otherwise; on stderr. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

struct progress {
  const char *name; /* of the song */
  uint64_t frames;
  double rate; /* Hz */
  bool quiet, terminal;
  struct timespec start;
  double shown; /* s after start, of the last bar */
  int tenths;   /* of the last line */
};

/** Starts the clock. The name is kept. */
void progress_start(struct progress *progress, const char *name, uint64_t frames, double rate,
                    bool quiet);

/** Tells that so many frames are done. */
void progress_update(struct progress *progress, uint64_t done);

/** Takes the bar away, and prints how long frames took. */
void progress_finish(struct progress *progress, uint64_t frames);
