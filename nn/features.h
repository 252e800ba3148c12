/* What the networks see of a frame: magnitudes over the running level of the past seconds,
 * compressed, so that loud and soft music look the same. Where they tell the channels apart, these
 * are turned onto the principal axes of the past seconds, so that a mix with a channel missing,
 * quiet or upside down looks like the mix that it was; soon, where that changes in the middle. */
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
  double weight;     /* and how much of them is filled */
};

struct features {
  unsigned planes;           /* values per bin: 1 of "rms-magnitude", 2 of "mid-side-magnitude" */
  unsigned bins;             /* that the network was trained with */
  float power;               /* of the compression */
  struct image past, recent; /* of seconds, and of a part of one */
  double energy, energy_weight; /* running, of both channels, and how much of it is filled */
};

/** Reads what the model file says about them; of every `renew`-th frame. Not real-time safe.
 * @return false with `error` set. */
bool features_init(struct features *features, const struct safetensors *file, const char *kind,
                   unsigned renew, unsigned bins, char *error, size_t error_size);

/** Forgets the past. Real-time safe. */
void features_reset(struct features *features) UNBRAID_REALTIME;

/** Spectra of both channels (pairs of real and imaginary part), of which `seen` bins, at most
 * `bins`, are there; scale: from them to units of a full-scale sine. values: [planes][bins]. The
 * one plane is the root mean square of the channels' magnitudes. The two are the magnitudes of what
 * has most of the energy of the past seconds and of what is left: the middle and the side of an
 * ordinary mix. Real-time safe. */
void features_of(struct features *features, const float *left, const float *right, unsigned seen,
                 float scale, float *values) UNBRAID_REALTIME;
