/* SPDX-License-Identifier: ISC */
#include "tests/soak/player.h"

#include "tests/support/random.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { MUSIC_SECONDS = 30, MINUTE = 60, QUALITIES = 4, QUALITY_SECONDS = 5, TEN = 10 };

void player_open(struct player *player, double rate, unsigned block, enum player_moves moves) {
  *player = (struct player){.rate = rate, .moves = moves, .random = 1};
  player->music_frames = (size_t)(MUSIC_SECONDS * rate);
  for (unsigned c = 0; c < N_CHANNELS; ++c) {
    player->music[c] = malloc(player->music_frames * sizeof *player->music[c]);
    if (!player->music[c]) {
      abort();
    }
  }
  if (!rig_open(&player->rig, VARIANT_STEMS, rate, block, rig_bundle())) {
    fprintf(stderr, "soak: the plugin cannot be instantiated: %s\n", player->rig.log);
    exit(1);
  }
  rig_music(player->music[0], player->music[1], player->music_frames, rate);
}

void player_close(struct player *player) {
  rig_close(&player->rig);
  free(player->music[0]);
  free(player->music[1]);
}

/* Sometimes one of the player's controls goes anywhere; a bypass ends soon. */
static void move_controls(struct player *player) {
  enum { EVERY = 50 };
  player->rig.controls[PORT_ENABLED] = 1.0f;
  if (random_below(&player->random, EVERY) > 0) {
    return;
  }
  unsigned end = player->moves == PLAYER_FADERS ? PORT_MAIN_FROM : N_PORTS;
  unsigned p = PORT_STEM_CONTROLS + random_below(&player->random, end - PORT_STEM_CONTROLS);
  const struct port_info *info = &port_table[p];
  if (info->kind == KIND_CONTROL_IN && p != PORT_FREEWHEEL && p != PORT_QUALITY) {
    player->rig.controls[p] = random_between(&player->random, info->minimum, info->maximum);
  }
}

static void choose_quality(struct player *player) {
  double seconds = (double)player->frames / player->rate;
  unsigned quality = 0;
  if (seconds < MINUTE) {
    quality = (unsigned)seconds / QUALITY_SECONDS % QUALITIES;
  } else if (player->minutes % TEN == 0) {
    quality = (unsigned)(player->minutes / TEN) % QUALITIES;
  }
  player->rig.controls[PORT_QUALITY] = (float)quality;
}

/* From -60 to +6 dB, or nothing. */
static void choose_level(struct player *player) {
  float db = random_between(&player->random, -60.0f, 6.0f);
  player->level = random_below(&player->random, TEN) == 0 ? 0.0f : powf(10.0f, db / 20.0f);
}

void player_before(struct player *player, float *const ports[PORT_STEM_CONTROLS], uint32_t n) {
  if ((double)player->frames >= (double)player->minutes * MINUTE * player->rate) {
    ++player->minutes;
    choose_level(player);
  }
  if (player->moves == PLAYER_MODELS) {
    choose_quality(player);
  }
  move_controls(player);
  for (uint32_t i = 0; i < n; ++i) {
    ports[PORT_IN_L][i] = player->level * player->music[0][player->at];
    ports[PORT_IN_R][i] = player->level * player->music[1][player->at];
    player->at = player->at + 1 < player->music_frames ? player->at + 1 : 0;
  }
  for (uint32_t p = 0; p < PORT_STEM_CONTROLS; ++p) {
    player->rig.descriptor->connect_port(player->rig.handle, p, ports[p]);
  }
}

void player_after(struct player *player, float *const ports[PORT_STEM_CONTROLS], uint32_t n) {
  float sum = 0.0f;
  for (unsigned p = PORT_MAIN_L; p < PORT_STEM_CONTROLS; ++p) {
    for (uint32_t i = 0; i < n; ++i) {
      sum += fabsf(ports[p][i]); /* a NaN stays one, and so does an infinity */
    }
  }
  player->bad += !isfinite(sum);
  float late = player->rig.controls[PORT_LATE_FRAMES], before = player->late_before;
  player->late += (uint64_t)(late > before ? late - before : 0.0f);
  player->late_before = late;
  player->frames += n;
}
