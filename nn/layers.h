/* SPDX-License-Identifier: ISC */
/* Streaming layers: each takes one frame, returns one frame, and keeps the past it needs. */
#pragma once

#include "dsp/rt.h"
#include "nn/kernels.h"

#include <stdbool.h>

/** y = W x + b; results below zero are multiplied by matrix.slope, 1 unless set. Rows are padded to
 * whole panels: outputs have kernel_padded(rows) values, and the values past `rows` are zero. */
struct dense {
  unsigned rows;
  struct kernel_matrix matrix;
};

/** Packs `weights` [rows][cols][taps] and `bias` [biases][rows] (NULL: one of zeros); more than one
 * tap makes it a convolution, see kernels.h. The arrays are copied. Not real-time safe. @return
 * false when memory is short. */
bool dense_init(struct dense *dense, unsigned rows, unsigned cols, unsigned taps,
                const float *weights, unsigned biases, const float *bias);
void dense_free(struct dense *dense);

/** Applies a layer with one tap to `count` vectors of `cols` values, x_stride floats apart. Writes
 * y [count][kernel_padded(rows)]. If the layer has several biases, each vector has its own bias.
 * Real-time safe. */
void dense_forward(const struct dense *dense, const struct kernels *kernels, const float *x,
                   size_t x_stride, unsigned count, float *y) UNBRAID_REALTIME;

/** A causal convolution along time as a dense layer over a history: `weights`
 * [rows][channels][taps] and one bias [rows]; its input is [taps][channels]. Not real-time safe.
 * @return false when memory is short. */
bool dense_init_convolution(struct dense *dense, unsigned rows, unsigned channels, unsigned taps,
                            const float *weights, const float *bias);

/** The newest `frames` frames of `width` values, oldest first: the input of a causal convolution
 * along time. */
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

/** A layer norm: each vector shifted and scaled to mean 0 and variance 1, then times a weight and
 * plus a bias per value. */
struct norm {
  unsigned width;
  float *weight, *bias; /* [width] */
};

/** The arrays [width] are copied. Not real-time safe. @return false when memory is short. */
bool norm_init(struct norm *norm, unsigned width, const float *weight, const float *bias);
void norm_free(struct norm *norm);

/** Normalises `count` vectors, kernel_padded(width) floats apart in x and y. Real-time safe. */
void norm_forward(const struct norm *norm, const float *x, unsigned count,
                  float *y) UNBRAID_REALTIME;

/** A gated recurrent unit as in PyTorch, for `count` sequences that share its weights:
 *
 *     reset, update = sigmoid(W x + b + V h + c)
 *     h = (1 - update) tanh(W x + b + reset (V h + c)) + update h */
struct gru {
  unsigned width, count;
  struct dense input, hidden; /* rows of reset, update and new state, each padded to panels */
  float *state;               /* [count][kernel_padded(width)] */
  float *gates;               /* work space of a step */
};

/** Weights [3][width][width] and biases [3][width]: reset, update, new state. The arrays are
 * copied. Not real-time safe. @return false when memory is short. */
bool gru_init(struct gru *gru, unsigned width, unsigned count, const float *input_weights,
              const float *input_bias, const float *hidden_weights, const float *hidden_bias);
void gru_free(struct gru *gru);

/** All states zero. Real-time safe. */
void gru_reset(struct gru *gru) UNBRAID_REALTIME;

/** One step of every sequence, x [count][kernel_padded(width)]: the result is `state`. Real-time
 * safe. */
void gru_forward(struct gru *gru, const struct kernels *kernels, const float *x) UNBRAID_REALTIME;
