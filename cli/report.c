/* SPDX-License-Identifier: ISC */
#include "cli/report.h"

#include "cli/interrupt.h"

#include <errno.h>
#include <jansson.h>
#include <math.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

/* JSON is UTF-8, which names need not be: other bytes become question marks. */
static json_t *text(const char *bytes) {
  json_t *string = json_string(bytes);
  if (string) {
    return string;
  }
  char *copy = strdup(bytes);
  for (char *c = copy; c && *c; c++) {
    *c = (char)((unsigned char)*c < 0x80 ? *c : '?');
  }
  string = copy ? json_string(copy) : NULL;
  free(copy);
  return string;
}

/* Silence has no level. */
static json_t *decibel(double level) {
  return level > 0.0 ? json_real(round(2000.0 * log10(level)) / 100.0) : json_null();
}

static json_t *json_of_file(const struct made *made, const struct options *options, bool levels) {
  json_t *file = json_object();
  json_object_set_new(file, "stem", text(made->stem));
  json_object_set_new(file, "file", text(options->to_stdout ? "-" : made->path));
  if (levels) {
    json_object_set_new(file, "peak_db", decibel((double)made->peak));
    json_object_set_new(file, "rms_db", decibel(made->rms));
    json_object_set_new(file, "clipped", json_integer((json_int_t)made->clipped));
  }
  return file;
}

static void print_json(const struct options *options, const struct song *song, enum status status,
                       const struct separation *result) {
  json_t *line = json_object(), *files = json_array();
  const bool done = status == STATUS_OK;
  json_object_set_new(line, "song", text(song->path));
  json_object_set_new(line, "status",
                      json_string(!done             ? "failed"
                                  : result->skipped ? "skipped"
                                                    : "done"));
  if (!done) {
    json_object_set_new(line, "error", text(last_said()));
  } else {
    json_object_set_new(line, "seconds", json_real(result->seconds));
    json_object_set_new(line, "rate", json_integer(result->rate));
    json_object_set_new(line, "channels", json_integer(result->channels));
  }
  if (done && !result->skipped) {
    json_object_set_new(line, "took", json_real(result->took));
  }
  for (int i = 0; done && i < N_OUTPUTS; i++) {
    if (result->files[i].stem) {
      json_array_append_new(files, json_of_file(&result->files[i], options, !result->skipped));
    }
  }
  json_object_set_new(line, "files", files);
  if (done && *result->picture) {
    json_object_set_new(line, "picture", text(result->picture));
  }
  json_dumpf(line, stdout, JSON_COMPACT | JSON_PRESERVE_ORDER | JSON_REAL_PRECISION(9));
  fputc('\n', stdout);
  json_decref(line);
}

static void print_names(const struct separation *result) {
  for (int i = 0; i < N_OUTPUTS; i++) {
    if (result->files[i].stem) {
      printf("%s\n", result->files[i].path);
    }
  }
  if (*result->picture) {
    printf("%s\n", result->picture);
  }
}

void report_song(const struct options *options, const struct song *song, enum status status,
                 const struct separation *result) {
  pthread_mutex_lock(&lock);
  if (options->json) {
    print_json(options, song, status, result);
  } else if (status == STATUS_OK && !options->quiet && !options->to_stdout) {
    print_names(result);
  }
  pthread_mutex_unlock(&lock);
}

enum status report_flush(enum status status) {
  pthread_mutex_lock(&lock);
  const int failed = fflush(stdout) == 0 ? 0 : errno;
  pthread_mutex_unlock(&lock);
  if (failed == EPIPE) {
    interrupt_by(SIGPIPE);
  } else if (failed && status == STATUS_OK) {
    say("cannot write to standard output");
    status = STATUS_FAILED;
  }
  return status;
}
