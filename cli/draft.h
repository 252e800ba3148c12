/* A file that is being written. It has a hidden name until it is whole. */
#pragma once

#include "cli/folder.h"

struct draft {
  char path[PATH_SIZE], hidden[PATH_SIZE]; /* hidden: "" when there is none */
  const char *song;                        /* that it was made from */
};

/** Starts the file that shall become path, in the same folder, and remembers the absolute path of
 * the song that it is made from; the string is kept. A draft starts as {0}. Returns a descriptor to
 * write to, or -1 after saying why: also when the name is too long, a folder's, the song's own, or
 * a file's that was made from another song. */
int draft_open(struct draft *draft, const char *path, const char *song);

/** Gives the file, which is whole, its name. STATUS_FAILED after saying why. */
enum status draft_publish(struct draft *draft);

/** Removes the file; nothing is done for one that was published or never opened. */
void draft_discard(struct draft *draft);
