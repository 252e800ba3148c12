/* SPDX-License-Identifier: ISC */
/* The bundle's presets for the UI's menu: the controls that each sets besides the defaults. A test
 * compares them with the files in presets/. */
#pragma once

#include "interface/ports.h"

#include <stdbool.h>

struct preset_setting {
  const char *symbol; /* NULL: the end */
  float value;
};

struct preset {
  const char *name, *label; /* name: of the file; NULL: everything at its default */
  struct preset_setting settings[5];
};

/** The menu, in order; the last entry sets everything back. */
extern const struct preset presets[];
extern const unsigned n_presets;

/** Whether presets set a port: the strips' controls and main_from. */
bool preset_sets(enum port port);

/** A preset's value of a port that presets set. */
float preset_value(const struct preset *preset, enum port port);
