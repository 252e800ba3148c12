#define _XOPEN_SOURCE 700 /* realpath() */
#include "cli/separate.h"

#include "cli/feed.h"
#include "cli/interrupt.h"
#include "cli/output.h"
#include "cli/plot.h"
#include "cli/progress.h"

#include <errno.h>
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
  struct input input;
  struct feed feed;
  bool wanted[N_OUTPUTS];
  const char *base;               /* the song's file name without its folder */
  char name[256], out[PATH_SIZE]; /* base without its extension; the output folder */
  char *song;                     /* its absolute path, to be freed */
  struct folder folder;
  struct output outputs[N_OUTPUTS];
  struct draft picture;
  struct plot plot;
  struct spectrogram *of_input, *of[N_OUTPUTS]; /* those that are drawn */
  struct progress progress;
};

/* Where "dir/song.flac" goes by itself: song.stems, in the current folder. */
static enum status name_everything(struct job *job) {
  const struct options *o = job->options;
  job->song = realpath(o->input, NULL);
  const char *slash = strrchr(o->input, '/');
  job->base = slash ? slash + 1 : o->input;
  const char *dot = strrchr(job->base, '.');
  const int length = dot && dot != job->base ? (int)(dot - job->base) : (int)strlen(job->base);
  const int name = snprintf(job->name, sizeof job->name, "%.*s", length, job->base);
  const int out = o->out ? snprintf(job->out, sizeof job->out, "%s", o->out)
                         : snprintf(job->out, sizeof job->out, "%s.stems", job->name);
  if (name >= (int)sizeof job->name || out >= (int)sizeof job->out) {
    say("%s: name too long", o->out ? o->out : o->input);
    return STATUS_FAILED;
  }
  if (!job->song) {
    say("%s: %s", o->input, strerror(errno));
    return STATUS_FAILED;
  }
  return STATUS_OK;
}

/* Without --stems: every stem, and the mix once a fader makes it differ from the song. */
static void choose_outputs(struct job *job) {
  memcpy(job->wanted, job->options->wanted, sizeof job->wanted);
  if (!job->options->stems_given && host_faders_moved(job->host)) {
    job->wanted[OUTPUT_MAIN] = true;
  }
}

static enum status path_in_folder(const struct job *job, const char *stem, const char *extension,
                                  char path[PATH_SIZE]) {
  const int length = snprintf(path, PATH_SIZE, "%s/%s%s%s.%s", job->out, job->name,
                              *stem ? "." : "", stem, extension);
  if (length < PATH_SIZE) {
    return STATUS_OK;
  }
  say("%s: name too long", job->out);
  return STATUS_FAILED;
}

/* A folder of its own for the picture is not made. */
static enum status open_picture(struct job *job) {
  char path[PATH_SIZE];
  if (!job->options->plot_file && path_in_folder(job, "", "png", path) != STATUS_OK) {
    return STATUS_FAILED;
  }
  const int fd = draft_open(&job->picture, job->options->plot_file ? job->options->plot_file : path,
                            job->song);
  return fd >= 0 && close(fd) == 0 ? STATUS_OK : STATUS_FAILED;
}

static enum status open_outputs(struct job *job) {
  const struct output_kind kind = {.format = job->options->format,
                                   .bits = job->options->bits,
                                   .channels = job->input.channels,
                                   .rate = job->input.rate,
                                   .frames = job->input.frames,
                                   .song = job->song,
                                   .tags = job->input.file};
  enum status status = folder_make(&job->folder, job->out);
  for (int i = 0; status == STATUS_OK && i < N_OUTPUTS; i++) {
    char path[PATH_SIZE];
    if (!job->wanted[i]) {
      continue;
    }
    status = path_in_folder(job, options_output_name(i), output_extension(kind.format), path);
    if (status == STATUS_OK) {
      status = output_open(&job->outputs[i], path, &kind);
    }
  }
  return status == STATUS_OK && job->options->plot ? open_picture(job) : status;
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
  job->plot.title = job->name;
  job->plot.rate = job->input.rate;
  bool ok = (job->of_input = add_panel(job, "input")) != NULL;
  for (int i = 0; i < N_OUTPUTS; i++) {
    if (job->wanted[i]) {
      ok = ok && (job->of[i] = add_panel(job, options_output_name(i))) != NULL;
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
      status = draft_publish(&job->outputs[i].draft);
    }
  }
  return status == STATUS_OK && job->options->plot ? draft_publish(&job->picture) : status;
}

static void report(struct job *job) {
  progress_finish(&job->progress, job->input.read);
  for (int i = 0; i < N_OUTPUTS; i++) {
    const struct output *output = &job->outputs[i];
    if (!job->wanted[i]) {
      continue;
    }
    if (output->clipped > 0) {
      say("%s: %llu samples clipped at full scale; wav with 32f would keep them",
          output->draft.path, (unsigned long long)output->clipped);
    }
    if (!job->options->quiet) {
      printf("%s\n", output->draft.path);
    }
  }
  if (job->options->plot && !job->options->quiet) {
    printf("%s\n", job->picture.path);
  }
}

static void clean_up(struct job *job, bool failed) {
  for (int i = 0; i < N_OUTPUTS; i++) {
    output_discard(&job->outputs[i]);
  }
  draft_discard(&job->picture);
  if (failed) {
    folder_unmake(&job->folder);
  }
  for (int i = 0; i < job->plot.n_panels; i++) {
    spectrogram_free(job->plot.panels[i].spectrogram);
  }
  feed_free(&job->feed);
  input_close(&job->input);
  free(job->song);
}

enum status separate(const struct options *options, struct host *host) {
  struct job *job = calloc(1, sizeof *job);
  if (!job) {
    say("out of memory");
    return STATUS_FAILED;
  }
  job->options = options;
  job->host = host;
  choose_outputs(job);
  enum status status = name_everything(job);
  if (status == STATUS_OK) {
    status = input_open(&job->input, options->input);
  }
  if (status == STATUS_OK) {
    status = host_start(host, job->input.rate, job->wanted);
  }
  if (status == STATUS_OK) {
    status = prepare_plot(job);
  }
  if (status == STATUS_OK) {
    status = open_outputs(job);
  }
  if (status == STATUS_OK) {
    progress_start(&job->progress, job->base, job->input.frames, job->input.rate, options->quiet);
    status = feed_start(&job->feed, &job->input, options->cold ? 0.0 : WARM_UP);
    if (status == STATUS_OK) {
      status = stream(job);
    }
    if (status == STATUS_OK) {
      status = finish(job);
    }
    if (status == STATUS_OK) {
      report(job);
    }
  }
  clean_up(job, status != STATUS_OK);
  free(job);
  return status;
}
