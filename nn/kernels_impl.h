/* The kernels' source. Each kernels_*.c includes it once, compiled for its instruction set, with
 * KERNEL_TABLE the name of its table, KERNEL_NAME its label and KERNEL_LANES the floats of one
 * register. */

#include "nn/kernels.h"

typedef float vec __attribute__((vector_size(KERNEL_LANES * sizeof(float)), may_alias));

enum {
  VECS = KERNEL_PANEL / KERNEL_LANES, /* registers of one panel */
  SUMS = 8,                           /* sums in flight: enough to hide the latency of an FMA */
  GROUP = SUMS / VECS,                /* panels at a time for one vector */
  GROUP4 = GROUP >= 4 ? GROUP / 4 : 1 /* and for four */
};

/* `panels` panels times `count` vectors, both constant where it is called, so that the sums stay
 * in registers. */
static inline __attribute__((always_inline)) void
block(const float *packed, unsigned panels, unsigned cols, const float *bias, size_t bias_stride,
      const float *x, size_t x_stride, float *y, size_t y_stride, unsigned count) {
  vec sums[KERNEL_PANEL / KERNEL_LANES * GROUP * 4];
  size_t step = (size_t)cols * KERNEL_PANEL;
  for (unsigned v = 0; v < panels * VECS; ++v) {
    for (unsigned k = 0; k < count; ++k) {
      sums[v * count + k] = *(const vec *)(bias + k * bias_stride + v * KERNEL_LANES);
    }
  }
  for (unsigned c = 0; c < cols; ++c) {
    for (unsigned v = 0; v < panels * VECS; ++v) {
      const float *row = packed + v / VECS * step + (size_t)c * KERNEL_PANEL;
      vec weights = *(const vec *)(row + v % VECS * KERNEL_LANES);
      for (unsigned k = 0; k < count; ++k) {
        sums[v * count + k] += weights * x[k * x_stride + c];
      }
    }
  }
  for (unsigned v = 0; v < panels * VECS; ++v) {
    for (unsigned k = 0; k < count; ++k) {
      *(vec *)(y + k * y_stride + v * KERNEL_LANES) = sums[v * count + k];
    }
  }
}

/* Every panel times `count` vectors, `group` panels at a time; both constant where it is called. */
static inline __attribute__((always_inline)) void
product(const float *packed, unsigned panels, unsigned cols, const float *bias, size_t bias_stride,
        const float *x, size_t x_stride, float *y, size_t y_stride, unsigned count,
        unsigned group) {
  size_t step = (size_t)cols * KERNEL_PANEL;
  unsigned p = 0;
  for (; p + group <= panels; p += group) {
    block(packed + p * step, group, cols, bias + (size_t)p * KERNEL_PANEL, bias_stride, x, x_stride,
          y + (size_t)p * KERNEL_PANEL, y_stride, count);
  }
  for (; p < panels; ++p) {
    block(packed + p * step, 1, cols, bias + (size_t)p * KERNEL_PANEL, bias_stride, x, x_stride,
          y + (size_t)p * KERNEL_PANEL, y_stride, count);
  }
}

static void matmul(const float *packed, unsigned panels, unsigned cols, const float *bias,
                   size_t bias_stride, const float *x, size_t x_stride, float *y, size_t y_stride,
                   unsigned count) UNBRAID_REALTIME {
  if (count == 4) {
    product(packed, panels, cols, bias, bias_stride, x, x_stride, y, y_stride, 4, GROUP4);
    return;
  }
  for (unsigned k = 0; k < count; ++k) {
    product(packed, panels, cols, bias + k * bias_stride, 0, x + k * x_stride, 0, y + k * y_stride,
            0, 1, GROUP);
  }
}

typedef int ints __attribute__((vector_size(KERNEL_LANES * sizeof(int)), may_alias));

static inline __attribute__((always_inline)) vec choose(ints which, vec yes, vec no) {
  return (vec)((which & (ints)yes) | (~which & (ints)no));
}

/* e^x = 2^k e^f, k whole and |f| <= ln(2)/2, e^f by its series. */
static inline __attribute__((always_inline)) vec exponential_of(vec x) {
  const vec zero = {0.0f}, lowest = zero - 87.0f, highest = zero + 88.0f;
  x = choose(x < lowest, lowest, x);
  x = choose(x > highest, highest, x);
  /* Adding 1.5 * 2^23 rounds to a whole number, and leaves it in the lowest bits. */
  const vec rounder = zero + 12582912.0f;
  vec shifted = x * 1.44269504f + rounder;
  vec k = shifted - rounder;
  vec f = x - k * 0.693145752f; /* ln(2) in two parts: k times the first is exact */
  f = f - k * 1.42860677e-6f;
  vec sum = f * (1.0f / 720.0f) + 1.0f / 120.0f;
  sum = sum * f + 1.0f / 24.0f;
  sum = sum * f + 1.0f / 6.0f;
  sum = sum * f + 0.5f;
  sum = sum * f + 1.0f;
  sum = sum * f + 1.0f;
  return (vec)((ints)sum + (((ints)shifted - (ints)rounder) << 23));
}

static void exponential(float *y, size_t n) UNBRAID_REALTIME {
  for (size_t i = 0; i < n; i += KERNEL_LANES) {
    *(vec *)(y + i) = exponential_of(*(vec *)(y + i));
  }
}

static void sigmoid(float *y, size_t n) UNBRAID_REALTIME {
  for (size_t i = 0; i < n; i += KERNEL_LANES) {
    *(vec *)(y + i) = 1.0f / (1.0f + exponential_of(-*(vec *)(y + i)));
  }
}

static void tangent(float *y, size_t n) UNBRAID_REALTIME {
  for (size_t i = 0; i < n; i += KERNEL_LANES) {
    *(vec *)(y + i) = 2.0f / (1.0f + exponential_of(-2.0f * *(vec *)(y + i))) - 1.0f;
  }
}

extern const struct kernels KERNEL_TABLE;
const struct kernels KERNEL_TABLE = {.name = KERNEL_NAME,
                                     .matmul = matmul,
                                     .exponential = exponential,
                                     .sigmoid = sigmoid,
                                     .tangent = tangent};
