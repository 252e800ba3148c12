/* SPDX-License-Identifier: ISC */
#include "nn/mdensenet.h"

#include "dsp/memory.h"
#include "nn/bands.h"
#include "nn/maps.h"
#include "nn/reader.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Kernels along time reach back much further, but with decreasing weight. A fifth of a second warms
 * them up. More frames would keep the worker busy past its deadline when a resting network wakes.
 */
enum { CONTEXT = 16 };

enum {
  MAX_BRANCHES = 8,
  MAX_TAPS = 256,
  MAX_MAPS = 512,
  MAX_DEPTH = 8,
  MAX_LEVELS = 6,
  NAME_SIZE = 64
};

/* Of the last block, and of all others. */
#define JOIN_SLOPE 0.01f
#define BRANCH_SLOPE 0.0f

/* Convolutions each of which sees the block's input and the maps of all before it; the last one's
 * maps go out. */
struct block {
  unsigned inputs, growth, depth;
  struct maps seen; /* by the last one: of a frame, the input, then the maps of each */
  struct dense layer[MAX_DEPTH];
};

struct branch {
  struct block down[MAX_LEVELS + 1], up[MAX_LEVELS];
  struct dense rise[MAX_LEVELS][2]; /* from a band to each of the two that it was halved from */
};

/* Of a kernel. */
struct extent {
  unsigned bands, frames;
};

struct mdensenet {
  struct bands bands;
  unsigned width, growth, depth, levels, branches;
  struct extent kernels[MAX_BRANCHES];
  struct branch branch[MAX_BRANCHES];
  struct block join;
  float *x;      /* [bands][padded width]: of the encoder, then of the last block */
  float *narrow; /* [bands][padded growth]: between two levels of a branch */
  float *logits; /* [stems][padded bins] */
};

/* "3x3,13x1,1x13": bands times frames of each branch. */
static void read_kernels(struct reader *r, struct mdensenet *net) {
  const char *text = safetensors_text(r->file, "kernels");
  bool good = text != NULL;
  for (bool more = good; more;) {
    struct extent kernel = {.bands = reader_number(&text, MAX_TAPS)};
    good = kernel.bands % 2 == 1 && *text++ == 'x';
    kernel.frames = good ? reader_number(&text, MAX_TAPS / kernel.bands) : 0;
    good = kernel.frames > 0 && net->branches < MAX_BRANCHES;
    if (good) {
      net->kernels[net->branches++] = kernel;
    }
    more = good && *text == ',';
    text += more;
  }
  if (!good || *text) {
    reader_fail(r, "a kernel is not an odd number of bands times frames");
  }
}

static void read_sizes(struct reader *r, struct mdensenet *net, unsigned bins) {
  const char *causal = safetensors_text(r->file, "causal");
  if (!causal || strcmp(causal, "1") != 0) {
    reader_fail(r, "causal is not 1: a network that sees the future cannot run live");
  }
  bands_read_sizes(r, &net->bands, bins);
  net->width = reader_size(r, "width", MAX_MAPS);
  net->growth = reader_size(r, "growth", MAX_MAPS);
  net->depth = reader_size(r, "depth", MAX_DEPTH);
  net->levels = reader_size(r, "levels", MAX_LEVELS);
  if (r->good) {
    read_kernels(r, net);
  }
  if (r->good && net->bands.count % (1u << net->levels) != 0) {
    reader_fail(r, "bands cannot be halved once per level");
  }
}

static void read_convolution(struct reader *r, struct dense *dense, const char *name, unsigned maps,
                             unsigned inputs, struct extent kernel, float slope) {
  const size_t shape[] = {maps, inputs, kernel.frames, kernel.bands};
  float *weight = reader_tensor(r, name, "weight", shape, 4);
  float *bias = reader_tensor(r, name, "bias", shape, 1);
  if (r->good && !dense_init(dense, maps, inputs, kernel.frames * kernel.bands, weight, 1, bias)) {
    reader_fail(r, "out of memory");
  }
  dense->matrix.slope = slope;
  free(weight);
  free(bias);
}

static void read_block(struct reader *r, struct block *block, const char *name, unsigned bands,
                       struct extent kernel, float slope, unsigned outputs) {
  char layer[NAME_SIZE];
  for (unsigned i = 0; i < block->depth; ++i) {
    unsigned maps = i + 1 < block->depth ? block->growth : outputs;
    snprintf(layer, sizeof layer, "%s.layers.%u", name, i);
    read_convolution(r, &block->layer[i], layer, maps, block->inputs + i * block->growth, kernel,
                     slope);
  }
  /* Results are whole panels. They overwrite the row behind a layer's maps with zeros, until the
   * next layer writes its maps there. */
  unsigned all = block->inputs + (block->depth - 1) * block->growth;
  unsigned spill = kernel_padded(block->growth) - block->growth;
  if (r->good && !maps_init(&block->seen, kernel.frames, bands, kernel.bands / 2, all + spill)) {
    reader_fail(r, "out of memory");
  }
}

/* A transposed convolution of stride 2 along the bands: [inputs][maps][1][2]. */
static void read_rise(struct reader *r, struct dense rise[2], const char *name, unsigned maps) {
  const size_t shape[] = {maps, maps, 1, 2};
  float *weight = reader_tensor(r, name, "weight", shape, 4);
  float *bias = reader_tensor(r, name, "bias", shape, 1);
  float *half = memory_floats((size_t)maps * maps);
  for (size_t side = 0; r->good && side < 2; ++side) {
    for (size_t row = 0; half && row < maps; ++row) {
      for (size_t col = 0; col < maps; ++col) {
        half[row * maps + col] = weight[(col * maps + row) * 2 + side];
      }
    }
    if (!half || !dense_init(&rise[side], maps, maps, 1, half, 1, bias)) {
      reader_fail(r, "out of memory");
    }
  }
  free(weight);
  free(bias);
  free(half);
}

static void read_branch(struct reader *r, struct mdensenet *net, unsigned i) {
  struct branch *branch = &net->branch[i];
  char name[NAME_SIZE];
  unsigned growth = net->growth;
  for (unsigned level = 0; r->good && level <= net->levels; ++level) {
    snprintf(name, sizeof name, "branches.%u.down.%u", i, level);
    branch->down[level] = (struct block){
        .inputs = level ? growth : net->width, .growth = growth, .depth = net->depth};
    read_block(r, &branch->down[level], name, net->bands.count >> level, net->kernels[i],
               BRANCH_SLOPE, growth);
  }
  for (unsigned j = 0; r->good && j < net->levels; ++j) {
    snprintf(name, sizeof name, "branches.%u.rise.%u", i, j);
    read_rise(r, branch->rise[j], name, growth);
    snprintf(name, sizeof name, "branches.%u.up.%u", i, j);
    branch->up[j] = (struct block){.inputs = 2 * growth, .growth = growth, .depth = net->depth};
    read_block(r, &branch->up[j], name, net->bands.count >> (net->levels - 1 - j), net->kernels[i],
               BRANCH_SLOPE, growth);
  }
}

static void read_layers(struct reader *r, struct mdensenet *net, unsigned stems) {
  bands_read(r, &net->bands, net->width, net->width, stems);
  for (unsigned i = 0; r->good && i < net->branches; ++i) {
    read_branch(r, net, i);
  }
  if (r->good) {
    net->join =
        (struct block){.inputs = net->branches * net->growth, .growth = net->growth, .depth = 2};
    read_block(r, &net->join, "join", net->bands.count, (struct extent){.bands = 3, .frames = 3},
               JOIN_SLOPE, net->width);
  }
}

static void allocate(struct reader *r, struct mdensenet *net) {
  size_t bands = net->bands.count;
  net->x = memory_floats(bands * kernel_padded(net->width));
  net->narrow = memory_floats(bands * kernel_padded(net->growth));
  net->logits = memory_floats((size_t)net->bands.outputs * kernel_padded(net->bands.bins));
  if (!net->x || !net->narrow || !net->logits) {
    reader_fail(r, "out of memory");
  }
}

static void block_free(struct block *block) {
  for (unsigned i = 0; i < block->depth; ++i) {
    dense_free(&block->layer[i]);
  }
  maps_free(&block->seen);
}

static void mdensenet_free(void *self) {
  struct mdensenet *net = self;
  bands_free(&net->bands);
  for (unsigned i = 0; i < net->branches; ++i) {
    struct branch *branch = &net->branch[i];
    for (unsigned j = 0; j < net->levels; ++j) {
      block_free(&branch->down[j]);
      block_free(&branch->up[j]);
      dense_free(&branch->rise[j][0]);
      dense_free(&branch->rise[j][1]);
    }
    block_free(&branch->down[net->levels]);
  }
  block_free(&net->join);
  free(net->x);
  free(net->narrow);
  free(net->logits);
  free(net);
}

/* Any look-ahead works: the maps carry a frame to the step that returns its masks. */
static void mdensenet_read(struct reader *r, void *self, const struct net_shape *shape) {
  struct mdensenet *net = self;
  read_sizes(r, net, shape->bins);
  if (r->good) {
    read_layers(r, net, shape->stems);
  }
  if (r->good) {
    allocate(r, net);
  }
}

static unsigned mdensenet_context(const void *self) {
  (void)self;
  return CONTEXT;
}

static void mdensenet_reset(void *self) UNBRAID_REALTIME {
  struct mdensenet *net = self;
  bands_reset(&net->bands);
  for (unsigned i = 0; i < net->branches; ++i) {
    for (unsigned j = 0; j < net->levels; ++j) {
      maps_reset(&net->branch[i].down[j].seen);
      maps_reset(&net->branch[i].up[j].seen);
    }
    maps_reset(&net->branch[i].down[net->levels].seen);
  }
  maps_reset(&net->join.seen);
}

/* Its input is in the newest frame of its maps and becomes past together with the maps of its
 * layers. */
static void block_forward(struct block *block, const struct kernels *k, float *y,
                          size_t y_stride) UNBRAID_REALTIME {
  struct maps *seen = &block->seen;
  const float *taps[MAX_TAPS];
  maps_taps(seen, taps);
  float *maps = maps_newest(seen) + block->inputs;
  unsigned last = block->depth - 1;
  for (unsigned i = 0; i < last; ++i, maps += block->growth) {
    k->product(&block->layer[i].matrix, taps, seen->stride, maps, seen->stride, seen->bands);
  }
  k->product(&block->layer[last].matrix, taps, seen->stride, y, y_stride, seen->bands);
  maps_advance(seen);
}

/* The maximum of each pair of bands, for the first `width` maps. */
static void halve(const struct maps *from, const struct maps *to, unsigned width) UNBRAID_REALTIME {
  const float *even = maps_newest(from);
  float *y = maps_newest(to);
  for (unsigned b = 0; b < to->bands; ++b) {
    const float *odd = even + from->stride;
    for (unsigned i = 0; i < width; ++i) {
      y[i] = even[i] > odd[i] ? even[i] : odd[i];
    }
    even += 2 * from->stride;
    y += to->stride;
  }
}

/* From net->x to `growth` maps y. */
static void branch_forward(struct mdensenet *net, struct branch *branch, const struct kernels *k,
                           float *y, size_t y_stride) UNBRAID_REALTIME {
  size_t wide = kernel_padded(net->width), narrow = kernel_padded(net->growth);
  unsigned levels = net->levels;
  struct maps *first = &branch->down[0].seen;
  for (unsigned b = 0; b < first->bands; ++b) {
    memcpy(maps_newest(first) + b * first->stride, net->x + b * wide, net->width * sizeof *net->x);
  }
  for (unsigned level = 0; level < levels; ++level) {
    /* The maps on the way down are the first input of the block that leads back up to the same
     * bands. */
    struct maps *beside = &branch->up[levels - 1 - level].seen;
    block_forward(&branch->down[level], k, maps_newest(beside), beside->stride);
    halve(beside, &branch->down[level + 1].seen, net->growth);
  }
  block_forward(&branch->down[levels], k, net->narrow, narrow);
  for (unsigned j = 0; j < levels; ++j) {
    struct maps *to = &branch->up[j].seen;
    for (unsigned side = 0; side < 2; ++side) {
      const float *x = net->narrow;
      k->product(&branch->rise[j][side].matrix, &x, narrow,
                 maps_newest(to) + net->growth + side * to->stride, 2 * to->stride, to->bands / 2);
    }
    bool last = j + 1 == levels;
    block_forward(&branch->up[j], k, last ? y : net->narrow, last ? y_stride : narrow);
  }
}

static void mdensenet_step(void *self, const struct kernels *kernels, const float *features,
                           float *estimates, unsigned wanted) UNBRAID_REALTIME {
  struct mdensenet *net = self;
  struct maps *joined = &net->join.seen;
  size_t padded = kernel_padded(net->bands.bins);
  bands_encode(&net->bands, kernels, features, net->x);
  for (unsigned i = 0; i < net->branches; ++i) {
    branch_forward(net, &net->branch[i], kernels, maps_newest(joined) + i * net->growth,
                   joined->stride);
  }
  block_forward(&net->join, kernels, net->x, kernel_padded(net->width));
  bands_decode(&net->bands, kernels, net->x, net->logits);
  kernels->sigmoid(net->logits, net->bands.outputs * padded);
  for (size_t s = 0; s < net->bands.outputs; ++s) {
    memcpy(estimates + s * wanted, net->logits + s * padded, wanted * sizeof *estimates);
  }
}

/* Training adds the same floor. */
const struct architecture mdensenet = {.name = "mdensenet3w",
                                       .feature = "mid-side-magnitude",
                                       .mask_floor = 1e-4f,
                                       .size = sizeof(struct mdensenet),
                                       .read = mdensenet_read,
                                       .free = mdensenet_free,
                                       .context = mdensenet_context,
                                       .reset = mdensenet_reset,
                                       .step = mdensenet_step};
