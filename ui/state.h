/* SPDX-License-Identifier: ISC */
/* What the UI knows of the plugin: its controls, levels and messages. Every function says what its
 * change makes stale on the screen. Times are seconds of any clock that only goes forward. */
#pragma once

#include "interface/ports.h"
#include "ui/damage.h"

#include <stdbool.h>

enum { STATE_TEXT = 256, STATE_PATH = 1024 };

/** A peak meter, in dBFS. It jumps up and falls back; the held peak stays for a while. */
struct meter {
  float level, held;
  double held_until;
};

struct state {
  enum variant variant;
  double rate;           /* samples a second; 0: the host did not say */
  float values[N_PORTS]; /* of control ports; the others' are 0 */
  struct meter meters[N_STEMS];
  double now;
  bool late_known;   /* late_frames has been heard of */
  double late_until; /* the light is on */
  float load;        /* worker time over hop, newest */
  int load_shown;    /* percent; -1: not known */
  double load_due;
  char message[STATE_TEXT];
  char models[N_SPLITS][STATE_PATH]; /* chosen files; empty: the bundled model */
  char names[N_SPLITS][STATE_TEXT];  /* of the models that play; empty: not known */
};

/** Defaults, silence. */
void state_init(struct state *state, enum variant variant, double rate);

/** A control has a new value. One that is not a number, or that a control cannot have, is brought
 * into range. */
damage_t state_set(struct state *state, enum port port, float value);

/** Peaks of the stems since the last call, linear. */
damage_t state_levels(struct state *state, const float peaks[N_STEMS]);

/** Worker time over hop. */
void state_load(struct state *state, float load);

/** A line for the status bar. It is cut to STATE_TEXT. */
damage_t state_message(struct state *state, const char *text);

/** The model file that a split plays, "" for the bundled one, and its name, NULL where not known.
 */
damage_t state_model(struct state *state, enum split_id split, const char *path, const char *name);

/** Time passes: meters fall, lights go out. */
damage_t state_tick(struct state *state, double now);

/** The split whose faders bend the main output. */
enum split_id state_main_split(const struct state *state);

/** Whether a stem's fader is closed by its mute or by another's solo. */
bool state_silenced(const struct state *state, unsigned stem);
