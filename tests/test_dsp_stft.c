/* SPDX-License-Identifier: ISC */
/* The STFT: what goes in comes out, `synthesis` samples late, at every geometry. */
#include "dsp/mask.h"
#include "dsp/memory.h"
#include "dsp/stft.h"
#include "tests/support/random.h"
#include "tests/support/rig.h"

#include <limits.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { MAX_STEMS = 4, WHOLE_HOPS = 0 };

/* The loudest that an error may be, relative to the signal. */
#define EXACT_DB (-120.0)

/* One channel through analysis, masks and synthesis, as the plugin does it. */
struct stream {
  struct stft *stft;
  struct stft_input *input;
  struct stft_output *outputs[MAX_STEMS];
  struct stft_geometry geometry;
  unsigned stems, filled;
  float *spectrum, *masks; /* masks: [stems][bins] */
  uint32_t random;         /* 0: unit masks, otherwise new ones in every frame */
};

static struct stream stream_new(struct stft_geometry g, unsigned stems, uint32_t random) {
  struct stream s = {.geometry = g, .stems = stems, .random = random};
  s.stft = stft_new(g);
  assert_non_null(s.stft);
  s.input = stft_input_new(s.stft);
  assert_non_null(s.input);
  for (unsigned i = 0; i < stems; ++i) {
    s.outputs[i] = stft_output_new(s.stft);
    assert_non_null(s.outputs[i]);
  }
  s.spectrum = memory_floats((size_t)stft_bins(g) * 2);
  s.masks = memory_floats((size_t)stft_bins(g) * stems);
  assert_non_null(s.spectrum);
  assert_non_null(s.masks);
  for (unsigned i = 0; i < stft_bins(g) * stems; ++i) {
    s.masks[i] = 1.0f;
  }
  return s;
}

static void stream_free(struct stream *s) {
  for (unsigned i = 0; i < s->stems; ++i) {
    stft_output_free(s->outputs[i]);
  }
  stft_input_free(s->input);
  stft_free(s->stft);
  free(s->spectrum);
  free(s->masks);
}

static void frame_done(struct stream *s) {
  unsigned bins = stft_bins(s->geometry);
  if (s->random) {
    for (unsigned i = 0; i < bins * s->stems; ++i) {
      s->masks[i] = random_between(&s->random, 0.0f, 1.0f);
    }
    mask_soft(s->masks, s->stems, bins, 2.0f, 1e-6f);
  }
  stft_input_frame(s->stft, s->input, s->spectrum);
  for (unsigned i = 0; i < s->stems; ++i) {
    stft_output_add(s->stft, s->outputs[i], s->spectrum, s->masks + (size_t)i * bins);
    stft_output_advance(s->outputs[i]);
  }
  s->filled = 0;
}

/* Appends each stem's n samples to outs[stem]. `pieces`: seed of the lengths of the pieces that are
 * pushed, or WHOLE_HOPS. */
static void stream_render(struct stream *s, const float *in, size_t n, float *const *outs,
                          uint32_t pieces) {
  for (size_t done = 0; done < n;) {
    size_t piece = s->geometry.hop - s->filled;
    if (pieces != WHOLE_HOPS) {
      piece = 1 + random_below(&pieces, (uint32_t)piece);
    }
    piece = piece < n - done ? piece : n - done;
    for (unsigned i = 0; i < s->stems; ++i) {
      memcpy(outs[i] + done, stft_output_samples(s->outputs[i]) + s->filled, piece * sizeof *in);
    }
    stft_input_push(s->input, in + done, (unsigned)piece);
    s->filled += (unsigned)piece;
    done += piece;
    if (s->filled == s->geometry.hop) {
      frame_done(s);
    }
  }
}

static float *floats(size_t n) {
  float *p = memory_floats(n);
  assert_non_null(p);
  return p;
}

/* Error of the sum of all stems against the input, delayed by `synthesis`; before that, silence. */
static double sum_error_db(struct stft_geometry g, unsigned stems, uint32_t random) {
  size_t n = g.analysis + 4 * (size_t)g.synthesis + 7;
  float *in = floats(n), *sum = floats(n), *outs[MAX_STEMS];
  rig_noise(in, n, g.analysis + g.hop);
  struct stream s = stream_new(g, stems, random);
  for (unsigned i = 0; i < stems; ++i) {
    outs[i] = floats(n);
  }
  stream_render(&s, in, n, outs, WHOLE_HOPS);
  for (unsigned i = 0; i < stems; ++i) {
    for (size_t k = 0; k < n; ++k) {
      sum[k] += outs[i][k];
    }
    free(outs[i]);
  }
  for (unsigned k = 0; k < g.synthesis; ++k) {
    assert_true(fabsf(sum[k]) < 1e-5f);
  }
  double db = rig_error_db(sum + g.synthesis, in, n - g.synthesis);
  stream_free(&s);
  free(in);
  free(sum);
  return db;
}

static double check_geometry(struct stft_geometry g) {
  assert_true(stft_geometry_valid(g));
  double db = sum_error_db(g, 1, 0);
  if (!(db <= EXACT_DB)) {
    fail_msg("%u/%u/%u: error %.1f dB", g.analysis, g.synthesis, g.hop, db);
  }
  return db;
}

static void test_stft_reconstructs(void **state) {
  (void)state;
  static const struct stft_geometry others[] = {
      {96, 48, 16},      {96, 48, 24},      {120, 120, 40},    {1000, 300, 100}, {4410, 882, 441},
      {4096, 1024, 512}, {1024, 1024, 256}, {2048, 1024, 128}, {16, 4, 1},       {16, 16, 8},
  };
  double worst = -1000.0;
  for (unsigned analysis = 64; analysis <= 16384; analysis *= 2) {
    for (unsigned synthesis = analysis; synthesis >= analysis / 8; synthesis /= 2) {
      for (unsigned overlap = 2; overlap <= 8; overlap *= 2) {
        struct stft_geometry g = {analysis, synthesis, synthesis / overlap};
        worst = fmax(worst, check_geometry(g));
      }
    }
  }
  for (size_t i = 0; i < sizeof others / sizeof *others; ++i) {
    worst = fmax(worst, check_geometry(others[i]));
  }
  print_message("worst reconstruction: %.1f dB\n", worst);
}

static void test_stems_sum_to_input(void **state) {
  (void)state;
  static const struct stft_geometry geometries[] = {
      {4096, 1024, 512}, {1024, 1024, 256}, {96, 48, 16}, {512, 64, 8}};
  double worst = -1000.0;
  for (size_t i = 0; i < sizeof geometries / sizeof *geometries; ++i) {
    for (unsigned stems = 2; stems <= MAX_STEMS; ++stems) {
      double db = sum_error_db(geometries[i], stems, 77 + stems);
      assert_true(db <= EXACT_DB);
      worst = fmax(worst, db);
    }
  }
  print_message("worst sum of stems: %.1f dB\n", worst);
}

static void test_stft_refuses_what_it_cannot_do(void **state) {
  (void)state;
  static const struct stft_geometry invalid[] = {
      {0, 0, 0},          {64, 0, 0},         {64, 64, 0},
      {64, 64, 64},       {64, 64, 33},       {64, 64, 24},
      {64, 128, 32},      {64, 66, 33},       {64, 2, 1},
      {64, 33, 11},       {65, 64, 32},       {65, 65, 13},
      {14, 14, 7},        {8, 8, 4},          {262144, 1024, 16},
      {131074, 1024, 16}, {64, 0, 16},        {64, 64, UINT_MAX},
      {64, UINT_MAX, 16}, {UINT_MAX, 64, 16}, {UINT_MAX - 1, 64, 16},
  };
  for (size_t i = 0; i < sizeof invalid / sizeof *invalid; ++i) {
    assert_false(stft_geometry_valid(invalid[i]));
    assert_null(stft_new(invalid[i]));
  }
}

static void test_pieces_do_not_matter(void **state) {
  (void)state;
  static const struct stft_geometry geometries[] = {{1024, 256, 64}, {96, 48, 16}, {64, 64, 32}};
  enum { LENGTH = 5003 };
  float *in = floats(LENGTH), *whole = floats(LENGTH), *pieces = floats(LENGTH);
  rig_noise(in, LENGTH, 5);
  for (size_t i = 0; i < sizeof geometries / sizeof *geometries; ++i) {
    struct stream a = stream_new(geometries[i], 1, 9), b = stream_new(geometries[i], 1, 9);
    stream_render(&a, in, LENGTH, &whole, WHOLE_HOPS);
    stream_render(&b, in, LENGTH, &pieces, 31 + (uint32_t)i);
    assert_memory_equal(whole, pieces, LENGTH * sizeof *whole);
    stream_free(&a);
    stream_free(&b);
  }
  free(in);
  free(whole);
  free(pieces);
}

/* A push may be as long as the whole window. */
static void test_a_push_may_be_a_window_long(void **state) {
  (void)state;
  struct stft_geometry g = {256, 128, 32};
  struct stream a = stream_new(g, 1, 0), b = stream_new(g, 1, 0);
  float in[512];
  rig_noise(in, 512, 8);
  stft_input_push(a.input, in, 100);
  stft_input_push(a.input, in + 100, 256);
  for (unsigned i = 0; i < 356; ++i) {
    stft_input_push(b.input, in + i, 1);
  }
  stft_input_push(b.input, in, 0);
  stft_input_frame(a.stft, a.input, a.spectrum);
  stft_input_frame(b.stft, b.input, b.spectrum);
  assert_memory_equal(a.spectrum, b.spectrum, stft_bins(g) * 2 * sizeof *a.spectrum);
  stream_free(&a);
  stream_free(&b);
}

static void test_stft_reset_forgets(void **state) {
  (void)state;
  struct stft_geometry g = {512, 128, 64};
  enum { LENGTH = 2000 };
  float *in = floats(LENGTH), *fresh = floats(LENGTH), *again = floats(LENGTH);
  struct stream s = stream_new(g, 1, 0);
  rig_noise(in, LENGTH, 6);
  stream_render(&s, in, LENGTH, &fresh, WHOLE_HOPS);
  stft_input_reset(s.input);
  stft_output_reset(s.outputs[0]);
  s.filled = 0;
  stream_render(&s, in, LENGTH, &again, WHOLE_HOPS);
  assert_memory_equal(fresh, again, LENGTH * sizeof *fresh);
  stream_free(&s);
  free(in);
  free(fresh);
  free(again);
}

static unsigned loudest_bin(const float *spectrum, unsigned bins) {
  unsigned at = 0;
  double most = -1.0;
  for (unsigned b = 0; b < bins; ++b) {
    double magnitude = hypot(spectrum[2 * b], spectrum[2 * b + 1]);
    at = magnitude > most ? b : at;
    most = fmax(most, magnitude);
  }
  return at;
}

static void test_sine_peaks_in_its_bin(void **state) {
  (void)state;
  static const struct stft_geometry geometries[] = {
      {4096, 1024, 512}, {1024, 1024, 256}, {96, 48, 16}, {2048, 256, 128}};
  const double turn = 4.0 * acos(0.0);
  for (size_t i = 0; i < sizeof geometries / sizeof *geometries; ++i) {
    struct stft_geometry g = geometries[i];
    float *in = floats(g.analysis);
    struct stream s = stream_new(g, 1, 0);
    for (unsigned bin = 2; bin < g.analysis / 2 - 1; bin += 1 + g.analysis / 64) {
      for (unsigned k = 0; k < g.analysis; ++k) {
        in[k] = (float)sin(turn * bin * k / g.analysis + bin);
      }
      stft_input_push(s.input, in, g.analysis);
      stft_input_frame(s.stft, s.input, s.spectrum);
      assert_int_equal(loudest_bin(s.spectrum, stft_bins(g)), bin);
    }
    stream_free(&s);
    free(in);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_stft_reconstructs),
      cmocka_unit_test(test_stems_sum_to_input),
      cmocka_unit_test(test_stft_refuses_what_it_cannot_do),
      cmocka_unit_test(test_pieces_do_not_matter),
      cmocka_unit_test(test_a_push_may_be_a_window_long),
      cmocka_unit_test(test_stft_reset_forgets),
      cmocka_unit_test(test_sine_peaks_in_its_bin),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
