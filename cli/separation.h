/* SPDX-License-Identifier: ISC */
/* The result of splitting a song. */
#pragma once

#include "cli/folder.h"
#include "cli/options.h"

#include <stdbool.h>
#include <stdint.h>

/** A written file of audio, or one that was up to date. */
struct made {
  const char *stem; /* NULL: not asked for */
  char path[PATH_SIZE];
  float peak;       /* highest sample, of 1 */
  double rms;       /* of 1 */
  uint64_t clipped; /* samples */
};

/** What was made of a song. */
struct separation {
  bool skipped;         /* its files were up to date */
  double seconds, took; /* its length; how long it took */
  int rate, channels;   /* Hz; 1 or 2 */
  struct made files[N_OUTPUTS];
  char picture[PATH_SIZE]; /* "": none */
};
