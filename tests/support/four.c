#include "tests/support/four.h"

#include "tests/support/files.h"
#include "tests/support/rig.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static const char *const models[] = {"balanced.safetensors", "chandna.safetensors"};
enum { N_MODELS = sizeof models / sizeof *models, MAX_NAME = 64, MAX_FOLDER = 4000 };

static char folder[MAX_FOLDER];

static void clear(void) {
  char name[MAX_FOLDER + MAX_NAME];
  for (unsigned i = 0; i < N_MODELS; ++i) {
    snprintf(name, sizeof name, "%s/%s", folder, models[i]);
    unlink(name);
  }
  rmdir(folder);
}

const char *four_bundle(void) {
  if (folder[0]) {
    return folder;
  }
  const char *parent = getenv("TMPDIR");
  snprintf(folder, sizeof folder, "%s/unbraid-test-XXXXXX", parent ? parent : "/tmp");
  char *bundle = file_absolute(rig_bundle());
  bool good = mkdtemp(folder) && atexit(clear) == 0;
  for (unsigned i = 0; good && i < N_MODELS; ++i) {
    char target[MAX_FOLDER + MAX_NAME], name[MAX_FOLDER + MAX_NAME];
    snprintf(target, sizeof target, "%.*s/%s", MAX_FOLDER - 1, bundle, models[i]);
    snprintf(name, sizeof name, "%s/%s", folder, models[i]);
    good = symlink(target, name) == 0;
  }
  free(bundle);
  if (!good) {
    perror(folder);
    abort();
  }
  return folder;
}
