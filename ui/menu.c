/* SPDX-License-Identifier: ISC */
#include "ui/menu.h"

#include "ui/presets.h"

#include <math.h>

static int entries(enum widget owner) {
  int n = 0;
  if (widget_shown(owner) == SHOWN_MENU) {
    while (port_table[widget_port(owner)].points[n].label) {
      n++;
    }
  } else if (owner == WIDGET_PRESETS) {
    n = (int)n_presets;
  } else if (owner == WIDGET_MODEL_FOUR || owner == WIDGET_MODEL_HP) {
    n = N_MENU_MODEL;
  }
  return n;
}

bool menu_open(struct menu *menu, enum widget owner, const struct layout *layout) {
  const int n = entries(owner);
  if (n == 0) {
    return false;
  }
  const struct box button = layout->widgets[owner];
  const int pad = (int)lround(4 * layout->unit);
  menu->owner = owner;
  menu->n = n;
  menu->row = (int)lround(28 * layout->unit);
  menu->at = -1;
  struct box box = {button.x, button.y + button.h + pad, (int)lround(200 * layout->unit),
                    n * menu->row + 2 * pad};
  if (box.w < button.w) {
    box.w = button.w;
  }
  if (box.x + box.w > layout->width - pad) {
    box.x = layout->width - pad - box.w;
  }
  if (box.y + box.h > layout->height - pad) {
    box.y = layout->height - pad - box.h;
  }
  menu->box = box;
  return true;
}

void menu_close(struct menu *menu) {
  menu->owner = WIDGET_NONE;
}

const char *menu_text(const struct menu *menu, int entry) {
  static const char *const model[N_MENU_MODEL] = {"Choose a file\u2026", "Bundled model"};
  const enum port port = widget_port(menu->owner);
  return menu->owner == WIDGET_PRESETS ? presets[entry].label
         : port < N_PORTS              ? port_table[port].points[entry].label
                                       : model[entry];
}

static bool preset_holds(const struct preset *preset, const struct state *state) {
  for (int p = 0; p < N_PORTS; p++) {
    if (preset_sets((enum port)p) && state->values[p] != preset_value(preset, (enum port)p)) {
      return false;
    }
  }
  return true;
}

bool menu_checked(const struct menu *menu, int entry, const struct state *state) {
  const enum port port = widget_port(menu->owner);
  if (menu->owner == WIDGET_PRESETS) {
    return preset_holds(&presets[entry], state);
  }
  if (port < N_PORTS) {
    return state->values[port] == port_table[port].points[entry].value;
  }
  const enum split_id split = menu->owner == WIDGET_MODEL_FOUR ? SPLIT_FOUR : SPLIT_HP;
  return (entry == MENU_BUNDLED) == (state->models[split][0] == '\0');
}

struct box menu_entry(const struct menu *menu, int entry) {
  const int pad = (menu->box.h - menu->n * menu->row) / 2;
  return (struct box){menu->box.x + pad, menu->box.y + pad + entry * menu->row,
                      menu->box.w - 2 * pad, menu->row};
}

int menu_hit(const struct menu *menu, int x, int y) {
  for (int i = 0; i < menu->n; i++) {
    if (menu_is_open(menu) && box_has(menu_entry(menu, i), x, y)) {
      return i;
    }
  }
  return -1;
}
