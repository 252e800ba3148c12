/* SPDX-License-Identifier: ISC */
#include "ui/presets.h"

#include <string.h>

const struct preset presets[] = {
    {"karaoke", "Karaoke", {{"vocals_mute", 1.0f}}},
    {"acapella", "Acapella", {{"vocals_solo", 1.0f}}},
    {"drumless", "Drumless", {{"drums_mute", 1.0f}}},
    {"drums-only", "Drums only", {{"drums_solo", 1.0f}}},
    {"no-bass", "No bass", {{"bass_mute", 1.0f}}},
    {"bass-practice",
     "Bass practice",
     {{"vocals_gain", -12.0f}, {"drums_gain", -3.0f}, {"bass_gain", 4.0f}, {"other_gain", -12.0f}}},
    {"harmonic-only", "Harmonic only", {{"harmonic_solo", 1.0f}, {"main_from", 1.0f}}},
    {"percussive-only", "Percussive only", {{"percussive_solo", 1.0f}, {"main_from", 1.0f}}},
    {NULL, "Reset", {{NULL, 0.0f}}},
};
const unsigned n_presets = sizeof presets / sizeof *presets;

bool preset_sets(enum port port) {
  return port >= PORT_STEM_CONTROLS && port <= PORT_MAIN_FROM;
}

float preset_value(const struct preset *preset, enum port port) {
  for (const struct preset_setting *s = preset->settings; s->symbol; s++) {
    if (strcmp(s->symbol, port_table[port].symbol) == 0) {
      return s->value;
    }
  }
  return port_table[port].initial;
}
