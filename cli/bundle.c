/* SPDX-License-Identifier: ISC */
#include "cli/bundle.h"

#include "interface/ports.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#ifndef PATH_MAX
#define PATH_MAX 4096
#endif

static const LilvPlugin *plugin_in(LilvWorld *world) {
  LilvNode *uri = lilv_new_uri(world, UNBRAID_URI);
  const LilvPlugin *plugin =
      uri ? lilv_plugins_get_by_uri(lilv_world_get_all_plugins(world), uri) : NULL;
  lilv_node_free(uri);
  return plugin;
}

/* Loads one bundle if it is there; path ends without a slash. */
static const LilvPlugin *load(LilvWorld *world, const char *path) {
  char file[PATH_MAX + 64];
  snprintf(file, sizeof file, "%s/manifest.ttl", path);
  if (access(file, R_OK) != 0) {
    return NULL;
  }
  snprintf(file, sizeof file, "%s/", path); /* lilv wants the slash */
  LilvNode *bundle = lilv_new_file_uri(world, NULL, file);
  if (!bundle) {
    return NULL;
  }
  lilv_world_load_bundle(world, bundle);
  lilv_node_free(bundle);
  return plugin_in(world);
}

/* The folder of this program, without a slash; false where /proc does not tell. */
static bool own_folder(char folder[PATH_MAX]) {
  const ssize_t length = readlink("/proc/self/exe", folder, PATH_MAX - 1);
  if (length <= 0) {
    return false;
  }
  folder[length] = '\0';
  char *slash = strrchr(folder, '/');
  if (!slash) {
    return false;
  }
  *slash = '\0';
  return true;
}

/* bad: a bundle beside the program that is there and cannot be read, or "". */
static const LilvPlugin *find(LilvWorld *world, char bad[PATH_MAX + 32]) {
  static const char *const places[] = {"unbraid.lv2", "../lib/lv2/unbraid.lv2"};
  char folder[PATH_MAX], path[PATH_MAX + 32];
  *bad = '\0';
  if (own_folder(folder)) {
    for (unsigned i = 0; i < sizeof places / sizeof *places; i++) {
      snprintf(path, sizeof path, "%s/%s", folder, places[i]);
      const LilvPlugin *plugin = load(world, path);
      if (plugin) {
        return plugin;
      }
      if (access(path, F_OK) == 0) {
        snprintf(bad, sizeof path, "%s", path);
      }
    }
  }
  lilv_world_load_all(world);
  return plugin_in(world);
}

enum status bundle_find(LilvWorld *world, const LilvPlugin **plugin) {
  char bad[PATH_MAX + 32];
  *plugin = find(world, bad);
  if (!*plugin && *bad) {
    say("%s: is damaged or cannot be read, and there is no other in LV2_PATH", bad);
    return STATUS_FAILED;
  }
  if (!*plugin) {
    say("unbraid.lv2: no such plugin bundle beside the program, in ../lib/lv2 or in LV2_PATH");
    return STATUS_FAILED;
  }
  char *binary = lilv_file_uri_parse(lilv_node_as_uri(lilv_plugin_get_library_uri(*plugin)), NULL);
  const bool there = binary && access(binary, R_OK) == 0;
  if (!there) {
    say("%s: the plugin's binary is missing or cannot be read", binary ? binary : "unbraid.so");
  }
  lilv_free(binary);
  return there ? STATUS_OK : STATUS_FAILED;
}
