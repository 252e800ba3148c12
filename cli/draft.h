/* SPDX-License-Identifier: ISC */
/* A file that is being written. It has a hidden name until it is complete. */
#pragma once

#include "cli/folder.h"
#include "cli/origin.h"

struct draft {
  char path[PATH_SIZE], hidden[PATH_SIZE]; /* hidden: "" when there is none */
  char mark[MARK_SIZE]; /* to write into the file; "": the attribute holds the song */
};

/** Starts the file for path, in the same folder, and notes the song that it is made from, given by
 * its absolute path, and a stamp of how it is made. A draft starts as {0}. Returns a descriptor to
 * write to, or -1 after saying why: also if the name is too long, or belongs to a folder, to the
 * song, or to a file made from another song. */
int draft_open(struct draft *draft, const char *path, const char *song, const char *stamp);

/** Gives the complete file its name. STATUS_FAILED after saying why. */
enum status draft_publish(struct draft *draft);

/** Removes the file; does nothing for a file that was published or never opened. */
void draft_discard(struct draft *draft);
