#include "cli/output.h"

#include "cli/tags.h"

#include <errno.h>
#include <math.h>
#include <string.h>

enum { MAX_FRAMES = 1024 };

const char *output_extension(enum file_format format) {
  static const char *const extensions[] = {"wav", "flac", "ogg"};
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
  case FORMAT_WAV:
    break;
  }
  return (bytes < 0xFFF00000u ? SF_FORMAT_WAV : SF_FORMAT_RF64) | subtypes[kind->bits];
}

enum status output_open(struct output *output, const char *path, const struct output_kind *kind) {
  *output = (struct output){.channels = kind->channels};
  const int fd = draft_open(&output->draft, path, kind->song);
  if (fd < 0) {
    return STATUS_FAILED;
  }
  SF_INFO info = {
      .samplerate = kind->rate, .channels = kind->channels, .format = sndfile_format(kind)};
  output->file = sf_open_fd(fd, SFM_WRITE, &info, SF_TRUE); /* closes fd, even when it fails */
  if (!output->file) {
    say("%s: %s", path, sf_strerror(NULL));
    return STATUS_FAILED;
  }
  output->integer = kind->format != FORMAT_OGG && kind->bits != BITS_32F;
  sf_command(output->file, SFC_SET_CLIPPING, NULL, SF_TRUE);
  /* The chunk of peaks carries the time of day: without it the same stems are the same file. */
  sf_command(output->file, SFC_SET_ADD_PEAK_CHUNK, NULL, SF_FALSE);
  double quality = 0.8;
  if (kind->format == FORMAT_OGG) {
    sf_command(output->file, SFC_SET_VBR_ENCODING_QUALITY, &quality, sizeof quality);
  }
  tags_copy(kind->tags, output->file);
  if (output->draft.mark[0]) {
    sf_set_string(output->file, SF_STR_SOFTWARE, output->draft.mark);
  }
  return STATUS_OK;
}

static enum status write_failed(const struct output *output) {
  say("%s: cannot write: %s", output->draft.path,
      errno ? strerror(errno) : sf_strerror(output->file));
  return STATUS_FAILED;
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
    frames[i] = x;
  }
  errno = 0;
  if (sf_writef_float(output->file, frames, (sf_count_t)n) != (sf_count_t)n) {
    return write_failed(output);
  }
  return STATUS_OK;
}

enum status output_close(struct output *output) {
  errno = 0;
  const int failed = sf_close(output->file);
  output->file = NULL;
  if (failed) {
    say("%s: cannot write: %s", output->draft.path,
        errno ? strerror(errno) : sf_error_number(failed));
    return STATUS_FAILED;
  }
  return STATUS_OK;
}

void output_discard(struct output *output) {
  if (output->file) {
    sf_close(output->file);
  }
  output->file = NULL;
  draft_discard(&output->draft);
}
