/* Whether an audio file is as long as it says. libsndfile quietly shortens a WAV or AIFF file whose
 * end is missing, and guesses the length of an MP3; half a song must not pass for a whole one. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/** What the headers of a file say about its length. */
struct complete {
  bool truncated; /* the file ends before the data that its header announces */
  uint64_t slack; /* frames by which the length that libsndfile reports may be too long */
  bool guessed;   /* nothing says how long it is: libsndfile guesses, and may stop early */
};

/** Looks at the headers of a file. One that is unknown or cannot be read counts as not truncated,
 * without slack: libsndfile will say the rest. */
struct complete complete_check(const char *path);
