/* SPDX-License-Identifier: ISC */
/* The list of songs: files, and the audio files of folders. */
#pragma once

#include "cli/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct song {
  char *path;   /* "-": standard input */
  char *folder; /* its subfolder within the given folder: "a/b"; "" for a given file */
  dev_t device; /* of its file; 0 if there is none */
  ino_t number;
};

struct songs {
  struct song *list;
  size_t count;
  size_t failed; /* folders that cannot be read, or have no song */
};

/** Lists the songs of n files and folders in their order, within a folder by name, each file once.
 * From a folder and its subfolders it takes audio files by extension. It skips hidden names,
 * folders named NAME.stems, the output folder (out; NULL: none) and files with this program's
 * extended attribute. It reports and counts unusable folders; it does not open files.
 * STATUS_FAILED, after saying so, when out of memory. Free the songs in every case. */
enum status songs_find(struct songs *songs, char *const *inputs, int n, const char *out);

/** Whether a path means standard input. */
bool songs_is_stdin(const char *path);

void songs_free(struct songs *songs);
