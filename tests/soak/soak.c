/* SPDX-License-Identifier: ISC */
/* soak SECONDS: so much audio as fast as it goes, as a host that exports, in blocks of 1 to 8192
 * samples with models that change. Fails when an output is not finite, a mask is late or memory
 * grows. */
#include "tests/soak/player.h"
#include "tests/support/random.h"

#include <stdio.h>
#include <stdlib.h>

enum { RATE = 44100, LONGEST = 8192, OCTAVES = 13, MINUTE = 60, MINUTES_TOLD = 30 };

/* Of what is resident, against half a minute after the first. */
#define MOST_GROWTH_MIB 1.0

static float buffers[PORT_STEM_CONTROLS][LONGEST];

static void tell(const struct player *player, double first) {
  double resident = rig_resident_mib();
  printf("%6.2f h  %6.1f MiB (%+.2f)  %llu late, %llu not finite\n",
         (double)player->frames / RATE / 3600.0, resident, resident - first,
         (unsigned long long)player->late, (unsigned long long)player->bad);
  fflush(stdout);
}

int main(int argc, char **argv) {
  double seconds = argc == 2 ? atof(argv[1]) : 0.0;
  if (!(seconds > MINUTE)) {
    fprintf(stderr, "usage: soak SECONDS, more than %d\n", MINUTE);
    return 2;
  }
  struct player *player = malloc(sizeof *player);
  if (!player) {
    return 1;
  }
  float *ports[PORT_STEM_CONTROLS];
  for (unsigned p = 0; p < PORT_STEM_CONTROLS; ++p) {
    ports[p] = buffers[p];
  }
  player_open(player, RATE, LONGEST, PLAYER_MODELS);
  player->rig.controls[PORT_FREEWHEEL] = 1.0f;
  double first = 0.0;
  for (uint64_t told = 0; (double)player->frames < (seconds + MINUTE / 2) * RATE;) {
    uint32_t n =
        1 + random_below(&player->random, 1u << random_below(&player->random, OCTAVES + 1));
    player_before(player, ports, n);
    player->rig.descriptor->run(player->rig.handle, n);
    player_after(player, ports, n);
    /* Half a minute after models may have changed. */
    uint64_t seconds_played = player->frames / RATE;
    uint64_t minutes = seconds_played < MINUTE / 2 ? 0 : (seconds_played - MINUTE / 2) / MINUTE;
    if (minutes > told) {
      first = told == 0 ? rig_resident_mib() : first;
      told = minutes;
      if (minutes == 1 || minutes % MINUTES_TOLD == 0) {
        tell(player, first);
      }
    }
  }
  tell(player, first);
  bool good =
      player->late == 0 && player->bad == 0 && rig_resident_mib() - first <= MOST_GROWTH_MIB;
  player_close(player);
  free(player);
  return good ? 0 : 1;
}
