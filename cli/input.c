/* SPDX-License-Identifier: ISC */
#include "cli/input.h"

#include "cli/chunks.h"
#include "cli/interrupt.h"
#include "cli/spool.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Says what is wrong with what was opened; true when nothing is. */
static bool usable(const struct input *input, const SF_INFO *info) {
  if (info->channels > 2) {
    say("%s: %d channels; only mono and stereo can be taken apart", input->path, info->channels);
  } else if (info->samplerate < 8000 || info->samplerate > 192000) {
    say("%s: %d Hz; only 8000 to 192000 Hz can be taken apart", input->path, info->samplerate);
  } else if (input->rate &&
             (info->channels != input->channels || info->samplerate != input->rate)) {
    say("%s: changes from %d Hz, %d channels, to %d Hz, %d channels, where another stream begins",
        input->path, input->rate, input->channels, info->samplerate, info->channels);
  } else {
    return true;
  }
  return false;
}

static void close_part(struct input *input) {
  if (input->file) {
    sf_close(input->file);
  }
  input->file = NULL;
}

/* False with input->refused saying why. */
static bool open_part(struct input *input, size_t number, SF_INFO *info) {
  const struct part *part = &input->layout.parts[number];
  close_part(input);
  input->part = number;
  input->of_part = 0;
  input->view = (struct file_view){.fd = input->fd,
                                   .start = part->start,
                                   .size = part->size,
                                   .seeming_size = part->seeming_size,
                                   .n_patches = part->n_patches};
  memcpy(input->view.patches, part->patches, sizeof input->view.patches);
  *info = (SF_INFO){0};
  input->file = file_view_open(&input->view, info, &input->refused);
  if (!input->file && !input->view.cut && input->refused.number == SF_ERR_UNRECOGNISED_FORMAT) {
    /* Some forms are known by nothing but the file's name. */
    *info = (SF_INFO){0};
    input->file = sound_open(input->open, info, &input->refused);
  }
  return input->file != NULL;
}

/* Another part, after some samples; false after saying why not. */
static bool go_to_part(struct input *input, size_t number, SF_INFO *info) {
  if (open_part(input, number, info)) {
    return true;
  }
  say("%s: cannot be read after %llu samples: %s", input->path, (unsigned long long)input->read,
      input->view.error ? strerror(input->view.error) : sf_strerror(NULL));
  return false;
}

/* The same as open_part() through ffmpeg; false after saying why, also why libsndfile cannot. */
static bool open_decoded(struct input *input, const char *why, SF_INFO *info) {
  close_part(input);
  ffmpeg_stop(&input->decoder);
  const enum ffmpeg_start start = ffmpeg_start(&input->decoder, input->open);
  if (start != FFMPEG_RUNS) {
    say("%s: %s%s%s", input->path, why,
        start == FFMPEG_MISSING ? " ffmpeg, which reads more formats, is not installed"
                                : " ffmpeg: ",
        start == FFMPEG_MISSING ? "" : strerror(errno));
    return false;
  }
  ffmpeg_name_tags(&input->decoder);
  struct file_view whole = {.decoder = &input->decoder, .size = INT64_MAX / 4};
  struct part part = {0};
  char flaw[FLAW]; /* a length left open is none */
  chunks_mend(&part, &whole, flaw);
  input->view = whole;
  input->view.n_patches = part.n_patches;
  memcpy(input->view.patches, part.patches, sizeof part.patches);
  input->of_part = 0;
  *info = (SF_INFO){0};
  input->file = file_view_open(&input->view, info, &input->refused);
  if (!input->file && !interrupt_pending()) {
    const char *words = ffmpeg_words(&input->decoder);
    say("%s: %s ffmpeg: %s", input->path, why, *words ? words : "returns no audio");
  }
  return input->file != NULL;
}

/* Plays what is open to its end, for nothing else tells its length. */
static bool count(struct input *input, uint64_t *frames) {
  sf_count_t n = 1;
  while (n > 0 && !interrupt_pending()) {
    n = sf_readf_float(input->file, input->interleaved, INPUT_BLOCK);
    *frames += n > 0 ? (uint64_t)n : 0;
  }
  return !interrupt_pending();
}

/* Opens each part to see what it is; false after saying what is wrong. */
static bool survey(struct input *input, SF_INFO *info) {
  for (size_t i = 0; i < input->layout.n_parts; i++) {
    const struct part *part = &input->layout.parts[i];
    if ((i > 0 || !input->file) && !open_part(input, i, info)) {
      say("%s: damaged from byte %lld on: %s", input->path, (long long)part->start,
          input->view.error ? strerror(input->view.error) : input->refused.words);
      return false;
    }
    if (!usable(input, info)) {
      return false;
    }
    input->channels = info->channels;
    input->rate = info->samplerate;
    if (part->announced > 0) {
      input->frames += part->announced;
    } else if (!part->counts && info->frames < SF_COUNT_MAX) {
      input->frames += (uint64_t)info->frames;
    } else if (!count(input, &input->frames)) {
      return false;
    }
  }
  return input->part == 0 && input->of_part == 0 && !input->layout.parts[0].counts
             ? true
             : go_to_part(input, 0, info);
}

static enum status open_any(struct input *input) {
  SF_INFO info;
  bool ok = false;
  if (open_part(input, 0, &info)) {
    ok = survey(input, &info);
  } else if (input->view.error) {
    say("%s: %s", input->path, strerror(input->view.error));
  } else {
    char why[sizeof input->refused.words];
    memcpy(why, input->refused.words, sizeof why);
    input->cut = input->view.cut;
    song_parts_free(&input->layout);
    ok = open_decoded(input, why, &info) && usable(input, &info) && count(input, &input->frames);
    if (ok && !ffmpeg_ended(&input->decoder)) {
      say("%s: ffmpeg ended before the song did", input->path);
      ok = false;
    }
    if (ok && *ffmpeg_words(&input->decoder)) {
      say("%s: warning: ffmpeg: %s", input->path, ffmpeg_words(&input->decoder));
    }
    input->channels = info.channels;
    input->rate = info.samplerate;
    ok = ok && open_decoded(input, why, &info);
  }
  if (ok && input->frames == 0) {
    say("%s: %s: no audio in it", input->path, *input->layout.flaw ? input->layout.flaw : "empty");
    ok = false;
  }
  if (interrupt_pending()) {
    say("%s: interrupted", input->path);
    ok = false;
  }
  if (ok && *input->layout.flaw) {
    say("%s: warning: %s", input->path, input->layout.flaw);
  }
  return ok ? STATUS_OK : STATUS_FAILED;
}

/* Standard input has a name for other programs through this one's descriptors. */
static void open_stdin(struct input *input) {
  *input = (struct input){.path = "standard input", .fd = spool_stdin()};
  snprintf(input->by_fd, sizeof input->by_fd, "/proc/%ld/fd/%d", (long)getpid(), input->fd);
  input->open = input->by_fd;
}

enum status input_open(struct input *input, const char *path) {
  if (strcmp(path, "-") == 0) {
    open_stdin(input);
    if (input->fd < 0) {
      input_close(input);
      return STATUS_FAILED;
    }
    path = input->path;
  } else {
    *input = (struct input){
        .path = path, .open = path, .fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)};
  }
  struct stat st = {0};
  int error = input->fd < 0 || fstat(input->fd, &st) != 0 ? errno : 0;
  if (error) {
    say("%s: %s", path, strerror(error));
  } else if (!S_ISREG(st.st_mode)) {
    say("%s: not a file", path);
    error = EINVAL;
  } else if (st.st_size == 0) {
    say("%s: empty: no audio in it", path);
    error = EINVAL;
  } else {
    error = container_find(&input->layout, input->fd, st.st_size);
    if (error) {
      say("%s: %s", path, strerror(error));
    }
  }
  const enum status status = error ? STATUS_FAILED : open_any(input);
  if (status != STATUS_OK) {
    input_close(input);
  }
  return status;
}

/* Looks for NaN and infinity in a block of n frames. */
static bool finite(const struct input *input, size_t n) {
  for (size_t i = 0; i < n * (size_t)input->channels; i++) {
    const float x = input->interleaved[i];
    if (isfinite(x)) {
      continue;
    }
    const uint64_t frame = input->read + i / (size_t)input->channels;
    say("%s: sample %llu (%.3f s) is %s, not a finite number", input->path,
        (unsigned long long)frame, (double)frame / input->rate, isnan(x) ? "NaN" : "infinite");
    return false;
  }
  return true;
}

/* At the end of a part: whether it is one, or says why the rest cannot be read. A decoder that lost
 * its way where the file ends met a file that was cut off; more than was announced is no loss. */
static bool ended_well(struct input *input) {
  const struct part *part = input->layout.n_parts ? &input->layout.parts[input->part] : NULL;
  const unsigned long long at = input->read;
  if (interrupt_pending()) {
    say("%s: interrupted", input->path);
  } else if (input->view.error) {
    say("%s: cannot be read after %llu samples: %s", input->path, at, strerror(input->view.error));
  } else if (sf_error(input->file) != SF_ERR_NO_ERROR && !input->view.ended &&
             !(part && part->announced > 0 && input->of_part >= part->announced)) {
    say("%s: damaged after %llu samples: %s", input->path, at, sf_strerror(input->file));
  } else if (input->view.decoder && !ffmpeg_ended(&input->decoder)) {
    say("%s: ffmpeg ended after %llu samples", input->path, at);
  } else {
    return true;
  }
  return false;
}

/* Fills a block from one part after the other. */
static bool fill(struct input *input, size_t *n) {
  *n = 0;
  for (;;) {
    float *to = input->interleaved + *n * (size_t)input->channels;
    const sf_count_t count = sf_readf_float(input->file, to, INPUT_BLOCK - (sf_count_t)*n);
    *n += count > 0 ? (size_t)count : 0;
    input->of_part += count > 0 ? (uint64_t)count : 0;
    if (*n == INPUT_BLOCK) {
      return true;
    }
    SF_INFO info;
    if (count > 0) {
      continue;
    }
    if (!ended_well(input)) {
      return false;
    }
    input->cut = input->cut || input->view.cut;
    if (input->part + 1 >= input->layout.n_parts) {
      return true;
    }
    if (!go_to_part(input, input->part + 1, &info)) {
      return false;
    }
  }
}

enum status input_read(struct input *input, float *left, float *right, size_t *n) {
  if (!fill(input, n) || !finite(input, *n)) {
    return STATUS_FAILED;
  }
  for (size_t i = 0; i < INPUT_BLOCK; i++) {
    const size_t at = i * (size_t)input->channels;
    left[i] = i < *n ? input->interleaved[at] : 0.0f;
    right[i] = i < *n ? input->interleaved[at + (size_t)input->channels - 1] : 0.0f;
  }
  input->read += *n;
  if (*n < INPUT_BLOCK) {
    uint64_t slack = 0;
    for (size_t i = 0; i < input->layout.n_parts; i++) {
      slack += input->layout.parts[i].slack;
    }
    if (input->read == 0) {
      say("%s: empty: no audio in it", input->path);
      return STATUS_FAILED;
    }
    if (input->cut || (!*input->layout.flaw && input->read + slack < input->frames)) {
      say("%s: warning: truncated: only %llu of %llu samples are there; they are taken apart",
          input->path, (unsigned long long)input->read, (unsigned long long)input->frames);
    }
  }
  return STATUS_OK;
}

void input_close(struct input *input) {
  close_part(input);
  ffmpeg_stop(&input->decoder);
  song_parts_free(&input->layout);
  if (input->path && input->fd >= 0) {
    close(input->fd);
  }
  input->path = NULL;
}
