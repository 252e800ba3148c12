/* The song: an audio file, read in blocks. */
#pragma once

#include "cli/status.h"
#include "cli/stretch.h"

#include <sndfile.h>
#include <stddef.h>
#include <stdint.h>

enum { INPUT_BLOCK = 1024 };

struct input {
  const char *path;
  SNDFILE *file;
  struct stretch stretch; /* that file reads from, where its length had to be counted */
  int channels;           /* 1 or 2 */
  int rate;               /* Hz */
  uint64_t frames;        /* as announced, or counted */
  uint64_t slack;         /* by which fewer may come */
  uint64_t read;          /* so far */
  float interleaved[2 * INPUT_BLOCK];
};

/** Opens a file. STATUS_FAILED, after saying why, when it cannot be read, is empty, truncated, or
 * not mono or stereo at 8 to 192 kHz. The path is kept. */
enum status input_open(struct input *input, const char *path);

/** Reads up to INPUT_BLOCK frames into left and right (the same for a mono file), fills the rest
 * of both with zeros, and sets *n; 0 at the end. STATUS_FAILED, after saying why, when the file
 * ends early or holds a sample that is no number. */
enum status input_read(struct input *input, float *left, float *right, size_t *n);

/** Closes the file; one that is not open is fine. */
void input_close(struct input *input);
