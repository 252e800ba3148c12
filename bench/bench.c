/* SPDX-License-Identifier: ISC */
/* What Unbraid costs: run() and the worker per block, in real time, FFTs, and one step of each
 * separator with each table of kernels that this processor runs.
 *
 * bench [SECONDS]: for each row in real time; 0 leaves those out.
 *
 * Times are of the wall clock for run(), because that is what a deadline sees, and of the thread's
 * processor time for shares of a core. */
#include "bench/fft.h"
#include "bench/measure.h"
#include "dsp/rt.h"
#include "engine/separator.h"
#include "nn/kernels.h"
#include "tests/support/rig.h"

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { RATE = 44100, DEFAULT_SECONDS = 10, STEPS = 2000, INSTANCES = 8 };

static void sleep_until(double deadline) {
  struct timespec t = {.tv_sec = (time_t)deadline};
  t.tv_nsec = (long)((deadline - floor(deadline)) * 1e9);
  while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, NULL) != 0) {
  }
}

struct summary {
  double mean, p99, p999; /* seconds */
};

/* Sorts the samples. */
static struct summary summarise(double *samples, size_t n) {
  struct summary s = {0};
  measure_sort(samples, n);
  for (size_t i = 0; i < n; ++i) {
    s.mean += samples[i] / (double)n;
  }
  s.p99 = samples[(size_t)(0.99 * (double)(n - 1))];
  s.p999 = samples[(size_t)(0.999 * (double)(n - 1))];
  return s;
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
  float *left = measure_memory(frames, sizeof *left),
        *right = measure_memory(frames, sizeof *right);
  rig_music(left, right, frames, RATE);
  struct rig_audio out = rig_audio_new(block, variant == VARIANT_STEMS);
  double *times = measure_memory(blocks, sizeof *times);
  rig_render(&rig, left, right, &out, block); /* the first touch of every page is not counted */
  double audio_before = measure_now(CLOCK_THREAD_CPUTIME_ID),
         all_before = measure_now(CLOCK_PROCESS_CPUTIME_ID);
  double start = measure_now(CLOCK_MONOTONIC);
  for (size_t i = 0; i < blocks; ++i) {
    double begun = measure_now(CLOCK_MONOTONIC);
    rig_render(&rig, left + i * block, right + i * block, &out, block);
    times[i] = measure_now(CLOCK_MONOTONIC) - begun;
    sleep_until(start + (double)(i + 1) * block / RATE);
  }
  double audio = measure_now(CLOCK_THREAD_CPUTIME_ID) - audio_before;
  double worker = measure_now(CLOCK_PROCESS_CPUTIME_ID) - all_before - audio;
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

enum { MOST_TOGETHER = 2 };

/* One step of each of these separators per hop, on noise, each hop after a pause in which caches
 * cool. Frees them. */
static void bench_step(const char *table, const char *name, struct separator *const *separators,
                       unsigned count) {
  size_t bins = 0;
  double hop = 0.0;
  bool all = true;
  for (unsigned i = 0; i < count; ++i) {
    const struct separator *s = separators[i];
    all = all && s;
    bins = s && stft_bins(s->geometry) > bins ? stft_bins(s->geometry) : bins;
    hop = s ? (double)s->geometry.hop / RATE : hop;
  }
  printf("%-8s %-22s", table, name);
  if (!all) {
    printf("   not available\n");
  } else {
    float *left = measure_memory(2 * bins, sizeof *left),
          *right = measure_memory(2 * bins, sizeof *right);
    float *masks = measure_memory(bins * FOUR_STEMS, sizeof *masks);
    double *times = measure_memory(STEPS, sizeof *times);
    struct timespec pause = {.tv_nsec = 500000};
    rt_fp_state before = rt_fp_flush_denormals(); /* as the worker has it */
    for (unsigned i = 0; i < STEPS; ++i) {
      rig_noise(left, 2 * bins, 2 * i);
      rig_noise(right, 2 * bins, 2 * i + 1);
      nanosleep(&pause, NULL);
      double begun = measure_now(CLOCK_THREAD_CPUTIME_ID);
      for (unsigned k = 0; k < count; ++k) {
        separators[k]->step(separators[k], left, right, masks);
      }
      times[i] = measure_now(CLOCK_THREAD_CPUTIME_ID) - begun;
    }
    rt_fp_restore(before);
    struct summary s = summarise(times, STEPS);
    printf("%8.1f %7.1f %7.1f  %6.2f %6.2f %6.2f\n", s.mean * 1e6, s.p99 * 1e6, s.p999 * 1e6,
           100 * s.mean / hop, 100 * s.p99 / hop, 100 * s.p999 / hop);
    free(left);
    free(right);
    free(masks);
    free(times);
  }
  fflush(stdout);
  for (unsigned i = 0; i < count; ++i) {
    separator_free(separators[i]);
  }
}

/* NULL where the model is missing. */
static struct separator *open_network(const char *name, const struct kernels *kernels) {
  char path[4096], error[512];
  enum split_id split = strcmp(name, "mdensenet3w") == 0 ? SPLIT_HP : SPLIT_FOUR;
  snprintf(path, sizeof path, "%s/%s.safetensors", rig_bundle(), name);
  struct separator *separator = separator_net_new(path, split, RATE, error, sizeof error);
  if (separator) {
    separator_net_use_kernels(separator, kernels);
  }
  return separator;
}

static void bench_steps(void) {
  static const char *const tables[] = {"avx512", "avx2", "generic"};
  static const struct {
    const char *label, *networks[MOST_TOGETHER];
  } rows[] = {{"balanced", {"balanced"}},
              {"chandna", {"chandna"}},
              {"mdensenet3w", {"mdensenet3w"}},
              {"balanced + mdensenet3w", {"balanced", "mdensenet3w"}}};
  printf("\nworker, one step                   us                     %% of the hop\n");
  printf("kernels  separator                 mean     p99   p99.9    mean    p99  p99.9\n");
  for (size_t t = 0; t < sizeof tables / sizeof *tables; ++t) {
    const struct kernels *kernels = kernels_named(tables[t]);
    for (size_t r = 0; kernels && r < sizeof rows / sizeof *rows; ++r) {
      struct separator *separators[MOST_TOGETHER];
      unsigned count = 0;
      for (; count < MOST_TOGETHER && rows[r].networks[count]; ++count) {
        separators[count] = open_network(rows[r].networks[count], kernels);
      }
      bench_step(tables[t], rows[r].label, separators, count);
    }
  }
  struct separator *hpss = separator_hpss_new(RATE);
  bench_step("", "median filters", &hpss, 1);
}

static void bench_instances(void) {
  static struct rig rigs[INSTANCES];
  double before = rig_resident_mib(), begun = measure_now(CLOCK_MONOTONIC), first = 0.0;
  for (unsigned i = 0; i < INSTANCES; ++i) {
    if (!rig_open(&rigs[i], VARIANT_STEMS, RATE, 256, rig_bundle())) {
      fprintf(stderr, "bench: the plugin cannot be instantiated\n");
      exit(1);
    }
    first = i == 0 ? measure_now(CLOCK_MONOTONIC) - begun : first;
  }
  double all = measure_now(CLOCK_MONOTONIC) - begun;
  printf("\ninstantiate: the first %.1f ms, %.1f ms each for %d; resident %.1f MiB each\n",
         first * 1e3, all * 1e3 / INSTANCES, INSTANCES, (rig_resident_mib() - before) / INSTANCES);
  for (unsigned i = 0; i < INSTANCES; ++i) {
    rig_close(&rigs[i]);
  }
}

static void bench_real_time(double seconds) {
  static const unsigned blocks[] = {64, 128, 256, 1024};
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
}

int main(int argc, char **argv) {
  double seconds = argc > 1 ? atof(argv[1]) : DEFAULT_SECONDS;
  measure_become_audio_thread();
  if (seconds > 0.0) {
    bench_real_time(seconds);
  }
  bench_fft();
  bench_steps();
  bench_instances();
  return 0;
}
