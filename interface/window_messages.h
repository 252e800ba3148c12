/* SPDX-License-Identifier: ISC */
/* The window's end of the messages on the ports control and notify. plugin_messages.h has the other
 * end, uris.h the vocabulary. */
#pragma once

#include "dsp/stems.h"
#include "interface/uris.h"

#include <lv2/atom/atom.h>
#include <lv2/atom/forge.h>
#include <stdbool.h>
#include <stdint.h>

enum { WINDOW_MESSAGE_BYTES = 2048 }; /* hold any message of the window */

struct window_messages {
  struct uris uris;
  LV2_URID event_transfer, string, vector;
  LV2_Atom_Forge forge;
};

/** The content of an atom from the plugin. Pointers lead into the atom; NULL: not included. */
struct window_messages_news {
  const float *levels;   /* [N_STEMS] */
  const uint8_t *column; /* [VIEW_BANDS * VIEW_BYTES] */
  const float *load;
  const char *text;
  const char *path; /* the model file of split */
  const char *name; /* of the model that split plays; only with a path */
  enum split_id split;
};

void window_messages_init(struct window_messages *messages, LV2_URID_Map *map);

/** Reads an atom of size bytes. Nothing in it is trusted; values of a wrong type or size are
 * skipped. Returns whether it contained a message. */
bool window_messages_read(const struct window_messages *messages, const void *atom, uint32_t size,
                          struct window_messages_news *news);

/* Each writes one message into the buffer and returns it, or NULL when it does not fit. */

/** The window is open: the plugin sends views for three seconds. */
const LV2_Atom *window_messages_watch(struct window_messages *messages, void *buffer,
                                      uint32_t size);

/** Asks for the model file of a split. */
const LV2_Atom *window_messages_get_model(struct window_messages *messages, void *buffer,
                                          uint32_t size, enum split_id split);

/** Sets the model file of a split; "" is the bundled one. */
const LV2_Atom *window_messages_set_model(struct window_messages *messages, void *buffer,
                                          uint32_t size, enum split_id split, const char *path);
