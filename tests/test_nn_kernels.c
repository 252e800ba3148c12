/* SPDX-License-Identifier: ISC */
/* The kernels of every instruction set, and the layers on them, against sums in double.
 * Over 400 lines: the sums in double are what every case shares. */
#include "dsp/memory.h"
#include "nn/kernels.h"
#include "nn/layers.h"
#include "tests/support/random.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const char *const names[] = {"generic", "avx2", "avx512"};
enum { N_NAMES = 3, MAX_TAPS = 13, GAP = 32 };

/* Of the sum of the magnitudes: what float may lose. */
#define TOLERANCE 1e-5

/* In y where nothing may be written. */
#define UNTOUCHED 1234.5f

static float *floats(size_t n) {
  float *p = memory_floats(n);
  assert_non_null(p);
  return p;
}

static float *random_floats(size_t n, uint32_t *random) {
  float *p = floats(n);
  for (size_t i = 0; i < n; ++i) {
    p[i] = random_between(random, -1.0f, 1.0f);
  }
  return p;
}

/* Of y against the product of a row of n weights with x, plus bias. */
static double relative_error(float y, const float *row, const float *x, unsigned n, float bias) {
  double sum = bias, size = fabs((double)bias) + 1e-30;
  for (unsigned i = 0; i < n; ++i) {
    sum += (double)row[i] * x[i];
    size += fabs((double)row[i] * x[i]);
  }
  return fabs(y - sum) / size;
}

/* A product of one shape. */
struct problem {
  unsigned rows, count;
  size_t x_stride, y_stride;
  struct kernel_matrix matrix;
  float *weights; /* [rows][taps][cols] */
  float *x, *y;
  const float *taps[MAX_TAPS];
};

static struct problem problem_new(unsigned rows, unsigned taps, unsigned cols, unsigned count,
                                  uint32_t *random) {
  static const float slopes[] = {1.0f, 0.0f, 0.01f};
  unsigned padded = kernel_padded(rows);
  struct problem p = {.rows = rows, .count = count};
  p.matrix = (struct kernel_matrix){.panels = padded / KERNEL_PANEL,
                                    .taps = taps,
                                    .cols = cols,
                                    .packed = floats((size_t)padded * taps * cols),
                                    .bias = random_floats((size_t)padded * count, random),
                                    .bias_stride = random_below(random, 2) ? padded : 0,
                                    .slope = slopes[random_below(random, 3)]};
  p.x_stride = cols + random_below(random, 5);
  p.y_stride = padded + random_below(random, GAP);
  p.weights = random_floats((size_t)rows * taps * cols, random);
  for (unsigned i = 0; i < rows * taps * cols; ++i) {
    size_t panel = i / (taps * cols) / KERNEL_PANEL, row = i / (taps * cols) % KERNEL_PANEL;
    p.matrix.packed[(panel * taps * cols + i % (taps * cols)) * KERNEL_PANEL + row] = p.weights[i];
  }
  /* Taps see overlapping rows, in no order. */
  p.x = random_floats(p.x_stride * (count + taps), random);
  for (unsigned t = 0; t < taps; ++t) {
    p.taps[t] = p.x + random_below(random, taps + 1) * p.x_stride;
  }
  p.y = floats(p.y_stride * count + GAP);
  return p;
}

static void problem_free(struct problem *p) {
  free(p->weights);
  free(p->matrix.packed);
  free(p->matrix.bias);
  free(p->x);
  free(p->y);
}

/* Of a row's result at one position, before the slope: relative to the magnitudes in its sum. */
static double exact_row(const struct problem *p, unsigned row, unsigned position, double *size) {
  const struct kernel_matrix *m = &p->matrix;
  const float *weights = p->weights + (size_t)row * m->taps * m->cols;
  double sum = m->bias[position * m->bias_stride + row];
  *size = fabs(sum) + 1e-30;
  for (unsigned t = 0; t < m->taps; ++t) {
    for (unsigned c = 0; c < m->cols; ++c) {
      double term = (double)*weights++ * p->taps[t][position * p->x_stride + c];
      sum += term;
      *size += fabs(term);
    }
  }
  return sum;
}

static double check_problem(const struct kernels *kernels, struct problem *p) {
  const struct kernel_matrix *m = &p->matrix;
  unsigned padded = kernel_padded(p->rows), shift = p->count % 4; /* any alignment will do */
  double worst = 0.0;
  for (size_t i = 0; i < p->y_stride * p->count + GAP; ++i) {
    p->y[i] = UNTOUCHED;
  }
  kernels->product(m, p->taps, p->x_stride, p->y + shift, p->y_stride, p->count);
  for (unsigned k = 0; k < p->count; ++k) {
    const float *y = p->y + shift + k * p->y_stride;
    for (unsigned r = 0; r < p->rows; ++r) {
      double size, sum = exact_row(p, r, k, &size);
      worst = fmax(worst, fabs(y[r] - (sum < 0.0 ? m->slope * sum : sum)) / size);
    }
    for (unsigned r = p->rows; r < padded; ++r) {
      float bias = m->bias[k * m->bias_stride + r]; /* their weights are zero */
      assert_true(y[r] == (bias < 0.0f ? m->slope * bias : bias));
    }
    for (size_t i = padded; i < p->y_stride; ++i) {
      assert_true(y[i] == UNTOUCHED);
    }
  }
  return worst;
}

static void check_tables(double worst[N_NAMES], unsigned rows, unsigned taps, unsigned cols,
                         unsigned count, uint32_t *random) {
  struct problem p = problem_new(rows, taps, cols, count, random);
  for (unsigned i = 0; i < N_NAMES; ++i) {
    const struct kernels *kernels = kernels_named(names[i]);
    worst[i] = kernels ? fmax(worst[i], check_problem(kernels, &p)) : 0.0;
  }
  problem_free(&p);
}

static const struct kernels *table(const char *name) {
  const struct kernels *kernels = kernels_named(name);
  if (!kernels) {
    print_message("skipped: this machine does not run the %s kernels\n", name);
  }
  return kernels;
}

static void test_products_are_the_sums(void **state) {
  (void)state;
  static const unsigned cols[] = {1, 2, 3, 7, 16, 31, 64, 129, 300};
  double worst[N_NAMES] = {0.0};
  uint32_t random = 5;
  for (unsigned rows = 1; rows <= 70; ++rows) {
    for (unsigned c = 0; c < sizeof cols / sizeof *cols; ++c) {
      check_tables(worst, rows, 1 + rows % 3, cols[c], 1 + (rows + c) % 7, &random);
    }
  }
  /* Enough panels and positions for every way of grouping them, and taps up to a few. */
  for (unsigned panels = 1; panels <= 18; ++panels) {
    for (unsigned count = 1; count <= 35; ++count) {
      check_tables(worst, panels * KERNEL_PANEL - 3, 1 + count % 2, 19, count, &random);
    }
  }
  for (unsigned taps = 1; taps <= MAX_TAPS; ++taps) {
    check_tables(worst, KERNEL_PANEL, taps, 16 + taps, 64 / taps, &random);
  }
  for (unsigned i = 0; i < N_NAMES; ++i) {
    if (table(names[i])) {
      print_message("%s: greatest relative error %.2g\n", names[i], worst[i]);
      assert_true(worst[i] <= TOLERANCE);
    }
  }
}

static void test_kernels_are_found_by_name(void **state) {
  (void)state;
  assert_non_null(kernels_named("generic"));
  assert_null(kernels_named("avx"));
  assert_null(kernels_named(""));
  for (unsigned i = 0; i < N_NAMES; ++i) {
    if (kernels_named(names[i])) {
      assert_string_equal(kernels_named(names[i])->name, names[i]);
    }
  }
  assert_ptr_equal(kernels_best(), kernels_named(kernels_best()->name));
}

static void test_dense_layer_is_the_formula(void **state) {
  (void)state;
  uint32_t random = 6;
  for (unsigned round = 0; round < 60; ++round) {
    unsigned rows = 1 + random_below(&random, 60), cols = 1 + random_below(&random, 60);
    unsigned biases = random_below(&random, 3); /* 0: none, 1: one, 2: one each */
    unsigned count = 1 + random_below(&random, 12);
    unsigned n_biases = biases == 2 ? count : 1, padded = kernel_padded(rows);
    float *weights = random_floats((size_t)rows * cols, &random);
    float *bias = random_floats((size_t)rows * n_biases, &random);
    float *x = random_floats((size_t)cols * count, &random), *y = floats((size_t)padded * count);
    struct dense dense;
    assert_true(dense_init(&dense, rows, cols, 1, weights, n_biases, biases ? bias : NULL));
    dense_forward(&dense, kernels_best(), x, cols, count, y);
    for (unsigned k = 0; k < count; ++k) {
      for (unsigned r = 0; r < padded; ++r) {
        float y_k = y[k * padded + r];
        if (r >= rows) {
          assert_true(y_k == 0.0f);
          continue;
        }
        float b = biases ? bias[(biases == 2 ? k * rows : 0) + r] : 0.0f;
        const float *row = weights + (size_t)r * cols;
        assert_true(relative_error(y_k, row, x + (size_t)k * cols, cols, b) <= TOLERANCE);
      }
    }
    dense_free(&dense);
    free(weights);
    free(bias);
    free(x);
    free(y);
  }
}

/* Frame by frame over a history equals the convolution of the whole, with silence before it. */
static void test_streaming_convolution_is_the_whole_one(void **state) {
  (void)state;
  enum { ROWS = 21, CHANNELS = 9, TAPS = 5, FRAMES = 30 };
  uint32_t random = 7;
  float *weights = random_floats((size_t)ROWS * CHANNELS * TAPS, &random);
  float *bias = random_floats(ROWS, &random), *x = random_floats(FRAMES * CHANNELS, &random);
  float *y = floats(kernel_padded(ROWS));
  struct dense dense;
  struct history history;
  assert_true(dense_init_convolution(&dense, ROWS, CHANNELS, TAPS, weights, bias));
  assert_true(history_init(&history, TAPS, CHANNELS));
  for (unsigned round = 0; round < 2; ++round) {
    for (unsigned f = 0; f < FRAMES; ++f) {
      history_push(&history, x + (size_t)f * CHANNELS);
      dense_forward(&dense, kernels_best(), history.values, 0, 1, y);
      for (unsigned r = 0; r < ROWS; ++r) {
        double sum = bias[r];
        for (unsigned c = 0; c < CHANNELS; ++c) {
          for (unsigned t = 0; t < TAPS && t <= f; ++t) {
            float weight = weights[(r * CHANNELS + c) * TAPS + TAPS - 1 - t];
            sum += (double)weight * x[(f - t) * CHANNELS + c];
          }
        }
        assert_true(fabs(y[r] - sum) <= 1e-5);
      }
    }
    history_reset(&history);
  }
  dense_free(&dense);
  history_free(&history);
  free(weights);
  free(bias);
  free(x);
  free(y);
}

/* Greatest error of a function of one value, over what a network feeds it and far beyond. */
static double curve_error(void (*curve)(float *, size_t) UNBRAID_REALTIME, double (*exact)(double),
                          bool relative) {
  enum { VALUES = 4096 };
  float *x = floats(VALUES), *y = floats(VALUES);
  double worst = 0.0;
  for (unsigned i = 0; i < VALUES; ++i) {
    double reach = i % 2 ? 85.0 : 5.0;
    x[i] = y[i] = (float)(reach * (2.0 * i / (VALUES - 1) - 1.0));
  }
  curve(y, VALUES);
  for (unsigned i = 0; i < VALUES; ++i) {
    double e = exact(x[i]), error = fabs(y[i] - e) / (relative ? e : 1.0);
    worst = error <= worst ? worst : error; /* a NaN stays */
  }
  free(x);
  free(y);
  return worst;
}

static double exact_sigmoid(double x) {
  return 1.0 / (1.0 + exp(-x));
}

static void test_curves_are_the_formulas(void **state) {
  (void)state;
  for (unsigned i = 0; i < N_NAMES; ++i) {
    const struct kernels *kernels = table(names[i]);
    if (!kernels) {
      continue;
    }
    double errors[] = {curve_error(kernels->exponential, exp, true),
                       curve_error(kernels->sigmoid, exact_sigmoid, false),
                       curve_error(kernels->tangent, tanh, false)};
    print_message("%s: exponential off by %.2g of itself, sigmoid by %.2g, tangent by %.2g\n",
                  names[i], errors[0], errors[1], errors[2]);
    for (unsigned e = 0; e < 3; ++e) {
      assert_true(errors[e] <= 3e-7);
    }
    float *far = floats(KERNEL_PANEL);
    far[0] = -1e30f;
    far[1] = 1e30f;
    kernels->exponential(far, KERNEL_PANEL);
    assert_true(far[0] > 0.0f && far[0] < 1e-37f && far[1] > 1e38f && isfinite(far[1]));
    assert_true(far[2] == 1.0f);
    free(far);
  }
}

static void test_norm_is_the_formula(void **state) {
  (void)state;
  enum { WIDTH = 21, COUNT = 5, PADDED = 32 };
  uint32_t random = 8;
  float *weight = random_floats(WIDTH, &random), *bias = random_floats(WIDTH, &random);
  float *x = random_floats((size_t)COUNT * PADDED, &random), *y = floats((size_t)COUNT * PADDED);
  struct norm norm;
  assert_true(norm_init(&norm, WIDTH, weight, bias));
  norm_forward(&norm, x, COUNT, y);
  for (unsigned k = 0; k < COUNT; ++k) {
    const float *v = x + (size_t)k * PADDED;
    double sum = 0.0, squares = 0.0;
    for (unsigned i = 0; i < WIDTH; ++i) {
      sum += v[i];
      squares += (double)v[i] * v[i];
    }
    double mean = sum / WIDTH, deviation = sqrt(squares / WIDTH - mean * mean + 1e-5);
    for (unsigned i = 0; i < WIDTH; ++i) {
      double expected = (v[i] - mean) / deviation * weight[i] + bias[i];
      assert_true(fabs(y[k * PADDED + i] - expected) <= 1e-5);
    }
  }
  norm_free(&norm);
  free(weight);
  free(bias);
  free(x);
  free(y);
}

/* A gate's input: row `row` of both products. */
static double gate_sum(const float *weights, const float *bias, const double *vector, unsigned row,
                       unsigned width) {
  double sum = bias[row];
  for (unsigned i = 0; i < width; ++i) {
    sum += (double)weights[row * width + i] * vector[i];
  }
  return sum;
}

/* Several sequences, each its own state; again after a reset. */
static void test_gru_is_the_formula(void **state) {
  (void)state;
  enum { WIDTH = 7, COUNT = 6, STEPS = 12, PADDED = 16, ROWS = 3 * WIDTH };
  uint32_t random = 9;
  float *w = random_floats((size_t)ROWS * WIDTH, &random), *b = random_floats(ROWS, &random);
  float *v = random_floats((size_t)ROWS * WIDTH, &random), *c = random_floats(ROWS, &random);
  float *x = random_floats((size_t)STEPS * COUNT * PADDED, &random);
  struct gru gru;
  assert_true(gru_init(&gru, WIDTH, COUNT, w, b, v, c));
  for (unsigned round = 0; round < 2; ++round) {
    double h[COUNT][WIDTH] = {{0.0}};
    for (unsigned step = 0; step < STEPS; ++step) {
      const float *frame = x + (size_t)step * COUNT * PADDED;
      gru_forward(&gru, kernels_best(), frame);
      for (unsigned k = 0; k < COUNT; ++k) {
        double in[WIDTH], next[WIDTH];
        for (unsigned i = 0; i < WIDTH; ++i) {
          in[i] = frame[k * PADDED + i];
        }
        for (unsigned i = 0; i < WIDTH; ++i) {
          double reset =
              exact_sigmoid(gate_sum(w, b, in, i, WIDTH) + gate_sum(v, c, h[k], i, WIDTH));
          double update = exact_sigmoid(gate_sum(w, b, in, WIDTH + i, WIDTH) +
                                        gate_sum(v, c, h[k], WIDTH + i, WIDTH));
          double fresh = tanh(gate_sum(w, b, in, 2 * WIDTH + i, WIDTH) +
                              reset * gate_sum(v, c, h[k], 2 * WIDTH + i, WIDTH));
          next[i] = (1.0 - update) * fresh + update * h[k][i];
        }
        memcpy(h[k], next, sizeof next);
        for (unsigned i = 0; i < WIDTH; ++i) {
          assert_true(fabs(gru.state[k * PADDED + i] - h[k][i]) <= 1e-5);
        }
      }
    }
    gru_reset(&gru);
  }
  gru_free(&gru);
  free(w);
  free(b);
  free(v);
  free(c);
  free(x);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_products_are_the_sums),
      cmocka_unit_test(test_kernels_are_found_by_name),
      cmocka_unit_test(test_dense_layer_is_the_formula),
      cmocka_unit_test(test_streaming_convolution_is_the_whole_one),
      cmocka_unit_test(test_curves_are_the_formulas),
      cmocka_unit_test(test_norm_is_the_formula),
      cmocka_unit_test(test_gru_is_the_formula),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
