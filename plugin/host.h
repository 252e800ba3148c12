/* SPDX-License-Identifier: ISC */
/* The features of the host at instantiation: log, block length, mixer strip. None is required. */
#pragma once

#include "engine/log.h"
#include "plugin/inlinedisplay.h"

#include <lv2/core/lv2.h>
#include <lv2/log/logger.h>
#include <lv2/urid/urid.h>

struct host {
  LV2_URID_Map *map;                        /* NULL where the host has none */
  LV2_Log_Logger log;                       /* prints to stderr where the host has no log */
  unsigned block;                           /* samples that it says it processes at a time */
  const struct inlinedisplay_host *display; /* NULL where it draws no pictures of plugins */
};

/** For struct log: the log of a struct host. */
void host_say(void *log, enum log_level level, const char *line);

/** Reads the feature list, which may be NULL. Not real-time safe. */
void host_read(struct host *host, const LV2_Feature *const *features);
