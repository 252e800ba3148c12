/* SPDX-License-Identifier: ISC */
/* How long run() takes at worst, and how many instances run at once.
 *
 * bench-run [BLOCKS]: a million by default, of 1 to 8192 samples, with every control moving. The
 * worker keeps up as well as it can meanwhile: what is timed is the audio thread alone.
 *
 * bench-run instances: more and more of them; on one core with `taskset -c 0`. */
#include "bench/measure.h"
#include "tests/support/random.h"
#include "tests/support/rig.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
  RATE = 44100,
  LONGEST = 8192,
  BLOCKS = 1000000,
  BLOCK = 256,
  HOP = 512,
  MOST = 32,
  SECONDS = 8
};

static float audio[PORT_STEM_CONTROLS][LONGEST];

static void connect_audio(struct rig *rig) {
  for (uint32_t i = 0; i < ports_count(rig->variant); ++i) {
    enum port port = ports_from_variant(rig->variant, i);
    if (port < PORT_STEM_CONTROLS) {
      rig->descriptor->connect_port(rig->handle, i, audio[port]);
    }
  }
}

static void open_rig(struct rig *rig, const char *bundle, unsigned block) {
  if (!rig_open(rig, VARIANT_STEMS, RATE, block, bundle)) {
    fprintf(stderr, "bench-run: the plugin cannot be instantiated\n");
    exit(1);
  }
  connect_audio(rig);
}

/* Lengths are as often between 1 and 2 as between 4096 and 8192. */
static uint32_t random_length(uint32_t *random) {
  uint32_t octave = random_below(random, 13);
  return (1u << octave) + random_below(random, (1u << octave) + (octave == 12));
}

static void move_controls(struct rig *rig, uint32_t *random) {
  for (unsigned p = PORT_STEM_CONTROLS; p < N_PORTS; ++p) {
    const struct port_info *info = &port_table[p];
    if (info->kind == KIND_CONTROL_IN && p != PORT_FREEWHEEL && p != PORT_QUALITY) {
      rig->controls[p] = random_between(random, info->minimum, info->maximum);
    }
  }
  rig->controls[PORT_ENABLED] = random_below(random, 16) > 0;
}

/* The longest of a range of lengths. */
struct row {
  const char *name;
  uint32_t from, to;
};

static int rising(const void *a, const void *b) {
  float x = *(const float *)a, y = *(const float *)b;
  return (x > y) - (x < y);
}

static void bench_blocks(size_t blocks) {
  static const struct row rows[] = {{"1 to 63", 1, 63},
                                    {"64 to 511", 64, 511},
                                    {"512 to 2047", 512, 2047},
                                    {"2048 to 8192", 2048, 8192}};
  struct rig *rig = measure_memory(1, sizeof *rig);
  uint32_t *lengths = measure_memory(blocks, sizeof *lengths);
  float *took = measure_memory(blocks, sizeof *took), *part = measure_memory(blocks, sizeof *part);
  uint32_t random = 1;
  open_rig(rig, rig_bundle(), 512);
  rig_music(audio[PORT_IN_L], audio[PORT_IN_R], LONGEST, RATE);
  for (size_t i = 0; i < blocks; ++i) {
    lengths[i] = random_length(&random);
    move_controls(rig, &random);
    double begun = measure_now(CLOCK_THREAD_CPUTIME_ID);
    rig->descriptor->run(rig->handle, lengths[i]);
    took[i] = (float)(1e6 * (measure_now(CLOCK_THREAD_CPUTIME_ID) - begun));
  }
  printf("run(), %zu blocks of 1 to 8192 samples, every control moving, processor time\n\n",
         blocks);
  printf("samples           blocks   median    p99.99      most, us     most, %% of its block\n");
  for (size_t r = 0; r < sizeof rows / sizeof *rows; ++r) {
    size_t n = 0;
    double share = 0.0;
    for (size_t i = 0; i < blocks; ++i) {
      if (lengths[i] >= rows[r].from && lengths[i] <= rows[r].to) {
        double of_block = 1e-4 * (double)took[i] * RATE / lengths[i];
        share = of_block > share ? of_block : share;
        part[n++] = took[i];
      }
    }
    if (n > 0) {
      qsort(part, n, sizeof *part, rising);
      printf("%-14s %9zu %8.1f  %8.1f  %12.1f  %12.1f\n", rows[r].name, n, (double)part[n / 2],
             (double)part[(size_t)(0.9999 * (double)(n - 1))], (double)part[n - 1], share);
    }
  }
  rig_close(rig);
  free(rig);
  free(lengths);
  free(took);
  free(part);
}

struct crowd {
  double core;    /* share of one that audio and workers need together */
  double late;    /* frames, of all */
  double longest; /* run() of all, one after the other, over the length of a block */
};

/* So many instances in real time, all six stems heard. */
static struct crowd crowd_of(const char *bundle, unsigned instances) {
  struct crowd crowd = {0};
  struct rig *rigs = measure_memory(instances, sizeof *rigs);
  for (unsigned i = 0; i < instances; ++i) {
    open_rig(&rigs[i], bundle, BLOCK);
  }
  size_t blocks = (size_t)SECONDS * RATE / BLOCK;
  const double length = (double)BLOCK / RATE;
  double used = measure_now(CLOCK_PROCESS_CPUTIME_ID), start = measure_now(CLOCK_MONOTONIC);
  for (size_t b = 0; b < blocks; ++b) {
    double begun = measure_now(CLOCK_MONOTONIC);
    for (unsigned i = 0; i < instances; ++i) {
      rigs[i].descriptor->run(rigs[i].handle, BLOCK);
    }
    double now = measure_now(CLOCK_MONOTONIC), ahead = start + (double)(b + 1) * length - now;
    /* The first second wakes networks and touches memory. */
    crowd.longest = b * length > 1.0 ? fmax(crowd.longest, (now - begun) / length) : 0.0;
    struct timespec pause = {.tv_nsec = ahead > 0.0 ? (long)(1e9 * ahead) : 0};
    nanosleep(&pause, NULL);
  }
  crowd.core = (measure_now(CLOCK_PROCESS_CPUTIME_ID) - used) / ((double)blocks * length);
  for (unsigned i = 0; i < instances; ++i) {
    crowd.late += (double)rigs[i].controls[PORT_LATE_FRAMES];
    rig_close(&rigs[i]);
  }
  free(rigs);
  return crowd;
}

static void tell(const char *what, unsigned instances, struct crowd crowd) {
  double frames = 2.0 * instances * SECONDS * RATE / HOP;
  printf("%-10s %9u  %6.1f %%  %6.0f (%4.1f %%)  %6.1f %%\n", what, instances, 100.0 * crowd.core,
         crowd.late, 100.0 * crowd.late / frames, 100.0 * crowd.longest);
  fflush(stdout);
}

static void bench_instances(void) {
  static const unsigned networks[] = {1, 2, 4, 5, 6, 7, 8, 10, 12};
  measure_become_audio_thread();
  printf("In real time, %d samples a block, all six stems, %d s each\n\n", BLOCK, SECONDS);
  printf("           instances    a core   late frames  longest run() of all, of the block\n");
  for (size_t i = 0; i < sizeof networks / sizeof *networks; ++i) {
    tell("networks", networks[i], crowd_of(rig_bundle(), networks[i]));
  }
  /* Median filters for harmonic and percussive. */
  tell("no model", MOST, crowd_of("/nonexistent", MOST));
}

int main(int argc, char **argv) {
  if (argc > 1 && strcmp(argv[1], "instances") == 0) {
    bench_instances();
  } else {
    bench_blocks(argc > 1 ? (size_t)atol(argv[1]) : BLOCKS);
  }
  return 0;
}
