/* SPDX-License-Identifier: ISC */
/* The plugin's end of the messages on the ports control and notify: requests of a host or a window,
 * and the plugin's answers. window_messages.h has the other end. Nothing in a host's atoms is
 * trusted, except the size of the buffer. A message is written completely or not at all. */
#pragma once

#include "dsp/rt.h"
#include "dsp/stems.h"
#include "interface/uris.h"
#include "interface/view.h"

#include <lv2/atom/atom.h>
#include <lv2/atom/forge.h>
#include <stdbool.h>
#include <stdint.h>

struct plugin_messages {
  bool mapped; /* false where the host numbers no URIs: then nothing is read or written */
  struct uris uris;
  LV2_Atom_Forge forge;
  LV2_Atom_Forge_Frame sequence;
  bool writing;
};

/** `map` may be NULL. Not real-time safe. */
void plugin_messages_init(struct plugin_messages *messages, LV2_URID_Map *map);

enum order_kind {
  ORDER_WATCH,
  ORDER_GET,      /* one file, or with split == N_SPLITS both */
  ORDER_SET,      /* path, shorter than MAX_PATH, ends inside the port's buffer */
  ORDER_MISTAKEN, /* path: what is wrong, one line */
};

struct order {
  enum order_kind kind;
  enum split_id split;
  const char *path;
};

/** The next request on a port, which may be NULL. `at` starts at 0. Real-time safe. @return false
 * at the end. */
bool plugin_messages_read(const struct plugin_messages *messages, const LV2_Atom_Sequence *port,
                          uint32_t *at, struct order *order) UNBRAID_REALTIME;

/** Starts to write; `port` may be NULL. The size of its atom is the available space. Real-time
 * safe. */
void plugin_messages_begin(struct plugin_messages *messages,
                           LV2_Atom_Sequence *port) UNBRAID_REALTIME;
void plugin_messages_end(struct plugin_messages *messages) UNBRAID_REALTIME;

/* Between begin and end. All real-time safe. @return false without space or port. */

/** The file of a split, as patch:Set, and the name of the playing model. */
bool plugin_messages_file(struct plugin_messages *messages, enum split_id split, const char *path,
                          const char *name) UNBRAID_REALTIME;

/** A line for the user. */
bool plugin_messages_text(struct plugin_messages *messages, const char *text) UNBRAID_REALTIME;

bool plugin_messages_view(struct plugin_messages *messages,
                          const struct view_data *data) UNBRAID_REALTIME;
