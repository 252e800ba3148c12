/* SPDX-License-Identifier: ISC */
/* Instances whose sessions lilv saves and restores, and that a test talks to. */
#pragma once

#include "tests/lilv/world.h"
#include "tests/support/talk.h"

#include <lv2/state/state.h>

/** Of the stems variant, to be closed with session_close(); without a bundle that of four_bundle().
 */
struct rig *session_open(struct talk *talk);
struct rig *session_open_in(struct talk *talk, const char *bundle);
void session_close(struct rig *rig);

/** lilv's handle on an instance that the rig made. */
LilvInstance session_instance(struct rig *rig);

/** What lilv would save of it in a folder; to be freed. */
LilvState *session_state(struct rig *rig, const char *folder);

/** Sets a control of the rig that is the data: a LilvSetPortValueFunc. */
void session_set_port(const char *symbol, void *rig, const void *value, uint32_t size,
                      uint32_t type);

/** A property of a state of the test's own; the last of a list has key 0. */
struct session_item {
  LV2_URID key, type;
  const void *value;
  size_t size;
};

/** Restores these properties, as a host with a store of its own does. From any thread. */
LV2_State_Status session_give(struct rig *rig, const struct session_item *items);

/* Items: the quality, a file for the four stems, the end of a list. */
#define SESSION_QUALITY(talk, value)                                                               \
  {(talk).uris.quality, (talk).uris.atom_int, &(value), sizeof(value)}
#define SESSION_FOUR(talk, path)                                                                   \
  {(talk).uris.files[SPLIT_FOUR], (talk).uris.atom_path, path, strlen(path) + 1}
#define SESSION_END {0, 0, NULL, 0}
