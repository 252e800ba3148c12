/* SPDX-License-Identifier: ISC */
/* The song: an audio file, read in blocks. */
#pragma once

#include "cli/container.h"
#include "cli/ffmpeg.h"
#include "cli/file_view.h"
#include "cli/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { INPUT_BLOCK = 1024 };

struct input {
  const char *path; /* as it is called in messages */
  const char *open; /* the same for those who open it by name ... */
  char by_fd[32];   /* ... which standard input has here */
  int fd;
  struct song_parts layout;
  struct ffmpeg decoder;      /* runs where libsndfile cannot read the file */
  struct file_view view;      /* of the part that is read ... */
  size_t part;                /* ... which is this one */
  SNDFILE *file;              /* and this */
  struct sound_error refused; /* why it could not be opened */
  uint64_t of_part;           /* frames read of it */
  int channels;               /* 1 or 2 */
  int rate;                   /* Hz */
  uint64_t frames;            /* as announced, or counted */
  uint64_t read;              /* so far */
  bool cut;                   /* the file became shorter meanwhile */
  float interleaved[2 * INPUT_BLOCK];
};

/** Opens a file; "-" is standard input, all of which is read first. STATUS_FAILED, after saying
 * why, when it cannot be read, is empty, or not mono or stereo at 8 to 192 kHz. What is wrong with
 * a file that can be played is said too. The path is kept. The first part is open then, with the
 * song's tags. */
enum status input_open(struct input *input, const char *path);

/** Reads up to INPUT_BLOCK frames into left and right (the same for a mono file), fills the rest of
 * both with zeros, and sets *n; less than INPUT_BLOCK at the end. Reports a file that ends early.
 * STATUS_FAILED, after reporting the reason, if the file is damaged or cannot be read any further,
 * or has a sample that is not a number. */
enum status input_read(struct input *input, float *left, float *right, size_t *n);

/** Closes the file; {0} and a file that could not be opened are allowed. */
void input_close(struct input *input);
