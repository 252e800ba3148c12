/* SPDX-License-Identifier: ISC */
/* The destination of the engine's log lines. Not for the audio thread. */
#pragma once

enum log_level { LOG_LEVEL_ERROR, LOG_LEVEL_WARNING, LOG_LEVEL_NOTE, LOG_LEVEL_TRACE };

struct log {
  /** One line, without its end, on any thread but the audio thread. */
  void (*say)(void *data, enum log_level level, const char *line);
  void *data;
};
