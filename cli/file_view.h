/* SPDX-License-Identifier: ISC */
/* A file as shown to libsndfile: a part of it with some corrected bytes in its header, or the
 * output of ffmpeg. */
#pragma once

#include "cli/ffmpeg.h"
#include "cli/sound_file.h"

#include <stdbool.h>
#include <stddef.h>

enum { MAX_PATCHES = 2, MAX_PATCH = 8 };

/** Bytes that replace bytes of the file. */
struct patch {
  sf_count_t at;
  int length;
  unsigned char bytes[MAX_PATCH];
};

struct file_view {
  int fd;                  /* the file */
  struct ffmpeg *decoder;  /* in its place, unless NULL */
  sf_count_t start, size;  /* the part */
  sf_count_t seeming_size; /* what libsndfile is told, when it is more; see song_parts.h */
  struct patch patches[MAX_PATCHES];
  int n_patches;
  sf_count_t at; /* from start */
  int error;     /* errno of the read that failed, or 0 */
  bool ended;    /* the end of the part was reached ... */
  bool cut;      /* ... by a file that ends before it */
};

/** Reads up to n bytes at an offset from start; fewer at the end, or when reading fails. */
size_t file_view_read(struct file_view *view, sf_count_t at, void *bytes, size_t n);

/** Opens it with libsndfile; *info starts as {0}. The view must stay where it is until sf_close().
 * NULL with *error set when it cannot be opened. */
SNDFILE *file_view_open(struct file_view *view, SF_INFO *info, struct sound_error *error);
