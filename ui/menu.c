#include "ui/menu.h"

#include "ui/presets.h"

#include <math.h>

static int count_points(const struct scale_point *points) {
  int n = 0;
  while (points && points[n].label) {
    n++;
  }
  return n;
}

static int entries(enum widget owner) {
  switch (owner) {
  case WIDGET_PRESETS:
    return (int)n_presets;
  case WIDGET_QUALITY:
    return count_points(port_table[PORT_QUALITY].points);
  case WIDGET_MODEL_FOUR:
  case WIDGET_MODEL_HP:
    return N_MENU_MODEL;
  default:
    return 0;
  }
}

void menu_open(struct menu *menu, enum widget owner, const struct layout *layout) {
  const int n = entries(owner);
  if (n == 0) {
    return;
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
}

void menu_close(struct menu *menu) {
  menu->owner = WIDGET_NONE;
}

const char *menu_text(const struct menu *menu, int entry) {
  static const char *const model[N_MENU_MODEL] = {"Choose a file\u2026", "Bundled model"};
  switch (menu->owner) {
  case WIDGET_PRESETS:
    return presets[entry].label;
  case WIDGET_QUALITY:
    return port_table[PORT_QUALITY].points[entry].label;
  default:
    return model[entry];
  }
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
  switch (menu->owner) {
  case WIDGET_PRESETS:
    return preset_holds(&presets[entry], state);
  case WIDGET_QUALITY:
    return state->values[PORT_QUALITY] == port_table[PORT_QUALITY].points[entry].value;
  case WIDGET_MODEL_FOUR:
  case WIDGET_MODEL_HP: {
    const enum split_id split = menu->owner == WIDGET_MODEL_FOUR ? SPLIT_FOUR : SPLIT_HP;
    return (entry == MENU_BUNDLED) == (state->models[split][0] == '\0');
  }
  default:
    return false;
  }
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
