/* SPDX-License-Identifier: ISC */
#include "cli/resample.h"

#include <samplerate.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* No format asks for more than the next rate above. */
enum { GROWTH = 2, ROOM = RESAMPLE_BLOCK * GROWTH + 64 };

struct resample {
  SRC_STATE *state;
  int channels, from, to;
  uint64_t in, out; /* frames so far */
  float *frames;
};

struct resample *resample_new(int channels, int from, int to) {
  struct resample *r = calloc(1, sizeof *r);
  if (!r) {
    return NULL;
  }
  int error;
  *r = (struct resample){.channels = channels, .from = from, .to = to};
  r->state = src_new(SRC_SINC_BEST_QUALITY, channels, &error);
  r->frames = calloc((size_t)ROOM * (size_t)channels, sizeof *r->frames);
  if (!r->state || !r->frames) {
    resample_free(r);
    return NULL;
  }
  return r;
}

/* At the end the library gives a frame more or less than the length makes. */
static long at_end(struct resample *r, long given) {
  const uint64_t whole = (r->in * (uint64_t)r->to + (uint64_t)r->from / 2) / (uint64_t)r->from;
  const uint64_t left = whole > r->out ? whole - r->out : 0;
  if (given == 0 && left > 0) {
    given = left < ROOM ? (long)left : ROOM;
    memset(r->frames, 0, (size_t)given * (size_t)r->channels * sizeof *r->frames);
  }
  return (uint64_t)given < left ? given : (long)left;
}

long resample_run(struct resample *r, const float *in, size_t n, const float **out) {
  const float silence[2] = {0.0f};
  SRC_DATA data = {.data_in = n > 0 ? in : silence,
                   .data_out = r->frames,
                   .input_frames = (long)n,
                   .output_frames = ROOM,
                   .end_of_input = n == 0,
                   .src_ratio = (double)r->to / r->from};
  if (src_process(r->state, &data) != 0 || data.input_frames_used != (long)n) {
    return -1;
  }
  r->in += n;
  const long given = n == 0 ? at_end(r, data.output_frames_gen) : data.output_frames_gen;
  r->out += (uint64_t)given;
  *out = r->frames;
  return given;
}

void resample_free(struct resample *r) {
  if (r) {
    src_delete(r->state);
    free(r->frames);
  }
  free(r);
}
