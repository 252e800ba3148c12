/* SPDX-License-Identifier: ISC */
#include "cli/preset_list.h"

#include <lv2/presets/presets.h>

#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* Appends one preset; one without a label is passed over. */
static bool append(struct preset_list *list, LilvWorld *world, const LilvNode *uri,
                   const LilvNode *label_uri) {
  lilv_world_load_resource(world, uri);
  LilvNode *label = lilv_world_get(world, uri, label_uri, NULL);
  if (!label) {
    return true;
  }
  struct preset preset = {strdup(lilv_node_as_string(label)), lilv_node_duplicate(uri)};
  lilv_node_free(label);
  if (!preset.label || !preset.uri) {
    free(preset.label);
    lilv_node_free(preset.uri);
    return false;
  }
  list->presets[list->count++] = preset;
  return true;
}

static int by_label(const void *a, const void *b) {
  return strcmp(((const struct preset *)a)->label, ((const struct preset *)b)->label);
}

enum status presets_read(struct preset_list *list, LilvWorld *world, const LilvPlugin *plugin) {
  *list = (struct preset_list){0};
  LilvNode *type = lilv_new_uri(world, LV2_PRESETS__Preset);
  LilvNode *label = lilv_new_uri(world, LILV_NS_RDFS "label");
  LilvNodes *related = type ? lilv_plugin_get_related(plugin, type) : NULL;
  const size_t count = related ? lilv_nodes_size(related) : 0;
  list->presets = calloc(count + 1, sizeof *list->presets);
  bool ok = type && label && list->presets;
  LILV_FOREACH(nodes, i, related)
  ok = ok && append(list, world, lilv_nodes_get(related, i), label);
  lilv_nodes_free(related);
  lilv_node_free(type);
  lilv_node_free(label);
  if (!ok) {
    say("out of memory");
    return STATUS_FAILED;
  }
  qsort(list->presets, list->count, sizeof *list->presets, by_label);
  return STATUS_OK;
}

static int plain(char c) {
  return c == '-' || c == '_' ? ' ' : tolower((unsigned char)c);
}

const struct preset *presets_find(const struct preset_list *list, const char *label) {
  for (size_t i = 0; i < list->count; i++) {
    const char *a = list->presets[i].label, *b = label;
    while (*a && plain(*a) == plain(*b)) {
      a++;
      b++;
    }
    if (!*a && !*b) {
      return &list->presets[i];
    }
  }
  return NULL;
}

void presets_free(struct preset_list *list) {
  for (size_t i = 0; i < list->count; i++) {
    free(list->presets[i].label);
    lilv_node_free(list->presets[i].uri);
  }
  free(list->presets);
  *list = (struct preset_list){0};
}
