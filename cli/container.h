/* SPDX-License-Identifier: ISC */
/* Finds the audio in a file. Headers are wrong if a recorder crashed, if the length was unknown
 * when they were written, or if files were concatenated. libsndfile trusts headers, but half a song
 * must not pass for a whole song. */
#pragma once

#include "cli/song_parts.h"

/** Looks at the headers of a file of size bytes. A file of an unknown format is one part without
 * patches; libsndfile judges it. Returns 0, or an errno. */
int container_find(struct song_parts *layout, int fd, sf_count_t size);
