/* SPDX-License-Identifier: ISC */
/* The keyboard's half of ui/controls.h. */
#include "ui/controls.h"

#include <ctype.h>
#include <math.h>
#include <string.h>

static damage_t focus_on(struct controls *c, enum widget w) {
  const damage_t damage = controls_damage(c->focus) | controls_damage(w);
  c->focus = w;
  c->focus_shown = true;
  return damage;
}

static damage_t focus_next(struct controls *c, int direction) {
  const struct layout *l = c->layout;
  int at = direction > 0 ? -1 : l->n_order; /* without a focus */
  for (int i = 0; i < l->n_order; i++) {
    at = l->order[i] == c->focus ? i : at;
  }
  return focus_on(c, l->order[(at + direction + l->n_order) % l->n_order]);
}

/* Sideways: the same control of the next strip, another segment, or simply the next widget. */
static damage_t sideways(struct controls *c, int direction) {
  const enum widget w = c->focus;
  if (w == WIDGET_NONE) {
    return focus_on(c, widget_of_stem(STEM_VOCALS, CONTROL_GAIN));
  }
  const enum port port = widget_port(w);
  if (widget_shown(w) == SHOWN_SEGMENTS) {
    return focus_on(c, w) |
           controls_move(c, port, (double)c->state->values[port] + (double)direction);
  }
  if (!ports_is_stem_control(port)) {
    return focus_next(c, direction);
  }
  const enum port next = (enum port)((int)port + direction * N_STEM_CONTROLS);
  return focus_on(c, ports_is_stem_control(next) ? widget_of(next) : w);
}

/* Up and down: a fader's steps, or the menu of a button. */
static damage_t upright(struct controls *c, double steps, bool fine) {
  const enum widget w = c->focus;
  if (w == WIDGET_NONE) {
    return focus_on(c, widget_of_stem(STEM_VOCALS, CONTROL_GAIN));
  }
  const damage_t damage = focus_on(c, w);
  const enum port port = widget_port(w);
  if (menu_open(&c->menu, w, c->layout)) {
    return damage | DAMAGE_MENU;
  }
  const double by = steps * controls_step(port, fine);
  c->owner.touched(c->owner.data, port, true);
  const damage_t moved = controls_move(c, port, (double)c->state->values[port] + by);
  c->owner.touched(c->owner.data, port, false);
  return damage | moved;
}

static damage_t set_to(struct controls *c, float port_info_value, bool *used) {
  const enum port port = widget_port(c->focus);
  *used = port < N_PORTS;
  return *used ? focus_on(c, c->focus) | controls_move(c, port, (double)port_info_value) : 0;
}

static damage_t begin_entry(struct controls *c, char first) {
  c->entry = c->focus;
  c->entry_text[0] = first;
  c->entry_text[first ? 1 : 0] = '\0';
  return focus_on(c, c->focus);
}

/* A number with a point or a comma, whatever the host's locale says. */
static bool parse(const char *text, double *value) {
  double number = 0.0, unit = 0.0;
  const bool negative = *text == '-';
  bool digits = false;
  for (text += negative || *text == '+'; *text; text++) {
    if (isdigit((unsigned char)*text)) {
      number = unit > 0.0 ? number + (*text - '0') * unit : 10.0 * number + (*text - '0');
      unit /= 10.0;
      digits = true;
    } else if ((*text == '.' || *text == ',') && unit <= 0.0) {
      unit = 0.1;
    } else {
      return false;
    }
  }
  *value = negative ? -number : number;
  return digits;
}

static damage_t entry_key(struct controls *c, enum controls_key key, char character) {
  const enum widget w = c->entry;
  const size_t n = strlen(c->entry_text);
  damage_t damage = controls_damage(w);
  double value;
  switch (key) {
  case KEY_CHARACTER:
    if (n < CONTROLS_ENTRY && (isdigit((unsigned char)character) || strchr("+-.,", character))) {
      c->entry_text[n] = character;
      c->entry_text[n + 1] = '\0';
    }
    return damage;
  case KEY_BACKSPACE:
    c->entry_text[n > 0 ? n - 1 : 0] = '\0';
    return damage;
  case KEY_ENTER:
  case KEY_TAB:
  case KEY_BACK_TAB:
    if (parse(c->entry_text, &value)) {
      damage |= controls_move(c, widget_port(w), value);
    }
    c->entry = WIDGET_NONE;
    return key == KEY_ENTER ? damage : damage | focus_next(c, key == KEY_TAB ? 1 : -1);
  case KEY_ESCAPE:
    c->entry = WIDGET_NONE;
    return damage;
  default:
    return 0;
  }
}

static damage_t menu_key(struct controls *c, enum controls_key key) {
  struct menu *menu = &c->menu;
  switch (key) {
  case KEY_UP:
  case KEY_DOWN:
    if (menu->at < 0) {
      menu->at = key == KEY_UP ? menu->n - 1 : 0;
    } else {
      menu->at = (menu->at + (key == KEY_UP ? menu->n - 1 : 1)) % menu->n;
    }
    return DAMAGE_MENU;
  case KEY_ENTER:
    if (menu->at >= 0) {
      return controls_choose(c, menu->at);
    }
    return 0;
  case KEY_ESCAPE:
  case KEY_TAB:
    menu_close(menu);
    return DAMAGE_ALL;
  default:
    return 0;
  }
}

static damage_t next_value(struct controls *c, enum port port) {
  return focus_on(c, c->focus) | controls_next(c, port);
}

static damage_t enter(struct controls *c, bool *used) {
  const enum widget w = c->focus;
  if (widget_has_number(w)) {
    return begin_entry(c, '\0');
  }
  if (widget_shown(w) != SHOWN_NOT && widget_shown(w) != SHOWN_MENU) {
    return next_value(c, widget_port(w));
  }
  *used = w != WIDGET_NONE;
  return *used ? upright(c, 0.0, false) : 0;
}

static damage_t character_key(struct controls *c, char character, bool *used) {
  const int lower = tolower((unsigned char)character);
  const enum port port = widget_port(c->focus);
  if (ports_is_stem_control(port) && (lower == 'm' || lower == 's')) {
    return next_value(
        c, ports_stem_control(ports_stem(port), lower == 'm' ? CONTROL_MUTE : CONTROL_SOLO));
  }
  if (widget_has_number(c->focus) && (isdigit((unsigned char)character) || character == '-')) {
    return begin_entry(c, character);
  }
  *used = false;
  return 0;
}

damage_t controls_key(struct controls *c, enum controls_key key, char character, bool fine,
                      bool *used) {
  *used = true;
  if (menu_is_open(&c->menu)) {
    return menu_key(c, key);
  }
  if (c->entry) {
    return entry_key(c, key, character);
  }
  const enum port port = widget_port(c->focus);
  const struct port_info *info = port < N_PORTS ? &port_table[port] : NULL;
  switch (key) {
  case KEY_TAB:
    return focus_next(c, 1);
  case KEY_BACK_TAB:
    return focus_next(c, -1);
  case KEY_LEFT:
    return sideways(c, -1);
  case KEY_RIGHT:
    return sideways(c, 1);
  case KEY_UP:
    return upright(c, 1.0, fine);
  case KEY_DOWN:
    return upright(c, -1.0, fine);
  case KEY_PAGE_UP:
    return upright(c, 6.0, false);
  case KEY_PAGE_DOWN:
    return upright(c, -6.0, false);
  case KEY_HOME:
    return set_to(c, info ? info->initial : 0.0f, used);
  case KEY_END:
    return set_to(c, info ? info->minimum : 0.0f, used);
  case KEY_ENTER:
    return enter(c, used);
  case KEY_CHARACTER:
    return character_key(c, character, used);
  default:
    *used = false;
    return 0;
  }
}
