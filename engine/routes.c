/* SPDX-License-Identifier: ISC */
#include "engine/routes.h"

#include <stdio.h>
#include <string.h>

#define NO_PORT N_STEMS

/* Percussive is the drums and harmonic is the rest, so a model with drums can serve both. */
static const struct {
  const char *name;
  enum stem to[N_SPLITS];
} table[] = {
    {"vocals", {STEM_VOCALS, STEM_HARMONIC}}, {"drums", {STEM_DRUMS, STEM_PERCUSSIVE}},
    {"bass", {STEM_BASS, STEM_HARMONIC}},     {"guitar", {STEM_OTHER, STEM_HARMONIC}},
    {"piano", {STEM_OTHER, STEM_HARMONIC}},   {"other", {STEM_OTHER, STEM_HARMONIC}},
    {"harmonic", {NO_PORT, STEM_HARMONIC}},   {"percussive", {NO_PORT, STEM_PERCUSSIVE}},
};

/* The name of a split in messages. */
static const char *const split_names[N_SPLITS] = {"vocals, drums, bass and other",
                                                  "harmonic and percussive"};

static const enum stem *find(const char *name) {
  for (size_t i = 0; i < sizeof table / sizeof *table; ++i) {
    if (strcmp(table[i].name, name) == 0) {
      return table[i].to;
    }
  }
  return NULL;
}

/* "separates vocals, drums and bass, not harmonic and percussive" */
static bool refuse(const struct net_info *info, enum split_id split, char *error, size_t size) {
  char names[NET_MOST_STEMS * (NET_STEM_NAME + sizeof " and ")];
  int used = 0;
  for (unsigned i = 0; i < info->stems; ++i) {
    const char *between = i == 0 ? "" : i + 1 < info->stems ? ", " : " and ";
    used +=
        snprintf(names + used, sizeof names - (size_t)used, "%s%s", between, info->stem_names[i]);
  }
  snprintf(error, size, "separates %s, not %s", names, split_names[split]);
  return false;
}

bool routes_find(struct routes *routes, const struct net_info *info, enum split_id split,
                 char *error, size_t error_size) {
  unsigned many[NO_PORT + 1] = {0}, places[NO_PORT + 1], shared = 0;
  *routes = (struct routes){.rest = N_STEMS};
  for (unsigned i = 0; i < info->stems; ++i) {
    const enum stem *to = find(info->stem_names[i]);
    if (!to) {
      snprintf(error, error_size, "there is no port for its stem %s", info->stem_names[i]);
      return false;
    }
    ++many[to[split]];
  }
  for (unsigned s = 0; s < N_STEMS; ++s) {
    places[s] = routes->stems;
    if (many[s] > 1) {
      routes->rest = routes->stems;
      ++shared;
    }
    if (many[s] > 0) {
      routes->to[routes->stems++] = s;
    }
  }
  if (many[NO_PORT] > 0 || routes->stems < 2 || shared > 1) {
    return refuse(info, split, error, error_size);
  }
  for (unsigned i = 0; i < info->stems; ++i) {
    routes->rows[i] = places[find(info->stem_names[i])[split]];
  }
  return true;
}

void routes_follow(const struct routes *routes, const struct net_info *info, const float *model,
                   float *masks) UNBRAID_REALTIME {
  size_t bins = info->bins;
  for (unsigned i = 0; i < info->stems; ++i) {
    memcpy(masks + routes->rows[i] * bins, model + i * bins, bins * sizeof *masks);
  }
  if (routes->rest == N_STEMS) {
    return;
  }
  float *rest = masks + routes->rest * bins;
  for (size_t b = 0; b < bins; ++b) {
    float left = 1.0f;
    for (unsigned s = 0; s < routes->stems; ++s) {
      left -= s == routes->rest ? 0.0f : masks[s * bins + b];
    }
    rest[b] = left > 0.0f ? left : 0.0f;
  }
}
