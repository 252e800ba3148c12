/* SPDX-License-Identifier: ISC */
#include "bench/layers.h"

#include "bench/measure.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

enum { MOST_LAYERS = 256 };

struct run {
  unsigned bands, bins;
};

__attribute__((format(printf, 3, 4))) static void
add(struct bench_model *model, struct rival_shape shape, const char *group, ...) {
  struct bench_layer *layer = &model->layers[model->count++];
  va_list arguments;
  if (model->count > MOST_LAYERS) {
    fprintf(stderr, "bench: too many layers\n");
    exit(1);
  }
  layer->shape = shape;
  va_start(arguments, group);
  vsnprintf(layer->group, sizeof layer->group, group, arguments);
  va_end(arguments);
}

static void add_dense(struct bench_model *model, unsigned vectors, unsigned inputs,
                      unsigned outputs, float slope, const char *group) {
  add(model,
      (struct rival_shape){.bands = vectors,
                           .inputs = inputs,
                           .outputs = outputs,
                           .frames = 1,
                           .width = 1,
                           .slope = slope},
      "%s", group);
}

/* A layer of its own for each band. */
static void add_encoder(struct bench_model *model, const struct run *runs, unsigned count,
                        unsigned taps, unsigned outputs) {
  for (unsigned r = 0; r < count; ++r) {
    for (unsigned b = 0; b < runs[r].bands; ++b) {
      add_dense(model, 1, 2 * taps * runs[r].bins, outputs, 1.0f, "encoder, 1 band");
    }
  }
}

static void add_decoder(struct bench_model *model, const struct run *runs, unsigned count,
                        unsigned inputs, unsigned stems) {
  for (unsigned r = 0; r < count; ++r) {
    for (unsigned b = 0; b < runs[r].bands; ++b) {
      add_dense(model, 1, inputs, stems * runs[r].bins, 1.0f, "decoder, 1 band");
    }
  }
}

/* train/mdensenet.py */
enum { WIDTH = 32, GROWTH = 16, DEPTH = 3, LEVELS = 3, BANDS = 64 };

static void add_block(struct bench_model *model, unsigned bands, unsigned inputs, unsigned width,
                      unsigned frames) {
  for (unsigned i = 0; i < DEPTH; ++i) {
    add(model,
        (struct rival_shape){.bands = bands,
                             .inputs = inputs + i * GROWTH,
                             .outputs = GROWTH,
                             .frames = frames,
                             .width = width},
        "%ux%u, %u bands", width, frames, bands);
  }
}

static void add_branch(struct bench_model *model, unsigned width, unsigned frames) {
  for (unsigned level = 0; level <= LEVELS; ++level) {
    add_block(model, BANDS >> level, level ? GROWTH : WIDTH, width, frames);
  }
  for (unsigned level = LEVELS; level > 0; --level) {
    unsigned bands = BANDS >> level;
    add_dense(model, bands, GROWTH, 2 * GROWTH, 1.0f, "transposed 2x1");
    add_block(model, 2 * bands, 2 * GROWTH, width, frames);
  }
}

static void mdensenet3w(struct bench_model *model) {
  static const struct run runs[] = {{24, 8}, {16, 16}, {16, 32}, {8, 66}};
  model->name = "mdensenet3w";
  add_encoder(model, runs, 4, 3, WIDTH);
  add_branch(model, 3, 3);
  add_branch(model, 13, 1);
  add_branch(model, 1, 13);
  const struct rival_shape join[] = {{BANDS, 3 * GROWTH, GROWTH, 3, 3, 0.01f},
                                     {BANDS, 4 * GROWTH, WIDTH, 3, 3, 0.01f}};
  add(model, join[0], "3x3, 64 bands, leaky");
  add(model, join[1], "3x3, 64 bands, leaky");
  add_decoder(model, runs, 4, WIDTH, 2);
}

/* train/bandgru.py */
static void bandgru(struct bench_model *model) {
  static const struct run runs[] = {{16, 8}, {10, 16}, {8, 48}, {6, 136}};
  enum { BLOCKS = 6, BANDS_HERE = 40, N = 64 };
  model->name = "balanced";
  add_encoder(model, runs, 4, 3, N);
  for (unsigned i = 0; i < BLOCKS; ++i) {
    add_dense(model, BANDS_HERE, N, 3 * N, 1.0f, "GRU gates, 40 x 64");
    add_dense(model, BANDS_HERE, N, 3 * N, 1.0f, "GRU gates, 40 x 64");
    add_dense(model, BANDS_HERE, N, N, 1.0f, "dense, 40 x 64");
    add_dense(model, N, BANDS_HERE, 2 * BANDS_HERE, 0.0f, "across bands, 64 x 40, 80");
    add_dense(model, N, 2 * BANDS_HERE, BANDS_HERE, 1.0f, "across bands, 64 x 40, 80");
    add_dense(model, BANDS_HERE, N, 2 * N, 0.0f, "within bands, 40 x 64, 128");
    add_dense(model, BANDS_HERE, 2 * N, N, 1.0f, "within bands, 40 x 64, 128");
  }
  add_dense(model, BANDS_HERE, N, N, 1.0f, "dense, 40 x 64");
  add_decoder(model, runs, 4, N, 4);
}

/* train/chandna.py, with no look-ahead. */
static void chandna(struct bench_model *model) {
  enum { N1 = 96, N2 = 48, TAPS = 8, CONTEXT = 24, NN = 192, BINS = 1488, STEMS = 4 };
  model->name = "chandna";
  add_dense(model, 1, BINS, N1, 1.0f, "encoder");
  add(model, (struct rival_shape){1, N1, N2, TAPS, 1, 1.0f}, "along time, 1 band");
  add(model, (struct rival_shape){1, N2, NN, CONTEXT, 1, 0.0f}, "along time, 1 band");
  add_dense(model, 1, NN, STEMS * N2, 0.0f, "decoder");
  add_dense(model, STEMS, N2, N1, 1.0f, "inverses, 4 stems");
  add_dense(model, STEMS, N1, BINS, 1.0f, "inverses, 4 stems");
}

void bench_models(struct bench_model models[BENCH_MODELS]) {
  static void (*const fill[BENCH_MODELS])(struct bench_model *) = {mdensenet3w, bandgru, chandna};
  for (unsigned i = 0; i < BENCH_MODELS; ++i) {
    models[i] =
        (struct bench_model){.layers = measure_memory(MOST_LAYERS + 1, sizeof *models[i].layers)};
    fill[i](&models[i]);
  }
}

void bench_models_free(struct bench_model models[BENCH_MODELS]) {
  for (unsigned i = 0; i < BENCH_MODELS; ++i) {
    free(models[i].layers);
  }
}
