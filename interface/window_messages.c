/* SPDX-License-Identifier: ISC */
#include "interface/window_messages.h"

#include "interface/view.h"

#include <lv2/ui/ui.h>
#include <string.h>

void window_messages_init(struct window_messages *m, LV2_URID_Map *map) {
  uris_map(&m->uris, map);
  lv2_atom_forge_init(&m->forge, map);
  m->event_transfer = map->map(map->handle, LV2_ATOM__eventTransfer);
  m->string = m->forge.String;
  m->vector = m->forge.Vector;
}

/* The value as text that ends within it, or NULL. */
static const char *text_of(const LV2_Atom *value, LV2_URID type) {
  const char *text = (const char *)(value + 1);
  return value->type == type && memchr(text, '\0', value->size) ? text : NULL;
}

static const float *levels_of(const struct window_messages *m, const LV2_Atom *value) {
  const LV2_Atom_Vector_Body *body = (const LV2_Atom_Vector_Body *)(value + 1);
  if (value->type != m->vector || value->size != sizeof *body + N_STEMS * sizeof(float) ||
      body->child_type != m->uris.atom_float || body->child_size != sizeof(float)) {
    return NULL;
  }
  return (const float *)(body + 1);
}

static void read_view(const struct window_messages *m, LV2_URID key, const LV2_Atom *value,
                      struct window_messages_news *news) {
  const struct uris *u = &m->uris;
  if (key == u->levels) {
    news->levels = levels_of(m, value);
  } else if (key == u->column && value->type == u->atom_chunk &&
             value->size == VIEW_BANDS * VIEW_BYTES) {
    news->column = (const uint8_t *)(value + 1);
  } else if (key == u->load && value->type == u->atom_float && value->size == sizeof(float)) {
    news->load = (const float *)(value + 1);
  }
}

static void read_model(const struct window_messages *m, LV2_URID key, const LV2_Atom *value,
                       struct window_messages_news *news, LV2_URID *property) {
  const struct uris *u = &m->uris;
  if (key == u->patch_property && value->type == u->atom_urid && value->size == sizeof *property) {
    memcpy(property, value + 1, sizeof *property);
  } else if (key == u->patch_value) {
    news->path = text_of(value, u->atom_path);
  } else if (key == u->name) {
    news->name = text_of(value, m->string);
  }
}

bool window_messages_read(const struct window_messages *m, const void *atom, uint32_t size,
                          struct window_messages_news *news) {
  const struct uris *u = &m->uris;
  const LV2_Atom_Object *object = atom;
  *news = (struct window_messages_news){0};
  if (size < sizeof *object || object->atom.size > size - sizeof(LV2_Atom) ||
      object->atom.size < sizeof object->body ||
      (object->atom.type != u->atom_object && object->atom.type != u->atom_blank)) {
    return false;
  }
  LV2_URID property = 0;
  const uint8_t *body = (const uint8_t *)&object->body;
  const uint32_t end = object->atom.size, head = sizeof(LV2_Atom_Property_Body);
  uint32_t at = sizeof object->body;
  while (at <= end && end - at >= head) {
    const LV2_Atom_Property_Body *p = (const LV2_Atom_Property_Body *)(body + at);
    if (p->value.size > end - at - head) {
      return false;
    }
    if (object->body.otype == u->view) {
      read_view(m, p->key, &p->value, news);
    } else if (object->body.otype == u->patch_set) {
      read_model(m, p->key, &p->value, news, &property);
    } else if (object->body.otype == u->message && p->key == u->text) {
      news->text = text_of(&p->value, m->string);
    }
    at += lv2_atom_pad_size(head + p->value.size);
  }
  if (property == u->files[SPLIT_HP]) {
    news->split = SPLIT_HP;
  } else if (property != u->files[SPLIT_FOUR]) {
    news->path = NULL;
  }
  return news->levels || news->column || news->load || news->text || news->path;
}

static LV2_Atom_Forge *begin(struct window_messages *m, void *buffer, uint32_t size,
                             LV2_Atom_Forge_Frame *frame, LV2_URID type) {
  lv2_atom_forge_set_buffer(&m->forge, buffer, size);
  return lv2_atom_forge_object(&m->forge, frame, 0, type) ? &m->forge : NULL;
}

const LV2_Atom *window_messages_watch(struct window_messages *m, void *buffer, uint32_t size) {
  LV2_Atom_Forge_Frame frame;
  LV2_Atom_Forge *forge = begin(m, buffer, size, &frame, m->uris.watch);
  if (!forge) {
    return NULL;
  }
  lv2_atom_forge_pop(forge, &frame);
  return buffer;
}

const LV2_Atom *window_messages_get_model(struct window_messages *m, void *buffer, uint32_t size,
                                          enum split_id split) {
  LV2_Atom_Forge_Frame frame;
  LV2_Atom_Forge *forge = begin(m, buffer, size, &frame, m->uris.patch_get);
  if (!forge || !lv2_atom_forge_key(forge, m->uris.patch_property) ||
      !lv2_atom_forge_urid(forge, m->uris.files[split])) {
    return NULL;
  }
  lv2_atom_forge_pop(forge, &frame);
  return buffer;
}

const LV2_Atom *window_messages_set_model(struct window_messages *m, void *buffer, uint32_t size,
                                          enum split_id split, const char *path) {
  LV2_Atom_Forge_Frame frame;
  LV2_Atom_Forge *forge = begin(m, buffer, size, &frame, m->uris.patch_set);
  if (!forge || !lv2_atom_forge_key(forge, m->uris.patch_property) ||
      !lv2_atom_forge_urid(forge, m->uris.files[split]) ||
      !lv2_atom_forge_key(forge, m->uris.patch_value) ||
      !lv2_atom_forge_path(forge, path, (uint32_t)strlen(path))) {
    return NULL;
  }
  lv2_atom_forge_pop(forge, &frame);
  return buffer;
}
