/* SPDX-License-Identifier: ISC */
/* The room that a part is played in. */
#pragma once

#include "demo/synth.h"

struct room {
  double seconds; /* time until it has died away by 60 dB */
  double damping; /* Hz above which it dies away faster */
  double level;   /* of the room against the dry sound, linear */
};

/** Adds the reverberation of everything in the sink to it. Returns false when out of memory; the
 * sink is then unchanged. */
bool room_add(const struct sink *sink, const struct room *room);
