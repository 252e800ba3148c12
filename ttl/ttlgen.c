/* ttlgen BUNDLE_DIR PRESET.ttl...: writes manifest.ttl, unbraid.ttl and insert.ttl into a bundle
 * at build time, so that what hosts read about the ports is what the plugin was compiled with. */
#include "ttl/describe.h"
#include "ttl/manifest.h"

#include <stdlib.h>

static FILE *create(const char *folder, const char *name, char *path, size_t size) {
  const int length = snprintf(path, size, "%s/%s", folder, name);
  if (length < 0 || (size_t)length >= size) {
    fprintf(stderr, "ttlgen: %s/%s: name too long\n", folder, name);
    return NULL;
  }
  FILE *out = fopen(path, "w");
  if (!out)
    perror(path);
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
  if (!ok)
    remove(path);
  return ok;
}

int main(int argc, char **argv) {
  if (argc < 2) {
    fputs("usage: ttlgen BUNDLE_DIR PRESET.ttl...\n", stderr);
    return 2;
  }
  char path[4096];
  for (int v = 0; v < N_VARIANTS; v++) {
    FILE *out = create(argv[1], describe_file((enum variant)v), path, sizeof path);
    if (!out)
      return EXIT_FAILURE;
    describe_plugin(out, (enum variant)v);
    if (!finish(out, path, true))
      return EXIT_FAILURE;
  }
  FILE *out = create(argv[1], "manifest.ttl", path, sizeof path);
  if (!out)
    return EXIT_FAILURE;
  return finish(out, path, manifest_write(out, argv + 2, argc - 2)) ? EXIT_SUCCESS : EXIT_FAILURE;
}
