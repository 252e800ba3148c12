/* SPDX-License-Identifier: ISC */
#include "nn/layers.h"

#include "dsp/memory.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Avoids a division by zero in a norm of equal values; as in PyTorch. */
#define NORM_FLOOR 1e-5f

bool dense_init(struct dense *dense, unsigned rows, unsigned cols, unsigned taps,
                const float *weights, unsigned biases, const float *bias) {
  size_t padded = kernel_padded(rows);
  *dense = (struct dense){.rows = rows,
                          .matrix = {.panels = kernel_padded(rows) / KERNEL_PANEL,
                                     .taps = taps,
                                     .cols = cols,
                                     .packed = memory_floats(padded * taps * cols),
                                     .bias = memory_floats(padded * biases),
                                     .bias_stride = biases > 1 ? padded : 0,
                                     .slope = 1.0f}};
  struct kernel_matrix *matrix = &dense->matrix;
  if (!matrix->packed || !matrix->bias) {
    dense_free(dense);
    return false;
  }
  for (size_t r = 0; r < rows; ++r) {
    float *panel = matrix->packed + r / KERNEL_PANEL * taps * cols * KERNEL_PANEL;
    for (size_t c = 0; c < cols; ++c) {
      for (size_t t = 0; t < taps; ++t) {
        panel[(t * cols + c) * KERNEL_PANEL + r % KERNEL_PANEL] = *weights++;
      }
    }
  }
  for (size_t i = 0; bias && i < biases; ++i) {
    memcpy(matrix->bias + i * padded, bias + i * rows, rows * sizeof *bias);
  }
  return true;
}

void dense_free(struct dense *dense) {
  free(dense->matrix.packed);
  free(dense->matrix.bias);
  *dense = (struct dense){0};
}

void dense_forward(const struct dense *dense, const struct kernels *kernels, const float *x,
                   size_t x_stride, unsigned count, float *y) UNBRAID_REALTIME {
  kernels->product(&dense->matrix, &x, x_stride, y, kernel_padded(dense->rows), count);
}

bool dense_init_convolution(struct dense *dense, unsigned rows, unsigned channels, unsigned taps,
                            const float *weights, const float *bias) {
  float *by_frame = memory_floats((size_t)rows * taps * channels);
  if (!by_frame) {
    return false;
  }
  for (size_t r = 0; r < rows; ++r) {
    for (size_t c = 0; c < channels; ++c) {
      for (size_t t = 0; t < taps; ++t) {
        by_frame[(r * taps + t) * channels + c] = weights[(r * channels + c) * taps + t];
      }
    }
  }
  bool good = dense_init(dense, rows, taps * channels, 1, by_frame, 1, bias);
  free(by_frame);
  return good;
}

bool history_init(struct history *history, unsigned frames, unsigned width) {
  *history = (struct history){.frames = frames, .width = width};
  history->values = memory_floats((size_t)frames * width);
  return history->values != NULL;
}

void history_free(struct history *history) {
  free(history->values);
  *history = (struct history){0};
}

void history_reset(struct history *history) UNBRAID_REALTIME {
  memset(history->values, 0, (size_t)history->frames * history->width * sizeof *history->values);
}

void history_push(struct history *history, const float *frame) UNBRAID_REALTIME {
  size_t kept = (size_t)(history->frames - 1) * history->width;
  memmove(history->values, history->values + history->width, kept * sizeof *history->values);
  memcpy(history->values + kept, frame, history->width * sizeof *history->values);
}

bool norm_init(struct norm *norm, unsigned width, const float *weight, const float *bias) {
  *norm =
      (struct norm){.width = width, .weight = memory_floats(width), .bias = memory_floats(width)};
  if (!norm->weight || !norm->bias) {
    norm_free(norm);
    return false;
  }
  memcpy(norm->weight, weight, width * sizeof *weight);
  memcpy(norm->bias, bias, width * sizeof *bias);
  return true;
}

void norm_free(struct norm *norm) {
  free(norm->weight);
  free(norm->bias);
  *norm = (struct norm){0};
}

void norm_forward(const struct norm *norm, const float *x, unsigned count,
                  float *y) UNBRAID_REALTIME {
  unsigned width = norm->width;
  for (size_t at = 0; at < (size_t)count * kernel_padded(width); at += kernel_padded(width)) {
    float mean = 0.0f, variance = 0.0f;
    for (unsigned i = 0; i < width; ++i) {
      mean += x[at + i];
    }
    mean /= (float)width;
    for (unsigned i = 0; i < width; ++i) {
      variance += (x[at + i] - mean) * (x[at + i] - mean);
    }
    float scale = 1.0f / sqrtf(variance / (float)width + NORM_FLOOR);
    for (unsigned i = 0; i < width; ++i) {
      y[at + i] = (x[at + i] - mean) * scale * norm->weight[i] + norm->bias[i];
    }
  }
}

/* Sequences that a GRU computes at a time, so that their gates stay in the cache. */
enum { TOGETHER = 8 };

/* The three gates' rows, each gate padded to whole panels. */
static bool gates_init(struct dense *dense, unsigned width, const float *weights,
                       const float *bias) {
  unsigned padded = kernel_padded(width);
  float *rows = memory_floats((size_t)3 * padded * width);
  float *biases = memory_floats((size_t)3 * padded);
  bool good = rows && biases;
  for (size_t gate = 0; good && gate < 3; ++gate) {
    memcpy(rows + gate * padded * width, weights + gate * width * width,
           (size_t)width * width * sizeof *rows);
    memcpy(biases + gate * padded, bias + gate * width, width * sizeof *biases);
  }
  good = good && dense_init(dense, 3 * padded, width, 1, rows, 1, biases);
  free(rows);
  free(biases);
  return good;
}

bool gru_init(struct gru *gru, unsigned width, unsigned count, const float *input_weights,
              const float *input_bias, const float *hidden_weights, const float *hidden_bias) {
  size_t padded = kernel_padded(width);
  *gru = (struct gru){.width = width,
                      .count = count,
                      .state = memory_floats(count * padded),
                      .gates = memory_floats(2 * TOGETHER * 3 * padded)};
  if (!gru->state || !gru->gates || !gates_init(&gru->input, width, input_weights, input_bias) ||
      !gates_init(&gru->hidden, width, hidden_weights, hidden_bias)) {
    gru_free(gru);
    return false;
  }
  return true;
}

void gru_free(struct gru *gru) {
  dense_free(&gru->input);
  dense_free(&gru->hidden);
  free(gru->state);
  free(gru->gates);
  *gru = (struct gru){0};
}

void gru_reset(struct gru *gru) UNBRAID_REALTIME {
  memset(gru->state, 0, (size_t)gru->count * kernel_padded(gru->width) * sizeof *gru->state);
}

/* From both products, [3][padded] each, to the new state. */
static void gru_update(const struct kernels *kernels, unsigned padded, float *from_input,
                       const float *from_hidden, float *state) UNBRAID_REALTIME {
  for (unsigned i = 0; i < 2 * padded; ++i) {
    from_input[i] += from_hidden[i];
  }
  kernels->sigmoid(from_input, (size_t)2 * padded);
  const float *reset = from_input, *update = from_input + padded;
  float *fresh = from_input + (size_t)2 * padded;
  for (unsigned i = 0; i < padded; ++i) {
    fresh[i] += reset[i] * from_hidden[2 * padded + i];
  }
  kernels->tangent(fresh, padded);
  for (unsigned i = 0; i < padded; ++i) {
    state[i] = fresh[i] + update[i] * (state[i] - fresh[i]);
  }
}

void gru_forward(struct gru *gru, const struct kernels *kernels, const float *x) UNBRAID_REALTIME {
  unsigned padded = kernel_padded(gru->width);
  float *from_input = gru->gates, *from_hidden = gru->gates + (size_t)TOGETHER * 3 * padded;
  for (unsigned first = 0; first < gru->count; first += TOGETHER) {
    unsigned count = gru->count - first < TOGETHER ? gru->count - first : TOGETHER;
    float *state = gru->state + (size_t)first * padded;
    dense_forward(&gru->input, kernels, x + (size_t)first * padded, padded, count, from_input);
    dense_forward(&gru->hidden, kernels, state, padded, count, from_hidden);
    for (size_t k = 0; k < count; ++k) {
      gru_update(kernels, padded, from_input + k * 3 * padded, from_hidden + k * 3 * padded,
                 state + k * padded);
    }
  }
}
