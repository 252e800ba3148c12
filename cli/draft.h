/* A file that is being written. It has a hidden name until it is complete. */
#pragma once

#include "cli/folder.h"

struct draft {
  char path[PATH_SIZE], hidden[PATH_SIZE]; /* hidden: "" when there is none */
  const char *song;                        /* that it was made from */
};

/** Starts the file for path, in the same folder, and remembers the absolute path of the song that
 * it is made from; the string is kept. A draft starts as {0}. Returns a descriptor to write to, or
 * -1 after saying why: also if the name is too long, or belongs to a folder, to the song, or to a
 * file made from another song. */
int draft_open(struct draft *draft, const char *path, const char *song);

/** Gives the complete file its name. STATUS_FAILED after saying why. */
enum status draft_publish(struct draft *draft);

/** Removes the file; does nothing for a file that was published or never opened. */
void draft_discard(struct draft *draft);
