#include "cli/separate.h"

#include "cli/input.h"
#include "cli/interrupt.h"
#include "cli/output.h"
#include "cli/plot.h"
#include "cli/progress.h"

#include <stdlib.h>
#include <string.h>

_Static_assert((int)INPUT_BLOCK == (int)HOST_BLOCK, "a block read is a block run");

/* Everything that is open while a song is taken apart. */
struct job {
  const struct options *options;
  struct host *host;
  struct input input;
  bool wanted[N_OUTPUTS];
  const char *base;               /* the song's file name without its folder */
  char name[256], out[PATH_SIZE]; /* base without its extension; the output folder */
  char plot_path[PATH_SIZE];
  struct folder folder;
  struct output outputs[N_OUTPUTS];
  struct plot plot;
  struct spectrogram *of_input, *of[N_OUTPUTS]; /* those that are drawn */
  struct progress progress;
};

/* Where "dir/song.flac" goes by itself: song.stems, in the current folder. */
static enum status name_everything(struct job *job) {
  const struct options *o = job->options;
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

static enum status open_outputs(struct job *job) {
  const struct output_kind kind = {.format = job->options->format,
                                   .bits = job->options->bits,
                                   .channels = job->input.channels,
                                   .rate = job->input.rate,
                                   .frames = job->input.frames};
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
  const char *file = job->options->plot_file;
  if (!file && path_in_folder(job, "", "png", job->plot_path) != STATUS_OK) {
    return STATUS_FAILED;
  }
  if (file && snprintf(job->plot_path, PATH_SIZE, "%s", file) >= PATH_SIZE) {
    say("%s: name too long", file);
    return STATUS_FAILED;
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
 * the start, and silence is fed at the end until the last frame of the song has come out. */
static enum status stream(struct job *job) {
  uint64_t done = 0, early = 0; /* frames written; frames still to be skipped */
  bool first_run = true, more = true;
  while (more || done < job->input.read) {
    if (interrupt_pending()) {
      say("%s: interrupted", job->input.path);
      return STATUS_FAILED;
    }
    size_t n = 0;
    float *left = host_input(job->host, 0), *right = host_input(job->host, 1);
    if (more && input_read(&job->input, left, right, &n) != STATUS_OK) {
      return STATUS_FAILED;
    }
    if (!more) {
      memset(left, 0, HOST_BLOCK * sizeof *left);
      memset(right, 0, HOST_BLOCK * sizeof *right);
    }
    more = n == INPUT_BLOCK;
    if (job->of_input) {
      spectrogram_add(job->of_input, left, right, n);
    }
    host_run(job->host);

    if (first_run) {
      early = host_latency(job->host);
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
  return plot_write(&job->plot, job->plot_path);
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
  return status;
}

static void report(struct job *job) {
  progress_finish(&job->progress, job->input.read);
  for (int i = 0; i < N_OUTPUTS; i++) {
    const struct output *output = &job->outputs[i];
    if (!job->wanted[i]) {
      continue;
    }
    if (output->clipped > 0) {
      say("%s: %llu samples clipped at full scale; wav with 32f would keep them", output->path,
          (unsigned long long)output->clipped);
    }
    if (!job->options->quiet) {
      printf("%s\n", output->path);
    }
  }
  if (job->options->plot && !job->options->quiet) {
    printf("%s\n", job->plot_path);
  }
}

static void clean_up(struct job *job, bool failed) {
  for (int i = 0; i < N_OUTPUTS; i++) {
    output_discard(&job->outputs[i]);
  }
  if (failed) {
    folder_unmake(&job->folder);
  }
  for (int i = 0; i < job->plot.n_panels; i++) {
    spectrogram_free(job->plot.panels[i].spectrogram);
  }
  input_close(&job->input);
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
    status = stream(job);
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
