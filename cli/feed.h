/* SPDX-License-Identifier: ISC */
/* The input of the plugin: the first seconds of the song mirrored in time, so that network and
 * windows are warm when the song starts; then the song; then silence. */
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

/** Starts at the beginning of an open input, with the given seconds before it. STATUS_FAILED after
 * reporting the reason; call feed_free() in this case too. */
enum status feed_start(struct feed *feed, struct input *input, double seconds);

/** Fills a block of INPUT_BLOCK frames per channel. *n: the number of frames at its start that
 * belong to the song. STATUS_FAILED as input_read(). */
enum status feed_next(struct feed *feed, float *left, float *right, size_t *n);

/** Frees its memory; {0} is fine. */
void feed_free(struct feed *feed);
