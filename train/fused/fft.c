/* SPDX-License-Identifier: ISC */
#include "fft.h"

#include <math.h>

void fft_parts(struct fft *fft, struct arena *arena, int size) {
  size_t half_size = (size_t)size / 2;
  fft->size = size;
  fft->cosine = part(arena, half_size * sizeof(float));
  fft->sine = part(arena, half_size * sizeof(float));
  fft->reversed = part(arena, half_size * sizeof(int));
  for (int i = 0; i < 2; ++i) {
    fft->signal[i] = part(arena, half_size * sizeof(vec));
    fft->spectrum[i] = part(arena, (half_size + LANES) * sizeof(vec));
  }
}

void fft_prepare(struct fft *fft) {
  int half_size = fft->size / 2;
  for (int k = 0; k < half_size; ++k) {
    double angle = 2 * 3.14159265358979323846 * k / fft->size;
    fft->cosine[k] = (float)cos(angle);
    fft->sine[k] = (float)sin(angle);
  }
  fft->reversed[0] = 0;
  for (int k = 1; k < half_size; ++k) {
    fft->reversed[k] = fft->reversed[k / 2] / 2 + (k & 1 ? half_size / 2 : 0);
  }
}

struct complex {
  vec re, im;
};

ALWAYS struct complex turned(vec re, vec im, float c, float s) {
  return (struct complex){re * c + im * s, im * c - re * s};
}

/** Two stages at once, that of runs of 2m and that of runs of 4m. */
static void stages(const struct fft *fft, vec *re, vec *im, int m) {
  int half_size = fft->size / 2, step = fft->size / (4 * m);
  for (int run = 0; run < half_size; run += 4 * m) {
    for (int j = 0; j < m; ++j) {
      vec *r = re + run + j, *i = im + run + j;
      float c1 = fft->cosine[2 * j * step], s1 = fft->sine[2 * j * step];
      float c2 = fft->cosine[j * step], s2 = fft->sine[j * step];
      struct complex a1 = turned(r[m], i[m], c1, s1), a3 = turned(r[3 * m], i[3 * m], c1, s1);
      vec b0r = r[0] + a1.re, b0i = i[0] + a1.im, b1r = r[0] - a1.re, b1i = i[0] - a1.im;
      vec b2r = r[2 * m] + a3.re, b2i = i[2 * m] + a3.im, b3r = r[2 * m] - a3.re,
          b3i = i[2 * m] - a3.im;
      struct complex c = turned(b2r, b2i, c2, s2), d = turned(b3r, b3i, c2, s2);
      r[0] = b0r + c.re;
      i[0] = b0i + c.im;
      r[m] = b1r + d.im;
      i[m] = b1i - d.re;
      r[2 * m] = b0r - c.re;
      i[2 * m] = b0i - c.im;
      r[3 * m] = b1r - d.im;
      i[3 * m] = b1i + d.re;
    }
  }
}

/** A complex transform in place, from reversed order. */
static void transform(const struct fft *fft, vec *re, vec *im) {
  int half_size = fft->size / 2, m = 1;
  if (__builtin_ctz((unsigned)half_size) % 2) {
    for (int k = 0; k < half_size; k += 2) {
      vec r = re[k + 1], i = im[k + 1];
      re[k + 1] = re[k] - r;
      im[k + 1] = im[k] - i;
      re[k] += r;
      im[k] += i;
    }
    m = 2;
  }
  for (; m < half_size; m *= 4) {
    stages(fft, re, im, m);
  }
}

void fft_inverse(struct fft *fft) {
  int half_size = fft->size / 2;
  const vec *re = fft->spectrum[0], *im = fft->spectrum[1];
  float scale = 1.0f / (float)fft->size;
  fft->spectrum[1][0] = broadcast(0);
  fft->spectrum[1][half_size] = broadcast(0);
  for (int k = 0; k <= half_size / 2; ++k) {
    int other = half_size - k;
    vec even_re = re[k] + re[other], even_im = im[k] - im[other];
    vec d_re = re[k] - re[other], d_im = im[k] + im[other];
    float c = fft->cosine[k], s = fft->sine[k];
    vec odd_re = d_re * c - d_im * s, odd_im = d_im * c + d_re * s;
    fft_put(fft, k, (even_re - odd_im) * scale, (even_im + odd_re) * scale);
    if (k > 0) {
      fft_put(fft, other, (even_re + odd_im) * scale, (odd_re - even_im) * scale);
    }
  }
  transform(fft, fft->signal[1], fft->signal[0]);
}

void fft_forward(struct fft *fft) {
  transform(fft, fft->signal[0], fft->signal[1]);
}
