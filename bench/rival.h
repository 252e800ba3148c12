/* SPDX-License-Identifier: ISC */
/* One layer as each library computes it, behind one interface: ours, and those it is compared with.
 *
 * A library keeps weights, inputs and outputs in the layout it likes best; only run() is timed. */
#pragma once

#include <stddef.h>

/** A causal convolution that gives one frame, y [bands][outputs], of the newest `frames` frames,
 * x [frames][bands][inputs], zero outside; `width` is odd. A dense layer has frames = width = 1:
 * `bands` vectors that share its weights. */
struct rival_shape {
  unsigned bands, inputs, outputs, frames, width;
  float slope; /* of results below zero: 1 none, 0 a ReLU, between: a leaky one */
};

struct rival {
  const char *name;

  /** weights [outputs][inputs][frames][width], bias [outputs]. `isa`: "generic", "avx2", "avx512",
   * no better than which it computes. @return NULL if the library cannot compute it. */
  void *(*prepare)(const struct rival_shape *shape, const float *weights, const float *bias,
                   const char *isa);
  void (*feed)(void *layer, const float *x); /* takes the input; not timed */
  void (*run)(void *layer);
  void (*read)(void *layer, float *y); /* gives the output; not timed */
  void (*free)(void *layer);
};

/** Ours. */
extern const struct rival rival_unbraid;

/* Each is there where its library is: the Makefile defines WITH_onednn and so on. */
extern const struct rival rival_onednn;
extern const struct rival rival_xnnpack;
extern const struct rival rival_openblas; /* the sums alone */

/** Floats of its weights, and of the input of one output. */
static inline size_t rival_sums(const struct rival_shape *s) {
  return (size_t)s->inputs * s->frames * s->width;
}

/** Products of one frame: multiplications, or additions. */
static inline double rival_macs(const struct rival_shape *s) {
  return (double)s->bands * (double)s->outputs * (double)rival_sums(s);
}
