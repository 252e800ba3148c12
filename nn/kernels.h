/* The inner loops, behind one table that is filled for the processor at hand.
 *
 * Nearly all the time of a network goes into one of them, the product: a dense layer, and a
 * convolution of any kernel, by which rows its taps point at. A matrix is packed in panels of
 * KERNEL_PANEL rows: panel after panel, tap after tap, column after column, the rows of a panel
 * side by side. Rows are summed in that order whatever the instruction set, so that results agree
 * closely between them. */
#pragma once

#include "dsp/rt.h"

#include <stddef.h>

/** Rows per panel: one AVX-512 register, two of AVX2, four of SSE2 or NEON. */
enum { KERNEL_PANEL = 16 };

/** Rows rounded up to whole panels. */
static inline unsigned kernel_padded(unsigned rows) {
  return (rows + KERNEL_PANEL - 1) / KERNEL_PANEL * KERNEL_PANEL;
}

/** What a product multiplies with. */
struct kernel_matrix {
  unsigned panels, taps, cols;
  float *packed; /* [panels][taps][cols][KERNEL_PANEL], starts a cache line */
  float *bias;   /* [panels * KERNEL_PANEL], starts a cache line */
  size_t
      bias_stride; /* each position has a bias of its own, so many floats on; 0: they share one */
  float slope;     /* of a result below zero: 1 as it is, 0 for a ReLU, between: a leaky one */
};

struct kernels {
  const char *name; /* "avx512", "avx2", "generic" */

  /** For each of `count` positions k, any number:
   *
   *     y[k * y_stride + row] = bias[row] + sum over taps t and columns c of
   *                             W[row][t][c] * x[t][k * x_stride + c]
   *
   * then times the slope where it is below zero. x: a pointer for each tap, to what it sees at the
   * first position. So one tap is a dense layer; a k x 1 convolution along the rows of a map has k
   * taps a row apart; one along time has taps on maps of several frames; maps that lie side by side
   * in a row are concatenated. y: panels * KERNEL_PANEL values at each position, any alignment,
   * apart from everything that is read. Real-time safe. */
  void (*product)(const struct kernel_matrix *matrix, const float *const *x, size_t x_stride,
                  float *y, size_t y_stride, unsigned count) UNBRAID_REALTIME;

  /** In place, of `n` values, a multiple of KERNEL_PANEL; y starts a cache line. e^y is off by at
   * most 3e-7 of itself and is bounded: that of -87 below it, that of 88 above. The others are off
   * by at most 3e-7. Real-time safe. */
  void (*exponential)(float *y, size_t n) UNBRAID_REALTIME;
  void (*sigmoid)(float *y, size_t n) UNBRAID_REALTIME;
  void (*tangent)(float *y, size_t n) UNBRAID_REALTIME; /* hyperbolic */
};

/** The fastest table that this processor runs. Real-time safe. */
const struct kernels *kernels_best(void) UNBRAID_REALTIME;

/** The table of that name, or NULL if it is unknown or this processor does not run it. For tests
 * and benchmarks. */
const struct kernels *kernels_named(const char *name);
