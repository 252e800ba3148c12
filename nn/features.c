#include "nn/features.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* Added to the running level: silence stays silent instead of being raised to music. */
#define LEVEL_FLOOR 1e-5

/* How much a sound from everywhere counts as one from the middle, of all energy. */
#define CENTRED 0.05

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
  *features = (struct features){.planes = strcmp(kind, "rms-magnitude") == 0 ? 1 : 2,
                                .bins = bins,
                                .power = (float)power,
                                .keep = exp(-(double)hop * renew / (rate * seconds))};
  return true;
}

void features_reset(struct features *features) UNBRAID_REALTIME {
  features->ll = features->rr = features->lr = features->weight = 0.0;
}

/* Sums run in this many lanes, which the compiler puts into vectors. */
enum { LANES = 8 };

static double lanes_sum(const float lanes[LANES]) UNBRAID_REALTIME {
  double sum = 0.0;
  for (unsigned i = 0; i < LANES; ++i) {
    sum += lanes[i];
  }
  return sum;
}

/* Takes this frame's covariance of the channels, of all bins, into the running one. */
static void follow(struct features *f, const float *left, const float *right,
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
  double enters = 1.0 - f->keep;
  f->ll = f->keep * f->ll + enters * lanes_sum(ll);
  f->rr = f->keep * f->rr + enters * lanes_sum(rr);
  f->lr = f->keep * f->lr + enters * lanes_sum(lr);
  f->weight = f->keep * f->weight + enters;
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

static void principal_axes(const struct features *f, const float *left, const float *right,
                           unsigned bins, float scale, float *values) UNBRAID_REALTIME {
  /* No energy at all counts as the middle. */
  double angle = 0.5 * atan2(2.0 * f->lr + CENTRED * (f->ll + f->rr) + 1e-30, f->ll - f->rr);
  float c = scale * (float)(sqrt(0.5) * cos(angle)), s = scale * (float)(sqrt(0.5) * sin(angle));
  turned(left, right, bins, c, s, values);
  turned(left, right, bins, -s, c, values + f->bins);
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
  follow(f, left, right, seen);
  /* The planes' squares add up to the mean of the channels', whichever way they are turned. */
  double level = scale * sqrt(0.5 * (f->ll + f->rr) / (f->weight * f->bins)) + LEVEL_FLOOR;
  if (f->planes == 1) {
    both_channels(left, right, seen, scale / (float)level, values);
  } else {
    principal_axes(f, left, right, seen, scale / (float)level, values);
  }
  compress(values, n, f->power);
}
