/* SPDX-License-Identifier: ISC */
/* The product of nn/kernels.h against other libraries, over the layers of the models, one frame at
 * a time on one thread.
 *
 * One program for each instruction set, because the libraries choose theirs once: without arguments
 * this starts itself again for every set that the processor has. Within it everything is timed in
 * turn, round after round, and the medians are compared: what else the machine does meets all
 * alike. Times are of the thread's processor time. */
#include "nn/kernels.h"
#include "bench/layers.h"
#include "bench/measure.h"
#include "bench/peak.h"
#include "bench/rival.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static const struct rival *const rivals[] = {
    &rival_unbraid,
#ifdef WITH_onednn
    &rival_onednn,
#endif
#ifdef WITH_xnnpack
    &rival_xnnpack,
#endif
#ifdef WITH_openblas
    &rival_openblas,
#endif
};

/* Debian's names of what was not there to compile with. */
static const char *const left_out[] = {
#ifndef WITH_onednn
    "oneDNN (libdnnl-dev)",
#endif
#ifndef WITH_xnnpack
    "XNNPACK (libxnnpack-dev, libcpuinfo-dev)",
#endif
#ifndef WITH_openblas
    "OpenBLAS (libopenblas-dev)",
#endif
    NULL};

enum { RIVALS = sizeof rivals / sizeof *rivals, ROUNDS = 61, MOST_GROUPS = 32 };

/* Seconds that one sample takes at least: clocks cost and are coarse. */
static const double SAMPLE = 150e-6;

/* Some sums come in another order, of up to 1488 terms. */
static const float TOLERANCE = 1e-5f;

/* Layers that are timed together. */
struct group {
  const char *name;
  unsigned *layers, count; /* into the model's */
  double macs;
  unsigned passes[RIVALS]; /* over them, in one sample */
  double times[RIVALS][ROUNDS];
  double seconds[RIVALS]; /* of one pass: the median */
};

/* One model's layers, each made by every rival. */
struct contest {
  const struct bench_model *model;
  const char *isa;
  void **made[RIVALS];  /* [layers] */
  struct group *groups; /* by kind, and last the whole model in its order */
  unsigned kinds;
  float worst[RIVALS];        /* difference from ours */
  double peaks[ROUNDS], peak; /* FMAs per second */
};

static float *noise(size_t n, float scale, unsigned *seed) {
  float *values = measure_memory(n, sizeof *values);
  for (size_t i = 0; i < n; ++i) {
    *seed = *seed * 1664525u + 1013904223u;
    values[i] = scale * ((float)(*seed >> 8) / 8388608.0f - 1.0f);
  }
  return values;
}

/* The greatest difference, over the greatest value of the second. */
static float difference(const float *a, const float *b, size_t n) {
  float most = 0.0f, greatest = 0.0f;
  for (size_t i = 0; i < n; ++i) {
    float d = fabsf(a[i] - b[i]);
    most = d > most || d != d ? d : most;
    greatest = fmaxf(greatest, fabsf(b[i]));
  }
  return most / greatest;
}

/* Makes one layer with every rival, and compares what they compute. */
static void make_layer(struct contest *c, unsigned at, const struct rival_shape *shape,
                       unsigned *seed) {
  size_t sums = rival_sums(shape), values = (size_t)shape->bands * shape->outputs;
  float *weights = noise(shape->outputs * sums, 1.0f / sqrtf((float)sums), seed);
  float *bias = noise(shape->outputs, 0.1f, seed);
  float *x = noise((size_t)shape->frames * shape->bands * shape->inputs, 1.0f, seed);
  float *ours = measure_memory(values, sizeof *ours), *y = measure_memory(values, sizeof *y);
  for (unsigned r = 0; r < RIVALS; ++r) {
    c->made[r][at] = rivals[r]->prepare(shape, weights, bias, c->isa);
    if (!c->made[r][at]) {
      fprintf(stderr, "bench: %s cannot compute a layer of %s\n", rivals[r]->name, c->model->name);
      exit(1);
    }
    rivals[r]->feed(c->made[r][at], x);
    rivals[r]->run(c->made[r][at]);
    rivals[r]->read(c->made[r][at], r ? y : ours);
    float d = r ? difference(y, ours, values) : 0.0f;
    c->worst[r] = fmaxf(c->worst[r], d);
  }
  free(weights);
  free(bias);
  free(x);
  free(ours);
  free(y);
}

static struct group *find_group(struct contest *c, const char *name) {
  unsigned g = 0;
  while (g < c->kinds && strcmp(c->groups[g].name, name) != 0) {
    ++g;
  }
  if (g == MOST_GROUPS) {
    fprintf(stderr, "bench: too many kinds of layers\n");
    exit(1);
  }
  if (g == c->kinds) {
    c->kinds += 1;
    c->groups[g].name = name;
    c->groups[g].layers = measure_memory(c->model->count, sizeof *c->groups[g].layers);
  }
  return &c->groups[g];
}

static void join_group(struct contest *c, struct group *group, unsigned layer) {
  group->layers[group->count++] = layer;
  group->macs += rival_macs(&c->model->layers[layer].shape);
}

static struct contest open_contest(const struct bench_model *model, const char *isa) {
  struct contest c = {.model = model, .isa = isa};
  unsigned seed = 1;
  c.groups = measure_memory(MOST_GROUPS + 1, sizeof *c.groups);
  for (unsigned r = 0; r < RIVALS; ++r) {
    c.made[r] = measure_memory(model->count, sizeof *c.made[r]);
  }
  for (unsigned i = 0; i < model->count; ++i) {
    make_layer(&c, i, &model->layers[i].shape, &seed);
    join_group(&c, find_group(&c, model->layers[i].group), i);
  }
  struct group *all = &c.groups[c.kinds];
  all->name = "all, one after another";
  all->layers = measure_memory(model->count, sizeof *all->layers);
  for (unsigned i = 0; i < model->count; ++i) {
    join_group(&c, all, i);
  }
  return c;
}

static void close_contest(struct contest *c) {
  for (unsigned r = 0; r < RIVALS; ++r) {
    for (unsigned i = 0; i < c->model->count; ++i) {
      rivals[r]->free(c->made[r][i]);
    }
    free(c->made[r]);
  }
  for (unsigned g = 0; g <= c->kinds; ++g) {
    free(c->groups[g].layers);
  }
  free(c->groups);
}

/* Seconds of one pass over a group. */
static double sample(const struct contest *c, const struct group *group, unsigned r,
                     unsigned passes) {
  double begun = measure_now(CLOCK_THREAD_CPUTIME_ID);
  for (unsigned p = 0; p < passes; ++p) {
    for (unsigned i = 0; i < group->count; ++i) {
      rivals[r]->run(c->made[r][group->layers[i]]);
    }
  }
  return (measure_now(CLOCK_THREAD_CPUTIME_ID) - begun) / passes;
}

static void compete(struct contest *c) {
  for (unsigned g = 0; g <= c->kinds; ++g) {
    for (unsigned r = 0; r < RIVALS; ++r) {
      struct group *group = &c->groups[g];
      sample(c, group, r, 1); /* the first touch is not counted */
      group->passes[r] = (unsigned)(SAMPLE / sample(c, group, r, 3)) + 1;
    }
  }
  for (unsigned round = 0; round < ROUNDS; ++round) {
    c->peaks[round] = peak_fma(c->isa);
    for (unsigned g = 0; g <= c->kinds; ++g) {
      for (unsigned r = 0; r < RIVALS; ++r) {
        struct group *group = &c->groups[g];
        group->times[r][round] = sample(c, group, r, group->passes[r]);
      }
    }
  }
  c->peak = measure_median(c->peaks, ROUNDS);
  for (unsigned g = 0; g <= c->kinds; ++g) {
    for (unsigned r = 0; r < RIVALS; ++r) {
      c->groups[g].seconds[r] = measure_median(c->groups[g].times[r], ROUNDS);
    }
  }
}

static void print_row(const struct contest *c, const char *name, unsigned layers, double macs,
                      const double seconds[RIVALS]) {
  printf("  %-26s %4u %8.3f %8.1f", name, layers, macs * 1e-6, seconds[0] * 1e6);
  if (c->peak > 0.0) {
    printf(" %6.0f%%", 100.0 * macs / seconds[0] / c->peak);
  } else {
    printf(" %7s", "-");
  }
  for (unsigned r = 0; r < RIVALS; ++r) {
    printf(" %9.2f", seconds[r] / seconds[0]);
  }
  printf("\n");
}

/* @return whether all computed the same. */
static bool report(const struct contest *c) {
  const struct group *all = &c->groups[c->kinds];
  double sum[RIVALS] = {0};
  bool same = true;
  printf("\n%s, %s", c->model->name, c->isa);
  if (c->peak > 0.0) {
    printf("; peak of this core %.1f GMAC/s", c->peak * 1e-9);
  }
  printf("\n  %-26s %4s %8s %8s %7s", "", "n", "MMAC", "us", "of peak");
  for (unsigned r = 0; r < RIVALS; ++r) {
    printf(" %9s", rivals[r]->name);
  }
  printf("\n");
  for (unsigned g = 0; g < c->kinds; ++g) {
    const struct group *group = &c->groups[g];
    print_row(c, group->name, group->count, group->macs, group->seconds);
    for (unsigned r = 0; r < RIVALS; ++r) {
      sum[r] += group->seconds[r];
    }
  }
  print_row(c, "sum of these", all->count, all->macs, sum);
  print_row(c, all->name, all->count, all->macs, all->seconds);
  printf("  %-54s %9s", "greatest difference from ours", "");
  for (unsigned r = 1; r < RIVALS; ++r) {
    printf(" %9.1e", (double)c->worst[r]);
    same = same && c->worst[r] <= TOLERANCE;
  }
  printf("%s\n", same ? "" : "  TOO MUCH");
  fflush(stdout);
  return same;
}

/* Every model, with one instruction set. */
static int run_isa(const char *isa) {
  struct bench_model models[BENCH_MODELS];
  bool same = true;
  bench_models(models);
  for (unsigned m = 0; m < BENCH_MODELS; ++m) {
    struct contest contest = open_contest(&models[m], isa);
    compete(&contest);
    same = report(&contest) && same;
    close_contest(&contest);
  }
  bench_models_free(models);
  return same ? 0 : 1;
}

/* What the libraries read when they start. */
static void set_environment(const char *onednn, const char *openblas) {
  setenv("ONEDNN_MAX_CPU_ISA", onednn, 1);
  setenv("OPENBLAS_CORETYPE", openblas, 1);
  setenv("OPENBLAS_NUM_THREADS", "1", 1);
  setenv("OMP_NUM_THREADS", "1", 1);
}

static bool start_isa(char *program, const char *isa, const char *onednn, const char *openblas) {
  int status = 1;
  fflush(stdout);
  pid_t child = fork();
  if (child == 0) {
    set_environment(onednn, openblas);
    execl(program, program, isa, (char *)NULL);
    _exit(127);
  }
  return child > 0 && waitpid(child, &status, 0) == child && WIFEXITED(status) &&
         WEXITSTATUS(status) == 0;
}

int main(int argc, char **argv) {
  static const struct {
    const char *isa, *onednn, *openblas;
  } sets[] = {{"avx512", "AVX512_CORE", "SkylakeX"},
              {"avx2", "AVX2", "Haswell"},
              {"generic", "SSE41", "Prescott"}};
  bool good = true;
  if (argc > 1) {
    return run_isa(argv[1]);
  }
  printf("The product of the layers of each model, one frame, one thread; Unbraid = 1.00, 2.00 is\n"
         "twice its time. Medians of %d rounds in turn.\n",
         ROUNDS);
  for (const char *const *name = left_out; *name; ++name) {
    printf("Left out: %s\n", *name);
  }
  for (size_t i = 0; i < sizeof sets / sizeof *sets; ++i) {
    if (kernels_named(sets[i].isa)) {
      good = start_isa(argv[0], sets[i].isa, sets[i].onednn, sets[i].openblas) && good;
    }
  }
  return good ? 0 : 1;
}
