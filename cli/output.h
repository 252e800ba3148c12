/* SPDX-License-Identifier: ISC */
/* One written file of audio. */
#pragma once

#include "cli/dither.h"
#include "cli/draft.h"
#include "cli/file_sink.h"
#include "cli/options.h"
#include "cli/resample.h"

#include <sndfile.h>
#include <stdint.h>

struct output {
  struct draft draft; /* its path is "standard output" ... */
  bool spooled;       /* ... for what goes there, which waits in a file */
  int spool;
  SNDFILE *file;
  struct file_sink sink; /* that it writes to; its descriptor is open while file is */
  int channels;
  bool integer;     /* holds nothing above full scale */
  bool shorts;      /* 16 bits, rounded here */
  uint64_t clipped; /* samples that were */
  struct dither dither;
  struct resample *resample; /* NULL where the format has the song's rate */
  float peak;                /* highest sample, of 1 */
  double power;              /* sum of squares ... */
  uint64_t samples;          /* ... of so many */
};

/** The common properties of all files of a song. */
struct output_kind {
  enum file_format format;
  enum sample_bits bits;
  bool dither;
  int channels, rate; /* 1 or 2; Hz */
  uint64_t frames;    /* expected */
  const char *song;   /* that they are made from: its absolute path ... */
  const char *stamp;  /* ... how, see draft_open() ... */
  SNDFILE *tags;      /* ... and where its tags are, open for reading */
};

/** The extension of a format: "wav" ... */
const char *output_extension(enum file_format format);

/** Starts the file for path (NULL: standard output); stem is the name of what it holds. An output
 * starts as {0}. STATUS_FAILED after saying why. */
enum status output_open(struct output *output, const char *path, const char *stem,
                        const struct output_kind *kind);

/** Appends n (at most 1024) frames; right is not read for a mono file. STATUS_FAILED after saying
 * why. */
enum status output_write(struct output *output, const float *left, const float *right, size_t n);

/** Completes the file, which remains a draft. STATUS_FAILED after saying why. */
enum status output_close(struct output *output);

/** Gives the complete file its name, or copies it to standard output. STATUS_FAILED after saying
 * why. */
enum status output_publish(struct output *output);

/** Removes an unfinished file; nothing is done for one that was published or never opened. */
void output_discard(struct output *output);
