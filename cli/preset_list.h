/* SPDX-License-Identifier: ISC */
/* The plugin's presets by label. */
#pragma once

#include "cli/status.h"

#include <lilv/lilv.h>
#include <stddef.h>

struct preset {
  char *label;
  LilvNode *uri;
};

struct preset_list {
  struct preset *presets; /* by label */
  size_t count;
};

/** Reads the presets that belong to a plugin, and loads their descriptions into the world.
 * STATUS_FAILED, after reporting it, when out of memory. Free the list in every case. */
enum status presets_read(struct preset_list *list, LilvWorld *world, const LilvPlugin *plugin);

/** The preset of a label, or NULL. Case does not matter, and spaces, dashes and underscores are the
 * same. */
const struct preset *presets_find(const struct preset_list *list, const char *label);

void presets_free(struct preset_list *list);
