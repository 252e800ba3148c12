/* SPDX-License-Identifier: ISC */
/* The one port table. The plugin, its window, the ttl generator, the manual page, the tests and the
 * program all read it; no port is described anywhere else. */
#pragma once

#include "dsp/stems.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#define UNBRAID_URI "urn:unbraid:unbraid"
#define UNBRAID_INSERT_URI "urn:unbraid:insert"
#define UNBRAID_UI_URI UNBRAID_URI ":ui"
#define UNBRAID_INSERT_UI_URI UNBRAID_INSERT_URI ":ui"

/** The controls of one stem, in port order. */
enum stem_control { CONTROL_GAIN, CONTROL_MUTE, CONTROL_SOLO, CONTROL_WET, N_STEM_CONTROLS };

/** The two plugins: with stem outputs, or with only the main output. */
enum variant { VARIANT_STEMS, VARIANT_INSERT, N_VARIANTS };

/** Port numbers of VARIANT_STEMS. VARIANT_INSERT has the same ports, except the stem outputs and
 * their switch. */
enum port {
  PORT_IN_L,
  PORT_IN_R,
  PORT_MAIN_L,
  PORT_MAIN_R,
  PORT_STEM_AUDIO, /* stem s has its left output here + 2 s, its right one next to it */
  PORT_STEM_CONTROLS = PORT_STEM_AUDIO + 2 * N_STEMS, /* stem s has its first here + 4 s */
  PORT_MAIN_FROM = PORT_STEM_CONTROLS + N_STEMS * N_STEM_CONTROLS,
  PORT_OUTS,
  PORT_ENABLED,
  PORT_FREEWHEEL,
  PORT_LATENCY,
  PORT_LATE_FRAMES,
  PORT_QUALITY,
  PORT_CONTROL,
  PORT_NOTIFY,
  PORT_SHARPNESS,
  PORT_SPATIAL,
  PORT_FLOOR,
  N_PORTS,
};

enum port_kind {
  KIND_AUDIO_IN,
  KIND_AUDIO_OUT,
  KIND_CONTROL_IN,
  KIND_CONTROL_OUT,
  KIND_ATOM_IN,
  KIND_ATOM_OUT,
};

enum port_flag {
  FLAG_TOGGLED = 1,
  FLAG_INTEGER = 2,
  FLAG_ENUM = 4,        /* scale points name every value */
  FLAG_OPTIONAL = 8,    /* lv2:connectionOptional */
  FLAG_NOT_ON_GUI = 16, /* for the host, not for the player */
  FLAG_LATENCY = 32,    /* lv2:reportsLatency */
};

/** How the window shows a control. */
enum shown_as {
  SHOWN_NOT,
  SHOWN_FADER,
  SHOWN_BAR,      /* short name and number */
  SHOWN_BUTTON,   /* for a toggle */
  SHOWN_POWER,    /* a toggle that bypasses when it is off */
  SHOWN_SEGMENTS, /* all scale points, side by side */
  SHOWN_MENU,     /* one scale point, and the others in a menu */
};

/** Where: in the window's header, in the title of the four stems, in a stem's strip. In the first
 * two controls stand in the table's order, the header's menus before the rest. */
enum shown_in { PLACE_NONE, PLACE_HEADER, PLACE_FOUR, PLACE_STRIP };

struct shown {
  enum shown_as as;
  enum shown_in in;
  int width; /* in pixels at scale 1; means nothing in a strip */
};

struct scale_point {
  float value;
  const char *label;
};

/** One port. Strings are never NULL, except unit, designation and group. */
struct port_info {
  const char *symbol, *name, *short_name, *comment;
  enum port_kind kind;
  unsigned flags;                  /* enum port_flag */
  float minimum, maximum, initial; /* control ports only */
  const char *unit;                /* a name of the units vocabulary: "db", "pc", "frame" */
  const char *designation;         /* prefixed: "pg:left", "lv2:enabled" */
  const char *group; /* symbol of the port group: "in", "main", "vocals", "vocals_fader" ... */
  int priority;      /* pprops:displayPriority; 0 = none: not a control for the player */
  unsigned bytes;    /* rsz:minimumSize; atom ports only */
  const struct scale_point *points; /* ends with a NULL label; NULL = none */
  struct shown shown;
};

/** Symbols of the stems in port order: "vocals" ... */
extern const char *const stem_symbols[N_STEMS];

/** Display names of the stems: "Vocals" ... */
extern const char *const stem_names[N_STEMS];

/** The ports of VARIANT_STEMS, by number (enum port). */
extern const struct port_info port_table[N_PORTS];

/** How many ports a variant has. */
static inline uint32_t ports_count(enum variant v) {
  return v == VARIANT_STEMS ? N_PORTS : N_PORTS - 2 * N_STEMS - 1;
}

/** Whether a port carries one float. */
static inline bool ports_is_control(enum port port) {
  return port_table[port].kind == KIND_CONTROL_IN || port_table[port].kind == KIND_CONTROL_OUT;
}

/** Whether a port's value is in a unit. */
static inline bool ports_has_unit(enum port port, const char *unit) {
  return port_table[port].unit && strcmp(port_table[port].unit, unit) == 0;
}

/** The entry of port_table for a port number of a variant. */
static inline enum port ports_from_variant(enum variant v, uint32_t index) {
  if (v == VARIANT_STEMS || index < PORT_STEM_AUDIO) {
    return (enum port)index;
  }
  /* The insert once had PORT_OUTS, and Ardour stores automation by number. So an output port took
   * its number, and the then last port took the output's number: no control has a number that
   * another control had. */
  const enum port port = (enum port)(index + 2 * N_STEMS);
  return port == PORT_OUTS          ? PORT_LATE_FRAMES
         : port == PORT_LATE_FRAMES ? PORT_FLOOR
         : port < PORT_FLOOR        ? port
                                    : (enum port)(port + 1);
}

/** A variant's port number for an entry of port_table; ports_count() if the variant does not have
 * the port. */
static inline uint32_t ports_to_variant(enum variant v, enum port port) {
  uint32_t index = 0;
  while (index < ports_count(v) && ports_from_variant(v, index) != port) {
    ++index;
  }
  return index;
}

/** The port of a stem's control. */
static inline enum port ports_stem_control(enum stem s, enum stem_control c) {
  return (enum port)(PORT_STEM_CONTROLS + (int)s * N_STEM_CONTROLS + (int)c);
}

/** Whether a port is a control of a stem. */
static inline bool ports_is_stem_control(enum port port) {
  return port >= PORT_STEM_CONTROLS && port < PORT_MAIN_FROM;
}

/** The stem of such a port. */
static inline enum stem ports_stem(enum port port) {
  return (enum stem)((port - PORT_STEM_CONTROLS) / N_STEM_CONTROLS);
}
