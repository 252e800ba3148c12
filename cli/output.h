/* One written file of audio. */
#pragma once

#include "cli/draft.h"
#include "cli/options.h"

#include <sndfile.h>
#include <stdint.h>

struct output {
  struct draft draft;
  SNDFILE *file;
  int channels;
  bool integer;     /* holds nothing above full scale */
  uint64_t clipped; /* samples that were */
};

/** The common properties of all files of a run. */
struct output_kind {
  enum file_format format;
  enum sample_bits bits;
  int channels, rate; /* 1 or 2; Hz */
  uint64_t frames;    /* expected */
  const char *song;   /* that they are made from: its absolute path ... */
  SNDFILE *tags;      /* ... and where its tags are, open for reading */
};

/** The extension of a format: "wav" ... */
const char *output_extension(enum file_format format);

/** Starts the file for path. An output starts as {0}. STATUS_FAILED after saying why. */
enum status output_open(struct output *output, const char *path, const struct output_kind *kind);

/** Appends n (at most 1024) frames; right is not read for a mono file. STATUS_FAILED after saying
 * why. */
enum status output_write(struct output *output, const float *left, const float *right, size_t n);

/** Completes the file, which remains a draft. STATUS_FAILED after saying why. */
enum status output_close(struct output *output);

/** Removes an unfinished file; does nothing for a file that was published or never opened. */
void output_discard(struct output *output);
