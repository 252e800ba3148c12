/* SPDX-License-Identifier: ISC */
/* The menus that buttons drop: what they list and where. A menu is drawn over the window's other
 * contents, within it. */
#pragma once

#include "ui/layout.h"
#include "ui/state.h"

struct menu {
  enum widget owner; /* WIDGET_NONE: closed */
  struct box box;
  int n, row; /* entries, and the height of each */
  int at;     /* highlighted entry, or -1 */
};

/** Opens the menu of a button. Returns false, and does nothing, for widgets without one. */
bool menu_open(struct menu *menu, enum widget owner, const struct layout *layout);

void menu_close(struct menu *menu);

static inline bool menu_is_open(const struct menu *menu) {
  return menu->owner != WIDGET_NONE;
}

/** Words of an entry. */
const char *menu_text(const struct menu *menu, int entry);

/** Whether an entry of an open menu is what holds now. */
bool menu_checked(const struct menu *menu, int entry, const struct state *state);

/** Where an entry is. */
struct box menu_entry(const struct menu *menu, int entry);

/** The entry at a point, or -1. */
int menu_hit(const struct menu *menu, int x, int y);

/** The entries of a model button's menu. */
enum { MENU_CHOOSE_FILE, MENU_BUNDLED, N_MENU_MODEL };
