/* SPDX-License-Identifier: ISC */
/* The time block: y = x + linear(GRU(norm(x))), forward and backward, frame after frame.
 *
 * Rows do not meet here, so a few of them at a time go through all frames, and what a frame needs
 * stays in the caches. x is [frames][rows][n]. For the way back are kept, as operands, the states
 * [frames][rows][n], and of each row and panel of LANES units r, z, the new state and the hidden
 * part of the latter before r. */
#include "rows.h"

enum { GATES = 4, TOGETHER = 128 };

struct time_block {
  int frames, rows, n;
  const float *gain, *shift;                      /* [n] */
  const float *w_in, *w_hidden, *b_in, *b_hidden; /* [3n][n], [3n]: r, z, new */
  const float *w_out, *b_out;                     /* [n][n], [n] */
};

struct time_gradients {
  float *gain, *shift, *w_in, *w_hidden, *b_in, *b_hidden, *w_out, *b_out;
};

/** Of the rows from `first` on, how many go together. */
static int together(int rows, int first) {
  int tiles = (rows + TOGETHER - 1) / TOGETHER, most = ((rows + tiles - 1) / tiles + 5) / 6 * 6;
  return rows - first < most ? rows - first : most;
}

struct gru {
  int n;
  const word *w_in, *w_hidden; /* [panel][words of n][r, z, new][LANES] */
  const float *bias;           /* [panel][GATES][LANES] */
};

ALWAYS void gru_tile(int rows, const struct gru *g, int panel, const word *x, const word *before,
                     float *state, half *after, half *gates) {
  enum { R, Z, IN, HIDDEN };
  const int n = g->n, steps = n / PER_WORD;
  const word *w = g->w_in + (ptrdiff_t)panel * steps * 3 * LANES;
  vec acc[GRU_ROWS][GATES];
  UNROLL for (int i = 0; i < rows; ++i) {
    UNROLL for (int v = 0; v < GATES; ++v) {
      acc[i][v] = load(g->bias + (panel * GATES + v) * LANES);
    }
  }
  for (int k = 0; k < steps; ++k, w += 3 * LANES) {
    wordvec r = load_words(w), z = load_words(w + LANES), in = load_words(w + 2 * LANES);
    UNROLL for (int i = 0; i < rows; ++i) {
      word left = x[i * steps + k];
      acc[i][R] = multiply_add(acc[i][R], r, left);
      acc[i][Z] = multiply_add(acc[i][Z], z, left);
      acc[i][IN] = multiply_add(acc[i][IN], in, left);
    }
  }
  w = g->w_hidden + (ptrdiff_t)panel * steps * 3 * LANES;
  for (int k = 0; k < steps; ++k, w += 3 * LANES) {
    wordvec r = load_words(w), z = load_words(w + LANES), hidden = load_words(w + 2 * LANES);
    UNROLL for (int i = 0; i < rows; ++i) {
      word left = before[i * steps + k];
      acc[i][R] = multiply_add(acc[i][R], r, left);
      acc[i][Z] = multiply_add(acc[i][Z], z, left);
      acc[i][HIDDEN] = multiply_add(acc[i][HIDDEN], hidden, left);
    }
  }
  UNROLL for (int i = 0; i < rows; ++i) {
    float *h = state + i * n + panel * LANES;
    vec r = sigmoid(acc[i][R]), z = sigmoid(acc[i][Z]),
        new = tangent(acc[i][IN] + r * acc[i][HIDDEN]), next = new + z *(load(h) - new);
    store(h, next);
    put(after + i * n + panel * LANES, next);
    if (gates) {
      half *kept = gates + (ptrdiff_t)i * n * GATES + panel * GATES * LANES;
      put(kept, r);
      put(kept + LANES, z);
      put(kept + 2 * LANES, new);
      put(kept + 3 * LANES, acc[i][HIDDEN]);
    }
  }
}

static void gru_step(const struct gru *g, int rows, const word *x, const word *before, float *state,
                     half *after, half *gates) {
  const int n = g->n, steps = n / PER_WORD;
  for (int panel = 0; panel < n / LANES; ++panel) {
    for (int i = 0; i < rows; i += GRU_ROWS) {
      const word *xi = x + i * steps, *hi = before + i * steps;
      float *si = state + i * n;
      half *ai = after + i * n, *gi = gates ? gates + (ptrdiff_t)i * n * GATES : NULL;
      switch (rows - i) {
      case 1:
        gru_tile(1, g, panel, xi, hi, si, ai, gi);
        break;
      case 2:
        gru_tile(2, g, panel, xi, hi, si, ai, gi);
        break;
#if defined(__AVX512F__)
      case 3:
        gru_tile(3, g, panel, xi, hi, si, ai, gi);
        break;
      case 4:
        gru_tile(4, g, panel, xi, hi, si, ai, gi);
        break;
      case 5:
        gru_tile(5, g, panel, xi, hi, si, ai, gi);
        break;
#endif
      default:
        gru_tile(GRU_ROWS, g, panel, xi, hi, si, ai, gi);
      }
    }
  }
}

/** Packs what the forward pass multiplies with. */
static void pack_gru(const struct time_block *b, word *w_in, word *w_hidden, float *bias) {
  const int n = b->n, steps = n / PER_WORD;
  for (int panel = 0; panel < n / LANES; ++panel) {
    for (int gate = 0; gate < 3; ++gate) {
      ptrdiff_t from = (ptrdiff_t)gate * n + panel * LANES, to = (panel * steps * 3 + gate) * LANES;
      pack_vector(w_in + to, 3 * LANES, b->w_in + from * n, 1, n, n);
      pack_vector(w_hidden + to, 3 * LANES, b->w_hidden + from * n, 1, n, n);
      vec in = load(b->b_in + from), hidden = load(b->b_hidden + from);
      float *bias_to = bias + (panel * GATES + gate) * LANES;
      if (gate < 2) {
        store(bias_to, in + hidden);
      } else {
        store(bias_to, in);
        store(bias_to + LANES, hidden);
      }
    }
  }
}

/** `states` and `gates` are kept for the way back; both NULL: there is none. 0, or -1 without
 * memory. */
EXPORT int time_forward(const struct time_block *b, const float *x, float *y, half *states,
                        half *gates) {
  const int n = b->n, steps = n / PER_WORD, most = together(b->rows, 0);
  const size_t panel_words = (size_t)n * (size_t)steps * sizeof(word);
  word *w_in, *w_hidden, *w_out, *normed;
  float *bias, *state;
  half *turns[2];
  struct arena a = {0};
  do {
    if (allocate(&a)) {
      return -1;
    }
    w_in = part(&a, 3 * panel_words);
    w_hidden = part(&a, 3 * panel_words);
    w_out = part(&a, panel_words);
    bias = part(&a, GATES * (size_t)n * sizeof(float));
    normed = part(&a, (size_t)(most * steps) * sizeof(word));
    state = part(&a, (size_t)(most * n) * sizeof(float));
    turns[0] = part(&a, (size_t)(most * n) * sizeof(half));
    turns[1] = part(&a, (size_t)(most * n) * sizeof(half));
  } while (!a.memory);
  pack_gru(b, w_in, w_hidden, bias);
  pack(w_out, b->w_out, 1, n, n, n);
  const struct gru g = {n, w_in, w_hidden, bias};

  for (int first = 0, rows; first < b->rows; first += rows) {
    rows = together(b->rows, first);
    memset(state, 0, (size_t)(most * n) * sizeof(float));
    memset(turns[1], 0, (size_t)(most * n) * sizeof(half));
    const half *before = turns[1];
    for (int t = 0; t < b->frames; ++t) {
      ptrdiff_t at = ((ptrdiff_t)t * b->rows + first) * n;
      half *after = states ? states + at : turns[t & 1];
      norm_rows((half *)normed, x + at, n, rows, n, b->gain, b->shift);
      gru_step(&g, rows, normed, (const word *)before, state, after,
               gates ? gates + at * GATES : NULL);
      product(
          (const word *)after, steps, rows, w_out, PACKED, steps, n,
          (struct sums){.bias = b->b_out, .add = x + at, .add_row = n, .to = y + at, .to_row = n});
      before = after;
    }
  }
  free(a.memory);
  return 0;
}

/* The gradients before the gates: of a row, new, r, z, hidden. So what the input's weights see and
 * what the hidden ones see are both in one piece. */

/** A gradient of the gates, and what of the state's passes them. */
ALWAYS void gate_gradient(const half *kept, vec before, vec d, vec *dg, vec *carried) {
  vec r = get(kept), z = get(kept + LANES), new = get(kept + 2 * LANES),
      hidden = get(kept + 3 * LANES);
  vec d_new = d * (1 - z) * (1 - new *new);
  dg[0] = d_new;
  dg[1] = d_new * hidden * r * (1 - r);
  dg[2] = d * (before - new) * z * (1 - z);
  dg[3] = d_new * r;
  *carried = d * z;
}

/** In: `d` the gradient of the states after. Out: it is what reaches the states before past the
 * gates; the gates' own as rows, paired, and added to `bias` [GATES * n]. */
static void gates_back(int rows, int n, const half *gates, const half *before, float *d, half *to,
                       ptrdiff_t to_row, word *paired, ptrdiff_t paired_row, float *bias) {
  for (int c = 0; c < n; c += LANES) {
    vec total[GATES];
    for (int v = 0; v < GATES; ++v) {
      total[v] = load(bias + v * n + c);
    }
    for (int i = 0; i < rows; i += 2) {
      vec dg[2][GATES] = {{{0}}};
      for (int j = 0; j < 2 && i + j < rows; ++j) {
        ptrdiff_t at = (ptrdiff_t)(i + j) * n;
        vec carried;
        gate_gradient(gates + (at + c) * GATES, get(before + at + c), load(d + at + c), dg[j],
                      &carried);
        store(d + at + c, carried);
        for (int v = 0; v < GATES; ++v) {
          put(to + (i + j) * to_row + v * n + c, dg[j][v]);
        }
      }
      for (int v = 0; v < GATES; ++v) {
        total[v] += dg[0][v] + dg[1][v];
        put_pair(paired + (i / 2) * paired_row + v * n + c, dg[0][v], dg[1][v]);
      }
    }
    for (int v = 0; v < GATES; ++v) {
      store(bias + v * n + c, total[v]);
    }
  }
}

/** w_in in the order of the gradients before the gates. */
static void new_first(float *to, const float *w, ptrdiff_t n) {
  memcpy(to, w + 2 * n * n, (size_t)(n * n) * sizeof(float));
  memcpy(to + n * n, w, (size_t)(2 * n * n) * sizeof(float));
}

/** Adds to the gradients `g`, which are zero at first; sets dx. 0, or -1 without memory. */
EXPORT int time_backward(const struct time_block *b, const float *x, const half *states,
                         const half *gates, const float *dy, float *dx,
                         const struct time_gradients *g) {
  const int n = b->n, steps = n / PER_WORD, most = together(b->rows, 0);
  const ptrdiff_t dg_row = words(GATES * n) + 16, pair_row = GATES * n + 16;
  const size_t square = (size_t)n * (size_t)n;
  word *w_in, *w_hidden, *w_out, *normed, *rounded, *dg, *pairs[4];
  float *ordered, *bias, *d, *d_normed;
  half *zero;
  struct arena a = {0};
  do {
    if (allocate(&a)) {
      return -1;
    }
    w_in = part(&a, 3 * square * sizeof(half));
    w_hidden = part(&a, 3 * square * sizeof(half));
    w_out = part(&a, square * sizeof(half));
    ordered = part(&a, 3 * square * sizeof(float));
    bias = part(&a, GATES * (size_t)n * sizeof(float));
    normed = part(&a, (size_t)(most * steps) * sizeof(word));
    rounded = part(&a, (size_t)(most * steps) * sizeof(word));
    dg = part(&a, (size_t)(most * dg_row) * sizeof(word));
    pairs[0] = part(&a, (size_t)(words(most) * pair_row) * sizeof(word));
    for (int i = 1; i < 4; ++i) {
      pairs[i] = part(&a, (size_t)(words(most) * n) * sizeof(word));
    }
    d = part(&a, (size_t)(most * n) * sizeof(float));
    d_normed = part(&a, (size_t)(most * n) * sizeof(float));
    zero = part(&a, (size_t)(most * n) * sizeof(half));
  } while (!a.memory);
  new_first(ordered, b->w_in, n);
  pack(w_in, ordered, n, 1, 3 * n, n);
  pack(w_hidden, b->w_hidden, n, 1, 3 * n, n);
  pack(w_out, b->w_out, n, 1, n, n);
  memset(bias, 0, GATES * (size_t)n * sizeof(float));
  memset(zero, 0, (size_t)(most * n) * sizeof(half));
  word *dg_pairs = PER_WORD == 1 ? dg : pairs[0];

  for (int first = 0, rows; first < b->rows; first += rows) {
    rows = together(b->rows, first);
    const int summed = (int)words(rows);
    const ptrdiff_t frame = (ptrdiff_t)b->rows * n;
    const half *after = states + (b->frames - 1) * frame + first * n;
    const word *after_pairs = pair_rows(pairs[1 + (b->frames & 1)], after, rows, n);
    memset(d, 0, (size_t)(most * n) * sizeof(float));
    for (int t = b->frames - 1; t >= 0; --t) {
      ptrdiff_t at = t * frame + first * n;
      const half *before = t > 0 ? states + at - frame : zero;

      /* The linear layer after the GRU: its weights see states and dy. */
      round_rows((half *)rounded, dy + at, n, rows, n, g->b_out);
      outer(pair_rows(pairs[3], (half *)rounded, rows, n), n, n, after_pairs, n, n, summed,
            g->w_out, n);
      product(rounded, steps, rows, w_out, PACKED, steps, n,
              (struct sums){.add = d, .add_row = n, .to = d, .to_row = n});

      gates_back(rows, n, gates + at * GATES, before, d, (half *)dg, dg_row * PER_WORD, dg_pairs,
                 pair_row, bias);
      after_pairs = pair_rows(pairs[1 + (t & 1)], before, rows, n);
      if (t > 0) {
        outer(dg_pairs + n, pair_row, 3 * n, after_pairs, n, n, summed, g->w_hidden, n);
        product(dg + steps, dg_row, rows, w_hidden, PACKED, 3 * steps, n,
                (struct sums){.add = d, .add_row = n, .to = d, .to_row = n});
      }

      norm_rows((half *)normed, x + at, n, rows, n, b->gain, b->shift);
      const word *normed_pairs = pair_rows(pairs[3], (half *)normed, rows, n);
      outer(dg_pairs, pair_row, n, normed_pairs, n, n, summed, g->w_in + 2 * n * n, n);
      outer(dg_pairs + n, pair_row, 2 * n, normed_pairs, n, n, summed, g->w_in, n);
      product(dg, dg_row, rows, w_in, PACKED, 3 * steps, n,
              (struct sums){.to = d_normed, .to_row = n});
      norm_gradient(dx + at, dy + at, d_normed, x + at, n, rows, n, b->gain, g->gain, g->shift);
    }
  }
  memcpy(g->b_in + 2 * n, bias, (size_t)n * sizeof(float));
  memcpy(g->b_in, bias + n, 2 * (size_t)n * sizeof(float));
  memcpy(g->b_hidden, bias + n, 3 * (size_t)n * sizeof(float));
  free(a.memory);
  return 0;
}
