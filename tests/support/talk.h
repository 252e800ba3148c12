/* SPDX-License-Identifier: ISC */
/* What a host or a window says to the plugin of a rig through its atom ports, and hears from it. */
#pragma once

#include "dsp/stems.h"
#include "interface/uris.h"
#include "interface/view.h"
#include "tests/support/rig.h"

#include <lv2/atom/atom.h>
#include <lv2/atom/forge.h>

enum { TALK_BYTES = 65536 };

struct talk {
  struct rig *rig;
  struct uris uris;
  LV2_Atom_Forge forge;
  LV2_Atom_Forge_Frame sequence;
  _Alignas(8) unsigned char control[TALK_BYTES], notify[TALK_BYTES];
  uint32_t capacity; /* of notify, as the plugin is told */

  /* Heard since talk_open(): */
  unsigned texts, views, files[N_SPLITS]; /* how many */
  char text[TALK_BYTES];                  /* the newest */
  char file[N_SPLITS][TALK_BYTES];
  char name[N_SPLITS][TALK_BYTES]; /* of what plays */
  struct view_data view;
};

/** Connects both ports of a rig that is open. Aborts without memory for the ports. */
void talk_open(struct talk *talk, struct rig *rig);

/** Opens the rig as well, at 44.1 kHz with blocks of 256 samples; what it logged of the bundle is
 * dropped. Fails the test when it does not open. */
void talk_open_rig(struct talk *talk, struct rig *rig, enum variant variant, const char *bundle);

/* What is said with the next talk_run(). */
void talk_set(struct talk *talk, enum split_id split, const char *path);
void talk_get(struct talk *talk);
void talk_watch(struct talk *talk);

/** Runs n samples and takes note of what is heard. @return false when what the plugin wrote is no
 * sound sequence within the capacity. */
bool talk_run(struct talk *talk, uint32_t n);

/** Runs blocks of n samples until a text is heard. @return it; NULL: none came in 20 s. */
const char *talk_answer(struct talk *talk, uint32_t n);

/** An insert that a test talks to: its inputs play `in`, its outputs all go to `out`. */
struct talk_insert {
  struct rig rig;
  struct talk talk;
  float in[8192], out[8192];
};

/** For cmocka_unit_test_setup_teardown(): the state of the test is a struct talk_insert. */
int talk_insert_open(void **state);
int talk_insert_close(void **state);
