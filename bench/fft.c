/* SPDX-License-Identifier: ISC */
#include "bench/fft.h"

#include "bench/measure.h"
#include "dsp/fft.h"
#include "dsp/memory.h"

#include <fftw3.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { ROUNDS = 101, CALLS = 20, WAYS = 4 };

/* Buffers, and the same transform twice. */
struct contest {
  float *time, *spectrum;
  struct fft *ours;
  fftwf_plan forward, inverse;
};

static void play(const struct contest *c, unsigned way) {
  switch (way) {
  case 0:
    fft_forward(c->ours, c->time, c->spectrum);
    break;
  case 1:
    fftwf_execute_dft_r2c(c->forward, c->time, (fftwf_complex *)c->spectrum);
    break;
  case 2:
    fft_inverse(c->ours, c->spectrum, c->time);
    break;
  default:
    fftwf_execute_dft_c2r(c->inverse, (fftwf_complex *)c->spectrum, c->time);
  }
}

/* Silence costs what music costs, and never grows. */
static void bench_size(unsigned size) {
  struct contest c = {.time = memory_floats(size),
                      .spectrum = memory_floats((size_t)size + 2),
                      .ours = fft_new(size)};
  if (!c.time || !c.spectrum || !c.ours) {
    abort();
  }
  const unsigned flags = FFTW_ESTIMATE | FFTW_NO_BUFFERING;
  fftwf_complex *bins = (fftwf_complex *)c.spectrum;
  c.forward = fftwf_plan_dft_r2c_1d((int)size, c.time, bins, flags);
  c.inverse = fftwf_plan_dft_c2r_1d((int)size, bins, c.time, flags);
  double took[WAYS][ROUNDS];
  for (unsigned round = 0; round < ROUNDS; ++round) {
    for (unsigned way = 0; way < WAYS; ++way) {
      double begun = measure_now(CLOCK_THREAD_CPUTIME_ID);
      for (unsigned i = 0; i < CALLS; ++i) {
        play(&c, way);
      }
      took[way][round] = 1e6 * (measure_now(CLOCK_THREAD_CPUTIME_ID) - begun) / CALLS;
    }
  }
  double us[WAYS];
  for (unsigned way = 0; way < WAYS; ++way) {
    us[way] = measure_median(took[way], ROUNDS);
  }
  printf("%5u   %7.2f %7.2f %6.2f   %7.2f %7.2f %6.2f\n", size, us[0], us[1], us[1] / us[0], us[2],
         us[3], us[3] / us[2]);
  fftwf_destroy_plan(c.forward);
  fftwf_destroy_plan(c.inverse);
  fft_free(c.ours);
  free(c.time);
  free(c.spectrum);
}

void bench_fft(void) {
  printf("\nreal FFT, us          forward                   inverse\n");
  printf(" size      ours    FFTW  ratio      ours    FFTW  ratio\n");
  for (unsigned size = 1024; size <= 16384; size *= 2) {
    bench_size(size);
  }
}
