/* SPDX-License-Identifier: ISC */
#include "tests/support/four.h"

#include "tests/support/files.h"
#include "tests/support/rig.h"

#include <stdlib.h>

static char *folder;

static void clear(void) {
  file_folder_remove(folder);
}

const char *four_bundle(void) {
  if (!folder) {
    char *balanced = file_in(rig_bundle(), "balanced.safetensors");
    char *light = file_in(rig_bundle(), "chandna.safetensors");
    const char *const links[][2] = {{"balanced.safetensors", balanced},
                                    {"chandna.safetensors", light}};
    folder = file_folder_of_links(links, 2);
    free(balanced);
    free(light);
    if (atexit(clear) != 0) {
      abort();
    }
  }
  return folder;
}
