/* SPDX-License-Identifier: ISC */
#include "cli/separate.h"

#include "cli/claims.h"
#include "cli/feed.h"
#include "cli/interrupt.h"
#include "cli/output.h"
#include "cli/places.h"
#include "cli/plot.h"
#include "cli/progress.h"
#include "cli/targets.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

_Static_assert((int)INPUT_BLOCK == (int)HOST_BLOCK, "a block read is a block run");

/* Before the song starts the plugin hears this much of it mirrored in time. */
#define WARM_UP 4.0 /* s */

/* Everything that is open while a song is taken apart. */
struct job {
  const struct options *options;
  struct host *host;
  const struct song *source;
  struct separation *result;
  struct input input;
  struct feed feed;
  bool wanted[N_OUTPUTS];
  struct targets targets;
  struct folder folders[N_OUTPUTS];
  int n_folders;
  struct output outputs[N_OUTPUTS];
  struct draft picture;
  struct plot plot;
  struct spectrogram *of_input, *of[N_OUTPUTS]; /* those that are drawn */
  struct progress progress;
};

/* Without --stems: every stem, and the mix once a fader makes it differ from the song. */
static void choose_outputs(struct job *job) {
  const struct options *o = job->options;
  memcpy(job->wanted, o->wanted, sizeof job->wanted);
  if (!o->stems_given && o->two < 0 && host_faders_moved(job->host)) {
    job->wanted[OUTPUT_MAIN] = true;
  }
}

/* The folder of a file, unless it was made for the one before. */
static enum status make_folder_of(struct job *job, const char *path) {
  char folder[PATH_SIZE];
  const char *slash = strrchr(path, '/');
  if (!slash || slash == path) {
    return STATUS_OK;
  }
  snprintf(folder, sizeof folder, "%.*s", (int)(slash - path), path);
  if (job->n_folders > 0 && strcmp(job->folders[job->n_folders - 1].path, folder) == 0) {
    return STATUS_OK;
  }
  return folder_make(&job->folders[job->n_folders++], folder);
}

/* A folder of its own for the picture is not made. */
static enum status open_picture(struct job *job) {
  const char *path = job->result->picture;
  const int fd = claims_take(path, job->targets.song)
                     ? draft_open(&job->picture, path, job->targets.song, job->targets.stamp)
                     : -1;
  return fd >= 0 && close(fd) == 0 ? STATUS_OK : STATUS_FAILED;
}

static enum status open_output(struct job *job, int i) {
  const struct output_kind kind = {.format = job->options->format,
                                   .bits = job->options->bits,
                                   .dither = job->options->dither,
                                   .channels = job->input.channels,
                                   .rate = job->input.rate,
                                   .frames = job->input.frames,
                                   .song = job->targets.song,
                                   .stamp = job->targets.stamp,
                                   .tags = job->input.file};
  const struct made *file = &job->result->files[i];
  if (job->options->to_stdout) {
    return output_open(&job->outputs[i], NULL, file->stem, &kind);
  }
  const enum status status = make_folder_of(job, file->path);
  if (status != STATUS_OK || !claims_take(file->path, job->targets.song)) {
    return STATUS_FAILED;
  }
  return output_open(&job->outputs[i], file->path, file->stem, &kind);
}

static enum status open_outputs(struct job *job) {
  enum status status = STATUS_OK;
  places_enter();
  for (int i = 0; status == STATUS_OK && i < N_OUTPUTS; i++) {
    if (job->wanted[i]) {
      status = open_output(job, i);
    }
  }
  if (status == STATUS_OK && job->options->plot) {
    status = open_picture(job);
  }
  places_leave();
  return status;
}

static struct spectrogram *add_panel(struct job *job, const char *name) {
  struct spectrogram *s =
      spectrogram_new(job->input.rate, job->input.frames, PLOT_COLUMNS, PLOT_ROWS);
  if (s) {
    job->plot.panels[job->plot.n_panels++] = (struct panel){name, s};
  }
  return s;
}

static enum status prepare_plot(struct job *job) {
  if (!job->options->plot) {
    return STATUS_OK;
  }
  job->plot.title = job->targets.name;
  job->plot.rate = job->input.rate;
  bool ok = (job->of_input = add_panel(job, "input")) != NULL;
  for (int i = 0; i < N_OUTPUTS; i++) {
    if (job->wanted[i]) {
      ok = ok && (job->of[i] = add_panel(job, options_output_name(job->options, i))) != NULL;
    }
  }
  if (ok) {
    return STATUS_OK;
  }
  say("out of memory");
  return STATUS_FAILED;
}

static enum status write_block(struct job *job, size_t first, size_t n) {
  enum status status = STATUS_OK;
  for (int i = 0; status == STATUS_OK && i < N_OUTPUTS; i++) {
    if (!job->wanted[i]) {
      continue;
    }
    const float *left = host_output(job->host, i, 0) + first;
    const float *right = host_output(job->host, i, 1) + first;
    status = output_write(&job->outputs[i], left, right, n);
    if (job->of[i]) {
      spectrogram_add(job->of[i], left, right, n);
    }
  }
  return status;
}

/* Block by block through the plugin. What comes out is latency frames late: those are skipped at
 * the start, with what was mirrored, and silence is fed at the end until the last frame of the song
 * has come out. */
static enum status stream(struct job *job) {
  uint64_t done = 0, early = 0; /* frames written; frames still to be skipped */
  bool first_run = true;
  while (!job->feed.ended || done < job->input.read) {
    if (interrupt_pending()) {
      say("%s: interrupted", job->input.path);
      return STATUS_FAILED;
    }
    size_t n;
    float *left = host_input(job->host, 0), *right = host_input(job->host, 1);
    if (feed_next(&job->feed, left, right, &n) != STATUS_OK) {
      return STATUS_FAILED;
    }
    if (job->of_input) {
      spectrogram_add(job->of_input, left, right, n);
    }
    host_run(job->host);

    if (first_run) {
      early = host_latency(job->host) + job->feed.mirrored;
    }
    first_run = false;
    const size_t first = early < HOST_BLOCK ? (size_t)early : HOST_BLOCK;
    early -= first;
    const uint64_t left_over = job->input.read - done;
    const size_t fresh = HOST_BLOCK - first;
    const size_t count = left_over < fresh ? (size_t)left_over : fresh;
    if (count > 0 && write_block(job, first, count) != STATUS_OK) {
      return STATUS_FAILED;
    }
    done += count;
    progress_update(&job->progress, done);
  }
  return STATUS_OK;
}

static enum status finish_plot(struct job *job) {
  if (!job->options->plot) {
    return STATUS_OK;
  }
  job->plot.seconds = (double)job->input.read / job->input.rate;
  for (int i = 0; i < job->plot.n_panels; i++) {
    spectrogram_finish(job->plot.panels[i].spectrogram);
  }
  return plot_write(&job->plot, &job->picture);
}

/* All files are complete before the first gets its name. */
static enum status finish(struct job *job) {
  enum status status = STATUS_OK;
  for (int i = 0; status == STATUS_OK && i < N_OUTPUTS; i++) {
    if (job->wanted[i]) {
      status = output_close(&job->outputs[i]);
    }
  }
  if (status == STATUS_OK) {
    status = finish_plot(job);
  }
  for (int i = 0; status == STATUS_OK && i < N_OUTPUTS; i++) {
    if (job->wanted[i]) {
      status = output_publish(&job->outputs[i]);
    }
  }
  return status == STATUS_OK && job->options->plot ? draft_publish(&job->picture) : status;
}

static void tell(struct job *job) {
  job->result->seconds = (double)job->input.read / job->input.rate;
  job->result->took = progress_seconds(&job->progress);
  progress_finish(&job->progress, job->input.read);
  for (int i = 0; i < N_OUTPUTS; i++) {
    const struct output *output = &job->outputs[i];
    struct made *file = &job->result->files[i];
    file->peak = output->peak;
    file->rms = output->samples > 0 ? sqrt(output->power / (double)output->samples) : 0.0;
    file->clipped = output->clipped;
    if (output->clipped > 0) {
      say("%s: %llu samples clipped at full scale; wav with 32f would keep them",
          output->draft.path, (unsigned long long)output->clipped);
    }
  }
}

static void clean_up(struct job *job, bool failed) {
  progress_end(&job->progress);
  places_enter();
  for (int i = 0; i < N_OUTPUTS; i++) {
    output_discard(&job->outputs[i]);
  }
  draft_discard(&job->picture);
  while (failed && job->n_folders > 0) {
    places_give_up(&job->folders[--job->n_folders]);
  }
  places_leave();
  for (int i = 0; i < job->plot.n_panels; i++) {
    spectrogram_free(job->plot.panels[i].spectrogram);
  }
  feed_free(&job->feed);
  input_close(&job->input);
  host_stop(job->host);
  targets_free(&job->targets);
}

/* Opens the song and finds out where its stems go. */
static enum status look_up(struct job *job) {
  enum status status = targets_name(&job->targets, job->source);
  if (status == STATUS_OK) {
    status = input_open(&job->input, job->source->path);
  }
  if (status != STATUS_OK) {
    return status;
  }
  job->result->rate = job->input.rate;
  job->result->channels = job->input.channels;
  return targets_place(&job->targets, job->options, job->source, &job->input, job->wanted,
                       host_fingerprint(job->host), job->result);
}

static enum status take_apart(struct job *job) {
  const struct options *o = job->options;
  /* The plugin before the picture: with the first one FFTW's plans may be made by any thread. */
  enum status status = host_start(job->host, job->input.rate, job->wanted);
  if (status == STATUS_OK) {
    status = prepare_plot(job);
  }
  if (status == STATUS_OK) {
    status = open_outputs(job);
  }
  if (status == STATUS_OK) {
    progress_start(&job->progress, job->targets.base, job->input.frames, job->input.rate, o->quiet);
    status = feed_start(&job->feed, &job->input, o->cold ? 0.0 : WARM_UP);
  }
  if (status == STATUS_OK) {
    status = stream(job);
  }
  if (status == STATUS_OK) {
    status = finish(job);
  }
  if (status == STATUS_OK) {
    tell(job);
  }
  return status;
}

enum status separate(const struct options *options, struct host *host, const struct song *song,
                     struct separation *result) {
  *result = (struct separation){0};
  struct job *job = calloc(1, sizeof *job);
  if (!job) {
    say("out of memory");
    return STATUS_FAILED;
  }
  job->options = options;
  job->host = host;
  job->source = song;
  job->result = result;
  choose_outputs(job);
  enum status status = look_up(job);
  if (status == STATUS_OK && options->resume && !songs_is_stdin(song->path) &&
      targets_are_made(&job->targets, result)) {
    result->skipped = true;
    result->seconds = (double)job->input.frames / job->input.rate;
    if (!options->quiet) {
      say("%s: skipped: its files are up to date", job->targets.base);
    }
  } else if (status == STATUS_OK) {
    status = take_apart(job);
  }
  clean_up(job, status != STATUS_OK);
  free(job);
  return status;
}
