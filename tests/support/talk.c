/* SPDX-License-Identifier: ISC */
#include "tests/support/talk.h"

#include <lv2/atom/util.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

static void begin(struct talk *talk) {
  lv2_atom_forge_set_buffer(&talk->forge, talk->control, sizeof talk->control);
  lv2_atom_forge_sequence_head(&talk->forge, &talk->sequence, 0);
}

void talk_open(struct talk *talk, struct rig *rig) {
  memset(talk, 0, sizeof *talk);
  talk->rig = rig;
  talk->capacity = port_table[PORT_NOTIFY].bytes;
  uris_map(&talk->uris, rig_map());
  lv2_atom_forge_init(&talk->forge, rig_map());
  begin(talk);
  rig_connect(rig, PORT_CONTROL, talk->control);
  rig_connect(rig, PORT_NOTIFY, talk->notify);
}

void talk_open_rig(struct talk *talk, struct rig *rig, enum variant variant, const char *bundle) {
  assert_true(rig_open(rig, variant, 44100.0, 256, bundle));
  rig->log[0] = '\0';
  talk_open(talk, rig);
}

void talk_set(struct talk *talk, enum split_id split, const char *path) {
  LV2_Atom_Forge_Frame frame;
  lv2_atom_forge_frame_time(&talk->forge, 0);
  lv2_atom_forge_object(&talk->forge, &frame, 0, talk->uris.patch_set);
  lv2_atom_forge_key(&talk->forge, talk->uris.patch_property);
  lv2_atom_forge_urid(&talk->forge, talk->uris.files[split]);
  lv2_atom_forge_key(&talk->forge, talk->uris.patch_value);
  lv2_atom_forge_path(&talk->forge, path, (uint32_t)strlen(path));
  lv2_atom_forge_pop(&talk->forge, &frame);
}

static void say(struct talk *talk, LV2_URID type) {
  LV2_Atom_Forge_Frame frame;
  lv2_atom_forge_frame_time(&talk->forge, 0);
  lv2_atom_forge_object(&talk->forge, &frame, 0, type);
  lv2_atom_forge_pop(&talk->forge, &frame);
}

void talk_get(struct talk *talk) {
  say(talk, talk->uris.patch_get);
}

void talk_watch(struct talk *talk) {
  say(talk, talk->uris.watch);
}

static bool hear_view(struct talk *talk, const LV2_Atom_Object *object) {
  const LV2_Atom *levels = NULL, *column = NULL, *load = NULL;
  lv2_atom_object_get(object, talk->uris.levels, &levels, talk->uris.column, &column,
                      talk->uris.load, &load, 0);
  struct view_data *view = &talk->view;
  if (!levels || !column || !load ||
      levels->size != sizeof(LV2_Atom_Vector_Body) + sizeof view->levels ||
      column->size != sizeof view->column || load->size != sizeof view->load) {
    return false;
  }
  memcpy(view->levels, (const LV2_Atom_Vector *)levels + 1, sizeof view->levels);
  memcpy(view->column, column + 1, sizeof view->column);
  memcpy(&view->load, load + 1, sizeof view->load);
  ++talk->views;
  return true;
}

static bool hear_text(struct talk *talk, const LV2_Atom_Object *object) {
  const LV2_Atom *text = NULL;
  lv2_atom_object_get(object, talk->uris.text, &text, 0);
  if (!text || text->type != talk->forge.String ||
      strlen((const char *)(text + 1)) + 1 != text->size) {
    return false;
  }
  memcpy(talk->text, text + 1, text->size);
  ++talk->texts;
  return true;
}

static bool hear_file(struct talk *talk, const LV2_Atom_Object *object) {
  const LV2_Atom *key = NULL, *value = NULL, *name = NULL;
  lv2_atom_object_get(object, talk->uris.patch_property, &key, talk->uris.patch_value, &value,
                      talk->uris.name, &name, 0);
  if (!key || !value || !name || value->type != talk->uris.atom_path ||
      name->type != talk->forge.String || strlen((const char *)(value + 1)) + 1 != value->size ||
      strlen((const char *)(name + 1)) + 1 != name->size) {
    return false;
  }
  for (unsigned i = 0; i < N_SPLITS; ++i) {
    if (((const LV2_Atom_URID *)key)->body == talk->uris.files[i]) {
      memcpy(talk->file[i], value + 1, value->size);
      memcpy(talk->name[i], name + 1, name->size);
      ++talk->files[i];
      return true;
    }
  }
  return false;
}

static bool hear(struct talk *talk) {
  const LV2_Atom_Sequence *heard = (const LV2_Atom_Sequence *)talk->notify;
  if (talk->capacity < sizeof *heard) {
    return true;
  }
  if (heard->atom.type != talk->uris.atom_sequence ||
      heard->atom.size + sizeof heard->atom > talk->capacity) {
    return false;
  }
  LV2_ATOM_SEQUENCE_FOREACH(heard, event) {
    const LV2_Atom_Object *object = (const LV2_Atom_Object *)&event->body;
    const unsigned char *end = (const unsigned char *)&event->body + 8 + event->body.size;
    bool good = event->body.type == talk->uris.atom_object && end <= talk->notify + talk->capacity;
    if (good && object->body.otype == talk->uris.view) {
      good = hear_view(talk, object);
    } else if (good && object->body.otype == talk->uris.message) {
      good = hear_text(talk, object);
    } else {
      good = good && object->body.otype == talk->uris.patch_set && hear_file(talk, object);
    }
    if (!good) {
      return false;
    }
  }
  return true;
}

bool talk_run(struct talk *talk, uint32_t n) {
  enum { GUARD = 0xa5 };
  lv2_atom_forge_pop(&talk->forge, &talk->sequence);
  memset(talk->notify, GUARD, sizeof talk->notify);
  LV2_Atom *notify = (LV2_Atom *)talk->notify;
  *notify = (LV2_Atom){talk->capacity, talk->uris.atom_chunk};
  talk->rig->descriptor->run(talk->rig->handle, n);
  begin(talk);
  for (size_t i = talk->capacity < sizeof *notify ? sizeof *notify : talk->capacity;
       i < sizeof talk->notify; ++i) {
    if (talk->notify[i] != GUARD) {
      return false;
    }
  }
  return hear(talk);
}

const char *talk_answer(struct talk *talk, uint32_t n) {
  unsigned before = talk->texts;
  struct timespec begun, now, nap = {.tv_nsec = 1000000};
  clock_gettime(CLOCK_MONOTONIC, &begun);
  do {
    if (!talk_run(talk, n)) {
      return NULL;
    }
    nanosleep(&nap, NULL);
    clock_gettime(CLOCK_MONOTONIC, &now);
  } while (talk->texts == before && now.tv_sec - begun.tv_sec < 20);
  return talk->texts == before ? NULL : talk->text;
}

int talk_insert_open(void **state) {
  struct talk_insert *insert = calloc(1, sizeof *insert);
  assert_non_null(insert);
  talk_open_rig(&insert->talk, &insert->rig, VARIANT_INSERT, rig_bundle());
  rig_connect_audio(&insert->rig, insert->in, insert->out, 0);
  *state = insert;
  return 0;
}

int talk_insert_close(void **state) {
  struct talk_insert *insert = *state;
  rig_close(&insert->rig);
  free(insert);
  return 0;
}
