/* SPDX-License-Identifier: ISC */
/* The audio files within one file, with their positions. */
#pragma once

#include "cli/file_view.h"

#include <stdint.h>

/** One audio file within the file; most files are one. */
struct part {
  sf_count_t start, size;  /* bytes */
  sf_count_t seeming_size; /* where it is more: as announced, or for a decoder that guesses lengths
                              from the size, far too much */
  struct patch patches[MAX_PATCHES];
  int n_patches;
  bool counts;        /* nothing tells how long it is: it has to be played to know */
  uint64_t announced; /* frames by a header that the patches hide; 0: libsndfile knows */
  uint64_t slack;     /* frames by which fewer may come */
};

enum { FLAW = 160 };

struct song_parts {
  struct part *parts;
  size_t n_parts;
  char flaw[FLAW]; /* what is wrong with it, to follow the file's name; "" when nothing is */
};

/** Adds a part; NULL when there is no memory. */
struct part *song_parts_add(struct song_parts *layout, sf_count_t start, sf_count_t size);

/** Frees what was found; {0} is fine. */
void song_parts_free(struct song_parts *layout);
