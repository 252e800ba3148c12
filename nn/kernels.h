/* The inner loops, behind one table that is filled for the processor at hand.
 *
 * A matrix is packed in panels of KERNEL_PANEL rows: panel after panel, column after column, the
 * rows of a panel side by side. A product streams every weight once, whatever the instruction
 * set, and rows are summed column by column, so that results agree closely between them. */
#pragma once

#include "dsp/rt.h"

#include <stddef.h>

/** Rows per panel: one AVX-512 register, two of AVX2, four of SSE2 or NEON. */
enum { KERNEL_PANEL = 16 };

/** Rows rounded up to whole panels. */
static inline unsigned kernel_padded(unsigned rows) {
  return (rows + KERNEL_PANEL - 1) / KERNEL_PANEL * KERNEL_PANEL;
}

struct kernels {
  const char *name; /* "avx512", "avx2", "generic" */

  /** y = W x + b for `count` vectors at once, 1 to 4.
   * packed: [panels][cols][KERNEL_PANEL]; bias and y: `count` arrays, `bias_stride` and `y_stride`
   * floats apart, of panels*KERNEL_PANEL; x: `count` arrays of cols, `x_stride` floats apart.
   * Real-time safe. */
  void (*matmul)(const float *packed, unsigned panels, unsigned cols, const float *bias,
                 size_t bias_stride, const float *x, size_t x_stride, float *y, size_t y_stride,
                 unsigned count) UNBRAID_REALTIME;

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
