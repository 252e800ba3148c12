/* SPDX-License-Identifier: ISC */
#include "bench/measure.h"

#include "dsp/memory.h"

#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>

double measure_now(clockid_t clock) {
  struct timespec t;
  clock_gettime(clock, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

void *measure_memory(size_t count, size_t size) {
  void *p = size && count > SIZE_MAX / size
                ? NULL
                : memory_floats((count * size + sizeof(float) - 1) / sizeof(float));
  if (!p) {
    fprintf(stderr, "bench: out of memory\n");
    exit(1);
  }
  return p;
}

static int by_value(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

void measure_sort(double *values, size_t n) {
  qsort(values, n, sizeof *values, by_value);
}

double measure_median(double *values, size_t n) {
  measure_sort(values, n);
  return values[n / 2];
}

void measure_become_audio_thread(void) {
  struct sched_param priority = {.sched_priority = 70};
  if (pthread_setschedparam(pthread_self(), SCHED_FIFO, &priority) != 0) {
    printf("No real-time priority: times include other programs.\n");
  }
}
