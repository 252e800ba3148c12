/* SPDX-License-Identifier: ISC */
#include "engine/setup.h"

#include "engine/separator.h"
#include "engine/thread.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* The bundled models by quality, the best one first. The slower model of a quality sets its
 * latency, so qualities with a short delay use one four-stem model for both splits. */
static const char *const bundled[N_QUALITIES][N_SPLITS] = {
    {[SPLIT_FOUR] = "balanced", [SPLIT_HP] = "mdensenet3w"},
    {[SPLIT_FOUR] = "chandna", [SPLIT_HP] = "chandna"},
    {[SPLIT_FOUR] = "live", [SPLIT_HP] = "live"},
    {[SPLIT_FOUR] = "instant", [SPLIT_HP] = "instant"},
};

#define NO_MODEL "no model"

/* Appends a reason to others, separated by "; ". Control characters of a path are replaced: the
 * text stays one line. */
static void add_reason(char *reasons, const char *reason) {
  size_t used = strlen(reasons);
  snprintf(reasons + used, MAX_REASONS - used, "%s%s", used > 0 ? "; " : "", reason);
  for (char *c = reasons + used; *c; ++c) {
    *c = (unsigned char)*c < ' ' || *c == 0x7f ? '?' : *c;
  }
}

static void name_after(char name[MAX_NAME], const char *path) {
  const char *slash = strrchr(path, '/'), *base = slash ? slash + 1 : path;
  const char *dot = strrchr(base, '.');
  size_t length = dot && dot != base ? (size_t)(dot - base) : strlen(base);
  snprintf(name, MAX_NAME, "%.*s", (int)length, base);
}

/* Opens a model file for a split. @return NULL, with another reason, when it cannot be used. */
static struct separator *open_file(const struct maker *maker, enum split_id split, const char *path,
                                   char *reasons) {
  char reason[MAX_REASON];
  struct separator *separator = separator_net_new(path, split, maker->rate, reason, sizeof reason);
  if (!separator) {
    add_reason(reasons, reason);
  }
  return separator;
}

/* The path of a model of the bundle. */
static bool find_bundled(const struct maker *maker, const char *name, char path[MAX_PATH]) {
  size_t length = strlen(maker->bundle);
  const char *slash = length > 0 && maker->bundle[length - 1] == '/' ? "" : "/";
  int used = snprintf(path, MAX_PATH, "%s%s%s.safetensors", maker->bundle, slash, name);
  return used >= 0 && used < MAX_PATH;
}

static struct separator *open_bundled(const struct maker *maker, enum split_id split,
                                      const char *name, char *reasons) {
  char path[MAX_PATH];
  if (!find_bundled(maker, name, path)) {
    add_reason(reasons, "the path of the bundle is too long");
    return NULL;
  }
  return open_file(maker, split, path, reasons);
}

/* Opens the bundled model of the quality. If lenient and it cannot be read, opens the best one that
 * can, or a stand-in. */
static struct separator *open_four(const struct maker *maker, struct setup *setup, bool lenient,
                                   char *reasons) {
  char *name = setup->names[SPLIT_FOUR];
  for (unsigned i = 0; i <= (lenient ? N_QUALITIES : 0u); ++i) {
    unsigned quality = i == 0 ? setup->choice.quality : i - 1;
    if (i > 0 && quality == setup->choice.quality) {
      continue;
    }
    struct separator *separator =
        open_bundled(maker, SPLIT_FOUR, bundled[quality][SPLIT_FOUR], reasons);
    if (separator) {
      snprintf(name, MAX_NAME, "%s", bundled[quality][SPLIT_FOUR]);
      return separator;
    }
  }
  if (!lenient) {
    return NULL;
  }
  snprintf(name, MAX_NAME, NO_MODEL);
  add_reason(reasons, "playing without a model: vocals, drums and bass are silent, other is the "
                      "whole mix; harmonic/percussive works");
  return separator_none_new(maker->rate);
}

/* A missing model is no refusal here, because median filters need no file. */
static struct separator *open_hp(const struct maker *maker, struct setup *setup,
                                 struct shortfall *shortfall) {
  char path[MAX_PATH];
  const char *name = bundled[setup->choice.quality][SPLIT_HP];
  struct separator *separator = open_bundled(maker, SPLIT_HP, name, shortfall->note);
  snprintf(setup->names[SPLIT_HP], MAX_NAME, "%s", separator ? name : "median filters");
  if (separator) {
    return separator;
  }
  add_reason(shortfall->note, "harmonic/percussive uses median filters instead");
  shortfall->note_matters = !find_bundled(maker, name, path) || access(path, F_OK) == 0;
  return separator_hpss_new(maker->rate);
}

/* Opens the chosen file of a split, or the bundled model. */
static struct separator *open_split(const struct maker *maker, struct setup *setup,
                                    enum split_id split, bool lenient,
                                    struct shortfall *shortfall) {
  char *path = setup->choice.files[split];
  if (*path) {
    struct separator *separator = open_file(maker, split, path, shortfall->reasons);
    if (separator) {
      name_after(setup->names[split], path);
      return separator;
    }
    if (!lenient) {
      return NULL;
    }
    *path = '\0';
  }
  return split == SPLIT_FOUR ? open_four(maker, setup, lenient, shortfall->reasons)
                             : open_hp(maker, setup, shortfall);
}

/* The split whose model the message names: the four stems, unless only the file of the other split
 * was replaced. */
static enum split_id told_split(const struct choice *asked, const struct choice *plays) {
  bool four = strcmp(asked->files[SPLIT_FOUR], plays->files[SPLIT_FOUR]) == 0;
  bool hp = strcmp(asked->files[SPLIT_HP], plays->files[SPLIT_HP]) == 0;
  return four && !hp ? SPLIT_HP : SPLIT_FOUR;
}

bool setup_make(struct setup *setup, const struct maker *maker, const struct choice *choice,
                bool lenient, struct shortfall *shortfall) {
  char *reasons = shortfall->reasons;
  *reasons = shortfall->note[0] = '\0';
  setup->choice = *choice;
  struct separator *four = open_split(maker, setup, SPLIT_FOUR, lenient, shortfall);
  struct separator *hp = four ? open_split(maker, setup, SPLIT_HP, lenient, shortfall) : NULL;
  bool opened = four && hp;
  const char *lack = LACK_MEMORY;
  if (opened) {
    setup->engine = engine_new(four, hp, maker->rate, maker->block, &lack);
  } else {
    separator_free(four);
  }
  if (!setup->engine) {
    if (opened || !*reasons) {
      add_reason(reasons, lack);
    }
    return false;
  }
  setup->whole = !*reasons;
  const char *name = setup->names[told_split(choice, &setup->choice)];
  snprintf(setup->text, sizeof setup->text, setup_stands_in(setup) ? "%s" : "%s%s%s plays", reasons,
           *reasons ? "; " : "", name);
  return true;
}

bool setup_stands_in(const struct setup *setup) {
  return strcmp(setup->names[SPLIT_FOUR], NO_MODEL) == 0;
}
