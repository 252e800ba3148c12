/* SPDX-License-Identifier: ISC */
#include "interface/plugin_messages.h"

#include "interface/limits.h"

#include <string.h>

void plugin_messages_init(struct plugin_messages *messages, LV2_URID_Map *map) {
  *messages = (struct plugin_messages){.mapped = map != NULL};
  if (map) {
    uris_map(&messages->uris, map);
    lv2_atom_forge_init(&messages->forge, map);
  }
}

/* ---- Reading ---- */

/* The value of a property, whole inside the object; or NULL. */
static const LV2_Atom *property(const LV2_Atom_Object *object, LV2_URID key) UNBRAID_REALTIME {
  const uint8_t *body = (const uint8_t *)(&object->atom + 1);
  const uint32_t header = sizeof(LV2_Atom_Property_Body);
  for (uint64_t at = sizeof(LV2_Atom_Object_Body); at + header <= object->atom.size;) {
    const LV2_Atom_Property_Body *p = (const LV2_Atom_Property_Body *)(body + at);
    if (p->value.size > object->atom.size - at - header) {
      return NULL;
    }
    if (p->key == key) {
      return &p->value;
    }
    at += lv2_atom_pad_size(header + p->value.size);
  }
  return NULL;
}

/* The split whose file a message is about; N_SPLITS: it names no property. False: another one. */
static bool subject(const struct plugin_messages *m, const LV2_Atom_Object *object,
                    enum split_id *split) UNBRAID_REALTIME {
  const LV2_Atom *key = property(object, m->uris.patch_property);
  *split = N_SPLITS;
  if (!key) {
    return true;
  }
  if (key->type != m->uris.atom_urid || key->size != sizeof(LV2_URID)) {
    return false;
  }
  LV2_URID urid;
  memcpy(&urid, key + 1, sizeof urid);
  for (unsigned i = 0; i < N_SPLITS; ++i) {
    if (m->uris.files[i] == urid) {
      *split = i;
      return true;
    }
  }
  return false;
}

static struct order mistaken(const char *why) UNBRAID_REALTIME {
  return (struct order){.kind = ORDER_MISTAKEN, .split = N_SPLITS, .path = why};
}

static struct order set_order(const struct plugin_messages *m, const LV2_Atom_Object *object,
                              enum split_id split) UNBRAID_REALTIME {
  const LV2_Atom *value = property(object, m->uris.patch_value);
  if (!value || value->type != m->uris.atom_path || value->size == 0) {
    return mistaken("a model file must be given as a path");
  }
  const char *path = (const char *)(value + 1);
  const char *end = memchr(path, '\0', value->size);
  if (!end || end - path >= MAX_PATH) {
    return mistaken("the path of the model file is too long");
  }
  if (*path != '\0' && *path != '/') {
    return mistaken("the path of the model file does not start with /");
  }
  return (struct order){.kind = ORDER_SET, .split = split, .path = path};
}

/* What an object asks for; false: nothing of ours. */
static bool understand(const struct plugin_messages *m, const LV2_Atom_Object *object,
                       struct order *order) UNBRAID_REALTIME {
  enum split_id split;
  if (object->body.otype == m->uris.watch) {
    *order = (struct order){.kind = ORDER_WATCH, .split = N_SPLITS};
    return true;
  }
  if (object->body.otype == m->uris.patch_get && subject(m, object, &split)) {
    *order = (struct order){.kind = ORDER_GET, .split = split};
    return true;
  }
  if (object->body.otype == m->uris.patch_set && subject(m, object, &split) && split < N_SPLITS) {
    *order = set_order(m, object, split);
    return true;
  }
  return false;
}

bool plugin_messages_read(const struct plugin_messages *m, const LV2_Atom_Sequence *port,
                          uint32_t *at, struct order *order) UNBRAID_REALTIME {
  if (!m->mapped || !port || port->atom.type != m->uris.atom_sequence ||
      port->atom.size < sizeof port->body) {
    return false;
  }
  const uint8_t *events = (const uint8_t *)(&port->body + 1);
  uint32_t size = port->atom.size - (uint32_t)sizeof port->body;
  const uint32_t header = sizeof(LV2_Atom_Event);
  while (*at < size && size - *at >= header) {
    const LV2_Atom_Event *event = (const LV2_Atom_Event *)(events + *at);
    if (event->body.size > size - *at - header) {
      return false;
    }
    uint64_t next = *at + (uint64_t)lv2_atom_pad_size(header + event->body.size);
    *at = next < size ? (uint32_t)next : size;
    bool object = event->body.type == m->uris.atom_object || event->body.type == m->uris.atom_blank;
    if (object && event->body.size >= sizeof(LV2_Atom_Object_Body) &&
        understand(m, (const LV2_Atom_Object *)&event->body, order)) {
      return true;
    }
  }
  return false;
}

/* ---- Writing ---- */

/* The forge writes into the port's buffer and nowhere else. */
UNBRAID_TRUST_BEGIN

void plugin_messages_begin(struct plugin_messages *m, LV2_Atom_Sequence *port) UNBRAID_REALTIME {
  m->writing = m->mapped && port && port->atom.size >= sizeof *port;
  if (m->writing) {
    lv2_atom_forge_set_buffer(&m->forge, (uint8_t *)port, port->atom.size);
    lv2_atom_forge_sequence_head(&m->forge, &m->sequence, 0);
  }
}

void plugin_messages_end(struct plugin_messages *m) UNBRAID_REALTIME {
  if (m->writing) {
    lv2_atom_forge_pop(&m->forge, &m->sequence);
    m->writing = false;
  }
}

static uint32_t property_bytes(uint32_t value) UNBRAID_REALTIME {
  return (uint32_t)sizeof(LV2_Atom_Property_Body) + lv2_atom_pad_size(value);
}

/* Starts an event that holds one object whose properties take so many bytes. */
static bool begin_object(struct plugin_messages *m, LV2_URID type, uint32_t bytes,
                         LV2_Atom_Forge_Frame *frame) UNBRAID_REALTIME {
  bytes += sizeof(LV2_Atom_Event) + sizeof(LV2_Atom_Object_Body);
  if (!m->writing || m->forge.size - m->forge.offset < bytes) {
    return false;
  }
  lv2_atom_forge_frame_time(&m->forge, 0);
  lv2_atom_forge_object(&m->forge, frame, 0, type);
  return true;
}

bool plugin_messages_file(struct plugin_messages *m, enum split_id split, const char *path,
                          const char *name) UNBRAID_REALTIME {
  LV2_Atom_Forge_Frame frame;
  uint32_t length = (uint32_t)strlen(path), name_length = (uint32_t)strlen(name);
  uint32_t bytes = property_bytes(sizeof(LV2_URID)) + property_bytes(length + 1) +
                   property_bytes(name_length + 1);
  if (!begin_object(m, m->uris.patch_set, bytes, &frame)) {
    return false;
  }
  lv2_atom_forge_key(&m->forge, m->uris.patch_property);
  lv2_atom_forge_urid(&m->forge, m->uris.files[split]);
  lv2_atom_forge_key(&m->forge, m->uris.patch_value);
  lv2_atom_forge_path(&m->forge, path, length);
  lv2_atom_forge_key(&m->forge, m->uris.name);
  lv2_atom_forge_string(&m->forge, name, name_length);
  lv2_atom_forge_pop(&m->forge, &frame);
  return true;
}

bool plugin_messages_text(struct plugin_messages *m, const char *text) UNBRAID_REALTIME {
  LV2_Atom_Forge_Frame frame;
  uint32_t length = (uint32_t)strlen(text);
  if (!begin_object(m, m->uris.message, property_bytes(length + 1), &frame)) {
    return false;
  }
  lv2_atom_forge_key(&m->forge, m->uris.text);
  lv2_atom_forge_string(&m->forge, text, length);
  lv2_atom_forge_pop(&m->forge, &frame);
  return true;
}

bool plugin_messages_view(struct plugin_messages *m,
                          const struct view_data *data) UNBRAID_REALTIME {
  LV2_Atom_Forge_Frame frame;
  uint32_t bytes = property_bytes(sizeof(LV2_Atom_Vector_Body) + sizeof data->levels) +
                   property_bytes(sizeof data->column) + property_bytes(sizeof data->load);
  if (!begin_object(m, m->uris.view, bytes, &frame)) {
    return false;
  }
  lv2_atom_forge_key(&m->forge, m->uris.levels);
  lv2_atom_forge_vector(&m->forge, sizeof data->levels[0], m->uris.atom_float, N_STEMS,
                        data->levels);
  lv2_atom_forge_key(&m->forge, m->uris.column);
  lv2_atom_forge_atom(&m->forge, sizeof data->column, m->uris.atom_chunk);
  lv2_atom_forge_write(&m->forge, data->column, sizeof data->column);
  lv2_atom_forge_key(&m->forge, m->uris.load);
  lv2_atom_forge_float(&m->forge, data->load);
  lv2_atom_forge_pop(&m->forge, &frame);
  return true;
}

UNBRAID_TRUST_END
