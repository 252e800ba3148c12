/* Shows progress on stderr: a bar on a terminal, otherwise a line for every tenth. */
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

/** Reports the number of finished frames. */
void progress_update(struct progress *progress, uint64_t done);

/** Removes the bar and prints the time for the given frames. */
void progress_finish(struct progress *progress, uint64_t frames);
