/* SPDX-License-Identifier: ISC */
/* The inner loops, behind one table per instruction set.
 *
 * A network spends nearly all its time in one of them, the product. It computes a dense layer or a
 * convolution with any kernel; the pointers of its taps decide which. A matrix is packed in panels
 * of KERNEL_PANEL rows: panel after panel, tap after tap, column after column, the rows of a panel
 * side by side. All instruction sets sum rows in this order, so that their results agree closely.
 */
#pragma once

#include "dsp/rt.h"

#include <stddef.h>

/** Rows per panel: one AVX-512 register, two of AVX2, four of SSE2 or NEON. */
enum { KERNEL_PANEL = 16 };

/** Rows rounded up to whole panels. */
static inline unsigned kernel_padded(unsigned rows) {
  return (rows + KERNEL_PANEL - 1) / KERNEL_PANEL * KERNEL_PANEL;
}

/** The matrix of a product. */
struct kernel_matrix {
  unsigned panels, taps, cols;
  float *packed;      /* [panels][taps][cols][KERNEL_PANEL], starts a cache line */
  float *bias;        /* [panels * KERNEL_PANEL], starts a cache line */
  size_t bias_stride; /* floats between the biases of two positions; 0: all share one */
  float slope;        /* for results below zero: 1 keeps them, 0 is a ReLU, between: leaky ReLU */
};

struct kernels {
  const char *name; /* "avx512", "avx2", "generic" */

  /** For each of `count` positions k, any number:
   *
   *     y[k * y_stride + row] = bias[row] + sum over taps t and columns c of
   *                             W[row][t][c] * x[t][k * x_stride + c]
   *
   * then multiplies results below zero by the slope. x has one pointer per tap, to the tap's input
   * at the first position. One tap is a dense layer. A k x 1 convolution along the rows of a map
   * has k taps, one row apart. A convolution along time has taps on the maps of several frames.
   * Maps side by side in a row are concatenated. y: panels * KERNEL_PANEL values per position, any
   * alignment, not overlapping any input. Real-time safe. */
  void (*product)(const struct kernel_matrix *matrix, const float *const *x, size_t x_stride,
                  float *y, size_t y_stride, unsigned count) UNBRAID_REALTIME;

  /** In place, for `n` values, a multiple of KERNEL_PANEL; y starts a cache line. e^y has a
   * relative error of at most 3e-7; y is limited to -87 ... 88. The others have an absolute error
   * of at most 3e-7. Real-time safe. */
  void (*exponential)(float *y, size_t n) UNBRAID_REALTIME;
  void (*sigmoid)(float *y, size_t n) UNBRAID_REALTIME;
  void (*tangent)(float *y, size_t n) UNBRAID_REALTIME; /* hyperbolic */
};

/** The fastest table that this processor runs. Real-time safe. */
const struct kernels *kernels_best(void) UNBRAID_REALTIME;

/** The table with this name, or NULL if the name is unknown or this processor cannot run it. For
 * tests and benchmarks. */
const struct kernels *kernels_named(const char *name);
