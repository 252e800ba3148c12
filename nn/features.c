#include "nn/features.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* Added to the running level: silence stays silent instead of being raised to music. */
#define LEVEL_FLOOR 1e-5f

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
                                .level_keep = (float)exp(-(double)hop * renew / (rate * seconds))};
  return true;
}

void features_reset(struct features *features) UNBRAID_REALTIME {
  features->energy = features->energy_weight = 0.0f;
}

static void both_channels(const float *left, const float *right, unsigned bins, float scale,
                          float *values) UNBRAID_REALTIME {
  for (unsigned b = 0; b < bins; ++b) {
    float lr = left[2 * b], li = left[2 * b + 1], rr = right[2 * b], ri = right[2 * b + 1];
    values[b] = scale * sqrtf(0.5f * (lr * lr + li * li + rr * rr + ri * ri));
  }
}

static void middle_and_side(const float *left, const float *right, unsigned bins, float scale,
                            float *middle, float *side) UNBRAID_REALTIME {
  for (unsigned b = 0; b < bins; ++b) {
    float lr = left[2 * b], li = left[2 * b + 1], rr = right[2 * b], ri = right[2 * b + 1];
    float mr = 0.5f * (lr + rr), mi = 0.5f * (li + ri);
    float sr = 0.5f * (lr - rr), si = 0.5f * (li - ri);
    middle[b] = scale * sqrtf(mr * mr + mi * mi);
    side[b] = scale * sqrtf(sr * sr + si * si);
  }
}

/* From these magnitudes' level to 1 / running level. */
static float follow(struct features *features, const float *values) UNBRAID_REALTIME {
  float sum = 0.0f, enters = 1.0f - features->level_keep;
  for (unsigned i = 0; i < features->planes * features->bins; ++i) {
    sum += values[i] * values[i];
  }
  features->energy = features->level_keep * features->energy + enters * sum / (float)features->bins;
  features->energy_weight = features->level_keep * features->energy_weight + enters;
  return 1.0f / (sqrtf(features->energy / features->energy_weight) + LEVEL_FLOOR);
}

void features_of(struct features *features, const float *left, const float *right, unsigned seen,
                 float scale, float *values) UNBRAID_REALTIME {
  unsigned bins = features->bins, n = features->planes * bins;
  memset(values, 0, n * sizeof *values);
  if (features->planes == 1) {
    both_channels(left, right, seen, scale, values);
  } else {
    middle_and_side(left, right, seen, scale, values, values + bins);
  }
  float over_level = follow(features, values);
  for (unsigned i = 0; i < n; ++i) {
    float level = values[i] * over_level;
    values[i] = features->power == 0.5f ? sqrtf(level) : powf(level, features->power);
  }
}
