/* SPDX-License-Identifier: ISC */
/* A host that plays for hours: music at changing levels in, controls that never rest, and a look at
 * every sample that comes out. For one thread at a time. */
#pragma once

#include "tests/support/rig.h"

#include <stdint.h>

/* What it moves; PLAYER_MODELS: everything, another quality every five seconds of the first minute
 * and for one in ten minutes from then on. */
enum player_moves { PLAYER_FADERS, PLAYER_CONTROLS, PLAYER_MODELS };

struct player {
  struct rig rig;
  double rate;
  enum player_moves moves;
  float *music[N_CHANNELS]; /* [music_frames], over and over */
  size_t music_frames, at;
  float level;      /* of this minute; 0: silence */
  uint64_t minutes; /* begun */
  uint64_t frames;  /* played */
  uint64_t late;    /* frames whose masks came too late */
  uint64_t bad;     /* blocks with an output that is not finite */
  uint32_t random;
  float late_before; /* the plugin's count starts anew with a model */
};

/** Opens the plugin with its stems; ends the program when that fails. */
void player_open(struct player *player, double rate, unsigned block, enum player_moves moves);
void player_close(struct player *player);

/** Fills the inputs (ports[PORT_IN_L], ports[PORT_IN_R]) with the next n samples, moves controls
 * and connects the audio ports. Neither allocates nor waits. */
void player_before(struct player *player, float *const ports[PORT_STEM_CONTROLS], uint32_t n);

/** Looks at what run() put out. Neither allocates nor waits. */
void player_after(struct player *player, float *const ports[PORT_STEM_CONTROLS], uint32_t n);
