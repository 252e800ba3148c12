/* SPDX-License-Identifier: ISC */
#include "demo/room.h"

#include <math.h>
#include <stdlib.h>

/* A feedback delay network of eight lines; lengths in ms, prime to each other as samples are. */
enum { LINES = 8 };
static const double lengths[LINES] = {23.1, 28.7, 31.3, 36.7, 41.9, 47.1, 53.3, 61.7};

struct line {
  float *samples;
  size_t length, at;
  double gain, memory;
};

static bool open_lines(struct line lines[LINES], const struct sink *sink, double seconds) {
  for (int i = 0; i < LINES; i++) {
    lines[i].length = (size_t)(lengths[i] * 1e-3 * sink->rate) | 1u;
    lines[i].gain = pow(10.0, -3.0 * lengths[i] * 1e-3 / seconds);
    lines[i].samples = calloc(lines[i].length, sizeof(float));
    if (!lines[i].samples) {
      return false;
    }
  }
  return true;
}

bool room_add(const struct sink *sink, const struct room *room) {
  struct line lines[LINES] = {{0}};
  const bool ok = open_lines(lines, sink, room->seconds);
  const double keep = exp(-2.0 * 3.14159265358979323846 * room->damping / sink->rate);
  for (size_t n = 0; ok && n < sink->frames; n++) {
    double out[LINES], sum = 0.0;
    for (int i = 0; i < LINES; i++) {
      struct line *l = &lines[i];
      l->memory = l->samples[l->at] + keep * (l->memory - l->samples[l->at]);
      out[i] = l->gain * l->memory;
      sum += out[i];
    }
    const double in[2] = {sink->left[n], sink->right[n]};
    /* A Householder matrix mixes the lines without loss: x - (2/N) sum(x). */
    for (int i = 0; i < LINES; i++) {
      struct line *l = &lines[i];
      l->samples[l->at] = (float)(in[i % 2] + out[i] - 2.0 / LINES * sum);
      l->at = l->at + 1 == l->length ? 0 : l->at + 1;
    }
    sink->left[n] += (float)(room->level * (out[0] - out[2] + out[4] - out[6]));
    sink->right[n] += (float)(room->level * (out[1] - out[3] + out[5] - out[7]));
  }
  for (int i = 0; i < LINES; i++) {
    free(lines[i].samples);
  }
  return ok;
}
