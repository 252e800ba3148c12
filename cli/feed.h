/* What the plugin hears: the song's first seconds mirrored in time, so that its network and windows
 * are warm when the song starts; the song; silence. */
#pragma once

#include "cli/input.h"

#include <stdbool.h>

struct feed {
  struct input *input;
  float *ahead[2];       /* what was read of the song's start */
  size_t n_ahead, given; /* frames; of these the feed has given again */
  size_t mirrored;       /* frames before the song, a whole number of blocks ... */
  size_t left;           /* ... and those that are still to come */
  bool ended;            /* nothing but silence is left */
};

/** Starts at the beginning of an input that is open, with so many seconds before it. STATUS_FAILED
 * after saying why; then too feed_free() is due. */
enum status feed_start(struct feed *feed, struct input *input, double seconds);

/** Fills a block of INPUT_BLOCK frames of each channel. *n: how many of them, at its start, are of
 * the song. STATUS_FAILED as input_read(). */
enum status feed_next(struct feed *feed, float *left, float *right, size_t *n);

/** Frees its memory; {0} is fine. */
void feed_free(struct feed *feed);
