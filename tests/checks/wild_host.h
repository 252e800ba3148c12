/* SPDX-License-Identifier: ISC */
/* A host that plays the plugin as badly as a host can: blocks of any length, controls out of their
 * range, buffers that are shared or missing, models that change, little room for answers. */
#pragma once

#include "interface/ports.h"

#include <lv2/atom/forge.h>
#include <lv2/core/lv2.h>
#include <stdbool.h>
#include <stdint.h>

enum { MAX_BLOCK = 8192, MAX_AUDIO = 16, SAY_EVERY = 20, ATOM_BYTES = 32768 };

struct player {
  const LV2_Descriptor *descriptor;
  LV2_Handle handle;
  enum variant variant;
  double rate;
  float values[N_PORTS];
  float audio[MAX_AUDIO][MAX_BLOCK];
  LV2_Atom_Forge forge;
  _Alignas(8) uint8_t control[ATOM_BYTES], notify[ATOM_BYTES];
  char light[4096]; /* path of a model */
  unsigned changes; /* models that were taken over */
};

/** Pictures that the plugin asked a mixer strip for. */
extern unsigned pictures;

/** Instantiates and connects all. @return false when that fails. */
bool player_open(struct player *player, LV2_Descriptor_Function descriptors, const char *bundle,
                 enum variant variant, double rate);

/** Moves a control, now and then buffers, says something to the plugin: what comes before its k-th
 * block. @return how many samples it has. */
uint32_t player_prepare(struct player *player, unsigned k);

/** Whether the plugin says "... plays", as it does when it takes a model. */
bool player_hears_of_a_model(const struct player *player);
