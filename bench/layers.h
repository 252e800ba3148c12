/* SPDX-License-Identifier: ISC */
/* The layers that the models compute once a frame, in their order: what train/ gives their sizes.
 */
#pragma once

#include "bench/rival.h"

struct bench_layer {
  struct rival_shape shape;
  char group[40]; /* layers of one kind: "3x3, 64 bands" */
};

struct bench_model {
  const char *name;
  struct bench_layer *layers;
  unsigned count;
};

enum { BENCH_MODELS = 3 };

/** Fills in mdensenet3w, bandgru (the model `balanced`) and chandna. Ends the program without
 * memory. */
void bench_models(struct bench_model models[BENCH_MODELS]);
void bench_models_free(struct bench_model models[BENCH_MODELS]);
