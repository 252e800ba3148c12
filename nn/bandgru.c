/* SPDX-License-Identifier: ISC */
#include "nn/bandgru.h"

#include "dsp/memory.h"
#include "nn/bands.h"
#include "nn/layers.h"
#include "nn/reader.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The GRUs never forget completely. This many steps warm them up well. More would keep the worker
 * busy beyond its deadline when a resting network wakes. */
enum { CONTEXT = 16 };

enum { MAX_WIDTH = 512, MAX_BLOCKS = 32, NAME_SIZE = 64 };

struct block {
  struct norm time_norm, band_norm, channel_norm;
  struct gru gru;
  struct dense time_out, band_in, band_out, channel_in, channel_out;
};

struct bandgru {
  struct bands bands;
  unsigned n, blocks;
  struct block block[MAX_BLOCKS];
  struct norm head_norm;
  struct dense head;
  float *x;      /* [bands][padded n]: what the blocks add to */
  float *narrow; /* work space of [bands][padded n] and of its transpose, however padded */
  float *wide;   /* of twice that, and of the logits of a band */
  float *logits; /* [stems][padded bins] */
};

static void read_norm(struct reader *r, struct norm *norm, const char *name, size_t width) {
  float *weight = reader_tensor(r, name, "weight", &width, 1);
  float *bias = reader_tensor(r, name, "bias", &width, 1);
  if (r->good && !norm_init(norm, (unsigned)width, weight, bias)) {
    reader_fail(r, "out of memory");
  }
  free(weight);
  free(bias);
}

static void read_gru(struct reader *r, struct gru *gru, const char *name, unsigned width,
                     unsigned count) {
  const size_t shape[] = {(size_t)3 * width, width};
  float *input = reader_tensor(r, name, "weight_ih", shape, 2);
  float *hidden = reader_tensor(r, name, "weight_hh", shape, 2);
  float *input_bias = reader_tensor(r, name, "bias_ih", shape, 1);
  float *hidden_bias = reader_tensor(r, name, "bias_hh", shape, 1);
  if (r->good && !gru_init(gru, width, count, input, input_bias, hidden, hidden_bias)) {
    reader_fail(r, "out of memory");
  }
  free(input);
  free(hidden);
  free(input_bias);
  free(hidden_bias);
}

static void read_sizes(struct reader *r, struct bandgru *net, unsigned bins) {
  bands_read_sizes(r, &net->bands, bins);
  net->n = reader_size(r, "n", MAX_WIDTH);
  net->blocks = reader_size(r, "blocks", MAX_BLOCKS);
}

static const char *block_name(char *name, unsigned block, const char *layer) {
  snprintf(name, NAME_SIZE, "blocks.%u.%s", block, layer);
  return name;
}

static void read_block(struct reader *r, struct bandgru *net, unsigned i) {
  struct block *block = &net->block[i];
  unsigned n = net->n, bands = net->bands.count;
  char name[NAME_SIZE];
  read_norm(r, &block->time_norm, block_name(name, i, "time_norm"), n);
  read_gru(r, &block->gru, block_name(name, i, "gru"), n, bands);
  reader_dense(r, &block->time_out, block_name(name, i, "time_out"), n, n);
  read_norm(r, &block->band_norm, block_name(name, i, "band_norm"), n);
  reader_dense(r, &block->band_in, block_name(name, i, "band_in"), (size_t)2 * bands, bands);
  reader_dense(r, &block->band_out, block_name(name, i, "band_out"), bands, (size_t)2 * bands);
  read_norm(r, &block->channel_norm, block_name(name, i, "channel_norm"), n);
  reader_dense(r, &block->channel_in, block_name(name, i, "channel_in"), (size_t)2 * n, n);
  reader_dense(r, &block->channel_out, block_name(name, i, "channel_out"), n, (size_t)2 * n);
  block->band_in.matrix.slope = block->channel_in.matrix.slope = 0.0f;
}

static void read_layers(struct reader *r, struct bandgru *net, unsigned stems) {
  bands_read(r, &net->bands, net->n, net->n, stems);
  for (unsigned i = 0; r->good && i < net->blocks; ++i) {
    read_block(r, net, i);
  }
  read_norm(r, &net->head_norm, "head_norm", net->n);
  reader_dense(r, &net->head, "head", net->n, net->n);
}

static size_t larger(size_t a, size_t b) {
  return a > b ? a : b;
}

static void allocate(struct reader *r, struct bandgru *net) {
  unsigned n = net->n, bands = net->bands.count;
  size_t narrow = larger((size_t)bands * kernel_padded(n), (size_t)n * kernel_padded(bands));
  size_t wide = larger((size_t)bands * kernel_padded(2 * n), (size_t)n * kernel_padded(2 * bands));
  net->x = memory_floats(narrow);
  net->narrow = memory_floats(narrow);
  net->wide = memory_floats(larger(wide, narrow));
  net->logits = memory_floats((size_t)net->bands.outputs * kernel_padded(net->bands.bins));
  if (!net->x || !net->narrow || !net->wide || !net->logits) {
    reader_fail(r, "out of memory");
  }
}

static void block_free(struct block *block) {
  norm_free(&block->time_norm);
  norm_free(&block->band_norm);
  norm_free(&block->channel_norm);
  gru_free(&block->gru);
  dense_free(&block->time_out);
  dense_free(&block->band_in);
  dense_free(&block->band_out);
  dense_free(&block->channel_in);
  dense_free(&block->channel_out);
}

static void bandgru_free(void *self) {
  struct bandgru *net = self;
  bands_free(&net->bands);
  for (unsigned i = 0; i < net->blocks; ++i) {
    block_free(&net->block[i]);
  }
  norm_free(&net->head_norm);
  dense_free(&net->head);
  free(net->x);
  free(net->narrow);
  free(net->wide);
  free(net->logits);
  free(net);
}

/* Any look-ahead works: the state carries a frame to the step that returns its masks. */
static void bandgru_read(struct reader *r, void *self, const struct net_shape *shape) {
  struct bandgru *net = self;
  read_sizes(r, net, shape->bins);
  if (r->good) {
    read_layers(r, net, shape->stems);
  }
  if (r->good) {
    allocate(r, net);
  }
}

static unsigned bandgru_context(const void *self) {
  (void)self;
  return CONTEXT;
}

static void bandgru_reset(void *self) UNBRAID_REALTIME {
  struct bandgru *net = self;
  bands_reset(&net->bands);
  for (unsigned i = 0; i < net->blocks; ++i) {
    gru_reset(&net->block[i].gru);
  }
}

/* x += y */
static void add(float *x, const float *y, size_t n) UNBRAID_REALTIME {
  for (size_t i = 0; i < n; ++i) {
    x[i] += y[i];
  }
}

static void along_time(struct bandgru *net, struct block *block,
                       const struct kernels *k) UNBRAID_REALTIME {
  unsigned stride = kernel_padded(net->n);
  norm_forward(&block->time_norm, net->x, net->bands.count, net->narrow);
  gru_forward(&block->gru, k, net->narrow);
  dense_forward(&block->time_out, k, block->gru.state, stride, net->bands.count, net->narrow);
  add(net->x, net->narrow, (size_t)net->bands.count * stride);
}

static void across_bands(struct bandgru *net, const struct block *block,
                         const struct kernels *k) UNBRAID_REALTIME {
  unsigned n = net->n, bands = net->bands.count;
  size_t stride = kernel_padded(n), turned = kernel_padded(bands);
  norm_forward(&block->band_norm, net->x, bands, net->wide);
  for (size_t b = 0; b < bands; ++b) {
    for (size_t c = 0; c < n; ++c) {
      net->narrow[c * turned + b] = net->wide[b * stride + c];
    }
  }
  dense_forward(&block->band_in, k, net->narrow, turned, n, net->wide);
  dense_forward(&block->band_out, k, net->wide, kernel_padded(2 * bands), n, net->narrow);
  for (size_t b = 0; b < bands; ++b) {
    for (size_t c = 0; c < n; ++c) {
      net->x[b * stride + c] += net->narrow[c * turned + b];
    }
  }
}

static void within_bands(struct bandgru *net, const struct block *block,
                         const struct kernels *k) UNBRAID_REALTIME {
  unsigned stride = kernel_padded(net->n), wide = kernel_padded(2 * net->n);
  norm_forward(&block->channel_norm, net->x, net->bands.count, net->narrow);
  dense_forward(&block->channel_in, k, net->narrow, stride, net->bands.count, net->wide);
  dense_forward(&block->channel_out, k, net->wide, wide, net->bands.count, net->narrow);
  add(net->x, net->narrow, (size_t)net->bands.count * stride);
}

static void decode(struct bandgru *net, const struct kernels *k) UNBRAID_REALTIME {
  unsigned stride = kernel_padded(net->n);
  norm_forward(&net->head_norm, net->x, net->bands.count, net->narrow);
  dense_forward(&net->head, k, net->narrow, stride, net->bands.count, net->x);
  k->tangent(net->x, (size_t)net->bands.count * stride);
  bands_decode(&net->bands, k, net->x, net->logits);
}

/* e^(logit - the greatest): their share of the sum is the softmax. */
static void estimate(struct bandgru *net, const struct kernels *k, float *estimates,
                     unsigned wanted) UNBRAID_REALTIME {
  size_t padded = kernel_padded(net->bands.bins), stems = net->bands.outputs;
  float *logits = net->logits;
  for (size_t b = 0; b < net->bands.bins; ++b) {
    float greatest = logits[b];
    for (size_t s = 1; s < stems; ++s) {
      greatest = fmaxf(greatest, logits[s * padded + b]);
    }
    for (size_t s = 0; s < stems; ++s) {
      logits[s * padded + b] -= greatest;
    }
  }
  k->exponential(logits, stems * padded);
  for (size_t s = 0; s < stems; ++s) {
    memcpy(estimates + s * wanted, logits + s * padded, wanted * sizeof *estimates);
  }
}

static void bandgru_step(void *self, const struct kernels *kernels, const float *features,
                         float *estimates, unsigned wanted) UNBRAID_REALTIME {
  struct bandgru *net = self;
  bands_encode(&net->bands, kernels, features, net->x);
  for (unsigned i = 0; i < net->blocks; ++i) {
    along_time(net, &net->block[i], kernels);
    across_bands(net, &net->block[i], kernels);
    within_bands(net, &net->block[i], kernels);
  }
  decode(net, kernels);
  estimate(net, kernels, estimates, wanted);
}

/* The largest estimate of a bin is one, so no floor is needed. */
const struct architecture bandgru = {.name = "bandgru",
                                     .feature = "mid-side-magnitude",
                                     .mask_floor = 0.0f,
                                     .size = sizeof(struct bandgru),
                                     .read = bandgru_read,
                                     .free = bandgru_free,
                                     .context = bandgru_context,
                                     .reset = bandgru_reset,
                                     .step = bandgru_step};
