#include "nn/layers.h"

#include "dsp/memory.h"

#include <stdlib.h>
#include <string.h>

bool dense_init(struct dense *dense, unsigned rows, unsigned cols, const float *weights,
                unsigned biases, const float *bias) {
  unsigned padded = kernel_padded(rows);
  *dense = (struct dense){.rows = rows, .cols = cols, .biases = biases};
  dense->packed = memory_floats((size_t)padded * cols);
  dense->bias = memory_floats((size_t)padded * biases);
  if (!dense->packed || !dense->bias) {
    dense_free(dense);
    return false;
  }
  for (unsigned r = 0; r < rows; ++r) {
    float *panel = dense->packed + (size_t)(r / KERNEL_PANEL) * cols * KERNEL_PANEL;
    for (unsigned c = 0; c < cols; ++c) {
      panel[(size_t)c * KERNEL_PANEL + r % KERNEL_PANEL] = weights[(size_t)r * cols + c];
    }
  }
  for (unsigned i = 0; bias && i < biases; ++i) {
    memcpy(dense->bias + (size_t)i * padded, bias + (size_t)i * rows, rows * sizeof *bias);
  }
  return true;
}

void dense_free(struct dense *dense) {
  free(dense->packed);
  free(dense->bias);
  *dense = (struct dense){0};
}

void dense_forward(const struct dense *dense, const struct kernels *kernels, const float *x,
                   size_t x_stride, unsigned count, float *y) UNBRAID_REALTIME {
  unsigned padded = kernel_padded(dense->rows);
  kernels->matmul(dense->packed, padded / KERNEL_PANEL, dense->cols, dense->bias,
                  dense->biases > 1 ? padded : 0, x, x_stride, y, padded, count);
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
  bool good = dense_init(dense, rows, taps * channels, by_frame, 1, bias);
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

void relu(float *y, unsigned n) UNBRAID_REALTIME {
  for (unsigned i = 0; i < n; ++i) {
    y[i] = y[i] > 0.0f ? y[i] : 0.0f;
  }
}
