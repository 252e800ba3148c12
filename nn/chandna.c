/* SPDX-License-Identifier: ISC */
#include "nn/chandna.h"

#include "dsp/memory.h"
#include "nn/layers.h"
#include "nn/reader.h"

#include <stdlib.h>
#include <string.h>

struct chandna {
  unsigned bins, stems;
  struct dense encoder, horizontal, bottleneck, decoder, inverse_horizontal, inverse_vertical;
  struct history encoded, flat;
  float *a, *b; /* work space between layers */
};

struct sizes {
  unsigned n1, n2, taps, context, nn, steps, bins, stems;
};

static struct sizes read_sizes(struct reader *r, const struct net_shape *shape) {
  struct sizes sizes = {.bins = shape->bins, .stems = shape->stems, .steps = shape->lookahead + 1};
  sizes.n1 = reader_size(r, "n1", 4096);
  sizes.n2 = reader_size(r, "n2", 4096);
  sizes.taps = reader_size(r, "taps", 256);
  sizes.context = reader_size(r, "context", 1024);
  sizes.nn = reader_size(r, "nn", 8192);
  return sizes;
}

static void read_convolution(struct reader *r, struct dense *dense, const char *layer,
                             unsigned rows, unsigned channels, unsigned taps) {
  const size_t shape[] = {rows, channels, taps};
  float *weight = reader_tensor(r, layer, "weight", shape, 3);
  float *bias = reader_tensor(r, layer, "bias", shape, 1);
  if (r->good && !dense_init_convolution(dense, rows, channels, taps, weight, bias)) {
    reader_fail(r, "out of memory");
  }
  free(weight);
  free(bias);
}

/* All stems' decoders are one dense layer. */
static void read_decoder(struct reader *r, struct dense *dense, const struct sizes *z) {
  const size_t shape[] = {z->stems, (size_t)z->n2 * z->steps, z->nn};
  float *weight = reader_tensor(r, "decoder", "weight", shape, 3);
  float *bias = reader_tensor(r, "decoder", "bias", shape, 2);
  if (r->good && !dense_init(dense, z->stems * z->n2 * z->steps, z->nn, 1, weight, 1, bias)) {
    reader_fail(r, "out of memory");
  }
  free(weight);
  free(bias);
}

/* The stems share the weights of both; of the second each has its own bias. */
static void read_inverses(struct reader *r, struct chandna *net, const struct sizes *z) {
  /* [n1][n2][steps] multiplies a decoder's [n2][steps] as it lies. */
  const size_t horizontal[] = {z->n1, z->n2, z->steps}, vertical[] = {z->bins, z->n1};
  const size_t biases[] = {z->stems, z->bins};
  float *across = reader_tensor(r, "inverse_horizontal", "weight", horizontal, 3);
  float *up = reader_tensor(r, "inverse_vertical", "weight", vertical, 2);
  float *bias = reader_tensor(r, "inverse_vertical", "bias", biases, 2);
  if (r->good &&
      !(dense_init(&net->inverse_horizontal, z->n1, z->n2 * z->steps, 1, across, 1, NULL) &&
        dense_init(&net->inverse_vertical, z->bins, z->n1, 1, up, z->stems, bias))) {
    reader_fail(r, "out of memory");
  }
  free(across);
  free(up);
  free(bias);
}

static void read_layers(struct reader *r, struct chandna *net, const struct sizes *z) {
  reader_dense(r, &net->encoder, "encoder", z->n1, z->bins);
  read_convolution(r, &net->horizontal, "horizontal", z->n2, z->n1, z->taps);
  read_convolution(r, &net->bottleneck, "dense", z->nn, z->n2, z->context);
  read_decoder(r, &net->decoder, z);
  read_inverses(r, net, z);
  net->bottleneck.matrix.slope = net->decoder.matrix.slope = 0.0f;
  net->inverse_vertical.matrix.slope = 0.0f;
}

/* Widest value between two layers, for the work space. */
static size_t widest(const struct sizes *z) {
  size_t widths[] = {kernel_padded(z->n1) * z->stems, kernel_padded(z->n2), kernel_padded(z->nn),
                     kernel_padded(z->stems * z->n2 * z->steps),
                     (size_t)kernel_padded(z->bins) * z->stems};
  size_t most = 0;
  for (size_t i = 0; i < sizeof widths / sizeof *widths; ++i) {
    most = widths[i] > most ? widths[i] : most;
  }
  return most;
}

static void allocate(struct reader *r, struct chandna *net, const struct sizes *z) {
  net->a = memory_floats(widest(z));
  net->b = memory_floats(widest(z));
  if (!history_init(&net->encoded, z->taps, z->n1) ||
      !history_init(&net->flat, z->context, z->n2) || !net->a || !net->b) {
    reader_fail(r, "out of memory");
  }
}

static void chandna_free(void *self) {
  struct chandna *net = self;
  dense_free(&net->encoder);
  dense_free(&net->horizontal);
  dense_free(&net->bottleneck);
  dense_free(&net->decoder);
  dense_free(&net->inverse_horizontal);
  dense_free(&net->inverse_vertical);
  history_free(&net->encoded);
  history_free(&net->flat);
  free(net->a);
  free(net->b);
  free(net);
}

static void chandna_read(struct reader *r, void *self, const struct net_shape *shape) {
  struct chandna *net = self;
  net->bins = shape->bins;
  net->stems = shape->stems;
  struct sizes sizes = read_sizes(r, shape);
  read_layers(r, net, &sizes);
  if (r->good) {
    allocate(r, net, &sizes);
  }
}

static unsigned chandna_context(const void *self) {
  const struct chandna *net = self;
  return net->encoded.frames + net->flat.frames - 1;
}

static void chandna_reset(void *self) UNBRAID_REALTIME {
  struct chandna *net = self;
  history_reset(&net->encoded);
  history_reset(&net->flat);
}

static void chandna_step(void *self, const struct kernels *k, const float *features,
                         float *estimates, unsigned wanted) UNBRAID_REALTIME {
  struct chandna *net = self;
  float *a = net->a, *b = net->b;
  dense_forward(&net->encoder, k, features, 0, 1, a);
  history_push(&net->encoded, a);
  dense_forward(&net->horizontal, k, net->encoded.values, 0, 1, a);
  history_push(&net->flat, a);
  dense_forward(&net->bottleneck, k, net->flat.values, 0, 1, a);
  dense_forward(&net->decoder, k, a, 0, 1, b);
  dense_forward(&net->inverse_horizontal, k, b, net->inverse_horizontal.matrix.cols, net->stems, a);
  dense_forward(&net->inverse_vertical, k, a, kernel_padded(net->inverse_horizontal.rows),
                net->stems, b);
  for (unsigned s = 0; s < net->stems; ++s) {
    const float *y = b + (size_t)s * kernel_padded(net->bins);
    memcpy(estimates + (size_t)s * wanted, y, wanted * sizeof *y);
  }
}

/* Training adds the same floor. */
const struct architecture chandna = {.name = "chandna",
                                     .feature = "rms-magnitude",
                                     .mask_floor = 1e-4f,
                                     .size = sizeof(struct chandna),
                                     .read = chandna_read,
                                     .free = chandna_free,
                                     .context = chandna_context,
                                     .reset = chandna_reset,
                                     .step = chandna_step};
