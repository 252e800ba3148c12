#include "interface/atoms.h"

#include "engine/view.h"

#include <lv2/ui/ui.h>
#include <string.h>

void atoms_init(struct atoms *atoms, LV2_URID_Map *map) {
  uris_map(&atoms->uris, map);
  lv2_atom_forge_init(&atoms->forge, map);
  atoms->event_transfer = map->map(map->handle, LV2_ATOM__eventTransfer);
  atoms->string = atoms->forge.String;
  atoms->vector = atoms->forge.Vector;
}

/* The value as text that ends within it, or NULL. */
static const char *text_of(const LV2_Atom *value, LV2_URID type) {
  const char *text = (const char *)(value + 1);
  return value->type == type && memchr(text, '\0', value->size) ? text : NULL;
}

static const float *levels_of(const struct atoms *atoms, const LV2_Atom *value) {
  const LV2_Atom_Vector_Body *body = (const LV2_Atom_Vector_Body *)(value + 1);
  if (value->type != atoms->vector || value->size != sizeof *body + N_STEMS * sizeof(float) ||
      body->child_type != atoms->uris.atom_float || body->child_size != sizeof(float)) {
    return NULL;
  }
  return (const float *)(body + 1);
}

static void read_view(const struct atoms *atoms, LV2_URID key, const LV2_Atom *value,
                      struct atoms_news *news) {
  const struct uris *u = &atoms->uris;
  if (key == u->levels) {
    news->levels = levels_of(atoms, value);
  } else if (key == u->column && value->type == u->atom_chunk &&
             value->size == VIEW_BANDS * VIEW_BYTES) {
    news->column = (const uint8_t *)(value + 1);
  } else if (key == u->load && value->type == u->atom_float && value->size == sizeof(float)) {
    news->load = (const float *)(value + 1);
  }
}

static void read_model(const struct atoms *atoms, LV2_URID key, const LV2_Atom *value,
                       struct atoms_news *news, LV2_URID *property) {
  const struct uris *u = &atoms->uris;
  if (key == u->patch_property && value->type == u->atom_urid && value->size == sizeof *property) {
    memcpy(property, value + 1, sizeof *property);
  } else if (key == u->patch_value) {
    news->path = text_of(value, u->atom_path);
  } else if (key == u->name) {
    news->name = text_of(value, atoms->string);
  }
}

bool atoms_read(const struct atoms *atoms, const void *atom, uint32_t size,
                struct atoms_news *news) {
  const struct uris *u = &atoms->uris;
  const LV2_Atom_Object *object = atom;
  *news = (struct atoms_news){0};
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
      read_view(atoms, p->key, &p->value, news);
    } else if (object->body.otype == u->patch_set) {
      read_model(atoms, p->key, &p->value, news, &property);
    } else if (object->body.otype == u->message && p->key == u->text) {
      news->text = text_of(&p->value, atoms->string);
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

static LV2_Atom_Forge *begin(struct atoms *atoms, void *buffer, uint32_t size,
                             LV2_Atom_Forge_Frame *frame, LV2_URID type) {
  lv2_atom_forge_set_buffer(&atoms->forge, buffer, size);
  return lv2_atom_forge_object(&atoms->forge, frame, 0, type) ? &atoms->forge : NULL;
}

const LV2_Atom *atoms_watch(struct atoms *atoms, void *buffer, uint32_t size) {
  LV2_Atom_Forge_Frame frame;
  LV2_Atom_Forge *forge = begin(atoms, buffer, size, &frame, atoms->uris.watch);
  if (!forge) {
    return NULL;
  }
  lv2_atom_forge_pop(forge, &frame);
  return buffer;
}

const LV2_Atom *atoms_get_model(struct atoms *atoms, void *buffer, uint32_t size,
                                enum split_id split) {
  LV2_Atom_Forge_Frame frame;
  LV2_Atom_Forge *forge = begin(atoms, buffer, size, &frame, atoms->uris.patch_get);
  if (!forge || !lv2_atom_forge_key(forge, atoms->uris.patch_property) ||
      !lv2_atom_forge_urid(forge, atoms->uris.files[split])) {
    return NULL;
  }
  lv2_atom_forge_pop(forge, &frame);
  return buffer;
}

const LV2_Atom *atoms_set_model(struct atoms *atoms, void *buffer, uint32_t size,
                                enum split_id split, const char *path) {
  LV2_Atom_Forge_Frame frame;
  LV2_Atom_Forge *forge = begin(atoms, buffer, size, &frame, atoms->uris.patch_set);
  if (!forge || !lv2_atom_forge_key(forge, atoms->uris.patch_property) ||
      !lv2_atom_forge_urid(forge, atoms->uris.files[split]) ||
      !lv2_atom_forge_key(forge, atoms->uris.patch_value) ||
      !lv2_atom_forge_path(forge, path, (uint32_t)strlen(path))) {
    return NULL;
  }
  lv2_atom_forge_pop(forge, &frame);
  return buffer;
}
