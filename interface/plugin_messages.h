/* The messages of the ports control and notify, the plugin's end: what a host or a window asks for,
 * and what the plugin tells them. The other one is in window_messages.h. A host's atoms are trusted
 * no further than the end of the buffer, and nothing is written that does not fit whole. */
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

/** The next order of a port that may be NULL. `at` starts at 0. Real-time safe. @return false at
 * the end. */
bool plugin_messages_read(const struct plugin_messages *messages, const LV2_Atom_Sequence *port,
                          uint32_t *at, struct order *order) UNBRAID_REALTIME;

/** Starts to write; `port` may be NULL, and its atom's size is the room there is. Real-time safe.
 */
void plugin_messages_begin(struct plugin_messages *messages,
                           LV2_Atom_Sequence *port) UNBRAID_REALTIME;
void plugin_messages_end(struct plugin_messages *messages) UNBRAID_REALTIME;

/* Between the two. All real-time safe. @return false when there is no room, or no port. */

/** The file of a split, as patch:Set, and the name of what plays. */
bool plugin_messages_file(struct plugin_messages *messages, enum split_id split, const char *path,
                          const char *name) UNBRAID_REALTIME;

/** A line for the player. */
bool plugin_messages_text(struct plugin_messages *messages, const char *text) UNBRAID_REALTIME;

bool plugin_messages_view(struct plugin_messages *messages,
                          const struct view_data *data) UNBRAID_REALTIME;
