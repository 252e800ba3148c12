/* The song: an audio file, read in blocks. */
#pragma once

#include "cli/container.h"
#include "cli/ffmpeg.h"
#include "cli/file_view.h"
#include "cli/status.h"

#include <sndfile.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { INPUT_BLOCK = 1024 };

struct input {
  const char *path;
  int fd;
  struct song_parts layout;
  struct ffmpeg decoder; /* runs where libsndfile cannot read the file */
  struct file_view view; /* of the part that is read ... */
  size_t part;           /* ... which is this one */
  SNDFILE *file;         /* and this */
  uint64_t of_part;      /* frames read of it */
  int channels;          /* 1 or 2 */
  int rate;              /* Hz */
  uint64_t frames;       /* as announced, or counted */
  uint64_t read;         /* so far */
  bool cut;              /* the file became shorter meanwhile */
  float interleaved[2 * INPUT_BLOCK];
};

/** Opens a file. STATUS_FAILED, after saying why, when it cannot be read, is empty, or not mono or
 * stereo at 8 to 192 kHz. What is wrong with a file that can be played is said too. The path is
 * kept. The first part is open then, with the song's tags. */
enum status input_open(struct input *input, const char *path);

/** Reads up to INPUT_BLOCK frames into left and right (the same for a mono file), fills the rest
 * of both with zeros, and sets *n; less than INPUT_BLOCK at the end. When the file ends early it
 * says so. STATUS_FAILED, after saying why, when the file is damaged or cannot be read any further,
 * or holds a sample that is no number. */
enum status input_read(struct input *input, float *left, float *right, size_t *n);

/** Closes the file; {0} is fine, and one that could not be opened. */
void input_close(struct input *input);
