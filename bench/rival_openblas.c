/* SPDX-License-Identifier: ISC */
/* OpenBLAS: the sums alone, of an input that already lies as a matrix: no bias, no ReLU. */
#include "bench/measure.h"
#include "bench/rival.h"

#include <cblas.h>
#include <stdlib.h>
#include <string.h>

struct layer {
  struct rival_shape shape;
  float *weights, *matrix, *y; /* [sums][outputs], [bands][sums], [bands][outputs] */
  float *bias;
};

static void *prepare(const struct rival_shape *shape, const float *weights, const float *bias,
                     const char *isa) {
  (void)isa; /* OPENBLAS_CORETYPE says it */
  struct layer *l = measure_memory(1, sizeof *l);
  size_t sums = rival_sums(shape);
  *l = (struct layer){.shape = *shape,
                      .weights = measure_memory(sums * shape->outputs, sizeof(float)),
                      .matrix = measure_memory(sums * shape->bands, sizeof(float)),
                      .y = measure_memory((size_t)shape->bands * shape->outputs, sizeof(float)),
                      .bias = measure_memory(shape->outputs, sizeof(float))};
  for (size_t r = 0; r < shape->outputs; ++r) {
    for (size_t c = 0; c < sums; ++c) {
      l->weights[c * shape->outputs + r] = weights[r * sums + c];
    }
  }
  memcpy(l->bias, bias, shape->outputs * sizeof *bias);
  return l;
}

static void feed(void *layer, const float *x) {
  struct layer *l = layer;
  const struct rival_shape *s = &l->shape;
  float *to = l->matrix;
  for (long b = 0; b < (long)s->bands; ++b) {
    for (size_t c = 0; c < s->inputs; ++c) {
      for (size_t t = 0; t < s->frames; ++t) {
        for (long w = 0; w < (long)s->width; ++w) {
          long band = b + w - (long)s->width / 2;
          *to++ = band < 0 || band >= (long)s->bands
                      ? 0.0f
                      : x[(t * s->bands + (size_t)band) * s->inputs + c];
        }
      }
    }
  }
}

static void run(void *layer) {
  struct layer *l = layer;
  int bands = (int)l->shape.bands, outputs = (int)l->shape.outputs;
  int sums = (int)rival_sums(&l->shape);
  if (bands == 1) {
    cblas_sgemv(CblasRowMajor, CblasTrans, sums, outputs, 1.0f, l->weights, outputs, l->matrix, 1,
                0.0f, l->y, 1);
  } else {
    cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, bands, outputs, sums, 1.0f, l->matrix,
                sums, l->weights, outputs, 0.0f, l->y, outputs);
  }
}

static void read_output(void *layer, float *y) {
  struct layer *l = layer;
  for (size_t b = 0; b < l->shape.bands; ++b) {
    for (size_t r = 0; r < l->shape.outputs; ++r) {
      size_t at = b * l->shape.outputs + r;
      float sum = l->y[at] + l->bias[r];
      y[at] = sum < 0.0f ? sum * l->shape.slope : sum;
    }
  }
}

static void free_layer(void *layer) {
  struct layer *l = layer;
  free(l->weights);
  free(l->matrix);
  free(l->y);
  free(l->bias);
  free(l);
}

const struct rival rival_openblas = {.name = "OpenBLAS",
                                     .prepare = prepare,
                                     .feed = feed,
                                     .run = run,
                                     .read = read_output,
                                     .free = free_layer};
