/* SPDX-License-Identifier: ISC */
#include "nn/features.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* Added to the running level, so that silence is not amplified to music. */
#define LEVEL_FLOOR 1e-5

/* This share of all energy is added as sound from the middle. */
#define CENTRED 0.05

/* The length of the recent past as a part of the memory; the difference that counts as a new image;
 * the relative level below which the recent past is ignored. */
#define RECENT (1.0 / 12.0)
#define ELSEWHERE 0.4
#define FAINT 0.01

bool features_init(struct features *features, const struct safetensors *file, const char *kind,
                   unsigned renew, unsigned bins, char *error, size_t error_size) {
  unsigned rate = 0, hop = 0;
  double seconds = 0.0, power = 0.0;
  if (!safetensors_expect(file, "feature", kind, error, error_size) ||
      !safetensors_count(file, "sample_rate", 1000, 1000000, &rate, error, error_size) ||
      !safetensors_count(file, "hop", 1, 65536, &hop, error, error_size) ||
      !safetensors_number(file, "norm_seconds", 1e-3, 1e3, &seconds, error, error_size) ||
      !safetensors_number(file, "feature_power", 0.01, 4.0, &power, error, error_size)) {
    return false;
  }
  double frames = rate * seconds / ((double)hop * renew);
  *features = (struct features){.planes = strcmp(kind, "rms-magnitude") == 0 ? 1 : 2,
                                .bins = bins,
                                .power = (float)power,
                                .past = {.keep = exp(-1.0 / frames)},
                                .recent = {.keep = exp(-1.0 / (frames * RECENT))}};
  return true;
}

static void forget(struct image *image) UNBRAID_REALTIME {
  image->ll = image->rr = image->lr = image->weight = 0.0;
}

void features_reset(struct features *features) UNBRAID_REALTIME {
  forget(&features->past);
  forget(&features->recent);
  features->energy = features->energy_weight = 0.0;
}

/* Sums use this many lanes, which the compiler turns into vectors. */
enum { LANES = 8 };

static double lanes_sum(const float lanes[LANES]) UNBRAID_REALTIME {
  double sum = 0.0;
  for (unsigned i = 0; i < LANES; ++i) {
    sum += lanes[i];
  }
  return sum;
}

/* The covariance of the channels of one frame, over all bins. */
static struct image image_of(const float *left, const float *right,
                             unsigned bins) UNBRAID_REALTIME {
  float ll[LANES] = {0}, rr[LANES] = {0}, lr[LANES] = {0};
  for (unsigned first = 0; first < 2 * bins; first += LANES) {
    unsigned lanes = 2 * bins - first < LANES ? 2 * bins - first : LANES;
    for (unsigned i = 0; i < lanes; ++i) {
      float l = left[first + i], r = right[first + i];
      ll[i] += l * l;
      rr[i] += r * r;
      lr[i] += l * r;
    }
  }
  return (struct image){.ll = lanes_sum(ll), .rr = lanes_sum(rr), .lr = lanes_sum(lr)};
}

static void enter(struct image *image, struct image frame) UNBRAID_REALTIME {
  double keep = image->keep, enters = 1.0 - keep;
  image->ll = keep * image->ll + enters * frame.ll;
  image->rr = keep * image->rr + enters * frame.rr;
  image->lr = keep * image->lr + enters * frame.lr;
  image->weight = keep * image->weight + enters;
}

/* Whether the recent image differs from the past: a channel came, went or was inverted. */
static bool moved(struct image past, struct image recent) UNBRAID_REALTIME {
  double was = past.ll + past.rr + 1e-30, is = recent.ll + recent.rr + 1e-30;
  double across = (recent.ll - recent.rr) / is - (past.ll - past.rr) / was;
  double along = 2.0 * recent.lr / is - 2.0 * past.lr / was;
  return across * across + along * along > ELSEWHERE * ELSEWHERE &&
         is / recent.weight > FAINT * was / past.weight;
}

/* Restarts the past from the recent image. */
static void begin_with(struct image *past, struct image recent) UNBRAID_REALTIME {
  double scale = (1.0 - past->keep) / (1.0 - recent.keep);
  past->ll = scale * recent.ll;
  past->rr = scale * recent.rr;
  past->lr = scale * recent.lr;
  past->weight = scale * recent.weight;
}

static void follow(struct features *f, struct image frame) UNBRAID_REALTIME {
  double keep = f->past.keep, enters = 1.0 - keep;
  f->energy = keep * f->energy + enters * (frame.ll + frame.rr);
  f->energy_weight = keep * f->energy_weight + enters;
  enter(&f->past, frame);
  enter(&f->recent, frame);
  if (moved(f->past, f->recent)) {
    begin_with(&f->past, f->recent);
  }
}

static void both_channels(const float *restrict left, const float *restrict right, unsigned bins,
                          float scale, float *restrict values) UNBRAID_REALTIME {
  for (size_t b = 0; b < bins; ++b) {
    float lr = left[2 * b], li = left[2 * b + 1], rr = right[2 * b], ri = right[2 * b + 1];
    values[b] = scale * sqrtf(0.5f * (lr * lr + li * li + rr * rr + ri * ri));
  }
}

/* values = |from_left left + from_right right| */
static void turned(const float *restrict left, const float *restrict right, unsigned bins,
                   float from_left, float from_right, float *restrict values) UNBRAID_REALTIME {
  for (size_t b = 0; b < bins; ++b) {
    float re = from_left * left[2 * b] + from_right * right[2 * b];
    float im = from_left * left[2 * b + 1] + from_right * right[2 * b + 1];
    values[b] = sqrtf(re * re + im * im);
  }
}

static void principal_axes(struct image past, const float *left, const float *right, unsigned bins,
                           float scale, float *first, float *second) UNBRAID_REALTIME {
  /* Without energy, the axis is the middle. */
  double angle =
      0.5 * atan2(2.0 * past.lr + CENTRED * (past.ll + past.rr) + 1e-30, past.ll - past.rr);
  float c = scale * (float)(sqrt(0.5) * cos(angle)), s = scale * (float)(sqrt(0.5) * sin(angle));
  turned(left, right, bins, c, s, first);
  turned(left, right, bins, -s, c, second);
}

static void compress(float *values, unsigned n, float power) UNBRAID_REALTIME {
  if (power == 0.5f) {
    for (unsigned i = 0; i < n; ++i) {
      values[i] = sqrtf(values[i]);
    }
  } else {
    for (unsigned i = 0; i < n; ++i) {
      values[i] = powf(values[i], power);
    }
  }
}

void features_of(struct features *features, const float *left, const float *right, unsigned seen,
                 float scale, float *values) UNBRAID_REALTIME {
  struct features *f = features;
  unsigned n = f->planes * f->bins;
  memset(values, 0, n * sizeof *values);
  follow(f, image_of(left, right, seen));
  /* The planes' squares add up to the mean of the channels' squares for any rotation. */
  double level = scale * sqrt(0.5 * f->energy / (f->energy_weight * f->bins)) + LEVEL_FLOOR;
  if (f->planes == 1) {
    both_channels(left, right, seen, scale / (float)level, values);
  } else {
    principal_axes(f->past, left, right, seen, scale / (float)level, values, values + f->bins);
  }
  compress(values, n, f->power);
}
