/* SPDX-License-Identifier: ISC */
/* The features that the program offers a plugin: URIDs, options and a log. */
#pragma once

#include <lv2/core/lv2.h>
#include <lv2/log/log.h>
#include <lv2/options/options.h>
#include <lv2/urid/urid.h>

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

enum { MAX_URIDS = 512, N_OPTIONS = 4, N_FEATURES = 5 };

struct features {
  char *uris[MAX_URIDS]; /* URID u is uris[u - 1] */
  uint32_t n_uris;
  pthread_mutex_t lock; /* of the two above: plugins may map from any thread */
  LV2_URID_Map map;
  LV2_URID_Unmap unmap;
  LV2_Log_Log log;
  int32_t block;
  float rate;
  LV2_Options_Option options[N_OPTIONS + 1];
  LV2_Feature list[N_FEATURES];
  const LV2_Feature *pointers[N_FEATURES + 1]; /* for instantiate */
  _Atomic unsigned complaints;                 /* errors and warnings logged so far */
  LV2_URID error, warning, note;               /* kinds of log messages */
  bool strict; /* a warning is fatal here: what the plugin would do instead is not told */
};

/** Prepares the features for this block length; features_set_rate() sets the rate. Must not move
 * while a plugin uses it. */
void features_init(struct features *features, int32_t block);

/** Sets the sample rate (Hz) among the options. */
void features_set_rate(struct features *features, double rate);

/** Frees what was mapped. */
void features_free(struct features *features);
