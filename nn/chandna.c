#include "nn/chandna.h"

#include "dsp/memory.h"
#include "nn/layers.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct chandna {
  unsigned bins;
  struct dense encoder, horizontal, bottleneck, decoder, inverse_horizontal, inverse_vertical;
  struct history encoded, flat;
  float *a, *b; /* work space between layers */
};

struct sizes {
  unsigned n1, n2, taps, context, nn, steps, bins;
};

static bool read_sizes(const struct safetensors *file, struct sizes *sizes, char *error,
                       size_t error_size) {
  return safetensors_count(file, "n1", 1, 4096, &sizes->n1, error, error_size) &&
         safetensors_count(file, "n2", 1, 4096, &sizes->n2, error, error_size) &&
         safetensors_count(file, "taps", 1, 256, &sizes->taps, error, error_size) &&
         safetensors_count(file, "context", 1, 1024, &sizes->context, error, error_size) &&
         safetensors_count(file, "nn", 1, 8192, &sizes->nn, error, error_size);
}

/* Reads one layer: weights [rows][cols] or, of rank 3, [rows][channels][taps]; a bias [rows] or, of
 * rank 2, one for each vector that the layer takes at once. */
static bool read_layer(const struct safetensors *file, struct dense *dense, const char *weight_name,
                       const char *bias_name, const size_t *shape, unsigned rank,
                       const size_t *bias_shape, unsigned bias_rank, char *error,
                       size_t error_size) {
  float *weights = safetensors_tensor(file, weight_name, shape, rank, error, error_size);
  float *bias = weights
                    ? safetensors_tensor(file, bias_name, bias_shape, bias_rank, error, error_size)
                    : NULL;
  bool good = false;
  if (weights && bias) {
    unsigned rows = (unsigned)shape[0], cols = (unsigned)shape[1];
    unsigned biases = bias_rank == 2 ? (unsigned)bias_shape[0] : 1;
    good = rank == 3 ? dense_init_convolution(dense, rows, cols, (unsigned)shape[2], weights, bias)
                     : dense_init(dense, rows, cols, weights, biases, bias);
    if (!good) {
      snprintf(error, error_size, "%s: out of memory", safetensors_path(file));
    }
  }
  free(weights);
  free(bias);
  return good;
}

/* decoder.weight [stems][rows][nn] is one dense layer of stems*rows rows. */
static bool read_decoder(const struct safetensors *file, struct dense *dense, const struct sizes *z,
                         char *error, size_t error_size) {
  const size_t shape[] = {ARCHITECTURE_STEMS, (size_t)z->n2 * z->steps, z->nn};
  float *weights = safetensors_tensor(file, "decoder.weight", shape, 3, error, error_size);
  float *bias =
      weights ? safetensors_tensor(file, "decoder.bias", shape, 2, error, error_size) : NULL;
  bool good = weights && bias;
  if (good && !dense_init(dense, ARCHITECTURE_STEMS * z->n2 * z->steps, z->nn, weights, 1, bias)) {
    snprintf(error, error_size, "%s: out of memory", safetensors_path(file));
    good = false;
  }
  free(weights);
  free(bias);
  return good;
}

static bool read_layers(const struct safetensors *file, struct chandna *net, const struct sizes *z,
                        char *error, size_t size) {
  const size_t encoder[] = {z->n1, z->bins};
  const size_t horizontal[] = {z->n2, z->n1, z->taps};
  const size_t bottleneck[] = {z->nn, z->n2, z->context};
  /* [n1][n2][steps] multiplies a decoder's [n2][steps] as it lies. */
  const size_t inverse_horizontal[] = {z->n1, z->n2, z->steps};
  const size_t inverse_vertical[] = {z->bins, z->n1};
  const size_t inverse_bias[] = {ARCHITECTURE_STEMS, z->bins};
  float *shared =
      safetensors_tensor(file, "inverse_horizontal.weight", inverse_horizontal, 3, error, size);
  bool good =
      shared && dense_init(&net->inverse_horizontal, z->n1, z->n2 * z->steps, shared, 1, NULL);
  if (shared && !good) {
    snprintf(error, size, "%s: out of memory", safetensors_path(file));
  }
  free(shared);
  return good &&
         read_layer(file, &net->encoder, "encoder.weight", "encoder.bias", encoder, 2, encoder, 1,
                    error, size) &&
         read_layer(file, &net->horizontal, "horizontal.weight", "horizontal.bias", horizontal, 3,
                    horizontal, 1, error, size) &&
         read_layer(file, &net->bottleneck, "dense.weight", "dense.bias", bottleneck, 3, bottleneck,
                    1, error, size) &&
         read_decoder(file, &net->decoder, z, error, size) &&
         read_layer(file, &net->inverse_vertical, "inverse_vertical.weight",
                    "inverse_vertical.bias", inverse_vertical, 2, inverse_bias, 2, error, size);
}

/* Widest value between two layers, for the work space. */
static size_t widest(const struct sizes *z) {
  size_t widths[] = {kernel_padded(z->n1) * ARCHITECTURE_STEMS, kernel_padded(z->n2),
                     kernel_padded(z->nn), kernel_padded(ARCHITECTURE_STEMS * z->n2 * z->steps),
                     (size_t)kernel_padded(z->bins) * ARCHITECTURE_STEMS};
  size_t most = 0;
  for (size_t i = 0; i < sizeof widths / sizeof *widths; ++i) {
    most = widths[i] > most ? widths[i] : most;
  }
  return most;
}

static void chandna_free(void *self) {
  struct chandna *net = self;
  if (!net) {
    return;
  }
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

static void *chandna_new(const struct safetensors *file, unsigned bins, unsigned lookahead,
                         char *error, size_t error_size) {
  struct chandna *net = calloc(1, sizeof *net);
  struct sizes sizes = {.bins = bins, .steps = lookahead + 1};
  if (!net) {
    snprintf(error, error_size, "%s: out of memory", safetensors_path(file));
    return NULL;
  }
  net->bins = bins;
  if (!read_sizes(file, &sizes, error, error_size) ||
      !read_layers(file, net, &sizes, error, error_size)) {
    chandna_free(net);
    return NULL;
  }
  net->a = memory_floats(widest(&sizes));
  net->b = memory_floats(widest(&sizes));
  if (!history_init(&net->encoded, sizes.taps, sizes.n1) ||
      !history_init(&net->flat, sizes.context, sizes.n2) || !net->a || !net->b) {
    snprintf(error, error_size, "%s: out of memory", safetensors_path(file));
    chandna_free(net);
    return NULL;
  }
  return net;
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
  relu(a, net->bottleneck.rows);
  dense_forward(&net->decoder, k, a, 0, 1, b);
  relu(b, net->decoder.rows);
  dense_forward(&net->inverse_horizontal, k, b, net->inverse_horizontal.cols, ARCHITECTURE_STEMS,
                a);
  dense_forward(&net->inverse_vertical, k, a, kernel_padded(net->inverse_horizontal.rows),
                ARCHITECTURE_STEMS, b);
  for (unsigned s = 0; s < ARCHITECTURE_STEMS; ++s) {
    const float *y = b + (size_t)s * kernel_padded(net->bins);
    memcpy(estimates + (size_t)s * wanted, y, wanted * sizeof *y);
  }
  relu(estimates, ARCHITECTURE_STEMS * wanted);
}

/* Training adds the same floor. */
const struct architecture chandna = {.name = "chandna",
                                     .feature = "rms-magnitude",
                                     .mask_floor = 1e-4f,
                                     .create = chandna_new,
                                     .free = chandna_free,
                                     .context = chandna_context,
                                     .reset = chandna_reset,
                                     .step = chandna_step};
