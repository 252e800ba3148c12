/* SPDX-License-Identifier: ISC */
/* The engine's side of bench/network.py: network MODEL SPECTRA ESTIMATES
 *
 * Steps the model through a file of spectra, [frames][2][bins][2] floats, and writes its estimates,
 * [frames][stems][bins]. Then, for each line with a number on standard input, steps that many times
 * more and answers with the seconds of one, of processor time. */
#include "bench/measure.h"
#include "dsp/rt.h"
#include "nn/net.h"

#include <stdio.h>
#include <stdlib.h>

static void fail(const char *what) {
  fprintf(stderr, "%s\n", what);
  exit(1);
}

static float *read_floats(const char *path, size_t *count) {
  FILE *file = fopen(path, "rb");
  if (!file || fseek(file, 0, SEEK_END) != 0 || ftell(file) <= 0) {
    fail("cannot read the spectra");
  }
  *count = (size_t)ftell(file) / sizeof(float);
  float *values = measure_memory(*count, sizeof *values);
  rewind(file);
  if (fread(values, sizeof *values, *count, file) != *count) {
    fail("cannot read the spectra");
  }
  fclose(file);
  return values;
}

int main(int argc, char **argv) {
  char error[512], line[64];
  size_t count = 0;
  if (argc != 4) {
    fail("usage: bench-network MODEL SPECTRA ESTIMATES");
  }
  struct net *net = net_open(argv[1], 44100.0, error, sizeof error);
  if (!net) {
    fail(error);
  }
  const struct net_info *info = net_info(net);
  size_t values = (size_t)info->bins * 2, estimates = (size_t)info->stems * info->bins;
  float *spectra = read_floats(argv[2], &count), *out = measure_memory(estimates, sizeof *out);
  size_t frames = count / (2 * values);
  FILE *file = fopen(argv[3], "wb");
  rt_fp_state before = rt_fp_flush_denormals();
  for (size_t i = 0; i < frames; ++i) {
    net_step(net, spectra + 2 * i * values, spectra + (2 * i + 1) * values, out);
    if (!file || fwrite(out, sizeof *out, estimates, file) != estimates) {
      fail("cannot write the estimates");
    }
  }
  fclose(file);
  while (fgets(line, sizeof line, stdin)) {
    long steps = strtol(line, NULL, 10);
    double begun = measure_now(CLOCK_THREAD_CPUTIME_ID);
    for (long i = 0; i < steps; ++i) {
      const float *left = spectra + 2 * ((size_t)i % frames) * values;
      net_step(net, left, left + values, out);
    }
    printf("%.9f\n", (measure_now(CLOCK_THREAD_CPUTIME_ID) - begun) / (double)steps);
    fflush(stdout);
  }
  rt_fp_restore(before);
  net_free(net);
  free(spectra);
  free(out);
  return 0;
}
