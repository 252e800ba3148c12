/* Where in a file the audio is. Headers are wrong where a recorder crashed, where the length was
 * not known when they were written, or where files were put one behind the other; libsndfile
 * believes them, and half a song must not pass for a whole one. */
#pragma once

#include "cli/song_parts.h"

/** Looks at the headers of a file of size bytes. A form of file that is unknown is one part,
 * without patches: libsndfile will say the rest. Returns 0, or an errno. */
int container_find(struct song_parts *layout, int fd, sf_count_t size);
