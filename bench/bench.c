/* What Unbraid costs: run() and the worker per block, in real time, and one step of each separator.
 *
 * Times are of the wall clock for run(), because that is what a deadline sees, and of the thread's
 * processor time for shares of a core. */
#include "plugin/separator.h"
#include "tests/support/rig.h"

#include <math.h>
#include <pthread.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { RATE = 44100, DEFAULT_SECONDS = 10, STEPS = 4000, INSTANCES = 8 };

static double now(clockid_t clock) {
  struct timespec t;
  clock_gettime(clock, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static void sleep_until(double deadline) {
  struct timespec t = {.tv_sec = (time_t)deadline};
  t.tv_nsec = (long)((deadline - floor(deadline)) * 1e9);
  while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, NULL) != 0) {
  }
}

static int by_value(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

struct summary {
  double mean, p99, p999; /* seconds */
};

/* Sorts the samples. */
static struct summary summarise(double *samples, size_t n) {
  struct summary s = {0};
  qsort(samples, n, sizeof *samples, by_value);
  for (size_t i = 0; i < n; ++i) {
    s.mean += samples[i] / (double)n;
  }
  s.p99 = samples[(size_t)(0.99 * (double)(n - 1))];
  s.p999 = samples[(size_t)(0.999 * (double)(n - 1))];
  return s;
}

static void *allocate(size_t count, size_t size) {
  void *p = calloc(count, size);
  if (!p) {
    fprintf(stderr, "bench: out of memory\n");
    exit(1);
  }
  return p;
}

/* One row: a plugin at one block length, paced by the clock as a sound card would. */
static void bench_run(enum variant variant, unsigned block, double seconds) {
  struct rig rig;
  if (!rig_open(&rig, variant, RATE, block, rig_bundle())) {
    fprintf(stderr, "bench: the plugin cannot be instantiated\n");
    exit(1);
  }
  if (variant == VARIANT_INSERT) {
    rig.controls[ports_stem_control(STEM_VOCALS, CONTROL_MUTE)] = 1.0f;
    rig.controls[ports_stem_control(STEM_DRUMS, CONTROL_GAIN)] = -6.0f;
  }
  size_t blocks = (size_t)(seconds * RATE / block), frames = blocks * block;
  float *left = allocate(frames, sizeof *left), *right = allocate(frames, sizeof *right);
  rig_music(left, right, frames, RATE);
  struct rig_audio out = rig_audio_new(block, variant == VARIANT_STEMS);
  double *times = allocate(blocks, sizeof *times);
  rig_render(&rig, left, right, &out, block); /* the first touch of every page is not counted */
  double audio_before = now(CLOCK_THREAD_CPUTIME_ID), all_before = now(CLOCK_PROCESS_CPUTIME_ID);
  double start = now(CLOCK_MONOTONIC);
  for (size_t i = 0; i < blocks; ++i) {
    double begun = now(CLOCK_MONOTONIC);
    rig_render(&rig, left + i * block, right + i * block, &out, block);
    times[i] = now(CLOCK_MONOTONIC) - begun;
    sleep_until(start + (double)(i + 1) * block / RATE);
  }
  double audio = now(CLOCK_THREAD_CPUTIME_ID) - audio_before;
  double worker = now(CLOCK_PROCESS_CPUTIME_ID) - all_before - audio;
  double late = rig.controls[PORT_LATE_FRAMES], length = (double)block / RATE;
  struct summary s = summarise(times, blocks);
  printf("%-8s %5u  %7.1f %7.1f %7.1f  %6.2f %6.2f %6.2f   %6.2f %6.2f   %5.0f\n",
         variant == VARIANT_STEMS ? "unbraid" : "insert", block, s.mean * 1e6, s.p99 * 1e6,
         s.p999 * 1e6, 100 * s.mean / length, 100 * s.p99 / length, 100 * s.p999 / length,
         100 * audio / seconds, 100 * worker / seconds, late);
  fflush(stdout);
  rig_audio_free(&out);
  free(left);
  free(right);
  free(times);
  rig_close(&rig);
}

/* One step of a separator per hop, on noise, each after a pause in which caches cool. */
static void bench_step(const char *name, struct separator *separator) {
  if (!separator) {
    printf("%-24s not available\n", name);
    return;
  }
  size_t values = (size_t)separator->reads * 2, bins = stft_bins(separator->geometry);
  float *left = allocate(values, sizeof *left), *right = allocate(values, sizeof *right);
  float *masks = allocate(bins * separator->stems, sizeof *masks);
  double *times = allocate(STEPS, sizeof *times);
  struct timespec pause = {.tv_nsec = 500000};
  for (unsigned i = 0; i < STEPS; ++i) {
    rig_noise(left, values, 2 * i);
    rig_noise(right, values, 2 * i + 1);
    nanosleep(&pause, NULL);
    double begun = now(CLOCK_THREAD_CPUTIME_ID);
    separator->step(separator, left, right, masks);
    times[i] = now(CLOCK_THREAD_CPUTIME_ID) - begun;
  }
  struct summary s = summarise(times, STEPS);
  double hop = (double)separator->geometry.hop / RATE;
  printf("%-24s %7.1f %7.1f %7.1f  %6.2f %6.2f %6.2f\n", name, s.mean * 1e6, s.p99 * 1e6,
         s.p999 * 1e6, 100 * s.mean / hop, 100 * s.p99 / hop, 100 * s.p999 / hop);
  free(left);
  free(right);
  free(masks);
  free(times);
  separator_free(separator);
}

static double resident_mib(void) {
  long size = 0, resident = 0;
  FILE *file = fopen("/proc/self/statm", "r");
  if (!file || fscanf(file, "%ld %ld", &size, &resident) != 2) {
    resident = 0;
  }
  if (file) {
    fclose(file);
  }
  return (double)resident * (double)sysconf(_SC_PAGESIZE) / 1048576.0;
}

static void bench_instances(void) {
  static struct rig rigs[INSTANCES];
  double before = resident_mib(), begun = now(CLOCK_MONOTONIC), first = 0.0;
  for (unsigned i = 0; i < INSTANCES; ++i) {
    if (!rig_open(&rigs[i], VARIANT_STEMS, RATE, 256, rig_bundle())) {
      fprintf(stderr, "bench: the plugin cannot be instantiated\n");
      exit(1);
    }
    first = i == 0 ? now(CLOCK_MONOTONIC) - begun : first;
  }
  double all = now(CLOCK_MONOTONIC) - begun;
  printf("\ninstantiate: the first %.1f ms, %.1f ms each for %d; resident %.1f MiB each\n",
         first * 1e3, all * 1e3 / INSTANCES, INSTANCES, (resident_mib() - before) / INSTANCES);
  for (unsigned i = 0; i < INSTANCES; ++i) {
    rig_close(&rigs[i]);
  }
}

/* As a host's audio thread has it; without the right to it the tails show the other threads. */
static void become_audio_thread(void) {
  struct sched_param priority = {.sched_priority = 70};
  if (pthread_setschedparam(pthread_self(), SCHED_FIFO, &priority) != 0) {
    printf("No real-time priority: the tails below include other programs.\n");
  }
}

int main(int argc, char **argv) {
  static const unsigned blocks[] = {64, 128, 256, 1024};
  double seconds = argc > 1 ? atof(argv[1]) : DEFAULT_SECONDS;
  char model[4096], error[512];
  become_audio_thread();
  printf("Real time at %d Hz, %g s a row. unbraid: all outputs connected; insert: two faders "
         "moved.\n\n",
         RATE, seconds);
  printf("                run(), us               run(), %% of block     %% of a core     late\n");
  printf("plugin   block    mean     p99   p99.9    mean    p99  p99.9   audio worker  frames\n");
  for (enum variant v = 0; v < N_VARIANTS; ++v) {
    for (size_t b = 0; b < sizeof blocks / sizeof *blocks; ++b) {
      bench_run(v, blocks[b], seconds);
    }
  }
  printf("\nworker, one step             us                     %% of the hop\n");
  printf("separator                   mean     p99   p99.9    mean    p99  p99.9\n");
  static const char *const names[] = {"balanced", "chandna", "mdensenet3w"};
  static const enum split_id splits[] = {SPLIT_FOUR, SPLIT_FOUR, SPLIT_HP};
  for (size_t i = 0; i < sizeof names / sizeof *names; ++i) {
    snprintf(model, sizeof model, "%s/%s.safetensors", rig_bundle(), names[i]);
    bench_step(names[i], separator_net_new(model, splits[i], RATE, error, sizeof error));
  }
  bench_step("median filters", separator_hpss_new(RATE));
  bench_instances();
  return 0;
}
