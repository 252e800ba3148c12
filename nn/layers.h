/* Streaming layers: each takes one frame and gives one frame, and keeps the past it needs. */
#pragma once

#include "dsp/rt.h"
#include "nn/kernels.h"

#include <stdbool.h>

/** y = W x + b. Rows are padded to whole panels: outputs have kernel_padded(rows) values, those
 * past `rows` are zero plus whatever the padded bias holds (zero). */
struct dense {
  unsigned rows, cols, biases;
  float *packed; /* see kernels.h */
  float *bias;   /* [biases][kernel_padded(rows)] */
};

/** Packs `weights` [rows][cols] and `bias` [biases][rows] (NULL: one of zeros). The arrays are
 * copied. Not real-time safe. @return false when memory is short. */
bool dense_init(struct dense *dense, unsigned rows, unsigned cols, const float *weights,
                unsigned biases, const float *bias);
void dense_free(struct dense *dense);

/** Applies it to `count` vectors of `cols` values, x_stride floats apart, giving
 * y [count][kernel_padded(rows)]. Each has its own bias where the layer has `count` of them;
 * otherwise they share the one. Real-time safe. */
void dense_forward(const struct dense *dense, const struct kernels *kernels, const float *x,
                   size_t x_stride, unsigned count, float *y) UNBRAID_REALTIME;

/** A causal convolution along time as a dense layer over a history: `weights`
 * [rows][channels][taps] and one bias [rows]; its input is [taps][channels]. Not real-time safe.
 * @return false when memory is short. */
bool dense_init_convolution(struct dense *dense, unsigned rows, unsigned channels, unsigned taps,
                            const float *weights, const float *bias);

/** The newest `frames` frames of `width` values, oldest first: what a causal convolution along
 * time sees. */
struct history {
  unsigned frames, width;
  float *values; /* [frames][width] */
};

/** Not real-time safe. @return false when memory is short. */
bool history_init(struct history *history, unsigned frames, unsigned width);
void history_free(struct history *history);

/** All frames zero. Real-time safe. */
void history_reset(struct history *history) UNBRAID_REALTIME;

/** Drops the oldest frame, appends `frame` [width]. Real-time safe. */
void history_push(struct history *history, const float *frame) UNBRAID_REALTIME;

/** y = max(y, 0). Real-time safe. */
void relu(float *y, unsigned n) UNBRAID_REALTIME;
