/* SPDX-License-Identifier: ISC */
/* What mouse and keyboard do: they move the plugin's controls, the focus and the menus. Knows
 * nothing of X. Every function says what it makes stale on the screen. */
#pragma once

#include "ui/layout.h"
#include "ui/menu.h"
#include "ui/state.h"

/** What the controls ask of their owner. */
struct controls_owner {
  void *data;
  /** The user moved a control. It already has the value. */
  void (*moved)(void *data, enum port port, float value);
  /** The user took hold of a control, or let it go. */
  void (*touched)(void *data, enum port port, bool held);
  /** The user wants to choose a model file for a split, or the bundled one. Returns damage. */
  damage_t (*choose_model)(void *data, enum split_id split);
  damage_t (*bundled_model)(void *data, enum split_id split);
};

enum controls_key {
  KEY_NONE,
  KEY_TAB,
  KEY_BACK_TAB,
  KEY_LEFT,
  KEY_RIGHT,
  KEY_UP,
  KEY_DOWN,
  KEY_PAGE_UP,
  KEY_PAGE_DOWN,
  KEY_HOME,
  KEY_END,
  KEY_ENTER,
  KEY_ESCAPE,
  KEY_BACKSPACE,
  KEY_CHARACTER,
};

enum { CONTROLS_ENTRY = 8 };

struct controls {
  struct state *state;
  const struct layout *layout;
  struct controls_owner owner;
  struct menu menu;
  enum widget hover, focus;
  bool focus_shown;  /* the keyboard was used last */
  enum widget drag;  /* held by the mouse */
  int drag_at;       /* where the pointer was */
  double drag_value; /* unrounded: position on the taper, or part of a bar */
  enum widget entry; /* whose value is being typed */
  char entry_text[CONTROLS_ENTRY + 1];
  enum widget clicked; /* last, for double clicks */
  double clicked_at;
};

/** state and layout are kept. */
void controls_init(struct controls *c, struct state *state, const struct layout *layout,
                   const struct controls_owner *owner);

/** Button 1 (left) or 3 (right) goes down. time: seconds, for double clicks. fine: a modifier asks
 * for small steps. */
damage_t controls_press(struct controls *c, int button, int x, int y, double time);

/** The pointer moves, with or without a button. */
damage_t controls_motion(struct controls *c, int x, int y, bool fine);

/** Button 1 comes up. */
damage_t controls_release(struct controls *c);

/** The pointer leaves the window. */
damage_t controls_leave(struct controls *c);

/** The wheel turns by notches; up is positive. */
damage_t controls_wheel(struct controls *c, int x, int y, int notches, bool fine);

/** A key goes down; character is that of KEY_CHARACTER. used: whether it means anything here; the
 * host should have the others. */
damage_t controls_key(struct controls *c, enum controls_key key, char character, bool fine,
                      bool *used);

/** What drawing a widget anew takes. */
damage_t controls_damage(enum widget w);

/** What a key or a notch of the wheel moves a control by, in its unit: a percent or five; a tenth
 * or one of another unit, and of whole numbers; without a unit, a hundredth or a tenth of the
 * range. Controls stand at multiples of the fine step. */
double controls_step(enum port port, bool fine);

/** Sets a control as the user would, and lets the host know. */
damage_t controls_move(struct controls *c, enum port port, double value);

/** Moves a control of whole numbers to its next value, from the last to the first. */
damage_t controls_next(struct controls *c, enum port port);

/** Does what an entry of the open menu says, and closes it. */
damage_t controls_choose(struct controls *c, int entry);
