#include "nn/chandna.h"

#include "dsp/memory.h"
#include "nn/layers.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Added to the running level: silence stays silent instead of being raised to music. */
#define LEVEL_FLOOR 1e-5f

struct chandna {
  unsigned bins;
  const struct kernels *kernels;
  struct dense encoder, horizontal, bottleneck, decoder, inverse_horizontal, inverse_vertical;
  struct history encoded, flat;
  float feature_power;
  float level_keep;            /* share of the old level that a frame keeps */
  float energy, energy_weight; /* running mean square, and how much of it is filled */
  float *a, *b;                /* work space between layers */
};

struct sizes {
  unsigned n1, n2, taps, context, nn, steps, bins;
};

static bool read_sizes(const struct safetensors *file, struct chandna *net, struct sizes *sizes,
                       char *error, size_t error_size) {
  unsigned rate = 0, hop = 0;
  double seconds = 0.0, power = 0.0;
  if (!safetensors_count(file, "n1", 1, 4096, &sizes->n1, error, error_size) ||
      !safetensors_count(file, "n2", 1, 4096, &sizes->n2, error, error_size) ||
      !safetensors_count(file, "taps", 1, 256, &sizes->taps, error, error_size) ||
      !safetensors_count(file, "context", 1, 1024, &sizes->context, error, error_size) ||
      !safetensors_count(file, "nn", 1, 8192, &sizes->nn, error, error_size) ||
      !safetensors_count(file, "sample_rate", 1000, 1000000, &rate, error, error_size) ||
      !safetensors_count(file, "hop", 1, 65536, &hop, error, error_size) ||
      !safetensors_number(file, "norm_seconds", 1e-3, 1e3, &seconds, error, error_size) ||
      !safetensors_number(file, "feature_power", 0.01, 4.0, &power, error, error_size)) {
    return false;
  }
  net->feature_power = (float)power;
  net->level_keep = (float)exp(-(double)hop / (rate * seconds));
  return true;
}

/* Reads one layer: weights [rows][channels][taps] (a rank of 2 where taps is 0), `biases` biases.
 */
static bool read_layer(const struct safetensors *file, struct dense *dense, const char *weight_name,
                       const char *bias_name, const size_t *shape, unsigned rank,
                       const size_t *bias_shape, unsigned bias_rank, char *error,
                       size_t error_size) {
  float *weights = safetensors_tensor(file, weight_name, shape, rank, error, error_size);
  float *bias = weights && bias_name
                    ? safetensors_tensor(file, bias_name, bias_shape, bias_rank, error, error_size)
                    : NULL;
  bool good = false;
  if (weights && (bias || !bias_name)) {
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
  const size_t shape[] = {CHANDNA_STEMS, (size_t)z->n2 * z->steps, z->nn};
  float *weights = safetensors_tensor(file, "decoder.weight", shape, 3, error, error_size);
  float *bias =
      weights ? safetensors_tensor(file, "decoder.bias", shape, 2, error, error_size) : NULL;
  bool good = weights && bias;
  if (good && !dense_init(dense, CHANDNA_STEMS * z->n2 * z->steps, z->nn, weights, 1, bias)) {
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
  const size_t inverse_bias[] = {CHANDNA_STEMS, z->bins};
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
  size_t widths[] = {kernel_padded(z->n1) * CHANDNA_STEMS, kernel_padded(z->n2),
                     kernel_padded(z->nn), kernel_padded(CHANDNA_STEMS * z->n2 * z->steps),
                     (size_t)kernel_padded(z->bins) * CHANDNA_STEMS};
  size_t most = 0;
  for (size_t i = 0; i < sizeof widths / sizeof *widths; ++i) {
    most = widths[i] > most ? widths[i] : most;
  }
  return most;
}

struct chandna *chandna_new(const struct safetensors *file, unsigned bins, unsigned lookahead,
                            char *error, size_t error_size) {
  struct chandna *net = calloc(1, sizeof *net);
  struct sizes sizes = {.bins = bins, .steps = lookahead + 1};
  if (!net) {
    snprintf(error, error_size, "%s: out of memory", safetensors_path(file));
    return NULL;
  }
  net->kernels = kernels_best();
  net->bins = bins;
  if (!read_sizes(file, net, &sizes, error, error_size) ||
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

void chandna_free(struct chandna *net) {
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

unsigned chandna_context(const struct chandna *net) {
  return net->encoded.frames + net->flat.frames - 1;
}

void chandna_reset(struct chandna *net) UNBRAID_REALTIME {
  history_reset(&net->encoded);
  history_reset(&net->flat);
  net->energy = net->energy_weight = 0.0f;
}

/* Magnitudes over the running level, compressed: loud and soft music look the same. */
static void features(struct chandna *net, float *magnitudes) UNBRAID_REALTIME {
  float sum = 0.0f;
  for (unsigned b = 0; b < net->bins; ++b) {
    sum += magnitudes[b] * magnitudes[b];
  }
  float enters = 1.0f - net->level_keep;
  net->energy = net->level_keep * net->energy + enters * sum / (float)net->bins;
  net->energy_weight = net->level_keep * net->energy_weight + enters;
  float scale = 1.0f / (sqrtf(net->energy / net->energy_weight) + LEVEL_FLOOR);
  for (unsigned b = 0; b < net->bins; ++b) {
    float level = magnitudes[b] * scale;
    magnitudes[b] = net->feature_power == 0.5f ? sqrtf(level) : powf(level, net->feature_power);
  }
}

void chandna_use_kernels(struct chandna *net, const struct kernels *kernels) {
  net->kernels = kernels;
}

void chandna_step(struct chandna *net, float *magnitudes, float *estimates,
                  unsigned wanted) UNBRAID_REALTIME {
  const struct kernels *k = net->kernels;
  float *a = net->a, *b = net->b;
  features(net, magnitudes);
  dense_forward(&net->encoder, k, magnitudes, 0, 1, a);
  history_push(&net->encoded, a);
  dense_forward(&net->horizontal, k, net->encoded.values, 0, 1, a);
  history_push(&net->flat, a);
  dense_forward(&net->bottleneck, k, net->flat.values, 0, 1, a);
  relu(a, net->bottleneck.rows);
  dense_forward(&net->decoder, k, a, 0, 1, b);
  relu(b, net->decoder.rows);
  dense_forward(&net->inverse_horizontal, k, b, net->inverse_horizontal.cols, CHANDNA_STEMS, a);
  dense_forward(&net->inverse_vertical, k, a, kernel_padded(net->inverse_horizontal.rows),
                CHANDNA_STEMS, b);
  for (unsigned s = 0; s < CHANDNA_STEMS; ++s) {
    const float *y = b + (size_t)s * kernel_padded(net->bins);
    memcpy(estimates + (size_t)s * wanted, y, wanted * sizeof *y);
  }
  relu(estimates, CHANDNA_STEMS * wanted);
}
