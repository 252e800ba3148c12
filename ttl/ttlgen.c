/* SPDX-License-Identifier: ISC */
/* ttlgen BUNDLE_DIR [--ui] LANGUAGE.po... PRESET.ttl...: writes manifest.ttl, unbraid.ttl and
 * insert.ttl into a bundle at build time, so that what hosts read about the ports is what the
 * plugin was compiled with. --ui: the bundle has a window. */
#include "ttl/describe.h"
#include "ttl/manifest.h"
#include "ttl/words.h"

#include <stdlib.h>
#include <string.h>

static FILE *create(const char *folder, const char *name, char *path, size_t size) {
  const int length = snprintf(path, size, "%s/%s", folder, name);
  if (length < 0 || (size_t)length >= size) {
    fprintf(stderr, "ttlgen: %s/%s: name too long\n", folder, name);
    return NULL;
  }
  FILE *out = fopen(path, "w");
  if (!out) {
    perror(path);
  }
  return out;
}

/* Closes a finished file, or removes one that is not whole: make would take it for done. */
static bool finish(FILE *out, const char *path, bool ok) {
  if (ok && ferror(out)) {
    fprintf(stderr, "ttlgen: %s: write error\n", path);
    ok = false;
  }
  if (fclose(out) != 0 && ok) {
    perror(path);
    ok = false;
  }
  if (!ok) {
    remove(path);
  }
  return ok;
}

static bool is_language(const char *path) {
  const char *dot = strrchr(path, '.');
  return dot && strcmp(dot, ".po") == 0;
}

int main(int argc, char **argv) {
  if (argc < 2) {
    fputs("usage: ttlgen BUNDLE_DIR [--ui] LANGUAGE.po... PRESET.ttl...\n", stderr);
    return 2;
  }
  const bool ui = argc > 2 && strcmp(argv[2], "--ui") == 0;
  int first = ui ? 3 : 2; /* of the languages, then of the presets */
  for (; first < argc && is_language(argv[first]); first++) {
    if (!words_read(argv[first])) {
      return EXIT_FAILURE;
    }
  }
  char path[4096];
  for (int v = 0; v < N_VARIANTS; v++) {
    FILE *out = create(argv[1], describe_file((enum variant)v), path, sizeof path);
    if (!out) {
      return EXIT_FAILURE;
    }
    describe_plugin(out, (enum variant)v, ui);
    if (!finish(out, path, true)) {
      return EXIT_FAILURE;
    }
  }
  FILE *out = create(argv[1], "manifest.ttl", path, sizeof path);
  if (!out) {
    return EXIT_FAILURE;
  }
  const bool written = manifest_write(out, ui, argv + first, argc - first);
  words_free();
  return finish(out, path, written) ? EXIT_SUCCESS : EXIT_FAILURE;
}
