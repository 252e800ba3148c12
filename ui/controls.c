/* SPDX-License-Identifier: ISC */
#include "ui/controls.h"

#include "ui/presets.h"
#include "ui/taper.h"

#include <math.h>
#include <string.h>

#define DOUBLE_CLICK 0.4 /* seconds */
#define FINE 0.1         /* of the usual way */
#define DETENT_DB 0.4    /* a fader dragged this near to 0 dB stands at 0 dB */

void controls_init(struct controls *c, struct state *state, const struct layout *layout,
                   const struct controls_owner *owner) {
  memset(c, 0, sizeof *c);
  c->state = state;
  c->layout = layout;
  c->owner = *owner;
}

damage_t controls_damage(enum widget w) {
  switch (w) {
  case WIDGET_NONE:
    return 0;
  case WIDGET_PRESETS:
    return DAMAGE_HEADER;
  case WIDGET_MODEL_FOUR:
    return damage_title(SPLIT_FOUR);
  case WIDGET_MODEL_HP:
    return damage_title(SPLIT_HP);
  default:
    return damage_control(widget_port(w));
  }
}

double controls_step(enum port port, bool fine) {
  const struct port_info *info = &port_table[port];
  if (ports_has_unit(port, "pc")) {
    return fine ? 1.0 : 5.0;
  }
  if (info->unit || info->flags & FLAG_INTEGER) {
    return fine ? 0.1 : 1.0;
  }
  return ((double)info->maximum - (double)info->minimum) * (fine ? 0.01 : 0.1);
}

damage_t controls_move(struct controls *c, enum port port, double value) {
  const double step = controls_step(port, true);
  const damage_t damage = state_set(c->state, port, (float)(round(value / step) * step));
  if (damage) {
    c->owner.moved(c->owner.data, port, c->state->values[port]);
  }
  return damage;
}

static damage_t apply_preset(struct controls *c, const struct preset *preset) {
  damage_t damage = 0;
  for (int p = 0; p < N_PORTS; p++) {
    if (preset_sets((enum port)p)) {
      damage |= controls_move(c, (enum port)p, (double)preset_value(preset, (enum port)p));
    }
  }
  return damage;
}

damage_t controls_choose(struct controls *c, int entry) {
  const enum widget owner = c->menu.owner;
  menu_close(&c->menu);
  const enum port port = widget_port(owner);
  const enum split_id split = owner == WIDGET_MODEL_FOUR ? SPLIT_FOUR : SPLIT_HP;
  if (owner == WIDGET_PRESETS) {
    apply_preset(c, &presets[entry]);
  } else if (port < N_PORTS) {
    controls_move(c, port, (double)port_table[port].points[entry].value);
  } else if (entry == MENU_CHOOSE_FILE) {
    c->owner.choose_model(c->owner.data, split);
  } else {
    c->owner.bundled_model(c->owner.data, split);
  }
  return DAMAGE_ALL;
}

damage_t controls_next(struct controls *c, enum port port) {
  const float value = c->state->values[port], last = port_table[port].maximum;
  return controls_move(c, port,
                       value < last ? (double)value + 1.0 : (double)port_table[port].minimum);
}

/* A control that shows all the names its port has, side by side. */
static damage_t press_segment(struct controls *c, enum widget w, int x, int y) {
  const struct scale_point *points = port_table[widget_port(w)].points;
  for (int i = 0; points[i].label; i++) {
    if (box_has(layout_segment(c->layout, w, i), x, y)) {
      return controls_move(c, widget_port(w), (double)points[i].value);
    }
  }
  return 0;
}

static double bar_position(enum port port, double value) {
  const double minimum = (double)port_table[port].minimum;
  return (value - minimum) / ((double)port_table[port].maximum - minimum);
}

static double bar_value(enum port port, double position) {
  const double minimum = (double)port_table[port].minimum;
  return minimum + position * ((double)port_table[port].maximum - minimum);
}

static damage_t begin_drag(struct controls *c, enum widget w, int x, int y) {
  const double value = (double)c->state->values[widget_port(w)];
  const bool fader = widget_shown(w) == SHOWN_FADER;
  c->drag = w;
  c->drag_at = fader ? y : x;
  c->drag_value = fader ? taper_position(value) : bar_position(widget_port(w), value);
  c->owner.touched(c->owner.data, widget_port(w), true);
  return controls_damage(w);
}

static damage_t press_left(struct controls *c, enum widget w, int x, int y, bool twice) {
  if (widget_has_number(w)) {
    return twice ? controls_move(c, widget_port(w), (double)port_table[widget_port(w)].initial)
                 : begin_drag(c, w, x, y);
  }
  if (menu_open(&c->menu, w, c->layout)) {
    return DAMAGE_MENU;
  }
  switch (widget_shown(w)) {
  case SHOWN_NOT:
    return 0;
  case SHOWN_SEGMENTS:
    return press_segment(c, w, x, y);
  default:
    return controls_next(c, widget_port(w));
  }
}

static damage_t press_right(struct controls *c, enum widget w) {
  if (widget_has_number(w)) {
    c->entry = w;
    c->entry_text[0] = '\0';
    return controls_damage(w);
  }
  const enum port port = widget_port(w);
  return port < N_PORTS ? controls_move(c, port, (double)port_table[port].initial) : 0;
}

damage_t controls_press(struct controls *c, int button, int x, int y, double time) {
  if (menu_is_open(&c->menu)) {
    const int entry = menu_hit(&c->menu, x, y);
    if (entry >= 0) {
      return controls_choose(c, entry);
    }
    menu_close(&c->menu);
    return DAMAGE_ALL;
  }
  const enum widget w = layout_hit(c->layout, x, y);
  damage_t damage = controls_damage(c->entry) | controls_damage(c->focus) | controls_damage(w);
  damage |= controls_release(c);
  const bool twice = w == c->clicked && time - c->clicked_at < DOUBLE_CLICK;
  c->entry = WIDGET_NONE;
  c->focus = w;
  c->focus_shown = false;
  c->clicked = button == 1 && !twice ? w : WIDGET_NONE;
  c->clicked_at = time;
  if (button == 1) {
    return damage | press_left(c, w, x, y, twice);
  }
  return button == 3 ? damage | press_right(c, w) : damage;
}

static damage_t drag_to(struct controls *c, int x, int y, bool fine) {
  const bool fader = widget_shown(c->drag) == SHOWN_FADER;
  const int length =
      fader ? c->layout->tracks[ports_stem(widget_port(c->drag))].h : c->layout->widgets[c->drag].w;
  const int way = fader ? c->drag_at - y : x - c->drag_at;
  c->drag_at = fader ? y : x;
  c->drag_value += (double)way / (length > 0 ? length : 1) * (fine ? FINE : 1.0);
  double value = fader ? taper_db(c->drag_value) : bar_value(widget_port(c->drag), c->drag_value);
  if (fader && !fine && fabs(value) < DETENT_DB) {
    value = 0.0;
  }
  return controls_move(c, widget_port(c->drag), value);
}

damage_t controls_motion(struct controls *c, int x, int y, bool fine) {
  if (menu_is_open(&c->menu)) {
    const int at = menu_hit(&c->menu, x, y);
    if (at == c->menu.at || at < 0) {
      return 0;
    }
    c->menu.at = at;
    return DAMAGE_MENU;
  }
  if (c->drag) {
    return drag_to(c, x, y, fine);
  }
  const enum widget hover = layout_hit(c->layout, x, y);
  if (hover == c->hover) {
    return 0;
  }
  const damage_t damage = controls_damage(c->hover) | controls_damage(hover);
  c->hover = hover;
  return damage;
}

damage_t controls_release(struct controls *c) {
  if (!c->drag) {
    return 0;
  }
  const enum widget w = c->drag;
  c->drag = WIDGET_NONE;
  c->owner.touched(c->owner.data, widget_port(w), false);
  return controls_damage(w);
}

damage_t controls_leave(struct controls *c) {
  const damage_t damage = controls_damage(c->hover);
  c->hover = WIDGET_NONE;
  return damage;
}

damage_t controls_wheel(struct controls *c, int x, int y, int notches, bool fine) {
  if (menu_is_open(&c->menu) || c->drag) {
    return 0;
  }
  const enum widget w = layout_hit(c->layout, x, y);
  const enum port port = widget_port(w);
  if (port == N_PORTS) {
    return 0;
  }
  const double by = notches * controls_step(port, fine);
  c->owner.touched(c->owner.data, port, true);
  const damage_t damage = controls_move(c, port, (double)c->state->values[port] + by);
  c->owner.touched(c->owner.data, port, false);
  return damage;
}
