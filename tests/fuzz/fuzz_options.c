/* SPDX-License-Identifier: ISC */
/* Command lines: arguments that end in zeros. A preset that is asked for is looked up. */
#include "cli/naming.h"
#include "cli/options.h"
#include "cli/preset_list.h"
#include "tests/fuzz/fuzz.h"

#include <getopt.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_ARGUMENTS = 80 };

static void look_up(const char *label) {
  static char karaoke[] = "Karaoke", bass[] = "Bass practice", none[] = "";
  static struct preset presets[] = {{none, NULL}, {bass, NULL}, {karaoke, NULL}};
  const struct preset_list list = {presets, sizeof presets / sizeof *presets};
  const struct preset *found = presets_find(&list, label);
  must(!found || (found >= presets && found < presets + list.count), "a preset is of the list");
}

/* Whatever the template and the song's tags are, the file is below its folder. */
static void name_file(const char *template, const char *tag) {
  const struct name_fields fields = {.title = tag,
                                     .artist = tag,
                                     .album = tag,
                                     .track = "track",
                                     .folder = "a/b",
                                     .stem = "bass",
                                     .extension = "wav"};
  static char path[PATH_SIZE];
  if (naming_path(path, "out", template, &fields) != STATUS_OK) {
    return;
  }
  must(strncmp(path, "out/", 4) == 0 && strlen(path) < PATH_SIZE, "a name is in its folder");
  for (const char *c = path + 4; *c;) {
    const size_t n = strcspn(c, "/");
    must(n > 0 && (n > 2 || strncmp(c, "..", n) != 0), "no component leads elsewhere");
    must(c[n] == '\0' || c[n + 1] != '\0', "a name is at the end");
    c += n + (c[n] == '/');
  }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static char program[] = "unbraid";
  struct bytes input = {data, size};
  char *arguments[MAX_ARGUMENTS + 1] = {program}, *owned[MAX_ARGUMENTS];
  int count = 1;
  while (input.size > 0 && count < MAX_ARGUMENTS) {
    owned[count] = arguments[count] = bytes_text(&input);
    ++count;
  }
  struct options options;
  optind = 0; /* glibc: from the start */
  enum status status = options_parse(&options, count, arguments);
  must(status == STATUS_OK || status == STATUS_USAGE, "a command line is right or wrong");
  if (status == STATUS_OK) {
    must(options.action != ACTION_SEPARATE || options.n_inputs > 0,
         "there is a file to take apart");
    must(options.format != FORMAT_FLAC || options.bits != BITS_32F || options.n_inputs == 0,
         "flac holds the bits");
    must(options.n_settings >= 0 && options.n_settings <= MAX_SETTINGS, "the settings fit");
    for (int i = 0; i < options.n_settings; ++i) {
      must(*options.settings[i].symbol && isfinite(options.settings[i].value), "a setting is one");
    }
    if (options.preset) {
      look_up(options.preset);
    }
    if (options.name) {
      name_file(options.name, options.n_inputs > 0 ? options.inputs[0] : "");
    }
  }
  for (int i = 1; i < count; ++i) {
    free(owned[i]);
  }
  return 0;
}
