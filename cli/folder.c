/* SPDX-License-Identifier: ISC */
#include "cli/folder.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum status folder_make(struct folder *folder, const char *path) {
  const size_t length = strlen(path);
  *folder = (struct folder){.existing = 0};
  if (length >= sizeof folder->path) {
    say("%s: name too long", path);
    return STATUS_FAILED;
  }
  memcpy(folder->path, path, length + 1);
  char *const p = folder->path;
  for (size_t end = 1; end <= length; end++) {
    if (p[end] != '/' && p[end] != '\0') {
      continue;
    }
    const char cut = p[end];
    p[end] = '\0';
    const int failed = mkdir(p, 0777) == 0 ? 0 : errno;
    struct stat st;
    const bool there = failed && stat(p, &st) == 0 && S_ISDIR(st.st_mode);
    if (there) {
      folder->existing = end;
    }
    if (failed && !there) {
      say("%s: %s", p, strerror(failed));
      folder_unmake(folder);
      return STATUS_FAILED;
    }
    p[end] = cut;
  }
  return STATUS_OK;
}

void folder_unmake(const struct folder *folder) {
  char path[PATH_SIZE];
  memcpy(path, folder->path, sizeof path);
  for (size_t end = strlen(path); end > folder->existing; end--) {
    if (path[end] != '/' && path[end] != '\0') {
      continue;
    }
    path[end] = '\0';
    rmdir(path);
  }
}
