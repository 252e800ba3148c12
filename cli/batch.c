/* SPDX-License-Identifier: ISC */
#include "cli/batch.h"

#include "cli/hosted.h"
#include "cli/interrupt.h"
#include "cli/places.h"
#include "cli/report.h"
#include "cli/separate.h"
#include "cli/songs.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

struct batch {
  const struct options *options;
  struct songs songs;
  struct host *hosts[MAX_JOBS]; /* one for each song at a time */
  int n_hosts;
  atomic_size_t next, done, skipped, failed; /* songs */
};

/* Each worker has a host, and so a plugin instance, of its own. */
struct worker {
  struct batch *batch;
  struct host *host;
  pthread_t thread;
};

/* The stem is written before its fader; the mix has it muted. */
static enum status set_two(struct host *host, int stem) {
  const enum port mute = ports_stem_control((enum stem)stem, CONTROL_MUTE);
  const float split = split_of((unsigned)stem) == SPLIT_HP ? 1.0f : 0.0f;
  enum status status = host_set(host, port_table[mute].symbol, 1.0f);
  if (status == STATUS_OK) {
    status = host_set(host, port_table[PORT_MAIN_FROM].symbol, split);
  }
  return status == STATUS_OK ? host_set(host, port_table[PORT_OUTS].symbol, 1.0f) : status;
}

static enum status configure(struct host *host, const struct options *options) {
  enum status status = options->preset ? host_preset(host, options->preset) : STATUS_OK;
  for (int i = 0; status == STATUS_OK && i < options->n_settings; i++) {
    status = host_set(host, options->settings[i].symbol, options->settings[i].value);
  }
  if (status == STATUS_OK && options->two >= 0) {
    status = set_two(host, options->two);
  }
  for (int i = 0; status == STATUS_OK && i < N_SPLITS; i++) {
    if (options->models[i]) {
      status = host_model(host, (enum split_id)i, options->models[i]);
    }
  }
  return status;
}

static enum status add_host(struct batch *batch) {
  enum status status = host_open(&batch->hosts[batch->n_hosts]);
  if (status == STATUS_OK) {
    status = configure(batch->hosts[batch->n_hosts++], batch->options);
  }
  return status;
}

static void *work(void *data) {
  struct worker *worker = data;
  struct batch *batch = worker->batch;
  struct separation *result = malloc(sizeof *result);
  if (!result) {
    say("out of memory");
    atomic_fetch_add(&batch->failed, 1);
    return NULL;
  }
  while (!interrupt_pending()) {
    const size_t i = atomic_fetch_add(&batch->next, 1);
    if (i >= batch->songs.count) {
      break;
    }
    const struct song *song = &batch->songs.list[i];
    const enum status status = separate(batch->options, worker->host, song, result);
    atomic_fetch_add(status != STATUS_OK ? &batch->failed
                     : result->skipped   ? &batch->skipped
                                         : &batch->done,
                     1);
    report_song(batch->options, song, status, result);
    if (report_flush(STATUS_OK) != STATUS_OK) {
      atomic_fetch_add(&batch->failed, 1);
      break;
    }
  }
  free(result);
  return NULL;
}

/* The first worker is this thread. */
static void run_workers(struct batch *batch) {
  struct worker workers[MAX_JOBS] = {{.batch = batch, .host = batch->hosts[0]}};
  int started = 1;
  for (int i = 1; i < batch->n_hosts; i++) {
    workers[i] = (struct worker){.batch = batch, .host = batch->hosts[i]};
  }
  /* If no more threads can be started, fewer songs run at a time. */
  while (started < batch->n_hosts &&
         pthread_create(&workers[started].thread, NULL, work, &workers[started]) == 0) {
    started++;
  }
  work(&workers[0]);
  for (int i = 1; i < started; i++) {
    pthread_join(workers[i].thread, NULL);
  }
}

/* False, after saying why, if the options suit one song only. */
static bool fit(const struct options *options, size_t count) {
  if (count > 1 && options->to_stdout) {
    say("--out=-: only one song can go to standard output");
  } else if (count > 1 && options->plot_file) {
    say("--plot=%s: is one picture for many songs; --plot without a name draws one for each",
        options->plot_file);
  } else {
    return true;
  }
  return false;
}

static enum status take_all(struct batch *batch) {
  const struct options *o = batch->options;
  enum status status = songs_find(&batch->songs, o->inputs, o->n_inputs, o->out);
  if (status == STATUS_OK && !fit(o, batch->songs.count)) {
    status = STATUS_USAGE;
  }
  while (status == STATUS_OK && batch->n_hosts < o->jobs &&
         (size_t)batch->n_hosts < batch->songs.count) {
    status = add_host(batch);
  }
  if (status != STATUS_OK) {
    return status;
  }
  run_workers(batch);
  places_tidy();
  const size_t failed = atomic_load(&batch->failed), skipped = atomic_load(&batch->skipped);
  if (batch->songs.count > 1 && !o->quiet && !interrupt_pending()) {
    say("%zu songs: %zu split, %zu skipped, %zu failed", batch->songs.count,
        atomic_load(&batch->done), skipped, failed);
  }
  return failed + batch->songs.failed > 0 ? STATUS_FAILED : STATUS_OK;
}

enum status batch_run(const struct options *options) {
  struct batch batch = {.options = options};
  enum status status = add_host(&batch);
  if (status == STATUS_OK) {
    status = take_all(&batch);
  }
  songs_free(&batch.songs);
  for (int i = 0; i < batch.n_hosts; i++) {
    host_close(batch.hosts[i]);
  }
  return status;
}
