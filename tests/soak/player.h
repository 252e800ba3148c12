/* A host that plays for hours: music at changing levels in, controls that never rest, and a look at
 * every sample that comes out. For one thread at a time. */
#pragma once

#include "tests/support/rig.h"

#include <stdbool.h>
#include <stdint.h>

struct player {
  struct rig rig;
  double rate;
  bool changes_models;
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

/** Opens the plugin with its stems; ends the program when that fails. `changes_models`: another
 * quality every five seconds of the first minute, then for one in ten minutes. */
void player_open(struct player *player, double rate, unsigned block, bool changes_models);
void player_close(struct player *player);

/** Fills the inputs (ports[PORT_IN_L], ports[PORT_IN_R]) with the next n samples, moves controls
 * and connects the audio ports. Neither allocates nor waits. */
void player_before(struct player *player, float *const ports[PORT_STEM_CONTROLS], uint32_t n);

/** Looks at what run() put out. Neither allocates nor waits. */
void player_after(struct player *player, float *const ports[PORT_STEM_CONTROLS], uint32_t n);

/** MiB of this process in memory. */
double player_resident(void);
