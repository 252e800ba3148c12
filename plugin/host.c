/* SPDX-License-Identifier: ISC */
#include "plugin/host.h"

#include <lv2/atom/atom.h>
#include <lv2/buf-size/buf-size.h>
#include <lv2/core/lv2_util.h>
#include <lv2/options/options.h>
#include <stdint.h>
#include <string.h>

/* For hosts that announce no length. Longer blocks still work, with older masks. */
enum { DEFAULT_BLOCK = 1024, MAX_BLOCK = 65536 };

/* A positive int option, or 0. */
static unsigned option(const LV2_Options_Option *options, LV2_URID_Map *map, const char *uri) {
  LV2_URID key = map->map(map->handle, uri);
  LV2_URID type = map->map(map->handle, LV2_ATOM__Int);
  for (const LV2_Options_Option *o = options; o->key != 0 || o->value; ++o) {
    if (o->context == LV2_OPTIONS_INSTANCE && o->key == key && o->type == type &&
        o->size == sizeof(int32_t) && o->value) {
      int32_t value;
      memcpy(&value, o->value, sizeof value);
      return value > 0 ? (unsigned)value : 0;
    }
  }
  return 0;
}

void host_say(void *log, enum log_level level, const char *line) {
  int (*const say[])(LV2_Log_Logger *, const char *, ...) = {[LOG_LEVEL_ERROR] = lv2_log_error,
                                                             [LOG_LEVEL_WARNING] = lv2_log_warning,
                                                             [LOG_LEVEL_NOTE] = lv2_log_note,
                                                             [LOG_LEVEL_TRACE] = lv2_log_trace};
  say[level](log, "unbraid: %s\n", line);
}

void host_read(struct host *host, const LV2_Feature *const *features) {
  *host = (struct host){.map = lv2_features_data(features, LV2_URID__map),
                        .block = DEFAULT_BLOCK,
                        .display = lv2_features_data(features, INLINEDISPLAY__queue_draw)};
  lv2_log_logger_init(&host->log, host->map,
                      host->map ? lv2_features_data(features, LV2_LOG__log) : NULL);
  const LV2_Options_Option *options = lv2_features_data(features, LV2_OPTIONS__options);
  if (!host->map || !options) {
    return;
  }
  unsigned block = option(options, host->map, LV2_BUF_SIZE__nominalBlockLength);
  if (block == 0) {
    block = option(options, host->map, LV2_BUF_SIZE__maxBlockLength);
  }
  if (block > 0) {
    host->block = block < MAX_BLOCK ? block : MAX_BLOCK;
  }
}
