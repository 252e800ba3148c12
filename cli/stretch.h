/* A file that seems longer than it is. libsndfile guesses the length of an MP3 file that does not
 * tell it from the file's size, and stops there even when more comes; guessing far too much it
 * reads to the end. */
#pragma once

#include <sndfile.h>
#include <stdio.h>

struct stretch {
  FILE *in;
  sf_count_t size, at; /* bytes */
};

/** Opens a file of size bytes for reading; *info starts as {0}. The stretch must stay where it is
 * until stretch_close(), which comes after sf_close(). NULL, with nothing to close, when the file
 * cannot be opened; sf_strerror() knows why. */
SNDFILE *stretch_open(struct stretch *stretch, const char *path, sf_count_t size, SF_INFO *info);

/** Closes the file; one that is not open is fine. */
void stretch_close(struct stretch *stretch);
