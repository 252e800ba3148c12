/* SPDX-License-Identifier: ISC */
/* The kernels' source. Each kernels_*.c includes it once, compiled for its instruction set.
 * KERNEL_TABLE is the name of its table, KERNEL_NAME its label, KERNEL_LANES the floats per
 * register. KERNEL_SUMS is the number of registers for sums: enough to hide the latency of an FMA,
 * but few enough to leave some for weights and inputs. */

#include "nn/kernels.h"

typedef float vec __attribute__((vector_size(KERNEL_LANES * sizeof(float)), may_alias));
typedef vec unaligned __attribute__((aligned(sizeof(float))));
typedef int ints __attribute__((vector_size(KERNEL_LANES * sizeof(int)), may_alias));

enum {
  VECS = KERNEL_PANEL / KERNEL_LANES, /* registers of one panel */
  MOST = KERNEL_SUMS / VECS,          /* positions at a time of one panel */
  /* and of several: where a panel is one register two of them share each input. */
  MOST_SHARED = VECS == 1 ? MOST / 2 : MOST,
  /* More positions than FEW have no registers for their addresses: these are computed anew, for
   * COLUMNS columns at a time. */
  FEW = 6,
  COLUMNS = 4
};

static inline __attribute__((always_inline)) vec choose(ints which, vec yes, vec no) {
  return (vec)((which & (ints)yes) | (~which & (ints)no));
}

/* `columns` columns of `panels` panels times `count` positions of one tap. All three are constants
 * in the caller, so that the sums stay in registers. */
static inline __attribute__((always_inline)) void add_columns(vec *sums, const float *weights,
                                                              size_t panel_step, unsigned panels,
                                                              unsigned columns, const float *x,
                                                              size_t x_stride, unsigned count) {
  vec w[KERNEL_SUMS + COLUMNS];
  for (unsigned c = 0; c < columns; ++c) {
    for (unsigned v = 0; v < panels * VECS; ++v) {
      const float *row = weights + v / VECS * panel_step + (size_t)c * KERNEL_PANEL;
      w[c * panels * VECS + v] = *(const vec *)(row + v % VECS * KERNEL_LANES);
    }
  }
  for (unsigned k = 0; k < count; ++k, x += x_stride) {
    for (unsigned c = 0; c < columns; ++c) {
      for (unsigned v = 0; v < panels * VECS; ++v) {
        sums[v * count + k] += w[c * panels * VECS + v] * x[c];
      }
    }
  }
}

/* `panels` panels from `first` on times `count` positions from `at` on; `panels` and `count` are
 * constants in the caller. */
static inline __attribute__((always_inline)) void
tile(const struct kernel_matrix *m, unsigned first, unsigned panels, const float *const *x,
     size_t x_stride, float *y, size_t y_stride, unsigned at, unsigned count) {
  vec sums[KERNEL_SUMS];
  size_t step = (size_t)m->taps * m->cols * KERNEL_PANEL;
  const float *weights = m->packed + first * step;
  const float *bias = m->bias + at * m->bias_stride + (size_t)first * KERNEL_PANEL;
  for (unsigned v = 0; v < panels * VECS; ++v) {
    for (unsigned k = 0; k < count; ++k) {
      sums[v * count + k] = *(const vec *)(bias + k * m->bias_stride + v * KERNEL_LANES);
    }
  }
  unsigned columns = count > FEW && panels == 1 ? COLUMNS : 1, cols = m->cols;
  for (unsigned t = 0; t < m->taps; ++t) {
    const float *seen = x[t] + at * x_stride;
    unsigned c = 0;
    for (; c + columns <= cols; c += columns, weights += columns * KERNEL_PANEL) {
      add_columns(sums, weights, step, panels, columns, seen + c, x_stride, count);
    }
    for (; columns > 1 && c < cols; ++c, weights += KERNEL_PANEL) {
      add_columns(sums, weights, step, panels, 1, seen + c, x_stride, count);
    }
  }
  const vec zero = {0.0f};
  y += at * y_stride + (size_t)first * KERNEL_PANEL;
  for (unsigned v = 0; v < panels * VECS; ++v) {
    for (unsigned k = 0; k < count; ++k) {
      vec sum = sums[v * count + k];
      *(unaligned *)(y + k * y_stride + v * KERNEL_LANES) = choose(sum < zero, sum * m->slope, sum);
    }
  }
}

/* Every panel times `count` positions, a constant in the caller. Takes as many panels at a time as
 * the registers allow. */
static inline __attribute__((always_inline)) void
every_panel(const struct kernel_matrix *m, const float *const *x, size_t x_stride, float *y,
            size_t y_stride, unsigned at, unsigned count) {
  unsigned p = 0;
#define PANELS(n)                                                                                  \
  if ((n) * VECS * count <= KERNEL_SUMS) {                                                         \
    for (; p + (n) <= m->panels; p += (n)) {                                                       \
      tile(m, p, n, x, x_stride, y, y_stride, at, count);                                          \
    }                                                                                              \
  }
  PANELS(8)
  PANELS(4)
  PANELS(2)
  PANELS(1)
#undef PANELS
}

static void product(const struct kernel_matrix *m, const float *const *x, size_t x_stride, float *y,
                    size_t y_stride, unsigned count) UNBRAID_REALTIME {
  unsigned most = m->panels > 1 ? MOST_SHARED : MOST, at = 0;
  /* Tiles have nearly the same length, because a short last tile would leave registers idle. */
  for (unsigned tiles = (count + most - 1) / most; tiles > 0; --tiles) {
    unsigned n = (count - at + tiles - 1) / tiles;
    switch (n) {
#define POSITIONS(n)                                                                               \
  case n:                                                                                          \
    if ((n) <= MOST) {                                                                             \
      every_panel(m, x, x_stride, y, y_stride, at, n);                                             \
    }                                                                                              \
    break;
      POSITIONS(1)
      POSITIONS(2)
      POSITIONS(3)
      POSITIONS(4)
      POSITIONS(5)
      POSITIONS(6)
      POSITIONS(7)
      POSITIONS(8)
      POSITIONS(9)
      POSITIONS(10)
      POSITIONS(11)
      POSITIONS(12)
      POSITIONS(13)
      POSITIONS(14)
      POSITIONS(15)
      POSITIONS(16)
#undef POSITIONS
    }
    at += n;
  }
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
                                     .product = product,
                                     .exponential = exponential,
                                     .sigmoid = sigmoid,
                                     .tangent = tangent};
