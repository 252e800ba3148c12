/* SPDX-License-Identifier: ISC */
#include "ttl/manifest.h"

#include "ttl/describe.h"
#include "ttl/prose.h"
#include "ttl/turtle.h"
#include "ttl/words.h"

#include <stdlib.h>
#include <string.h>

#define PRESET_PREFIX "urn:unbraid:preset:"
#define PRESET_BANK "urn:unbraid:presets"

/* LV2 has two version numbers where we have three, and reads an odd one, or a minor version of 0,
 * as "in development". So x.y.z becomes minor 2 (100 x + y), micro 2 z: 0.1.0 is 2/0, 0.1.1 is
 * 2/2, 1.2.0 is 204/0. Hosts that find two bundles take the higher. */
static bool lv2_version(unsigned long *minor, unsigned long *micro) {
  unsigned long parts[3];
  const char *at = UNBRAID_VERSION;
  for (int i = 0; i < 3; i++) {
    char *end;
    parts[i] = strtoul(at, &end, 10);
    if (end == at || parts[i] > 999 || *end != (i < 2 ? '.' : '\0')) {
      fprintf(stderr, "ttlgen: version %s is not X.Y.Z\n", UNBRAID_VERSION);
      return false;
    }
    at = end + 1;
  }
  *minor = 2 * (100 * parts[0] + parts[1]);
  *micro = 2 * parts[2];
  return true;
}

/* A preset that the manifest names wrongly would be listed but empty, so its file must have the
 * subject that its name promises; behind it, its label. */
static bool describes(const char *path, const char *uri, char label[64]) {
  FILE *in = fopen(path, "r");
  if (!in) {
    perror(path);
    return false;
  }
  char line[512], subject[256];
  snprintf(subject, sizeof subject, "<%s>", uri);
  bool found = false, labelled = false;
  while (!labelled && fgets(line, sizeof line, in)) {
    found = found || strncmp(line, subject, strlen(subject)) == 0;
    labelled = found && sscanf(line, " rdfs:label \"%63[^\"]\"", label) == 1;
  }
  fclose(in);
  if (!labelled) {
    fprintf(stderr, "ttlgen: %s does not describe %s, or gives it no label\n", path, subject);
  }
  return labelled;
}

static bool preset(FILE *out, const char *path) {
  const char *slash = strrchr(path, '/');
  const char *name = slash ? slash + 1 : path;
  const char *dot = strrchr(name, '.');
  const int length = dot ? (int)(dot - name) : 0;
  if (length == 0 || length > 100 || strcmp(dot, ".ttl") != 0) {
    fprintf(stderr, "ttlgen: %s is not named NAME.ttl\n", path);
    return false;
  }
  char uri[128], label[64];
  snprintf(uri, sizeof uri, PRESET_PREFIX "%.*s", length, name);
  if (!describes(path, uri, label)) {
    return false;
  }
  fprintf(out, "<%s>\n\ta pset:Preset", uri);
  turtle_next(out, 1, "lv2:appliesTo");
  fputs("<" UNBRAID_URI "> , <" UNBRAID_INSERT_URI ">", out);
  turtle_next(out, 1, "rdfs:label");
  words_write(out, label);
  turtle_next(out, 1, "pset:bank");
  fputs("<" PRESET_BANK ">", out);
  turtle_next(out, 1, "rdfs:seeAlso");
  fprintf(out, "<presets/%s> .\n\n", name);
  return true;
}

static void window(FILE *out, enum variant v) {
  fprintf(out, "<%s>\n\ta ui:X11UI", describe_ui_uri(v));
  turtle_next(out, 1, "lv2:binary");
  fputs("<unbraid_ui.so>", out);
  turtle_next(out, 1, "rdfs:seeAlso");
  fprintf(out, "<%s> .\n\n", describe_file(v));
}

bool manifest_write(FILE *out, bool ui, char *const *presets, int n) {
  unsigned long minor, micro;
  if (!lv2_version(&minor, &micro)) {
    return false;
  }
  fputs(TEXT_PREFIXES, out);
  for (int v = 0; v < N_VARIANTS; v++) {
    fprintf(out, "<%s>\n\ta lv2:Plugin", describe_uri((enum variant)v));
    turtle_next(out, 1, "lv2:minorVersion");
    fprintf(out, "%lu", minor);
    turtle_next(out, 1, "lv2:microVersion");
    fprintf(out, "%lu", micro);
    turtle_next(out, 1, "lv2:binary");
    fputs("<unbraid.so>", out);
    turtle_next(out, 1, "rdfs:seeAlso");
    fprintf(out, "<%s> .\n\n", describe_file((enum variant)v));
    if (ui) {
      window(out, (enum variant)v);
    }
  }
  if (n > 0) {
    fputs("<" PRESET_BANK ">\n\ta pset:Bank ;\n\trdfs:label \"Unbraid\" .\n\n", out);
  }
  for (int i = 0; i < n; i++) {
    if (!preset(out, presets[i])) {
      return false;
    }
  }
  return true;
}
