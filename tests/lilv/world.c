/* SPDX-License-Identifier: ISC */
#include "tests/lilv/world.h"

#include "interface/uris.h"

#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

LilvWorld *world;
const LilvPlugin *plugins[N_VARIANTS];

int world_open(void **state) {
  (void)state;
  static const char *const uris[N_VARIANTS] = {UNBRAID_URI, UNBRAID_INSERT_URI};
  const char *bundle = getenv("UNBRAID_BUNDLE");
  char folder[PATH_MAX];
  snprintf(folder, sizeof folder, "%s/", bundle ? bundle : "build/unbraid.lv2");
  setenv("LANG", "C", 1); /* test_translations.c has the other languages */
  world = lilv_world_new();
  LilvNode *uri = lilv_new_file_uri(world, NULL, folder);
  lilv_world_load_bundle(world, uri);
  lilv_world_load_specifications(world);
  lilv_node_free(uri);
  for (int v = 0; v < N_VARIANTS; v++) {
    uri = lilv_new_uri(world, uris[v]);
    plugins[v] = lilv_plugins_get_by_uri(lilv_world_get_all_plugins(world), uri);
    lilv_node_free(uri);
    if (!plugins[v]) {
      return -1;
    }
  }
  return 0;
}

int world_close(void **state) {
  (void)state;
  lilv_world_free(world);
  return 0;
}

LilvNode *world_get(const LilvNode *subject, const char *predicate) {
  LilvNode *node = lilv_new_uri(world, predicate);
  LilvNode *object = lilv_world_get(world, subject, node, NULL);
  lilv_node_free(node);
  return object;
}

void world_check(LilvNode *object, const char *text) {
  if (!text) {
    assert_null(object);
    return;
  }
  assert_non_null(object);
  const char *got =
      lilv_node_is_uri(object) ? lilv_node_as_uri(object) : lilv_node_as_string(object);
  const size_t n = strlen(got), m = strlen(text);
  if (n < m || strcmp(got + n - m, text) != 0 || (!lilv_node_is_uri(object) && n != m)) {
    fail_msg("%s instead of %s", got, text);
  }
  lilv_node_free(object);
}
