/* SPDX-License-Identifier: ISC */
/* XNNPACK: its convolution, and its fully connected operator for a dense layer, on one thread. A
 * ReLU is the operator's own lower bound; a leaky one is an operator of its own. */
#include "bench/measure.h"
#include "bench/rival.h"

#include <cpuinfo.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <xnnpack.h>

struct layer {
  struct rival_shape shape;
  xnn_operator_t product, activation; /* the second: NULL unless leaky */
  float *x, *y;
};

/* The library asks cpuinfo what the processor can do: hide what is not to be used. */
static bool initialise(const char *isa) {
  if (!cpuinfo_initialize()) {
    return false;
  }
#if defined(__x86_64__)
  bool avx512 = strcmp(isa, "avx512") == 0, avx2 = avx512 || strcmp(isa, "avx2") == 0;
  cpuinfo_isa.avx512f = cpuinfo_isa.avx512f && avx512;
  cpuinfo_isa.avx = cpuinfo_isa.avx && avx2;
  cpuinfo_isa.avx2 = cpuinfo_isa.avx2 && avx2;
  cpuinfo_isa.fma3 = cpuinfo_isa.fma3 && avx2;
#endif
  return xnn_initialize(NULL) == xnn_status_success;
}

/* From [outputs][inputs][frames][width] to [outputs][frames][width][inputs]. */
static float *channels_last(const struct rival_shape *s, const float *weights) {
  size_t taps = (size_t)s->frames * s->width;
  float *to = measure_memory(s->outputs * rival_sums(s), sizeof *to);
  for (size_t r = 0; r < s->outputs; ++r) {
    for (size_t c = 0; c < s->inputs; ++c) {
      for (size_t t = 0; t < taps; ++t) {
        to[(r * taps + t) * s->inputs + c] = weights[(r * s->inputs + c) * taps + t];
      }
    }
  }
  return to;
}

static bool create(struct layer *l, const float *weights, const float *bias) {
  const struct rival_shape *s = &l->shape;
  float lowest = s->slope == 0.0f ? 0.0f : -INFINITY;
  if (s->frames == 1 && s->width == 1) {
    return xnn_create_fully_connected_nc_f32(s->inputs, s->outputs, s->inputs, s->outputs, weights,
                                             bias, lowest, INFINITY, 0,
                                             &l->product) == xnn_status_success &&
           xnn_setup_fully_connected_nc_f32(l->product, s->bands, l->x, l->y, NULL) ==
               xnn_status_success;
  }
  return xnn_create_convolution2d_nhwc_f32(0, s->width / 2, 0, s->width / 2, s->frames, s->width, 1,
                                           1, 1, 1, 1, s->inputs, s->outputs, s->inputs, s->outputs,
                                           weights, bias, lowest, INFINITY, 0,
                                           &l->product) == xnn_status_success &&
         xnn_setup_convolution2d_nhwc_f32(l->product, 1, s->frames, s->bands, l->x, l->y, NULL) ==
             xnn_status_success;
}

static bool create_activation(struct layer *l) {
  const struct rival_shape *s = &l->shape;
  if (s->slope == 0.0f || s->slope == 1.0f) {
    return true;
  }
  return xnn_create_leaky_relu_nc_f32(s->outputs, s->outputs, s->outputs, s->slope, 0,
                                      &l->activation) == xnn_status_success &&
         xnn_setup_leaky_relu_nc_f32(l->activation, s->bands, l->y, l->y, NULL) ==
             xnn_status_success;
}

static void free_layer(void *layer) {
  struct layer *l = layer;
  xnn_delete_operator(l->product);
  xnn_delete_operator(l->activation);
  free(l->x);
  free(l->y);
  free(l);
}

static void *prepare(const struct rival_shape *shape, const float *weights, const float *bias,
                     const char *isa) {
  if (!initialise(isa)) {
    return NULL;
  }
  size_t extra = XNN_EXTRA_BYTES / sizeof(float);
  struct layer *l = measure_memory(1, sizeof *l);
  l->shape = *shape;
  l->x = measure_memory((size_t)shape->frames * shape->bands * shape->inputs + extra, sizeof *l->x);
  l->y = measure_memory((size_t)shape->bands * shape->outputs + extra, sizeof *l->y);
  float *reordered = channels_last(shape, weights);
  bool good = create(l, reordered, bias) && create_activation(l);
  free(reordered);
  if (!good) {
    free_layer(l);
    return NULL;
  }
  return l;
}

static void feed(void *layer, const float *x) {
  struct layer *l = layer;
  const struct rival_shape *s = &l->shape;
  memcpy(l->x, x, (size_t)s->frames * s->bands * s->inputs * sizeof *x);
}

static void run(void *layer) {
  struct layer *l = layer;
  xnn_run_operator(l->product, NULL);
  if (l->activation) {
    xnn_run_operator(l->activation, NULL);
  }
}

static void read_output(void *layer, float *y) {
  struct layer *l = layer;
  memcpy(y, l->y, (size_t)l->shape.bands * l->shape.outputs * sizeof *y);
}

const struct rival rival_xnnpack = {.name = "XNNPACK",
                                    .prepare = prepare,
                                    .feed = feed,
                                    .run = run,
                                    .read = read_output,
                                    .free = free_layer};
