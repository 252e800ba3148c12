/* SPDX-License-Identifier: ISC */
/* soak-jack SECONDS [all]: a client of the JACK server that runs, in real time, its faders moving;
 * with `all`, every control. Prints how long run() took, by the clock, which is what a deadline
 * sees, and of the processor's time; and how long a loop took after it that needs 50 us when
 * nothing disturbs it, about what run() needs: what is above that is the machine's. Fails when an
 * output is not finite or memory grows. */
#include "tests/soak/player.h"

#include <jack/jack.h>
#include <math.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { MOST_US = 20000, MINUTE = 60 }; /* what takes longer is counted as MOST_US */
enum { LOOP_US = 50 };

#define MOST_GROWTH_MIB 1.0

/* Times of run(): blocks, by whole microseconds. */
struct histogram {
  uint32_t took[MOST_US + 1];
};

struct soak {
  struct player player;
  unsigned turns; /* of a loop that takes LOOP_US */
  jack_client_t *client;
  jack_port_t *outputs[PORT_STEM_CONTROLS];
  float *inputs[N_CHANNELS]; /* [period] */
  double period_us;
  struct histogram clock, processor, loop; /* loop: by the clock */
  uint64_t blocks;
  _Atomic uint32_t xruns;
};

static double now(clockid_t clock) {
  struct timespec t;
  clock_gettime(clock, &t);
  return 1e6 * (double)t.tv_sec + 1e-3 * (double)t.tv_nsec;
}

static void count(struct histogram *histogram, double us) {
  ++histogram->took[us < MOST_US ? (unsigned)us : MOST_US];
}

/* No compiler shortens it: each turn waits for the one before. */
static void turn(unsigned turns) {
  volatile float sum = 0.0f;
  for (unsigned i = 0; i < turns; ++i) {
    sum = sum + 1.0f / (float)(i + 1);
  }
}

/* How many turns fit into LOOP_US when nothing comes between. */
static unsigned count_turns(void) {
  enum { TURNS = 10000, TRIES = 200 };
  double least = 1e9;
  for (unsigned i = 0; i < TRIES; ++i) {
    double begun = now(CLOCK_MONOTONIC);
    turn(TURNS);
    least = fmin(least, now(CLOCK_MONOTONIC) - begun);
  }
  return (unsigned)(TURNS * LOOP_US / least);
}

static int process(jack_nframes_t n, void *argument) {
  struct soak *soak = argument;
  float *ports[PORT_STEM_CONTROLS] = {soak->inputs[0], soak->inputs[1]};
  for (unsigned p = PORT_MAIN_L; p < PORT_STEM_CONTROLS; ++p) {
    ports[p] = jack_port_get_buffer(soak->outputs[p], n);
  }
  player_before(&soak->player, ports, n);
  double begun = now(CLOCK_MONOTONIC), used = now(CLOCK_THREAD_CPUTIME_ID);
  soak->player.rig.descriptor->run(soak->player.rig.handle, n);
  count(&soak->processor, now(CLOCK_THREAD_CPUTIME_ID) - used);
  count(&soak->clock, now(CLOCK_MONOTONIC) - begun);
  player_after(&soak->player, ports, n);
  begun = now(CLOCK_MONOTONIC);
  turn(soak->turns);
  count(&soak->loop, now(CLOCK_MONOTONIC) - begun);
  ++soak->blocks;
  return 0;
}

static int count_xrun(void *argument) {
  atomic_fetch_add(&((struct soak *)argument)->xruns, 1);
  return 0;
}

/* The time that all but `rest` of the blocks stay below, in microseconds. */
static unsigned quantile(const struct histogram *histogram, uint64_t blocks, double rest) {
  uint64_t above = 0;
  unsigned us = MOST_US;
  while (us > 0 && (double)(above += histogram->took[us]) <= rest * (double)blocks) {
    --us;
  }
  return us + 1;
}

static void open_soak(struct soak *soak, bool all) {
  soak->client = jack_client_open("soak", JackNoStartServer, NULL);
  if (!soak->client) {
    fprintf(stderr, "soak-jack: no JACK server\n");
    exit(1);
  }
  jack_nframes_t period = jack_get_buffer_size(soak->client);
  double rate = (double)jack_get_sample_rate(soak->client);
  soak->period_us = 1e6 * (double)period / rate;
  for (unsigned c = 0; c < N_CHANNELS; ++c) {
    soak->inputs[c] = calloc(period, sizeof(float));
  }
  for (unsigned p = PORT_MAIN_L; p < PORT_STEM_CONTROLS; ++p) {
    soak->outputs[p] = jack_port_register(soak->client, port_table[p].symbol,
                                          JACK_DEFAULT_AUDIO_TYPE, JackPortIsOutput, 0);
    if (!soak->outputs[p] || !soak->inputs[0] || !soak->inputs[1]) {
      fprintf(stderr, "soak-jack: no memory or no port\n");
      exit(1);
    }
  }
  player_open(&soak->player, rate, period, all ? PLAYER_CONTROLS : PLAYER_FADERS);
  jack_set_process_callback(soak->client, process, soak);
  jack_set_xrun_callback(soak->client, count_xrun, soak);
}

static void sleep_seconds(double seconds) {
  struct timespec t = {.tv_sec = (time_t)seconds};
  nanosleep(&t, NULL);
}

static void tell(const struct soak *soak, double first, double last) {
  static const double rests[] = {0.5, 0.01, 0.001, 0.0001, 0.00001, 0.0};
  static const char *const names[] = {"median", "p99", "p99.9", "p99.99", "p99.999", "most"};
  const struct player *player = &soak->player;
  printf("%llu periods of %.0f us, %u xruns\n", (unsigned long long)soak->blocks, soak->period_us,
         atomic_load(&soak->xruns));
  printf("              run(), clock    run(), processor    loop of %d us, clock\n", LOOP_US);
  for (size_t i = 0; i < sizeof rests / sizeof *rests; ++i) {
    unsigned clock = quantile(&soak->clock, soak->blocks, rests[i]);
    unsigned processor = quantile(&soak->processor, soak->blocks, rests[i]);
    unsigned loop = quantile(&soak->loop, soak->blocks, rests[i]);
    printf("%-8s  %5u us  %5.1f %%   %5u us  %5.1f %%   %5u us  %5.1f %%\n", names[i], clock,
           100.0 * clock / soak->period_us, processor, 100.0 * processor / soak->period_us, loop,
           100.0 * loop / soak->period_us);
  }
  printf("%llu late frames, %llu blocks not finite; %.1f MiB after a minute, %.1f (%+.2f) at the "
         "end\n",
         (unsigned long long)player->late, (unsigned long long)player->bad, first, last,
         last - first);
}

int main(int argc, char **argv) {
  bool all = argc == 3 && strcmp(argv[2], "all") == 0;
  double seconds = argc == 2 || all ? atof(argv[1]) : 0.0;
  if (!(seconds > MINUTE)) {
    fprintf(stderr, "usage: soak-jack SECONDS [all]; more than %d seconds\n", MINUTE);
    return 2;
  }
  struct soak *soak = calloc(1, sizeof *soak);
  if (!soak) {
    return 1;
  }
  soak->turns = count_turns();
  open_soak(soak, all);
  if (jack_activate(soak->client) != 0) {
    fprintf(stderr, "soak-jack: cannot activate\n");
    return 1;
  }
  sleep_seconds(MINUTE);
  double first = rig_resident_mib();
  sleep_seconds(seconds - MINUTE);
  double last = rig_resident_mib();
  jack_deactivate(soak->client);
  jack_client_close(soak->client);
  tell(soak, first, last);
  bool good = soak->player.bad == 0 && last - first <= MOST_GROWTH_MIB;
  player_close(&soak->player);
  free(soak->inputs[0]);
  free(soak->inputs[1]);
  free(soak);
  return good ? 0 : 1;
}
