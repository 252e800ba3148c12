/* Where in a file the audio is. Headers are wrong where a recorder crashed, where the length was
 * not known when they were written, or where files were put one behind the other; libsndfile
 * believes them, and half a song must not pass for a whole one. */
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

struct layout {
  struct part *parts;
  size_t n_parts;
  char flaw[FLAW]; /* what is wrong with it, to follow the file's name; "" when nothing is */
};

/** Looks at the headers of a file of size bytes. A form of file that is unknown is one part,
 * without patches: libsndfile will say the rest. Returns 0, or an errno. */
int layout_find(struct layout *layout, int fd, sf_count_t size);

/** Adds a part; NULL when there is no memory. For the files beside this one. */
struct part *layout_add(struct layout *layout, sf_count_t start, sf_count_t size);

/** Frees what was found; {0} is fine. */
void layout_free(struct layout *layout);
