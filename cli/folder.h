/* SPDX-License-Identifier: ISC */
/* The output folder. */
#pragma once

#include "cli/status.h"

#include <stddef.h>

enum { PATH_SIZE = 4096 };

/** A folder made for the output, with its missing parents. */
struct folder {
  char path[PATH_SIZE];
  size_t existing; /* length of the part of path that was there before */
};

/** Makes a folder unless it is there. STATUS_FAILED after saying why. */
enum status folder_make(struct folder *folder, const char *path);

/** Removes the folders of folder_make() that are empty. */
void folder_unmake(const struct folder *folder);
