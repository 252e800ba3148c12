/* SPDX-License-Identifier: ISC */
/* Our own product, with the tables that nn/kernels.h has. A map lies as in the engine: bands side
 * by side with all their values, and rows of zeros at both ends where a kernel reaches beyond. */
#include "bench/measure.h"
#include "bench/rival.h"
#include "nn/layers.h"

#include <stdlib.h>
#include <string.h>

struct layer {
  struct rival_shape shape;
  const struct kernels *kernels;
  struct dense dense;
  const float **taps; /* [frames * width], into x */
  float *x;           /* [frames][width - 1 + bands][inputs] */
  float *y;           /* [bands][padded outputs] */
};

static size_t frame_values(const struct rival_shape *s) {
  return (size_t)(s->bands + s->width - 1) * s->inputs;
}

static void free_layer(void *layer) {
  struct layer *l = layer;
  dense_free(&l->dense);
  free(l->taps);
  free(l->x);
  free(l->y);
  free(l);
}

static void *prepare(const struct rival_shape *shape, const float *weights, const float *bias,
                     const char *isa) {
  size_t taps = (size_t)shape->frames * shape->width;
  struct layer *l = measure_memory(1, sizeof *l);
  *l = (struct layer){
      .shape = *shape,
      .kernels = kernels_named(isa),
      .taps = measure_memory(taps, sizeof *l->taps),
      .x = measure_memory(shape->frames * frame_values(shape), sizeof(float)),
      .y = measure_memory((size_t)shape->bands * kernel_padded(shape->outputs), sizeof(float))};
  if (!l->kernels ||
      !dense_init(&l->dense, shape->outputs, shape->inputs, (unsigned)taps, weights, 1, bias)) {
    free_layer(l);
    return NULL;
  }
  l->dense.matrix.slope = shape->slope;
  for (size_t t = 0; t < taps; ++t) {
    l->taps[t] = l->x + t / shape->width * frame_values(shape) + t % shape->width * shape->inputs;
  }
  return l;
}

static void feed(void *layer, const float *x) {
  struct layer *l = layer;
  const struct rival_shape *s = &l->shape;
  size_t values = (size_t)s->bands * s->inputs, edge = (size_t)(s->width / 2) * s->inputs;
  for (size_t t = 0; t < s->frames; ++t) {
    memcpy(l->x + t * frame_values(s) + edge, x + t * values, values * sizeof *x);
  }
}

static void run(void *layer) {
  struct layer *l = layer;
  l->kernels->product(&l->dense.matrix, l->taps, l->shape.inputs, l->y,
                      kernel_padded(l->shape.outputs), l->shape.bands);
}

static void read_output(void *layer, float *y) {
  struct layer *l = layer;
  for (size_t b = 0; b < l->shape.bands; ++b) {
    memcpy(y + b * l->shape.outputs, l->y + b * kernel_padded(l->shape.outputs),
           l->shape.outputs * sizeof *y);
  }
}

const struct rival rival_unbraid = {.name = "Unbraid",
                                    .prepare = prepare,
                                    .feed = feed,
                                    .run = run,
                                    .read = read_output,
                                    .free = free_layer};
