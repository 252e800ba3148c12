/* SPDX-License-Identifier: ISC */
#include "cli/feed.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum status feed_start(struct feed *feed, struct input *input, double seconds) {
  const size_t blocks = (size_t)ceil(seconds * input->rate / INPUT_BLOCK);
  *feed = (struct feed){.input = input, .mirrored = blocks * INPUT_BLOCK};
  for (int c = 0; c < 2; c++) {
    feed->ahead[c] = calloc(feed->mirrored + 1, sizeof(float));
    if (!feed->ahead[c]) {
      say("out of memory");
      return STATUS_FAILED;
    }
  }
  size_t n = INPUT_BLOCK;
  while (n == INPUT_BLOCK && feed->n_ahead < feed->mirrored) {
    if (input_read(input, feed->ahead[0] + feed->n_ahead, feed->ahead[1] + feed->n_ahead, &n) !=
        STATUS_OK) {
      return STATUS_FAILED;
    }
    feed->n_ahead += n;
  }
  feed->left = feed->mirrored;
  return STATUS_OK;
}

/* What lies so many frames, 1 or more, before the start; a song that is too short goes to and fro.
 */
static size_t mirror(const struct feed *feed, size_t before) {
  const size_t at = (before - 1) % (2 * feed->n_ahead);
  return at < feed->n_ahead ? at : 2 * feed->n_ahead - 1 - at;
}

enum status feed_next(struct feed *feed, float *left, float *right, size_t *n) {
  *n = 0;
  if (feed->left > 0) {
    for (size_t i = 0; i < INPUT_BLOCK; i++) {
      const size_t at = mirror(feed, feed->left - i);
      left[i] = feed->ahead[0][at];
      right[i] = feed->ahead[1][at];
    }
    feed->left -= INPUT_BLOCK;
    return STATUS_OK;
  }
  if (feed->given < feed->n_ahead) {
    const size_t rest = feed->n_ahead - feed->given;
    *n = rest < INPUT_BLOCK ? rest : INPUT_BLOCK;
    memcpy(left, feed->ahead[0] + feed->given, *n * sizeof *left);
    memcpy(right, feed->ahead[1] + feed->given, *n * sizeof *right);
    feed->given += *n;
  } else if (!feed->ended && feed->n_ahead == feed->mirrored &&
             input_read(feed->input, left, right, n) != STATUS_OK) {
    return STATUS_FAILED;
  }
  memset(left + *n, 0, (INPUT_BLOCK - *n) * sizeof *left);
  memset(right + *n, 0, (INPUT_BLOCK - *n) * sizeof *right);
  feed->ended = *n < INPUT_BLOCK;
  return STATUS_OK;
}

void feed_free(struct feed *feed) {
  free(feed->ahead[0]);
  free(feed->ahead[1]);
  *feed = (struct feed){.input = NULL};
}
