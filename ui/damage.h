/* SPDX-License-Identifier: ISC */
/* What has changed since it was drawn last. */
#pragma once

#include "interface/ports.h"

#include <stdint.h>

/** A set of damage_bit. */
typedef uint32_t damage_t;

enum damage_bit {
  DAMAGE_HEADER = 1 << 0,
  DAMAGE_MESSAGE = 1 << 1,
  DAMAGE_LATENCY = 1 << 2,
  DAMAGE_LATE = 1 << 3,
  DAMAGE_LOAD = 1 << 4,
  DAMAGE_COLUMNS = 1 << 5, /* of the spectrogram: new ones only */
  DAMAGE_MENU = 1 << 6,
  DAMAGE_TITLE = 1 << 7,                   /* and one bit more for the second split */
  DAMAGE_STRIP = 1 << 9,                   /* stem s: shifted by s */
  DAMAGE_METER = DAMAGE_STRIP << N_STEMS,  /* stem s: shifted by s */
  DAMAGE_PRESET = DAMAGE_METER << N_STEMS, /* its name in the header */
  DAMAGE_LEGEND = DAMAGE_PRESET << 1,
  DAMAGE_ALL = DAMAGE_LEGEND << 1,
};

static inline damage_t damage_strip(unsigned stem) {
  return (damage_t)DAMAGE_STRIP << stem;
}

static inline damage_t damage_meter(unsigned stem) {
  return (damage_t)DAMAGE_METER << stem;
}

static inline damage_t damage_title(enum split_id split) {
  return (damage_t)DAMAGE_TITLE << split;
}

/** The title and all strips of a split. */
static inline damage_t damage_split(enum split_id split) {
  damage_t damage = damage_title(split);
  for (unsigned s = split_first(split); s < split_end(split); s++) {
    damage |= damage_strip(s);
  }
  return damage;
}

/** Where the window shows a control. */
static inline damage_t damage_control(enum port port) {
  switch (port_table[port].shown.in) {
  case PLACE_HEADER:
    return DAMAGE_HEADER;
  case PLACE_FOUR:
    return damage_title(SPLIT_FOUR);
  case PLACE_STRIP:
    return damage_strip(ports_stem(port));
  default:
    return 0;
  }
}
