/* SPDX-License-Identifier: ISC */
/* The input of the networks: magnitudes over the running level of the past seconds, compressed, so
 * that loud and soft music look the same. Features with two channels are rotated onto the principal
 * axes of the past seconds, so that a missing, quiet or inverted channel changes nothing. When a
 * channel changes during playback, the axes follow quickly. */
#pragma once

#include "dsp/rt.h"
#include "nn/safetensors.h"

#include <stdbool.h>
#include <stddef.h>

enum { FEATURES_MAX_PLANES = 2 };

/* Running covariance of the channels. */
struct image {
  double keep;       /* share of the past that a frame keeps */
  double ll, rr, lr; /* sums, */
  double weight;     /* the filled share of the sums */
};

struct features {
  unsigned planes;           /* values per bin: 1 for "rms-magnitude", 2 for "mid-side-magnitude" */
  unsigned bins;             /* that the network was trained with */
  float power;               /* of the compression */
  struct image past, recent; /* over seconds, and over a part of one */
  double energy, energy_weight; /* running, of both channels, and its filled share */
};

/** Reads the features' fields of the model file, for features of every `renew`-th frame. Not
 * real-time safe.
 * @return false with `error` set. */
bool features_init(struct features *features, const struct safetensors *file, const char *kind,
                   unsigned renew, unsigned bins, char *error, size_t error_size);

/** Forgets the past. Real-time safe. */
void features_reset(struct features *features) UNBRAID_REALTIME;

/** Computes the features of a frame. left, right: `seen` bins, at most `bins`, as pairs of real and
 * imaginary part. scale: factor to units of a full-scale sine. values: [planes][bins]. A single
 * plane is the root mean square of the channels' magnitudes. Two planes are the magnitudes along
 * the axis with most of the energy of the past seconds and along the other axis: the middle and the
 * side of an ordinary mix. Real-time safe. */
void features_of(struct features *features, const float *left, const float *right, unsigned seen,
                 float scale, float *values) UNBRAID_REALTIME;
