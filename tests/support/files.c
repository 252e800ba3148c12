/* SPDX-License-Identifier: ISC */
#define _XOPEN_SOURCE 700 /* nftw() */
#include "tests/support/files.h"

#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void give_up(const char *path) {
  perror(path);
  abort();
}

/* A name for mkstemp() or mkdtemp(). */
static char *template_new(void) {
  const char *folder = getenv("TMPDIR");
  return file_in(folder ? folder : "/tmp", "unbraid-test-XXXXXX");
}

char *file_temporary(void) {
  char *path = template_new();
  int descriptor = mkstemp(path);
  if (descriptor < 0) {
    give_up(path);
  }
  close(descriptor);
  return path;
}

void file_remove(char *path) {
  unlink(path);
  free(path);
}

void file_write(const char *path, const void *bytes, size_t size) {
  /* Cut to its size afterwards: file systems write a file to disk that is emptied and filled. */
  int descriptor = open(path, O_WRONLY | O_CREAT, 0600);
  if (descriptor < 0 || write(descriptor, bytes, size) != (ssize_t)size ||
      ftruncate(descriptor, (off_t)size) != 0 || close(descriptor) != 0) {
    give_up(path);
  }
}

unsigned char *file_read(const char *path, size_t *size) {
  FILE *stream = fopen(path, "rb");
  if (!stream || fseek(stream, 0, SEEK_END) != 0) {
    give_up(path);
  }
  long end = ftell(stream);
  rewind(stream);
  unsigned char *bytes = end >= 0 ? malloc((size_t)end + 1) : NULL;
  if (!bytes || fread(bytes, 1, (size_t)end, stream) != (size_t)end) {
    give_up(path);
  }
  fclose(stream);
  bytes[end] = 0;
  *size = (size_t)end;
  return bytes;
}

void file_copy(const char *from, const char *to) {
  size_t size = 0;
  unsigned char *bytes = file_read(from, &size);
  file_write(to, bytes, size);
  free(bytes);
}

char *file_folder(void) {
  char *folder = template_new();
  if (!mkdtemp(folder)) {
    give_up(folder);
  }
  return folder;
}

char *file_folder_of_links(const char *const links[][2], unsigned count) {
  char *folder = file_folder();
  for (unsigned i = 0; i < count; ++i) {
    char *link = file_in(folder, links[i][0]), *file = file_absolute(links[i][1]);
    if (symlink(file, link) != 0) {
      give_up(link);
    }
    free(link);
    free(file);
  }
  return folder;
}

static int remove_one(const char *path, const struct stat *info, int kind, struct FTW *place) {
  (void)info;
  (void)kind;
  (void)place;
  return remove(path);
}

void file_folder_remove(char *folder) {
  if (nftw(folder, remove_one, 8, FTW_DEPTH | FTW_PHYS) != 0) {
    give_up(folder);
  }
  free(folder);
}

char *file_in(const char *folder, const char *name) {
  size_t room = strlen(folder) + strlen(name) + 2;
  char *path = malloc(room);
  if (!path) {
    abort();
  }
  snprintf(path, room, "%s/%s", folder, name);
  return path;
}

char *file_absolute(const char *name) {
  char folder[4096];
  if (*name == '/') {
    return file_in("", name + 1);
  }
  if (!getcwd(folder, sizeof folder)) {
    give_up(name);
  }
  return file_in(folder, name);
}
