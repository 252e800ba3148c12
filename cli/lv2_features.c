/* SPDX-License-Identifier: ISC */
#include "cli/lv2_features.h"

#include "cli/status.h"

#include <lv2/atom/atom.h>
#include <lv2/buf-size/buf-size.h>
#include <lv2/parameters/parameters.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static LV2_URID map_uri(LV2_URID_Map_Handle handle, const char *uri) {
  struct features *f = handle;
  pthread_mutex_lock(&f->lock);
  uint32_t i = 0;
  while (i < f->n_uris && strcmp(f->uris[i], uri) != 0) {
    i++;
  }
  if (i == f->n_uris) {
    char *copy = i < MAX_URIDS ? strdup(uri) : NULL;
    if (copy) {
      f->uris[f->n_uris++] = copy;
    }
  }
  const LV2_URID urid = i < f->n_uris ? i + 1 : 0; /* 0: cannot be mapped */
  pthread_mutex_unlock(&f->lock);
  return urid;
}

static const char *unmap_urid(LV2_URID_Unmap_Handle handle, LV2_URID urid) {
  struct features *f = handle;
  pthread_mutex_lock(&f->lock);
  const char *uri = urid > 0 && urid <= f->n_uris ? f->uris[urid - 1] : NULL;
  pthread_mutex_unlock(&f->lock);
  return uri;
}

static int log_vprintf(LV2_Log_Handle handle, LV2_URID type, const char *format, va_list args)
    __attribute__((format(printf, 3, 0)));
static int log_printf(LV2_Log_Handle handle, LV2_URID type, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Traces are for the plugin's author; the rest is for the user. */
static int log_vprintf(LV2_Log_Handle handle, LV2_URID type, const char *format, va_list args) {
  struct features *f = handle;
  char line[6000]; /* a path, and what is wrong with it */
  const int length = vsnprintf(line, sizeof line, format, args);
  line[strcspn(line, "\n")] = '\0';
  static const char prefix[] = "unbraid: "; /* say() has one of its own */
  char *text = strncmp(line, prefix, strlen(prefix)) == 0 ? line + strlen(prefix) : line;
  f->complaints += type == f->error || type == f->warning;
  char *const instead = strrchr(text, ';');
  if (f->strict && instead) {
    *instead = '\0';
  }
  if (f->strict) {
    say("%s", text);
  } else if (type == f->error) {
    say("plugin: error: %s", text);
  } else if (type == f->warning) {
    say("plugin: warning: %s", text);
  } else if (type == f->note) {
    say("plugin: %s", text);
  }
  return length;
}

static int log_printf(LV2_Log_Handle handle, LV2_URID type, const char *format, ...) {
  va_list args;
  va_start(args, format);
  const int length = log_vprintf(handle, type, format, args);
  va_end(args);
  return length;
}

void features_init(struct features *f, int32_t block) {
  *f = (struct features){.block = block};
  pthread_mutex_init(&f->lock, NULL);
  f->map = (LV2_URID_Map){f, map_uri};
  f->unmap = (LV2_URID_Unmap){f, unmap_urid};
  f->log = (LV2_Log_Log){f, log_printf, log_vprintf};
  f->error = map_uri(f, LV2_LOG__Error);
  f->warning = map_uri(f, LV2_LOG__Warning);
  f->note = map_uri(f, LV2_LOG__Note);
  const LV2_URID a_int = map_uri(f, LV2_ATOM__Int), a_float = map_uri(f, LV2_ATOM__Float);
  static const char *const lengths[] = {LV2_BUF_SIZE__nominalBlockLength,
                                        LV2_BUF_SIZE__minBlockLength, LV2_BUF_SIZE__maxBlockLength};
  for (int i = 0; i < 3; i++) {
    f->options[i] = (LV2_Options_Option){LV2_OPTIONS_INSTANCE, 0,     map_uri(f, lengths[i]),
                                         sizeof f->block,      a_int, &f->block};
  }
  f->options[3] =
      (LV2_Options_Option){LV2_OPTIONS_INSTANCE, 0,       map_uri(f, LV2_PARAMETERS__sampleRate),
                           sizeof f->rate,       a_float, &f->rate};
  const LV2_Feature list[N_FEATURES] = {{LV2_URID__map, &f->map},
                                        {LV2_URID__unmap, &f->unmap},
                                        {LV2_LOG__log, &f->log},
                                        {LV2_OPTIONS__options, f->options},
                                        {LV2_BUF_SIZE__boundedBlockLength, NULL}};
  for (int i = 0; i < N_FEATURES; i++) {
    f->list[i] = list[i];
    f->pointers[i] = &f->list[i];
  }
}

void features_set_rate(struct features *f, double rate) {
  f->rate = (float)rate;
}

void features_free(struct features *f) {
  for (uint32_t i = 0; i < f->n_uris; i++) {
    free(f->uris[i]);
  }
  pthread_mutex_destroy(&f->lock);
  *f = (struct features){.n_uris = 0};
}
