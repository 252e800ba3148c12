/* SPDX-License-Identifier: ISC */
/* What the blocks do to rows of values: layer norm and its gradient; and their scratch memory. */
#pragma once

#include "product.h"

#include <stdlib.h>

#define EPSILON 1e-5f /* PyTorch's */

struct moments {
  float mean, scale;
};

ALWAYS struct moments moments_of(const float *x, int n) {
  vec total = {0}, squares = {0};
  for (int c = 0; c < n; c += LANES) {
    total += load(x + c);
  }
  float mean = sum(total) / (float)n;
  for (int c = 0; c < n; c += LANES) {
    vec d = load(x + c) - mean;
    squares += d * d;
  }
  return (struct moments){mean, 1 / __builtin_sqrtf(sum(squares) / (float)n + EPSILON)};
}

ALWAYS vec normalised(const float *x, struct moments m) {
  return (load(x) - m.mean) * m.scale;
}

/** Layer norm of rows `x_row` apart, as operands for sums along them. */
static inline void norm_rows(half *to, const float *x, ptrdiff_t x_row, int rows, int n,
                             const float *gain, const float *shift) {
  for (int i = 0; i < rows; ++i, x += x_row, to += n) {
    struct moments m = moments_of(x, n);
    for (int c = 0; c < n; c += LANES) {
      put(to + c, normalised(x + c, m) * load(gain + c) + load(shift + c));
    }
  }
}

/** dx = dy + the gradient of layer norm, whose own is `d` [rows][n]; adds up those of gain and
 * shift. dx, dy and x have rows `x_row` apart; dy NULL: it is 0. */
static inline void norm_gradient(float *dx, const float *dy, const float *d, const float *x,
                                 ptrdiff_t x_row, int rows, int n, const float *gain, float *d_gain,
                                 float *d_shift) {
  for (int i = 0; i < rows; ++i, x += x_row, d += n, dx += x_row, dy = dy ? dy + x_row : NULL) {
    struct moments m = moments_of(x, n);
    vec total = {0}, along = {0};
    for (int c = 0; c < n; c += LANES) {
      vec h = normalised(x + c, m), g = load(d + c);
      store(d_gain + c, load(d_gain + c) + g * h);
      store(d_shift + c, load(d_shift + c) + g);
      g *= load(gain + c);
      total += g;
      along += g * h;
    }
    float mean = sum(total) / (float)n, slope = sum(along) / (float)n;
    for (int c = 0; c < n; c += LANES) {
      vec h = normalised(x + c, m), passed = dy ? load(dy + c) : broadcast(0);
      store(dx + c, passed + (load(d + c) * load(gain + c) - mean - h * slope) * m.scale);
    }
  }
}

/** Rows `x_row` apart as operands for sums along them; adds their sums to `total` [n]. */
static inline void round_rows(half *to, const float *x, ptrdiff_t x_row, int rows, int n,
                              float *total) {
  for (int c = 0; c < n; c += LANES) {
    vec columns = load(total + c);
    for (int i = 0; i < rows; ++i) {
      vec v = load(x + i * x_row + c);
      put(to + (ptrdiff_t)i * n + c, v);
      columns += v;
    }
    store(total + c, columns);
  }
}

/** Scratch memory: parts of one allocation, each from a cache line on. The first time through,
 * parts are only measured:
 *
 *     do {
 *       if (allocate(&arena)) { return -1; }
 *       p = part(&arena, bytes);
 *       ...
 *     } while (!arena.memory); */
struct arena {
  char *memory;
  size_t used;
};

static inline int allocate(struct arena *arena) {
  if (arena->used) {
    arena->memory = aligned_alloc(64, arena->used);
    arena->used = 0;
    return arena->memory ? 0 : -1;
  }
  return 0;
}

/** Parts of equal sizes start in different cache sets. */
static inline void *part(struct arena *arena, size_t bytes) {
  void *p = arena->memory ? arena->memory + arena->used : NULL;
  arena->used += (bytes + 127) / 64 * 64;
  return p;
}
