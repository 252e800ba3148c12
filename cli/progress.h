/* SPDX-License-Identifier: ISC */
/* Shows progress on stderr: a bar for each song on a terminal, otherwise a line for every tenth.
 * Any thread may call it. */
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
  struct progress *next; /* another that has a bar */
  char bar[320];         /* as it was drawn last; "": not yet */
  double shown;          /* s after start, of the last bar */
  int tenths;            /* of the last line */
};

/** Starts the clock. The name is kept; so is the progress, until it is ended. */
void progress_start(struct progress *progress, const char *name, uint64_t frames, double rate,
                    bool quiet);

/** Reports the number of finished frames. */
void progress_update(struct progress *progress, uint64_t done);

/** Removes the bar. {0} is allowed. */
void progress_end(struct progress *progress);

/** The seconds since the start. */
double progress_seconds(const struct progress *progress);

/** Ends it, and prints the time for the given frames. */
void progress_finish(struct progress *progress, uint64_t frames);
