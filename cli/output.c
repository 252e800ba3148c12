/* SPDX-License-Identifier: ISC */
#include "cli/output.h"

#include "cli/spool.h"
#include "cli/tags.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MAX_FRAMES = 1024 };

_Static_assert((int)MAX_FRAMES <= (int)RESAMPLE_BLOCK, "a block written is a block resampled");

const char *output_extension(enum file_format format) {
  static const char *const extensions[] = {"wav", "flac", "ogg", "opus", "mp3"};
  return extensions[format];
}

static int sndfile_format(const struct output_kind *kind) {
  static const int subtypes[] = {
      [BITS_16] = SF_FORMAT_PCM_16, [BITS_24] = SF_FORMAT_PCM_24, [BITS_32F] = SF_FORMAT_FLOAT};
  /* A WAV file ends at 4 GB; its 64-bit sibling goes on. */
  const uint64_t bytes = kind->frames * (uint64_t)kind->channels * 4;
  switch (kind->format) {
  case FORMAT_FLAC:
    return SF_FORMAT_FLAC | subtypes[kind->bits];
  case FORMAT_OGG:
    return SF_FORMAT_OGG | SF_FORMAT_VORBIS;
  case FORMAT_OPUS:
    return SF_FORMAT_OGG | SF_FORMAT_OPUS;
  case FORMAT_MP3:
    return SF_FORMAT_MPEG | SF_FORMAT_MPEG_LAYER_III;
  case FORMAT_WAV:
    break;
  }
  return (bytes < 0xFFF00000u ? SF_FORMAT_WAV : SF_FORMAT_RF64) | subtypes[kind->bits];
}

/* The lowest of a format's rates that holds all that the song's does, or its highest, of the two
 * that which divides the song's. */
static int rate_of(enum file_format format, int rate) {
  static const int opus[] = {8000, 12000, 16000, 24000, 48000, 0};
  static const int mp3[] = {8000, 11025, 12000, 16000, 22050, 24000, 32000, 44100, 48000, 0};
  const int *rates = format == FORMAT_OPUS ? opus : format == FORMAT_MP3 ? mp3 : NULL;
  if (!rates) {
    return rate;
  }
  while (*rates && *rates < rate) {
    rates++;
  }
  return *rates ? *rates : format == FORMAT_MP3 && rate % 44100 == 0 ? 44100 : 48000;
}

static void set_quality(SNDFILE *file, enum file_format format) {
  int variable = SF_BITRATE_MODE_VARIABLE;
  double quality = format == FORMAT_OGG    ? 0.8
                   : format == FORMAT_OPUS ? 0.36 /* of 6 to 256 kbit/s a channel */
                                           : 1.0;
  if (format == FORMAT_MP3) {
    sf_command(file, SFC_SET_BITRATE_MODE, &variable, sizeof variable);
  }
  if (format == FORMAT_OGG || format == FORMAT_OPUS || format == FORMAT_MP3) {
    sf_command(file, SFC_SET_VBR_ENCODING_QUALITY, &quality, sizeof quality);
  }
}

/* libsndfile has no field for the software in MP3; there the mark follows the song's comment. */
static void mark(struct output *output, const struct output_kind *kind) {
  const char *comment = sf_get_string(kind->tags, SF_STR_COMMENT);
  const size_t room = MARK_SIZE + (comment ? strlen(comment) + 1 : 0);
  char *both = kind->format == FORMAT_MP3 && output->draft.mark[0] ? malloc(room) : NULL;
  if (both) {
    snprintf(both, room, "%s%s%s", comment ? comment : "", comment ? " " : "", output->draft.mark);
    sf_set_string(output->file, SF_STR_COMMENT, both);
  } else if (output->draft.mark[0]) {
    sf_set_string(output->file, SF_STR_SOFTWARE, output->draft.mark);
  }
  free(both);
}

/* The descriptor to write to. */
static int open_file(struct output *output, const char *path, const struct output_kind *kind) {
  if (path) {
    return draft_open(&output->draft, path, kind->song, kind->stamp);
  }
  output->spool = spool_new();
  output->spooled = output->spool >= 0;
  snprintf(output->draft.path, sizeof output->draft.path, "standard output");
  const int fd = output->spooled ? fcntl(output->spool, F_DUPFD_CLOEXEC, STDERR_FILENO + 1) : -1;
  if (output->spooled && fd < 0) {
    say("standard output: %s", strerror(errno));
  }
  return fd;
}

enum status output_open(struct output *output, const char *path, const char *stem,
                        const struct output_kind *kind) {
  *output = (struct output){.channels = kind->channels};
  const int fd = open_file(output, path, kind);
  if (fd < 0) {
    return STATUS_FAILED;
  }
  SF_INFO info = {.samplerate = rate_of(kind->format, kind->rate),
                  .channels = kind->channels,
                  .format = sndfile_format(kind)};
  struct sound_error refused;
  output->file = file_sink_open(&output->sink, fd, &info, &refused);
  if (!output->file) {
    say("%s: %s", output->draft.path,
        output->sink.error ? strerror(output->sink.error) : refused.words);
    close(fd);
    return STATUS_FAILED;
  }
  if (info.samplerate != kind->rate) {
    output->resample = resample_new(kind->channels, kind->rate, info.samplerate);
    if (!output->resample) {
      say("out of memory");
      return STATUS_FAILED;
    }
  }
  const bool lossless = kind->format == FORMAT_WAV || kind->format == FORMAT_FLAC;
  output->integer = lossless && kind->bits != BITS_32F;
  output->shorts = lossless && kind->bits == BITS_16;
  dither_start(&output->dither, kind->dither);
  sf_command(output->file, SFC_SET_CLIPPING, NULL, SF_TRUE);
  /* The chunk of peaks carries the time of day: without it the same stems are the same file. */
  sf_command(output->file, SFC_SET_ADD_PEAK_CHUNK, NULL, SF_FALSE);
  set_quality(output->file, kind->format);
  tags_copy(kind->tags, output->file, stem);
  mark(output, kind);
  return STATUS_OK;
}

/* STATUS_FAILED after saying why something was not written; code is libsndfile's. */
static enum status written(const struct output *output, bool good, int code) {
  if (good && output->sink.error == 0) {
    return STATUS_OK;
  }
  say("%s: cannot write: %s", output->draft.path,
      output->sink.error ? strerror(output->sink.error) : sf_error_number(code));
  return STATUS_FAILED;
}

static enum status put(struct output *output, const float *frames, size_t n) {
  short rounded[2 * MAX_FRAMES];
  sf_count_t count;
  if (output->shorts) {
    for (size_t i = 0; i < n * (size_t)output->channels; i++) {
      rounded[i] = dither_sample(&output->dither, frames[i]);
    }
    count = sf_writef_short(output->file, rounded, (sf_count_t)n);
  } else {
    count = sf_writef_float(output->file, frames, (sf_count_t)n);
  }
  return written(output, count == (sf_count_t)n, sf_error(output->file));
}

/* With n = 0 at the end. */
static enum status put_resampled(struct output *output, const float *frames, size_t n) {
  enum status status = STATUS_OK;
  long given;
  do {
    const float *resampled;
    given = resample_run(output->resample, frames, n, &resampled);
    if (given < 0) {
      say("%s: cannot be resampled", output->draft.path);
      return STATUS_FAILED;
    }
    for (long at = 0; status == STATUS_OK && at < given; at += MAX_FRAMES) {
      const long left = given - at;
      status = put(output, resampled + at * output->channels,
                   left < MAX_FRAMES ? (size_t)left : (size_t)MAX_FRAMES);
    }
  } while (status == STATUS_OK && n == 0 && given > 0);
  return status;
}

enum status output_write(struct output *output, const float *left, const float *right, size_t n) {
  float frames[2 * MAX_FRAMES];
  const size_t samples = n * (size_t)output->channels;
  for (size_t i = 0; i < samples; i++) {
    const float x = output->channels == 1 ? left[i] : (i % 2 ? right : left)[i / 2];
    if (!isfinite(x)) {
      say("%s: the plugin returned a sample that is not a number", output->draft.path);
      return STATUS_FAILED;
    }
    output->clipped += output->integer && fabsf(x) > 1.0f;
    output->peak = fmaxf(output->peak, fabsf(x));
    output->power += (double)x * x;
    frames[i] = x;
  }
  output->samples += samples;
  return output->resample ? put_resampled(output, frames, n) : put(output, frames, n);
}

enum status output_close(struct output *output) {
  if (output->resample && put_resampled(output, NULL, 0) != STATUS_OK) {
    return STATUS_FAILED;
  }
  const int failed = sf_close(output->file);
  output->file = NULL;
  /* Some file systems report only here that there was no room. */
  if (close(output->sink.fd) != 0 && output->sink.error == 0 && errno != EINTR) {
    output->sink.error = errno;
  }
  return written(output, failed == 0, failed);
}

enum status output_publish(struct output *output) {
  return output->spooled ? spool_to_stdout(output->spool) : draft_publish(&output->draft);
}

void output_discard(struct output *output) {
  if (output->file) {
    sf_close(output->file);
    close(output->sink.fd);
  }
  output->file = NULL;
  resample_free(output->resample);
  output->resample = NULL;
  if (output->spooled) {
    close(output->spool);
  }
  output->spooled = false;
  draft_discard(&output->draft);
}
