#include "cli/input.h"

#include "cli/complete.h"

#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>

/* Says what is wrong with a file that libsndfile has opened; true when nothing is. */
static bool usable(const char *path, const SF_INFO *info) {
  if (info->frames <= 0) {
    say("%s: empty: no audio in it", path);
  } else if (info->channels > 2) {
    say("%s: %d channels; only mono and stereo can be taken apart", path, info->channels);
  } else if (info->samplerate < 8000 || info->samplerate > 192000) {
    say("%s: %d Hz; only 8000 to 192000 Hz can be taken apart", path, info->samplerate);
  } else if (info->frames == SF_COUNT_MAX) {
    /* libsndfile could not find the last page of an Ogg stream. */
    say("%s: truncated: the end of the stream is missing", path);
  } else {
    return true;
  }
  return false;
}

/* Opens a file that does not tell its length, after reading all of it to know. */
static bool open_counted(struct input *input, sf_count_t size, SF_INFO *info) {
  input->file = stretch_open(&input->stretch, input->path, size, info);
  if (!input->file) {
    return false;
  }
  sf_count_t frames = 0, n = 1;
  while (n > 0 && info->channels <= 2) { /* no more fit; usable() refuses them */
    n = sf_readf_float(input->file, input->interleaved, INPUT_BLOCK);
    frames += n;
  }
  input_close(input);
  *info = (SF_INFO){0};
  input->file = stretch_open(&input->stretch, input->path, size, info);
  info->frames = frames;
  return input->file != NULL;
}

enum status input_open(struct input *input, const char *path) {
  *input = (struct input){.path = path};
  struct stat st;
  if (stat(path, &st) != 0) {
    say("%s: %s", path, strerror(errno));
    return STATUS_FAILED;
  }
  if (!S_ISREG(st.st_mode)) {
    say("%s: not a file", path);
    return STATUS_FAILED;
  }
  if (st.st_size == 0) {
    say("%s: empty: no audio in it", path);
    return STATUS_FAILED;
  }
  const struct complete complete = complete_check(path);
  if (complete.truncated) {
    say("%s: truncated: the file is shorter than its header says", path);
    return STATUS_FAILED;
  }
  SF_INFO info = {0};
  const bool open = complete.guessed ? open_counted(input, st.st_size, &info)
                                     : (input->file = sf_open(path, SFM_READ, &info)) != NULL;
  if (!open) {
    say("%s: %s", path, complete.guessed ? "damaged: not MP3 after all" : sf_strerror(NULL));
    return STATUS_FAILED;
  }
  if (!usable(path, &info)) {
    input_close(input);
    return STATUS_FAILED;
  }
  input->channels = info.channels;
  input->rate = info.samplerate;
  input->frames = (uint64_t)info.frames;
  input->slack = complete.slack;
  return STATUS_OK;
}

/* Looks for NaN and infinity in a block of n frames. */
static bool finite(const struct input *input, size_t n) {
  for (size_t i = 0; i < n * (size_t)input->channels; i++) {
    const float x = input->interleaved[i];
    if (isfinite(x)) {
      continue;
    }
    const uint64_t frame = input->read + i / (size_t)input->channels;
    say("%s: sample %llu (%.3f s) is %s, not a number that can be heard", input->path,
        (unsigned long long)frame, (double)frame / input->rate, isnan(x) ? "NaN" : "infinite");
    return false;
  }
  return true;
}

enum status input_read(struct input *input, float *left, float *right, size_t *n) {
  const sf_count_t count = sf_readf_float(input->file, input->interleaved, INPUT_BLOCK);
  *n = count > 0 ? (size_t)count : 0;
  if (!finite(input, *n)) {
    return STATUS_FAILED;
  }
  for (size_t i = 0; i < INPUT_BLOCK; i++) {
    const size_t at = i * (size_t)input->channels;
    left[i] = i < *n ? input->interleaved[at] : 0.0f;
    right[i] = i < *n ? input->interleaved[at + (size_t)input->channels - 1] : 0.0f;
  }
  input->read += *n;
  if (*n < INPUT_BLOCK) {
    if (sf_error(input->file) != SF_ERR_NO_ERROR) {
      say("%s: truncated or damaged after %llu samples: %s", input->path,
          (unsigned long long)input->read, sf_strerror(input->file));
      return STATUS_FAILED;
    }
    if (input->read < input->frames && input->frames - input->read > input->slack) {
      say("%s: truncated: only %llu of %llu samples are there", input->path,
          (unsigned long long)input->read, (unsigned long long)input->frames);
      return STATUS_FAILED;
    }
    if (input->read == 0) {
      say("%s: empty: no audio in it", input->path);
      return STATUS_FAILED;
    }
  }
  return STATUS_OK;
}

void input_close(struct input *input) {
  if (input->file) {
    sf_close(input->file);
  }
  input->file = NULL;
  stretch_close(&input->stretch);
}
