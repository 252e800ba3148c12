/* SPDX-License-Identifier: ISC */
/* The window's colours: words can be read on what is behind them, and stems can be told apart by
 * any eye. */
#include "dsp/stems.h"
#include "interface/theme.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

static double linear(colour_t colour, int shift) {
  const double v = ((colour >> shift) & 0xff) / 255.0;
  return v <= 0.04045 ? v / 12.92 : pow((v + 0.055) / 1.055, 2.4);
}

/* Contrast as WCAG 2 has it. */
static double contrast(colour_t a, colour_t b) {
  const double la = 0.2126 * linear(a, 16) + 0.7152 * linear(a, 8) + 0.0722 * linear(a, 0) + 0.05;
  const double lb = 0.2126 * linear(b, 16) + 0.7152 * linear(b, 8) + 0.0722 * linear(b, 0) + 0.05;
  return la > lb ? la / lb : lb / la;
}

static void test_words_have_contrast(void **state) {
  (void)state;
  assert_true(contrast(THEME_TEXT, THEME_RAISED) > 7.0);
  assert_true(contrast(THEME_TEXT, THEME_PANEL) > 7.0);
  assert_true(contrast(THEME_DIM, THEME_RAISED) > 4.5);
  assert_true(contrast(THEME_TICK, THEME_PANEL) > 4.5);
  assert_true(contrast(THEME_ON_CHOSEN, THEME_CHOSEN) > 7.0);
  assert_true(contrast(THEME_ON_CHOSEN, THEME_WARNING) > 7.0);
  assert_true(contrast(THEME_TEXT, THEME_MUTED) > 3.0); /* large and bold */
  for (unsigned s = 0; s < N_STEMS; s++) {
    assert_true(contrast(theme_stems[s], THEME_SUNKEN) > 4.5);
  }
}

/* How a dichromat sees a colour, in linear light, after Machado, Oliveira and Fernandes (2009). */
static void simulate(int kind, colour_t colour, double lab[3]) {
  static const double kinds[4][9] = {
      {1, 0, 0, 0, 1, 0, 0, 0, 1},
      {0.152286, 1.052583, -0.204868, 0.114503, 0.786281, 0.099216, -0.003882, -0.048116, 1.051998},
      {0.367322, 0.860646, -0.227968, 0.280085, 0.672501, 0.047413, -0.011820, 0.042940, 0.968881},
      {1.255528, -0.076749, -0.178779, -0.078411, 0.930809, 0.147602, 0.004733, 0.691367,
       0.303900}};
  const double in[3] = {linear(colour, 16), linear(colour, 8), linear(colour, 0)};
  double rgb[3], f[3];
  for (int i = 0; i < 3; i++) {
    rgb[i] = 0.0;
    for (int k = 0; k < 3; k++) {
      rgb[i] += kinds[kind][3 * i + k] * in[k];
    }
    rgb[i] = fmin(fmax(rgb[i], 0.0), 1.0);
  }
  const double xyz[3] = {(0.4124 * rgb[0] + 0.3576 * rgb[1] + 0.1805 * rgb[2]) / 0.9505,
                         0.2126 * rgb[0] + 0.7152 * rgb[1] + 0.0722 * rgb[2],
                         (0.0193 * rgb[0] + 0.1192 * rgb[1] + 0.9505 * rgb[2]) / 1.089};
  for (int i = 0; i < 3; i++) {
    f[i] = xyz[i] > 0.008856 ? cbrt(xyz[i]) : 7.787 * xyz[i] + 16.0 / 116.0;
  }
  lab[0] = 116.0 * f[1] - 16.0;
  lab[1] = 500.0 * (f[0] - f[1]);
  lab[2] = 200.0 * (f[1] - f[2]);
}

/* In the spectrogram only the hue tells the stems of a split apart. */
static void test_stems_differ_to_any_eye(void **state) {
  (void)state;
  double least = 1e9;
  for (int kind = 0; kind < 4; kind++) {
    for (unsigned a = 0; a < N_STEMS; a++) {
      for (unsigned b = split_first(split_of(a)); b < a; b++) {
        double x[3], y[3];
        simulate(kind, theme_stems[a], x);
        simulate(kind, theme_stems[b], y);
        least = fmin(least, hypot(hypot(x[0] - y[0], x[1] - y[1]), x[2] - y[2]));
      }
    }
  }
  printf("nearest two stem colours, to any eye: %.0f in CIE Lab\n", least);
  assert_true(least > 20.0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_words_have_contrast),
      cmocka_unit_test(test_stems_differ_to_any_eye),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
