#include "tests/support/files.h"

#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

char *file_temporary(void) {
  const char *folder = getenv("TMPDIR");
  size_t room = 4096;
  char *path = malloc(room);
  if (!path) {
    abort();
  }
  snprintf(path, room, "%s/unbraid-test-XXXXXX", folder ? folder : "/tmp");
  int descriptor = mkstemp(path);
  if (descriptor < 0) {
    perror(path);
    abort();
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
  int descriptor = open(path, O_WRONLY);
  if (descriptor < 0 || write(descriptor, bytes, size) != (ssize_t)size ||
      ftruncate(descriptor, (off_t)size) != 0 || close(descriptor) != 0) {
    perror(path);
    abort();
  }
}

unsigned char *file_read(const char *path, size_t *size) {
  FILE *stream = fopen(path, "rb");
  if (!stream || fseek(stream, 0, SEEK_END) != 0) {
    perror(path);
    abort();
  }
  long end = ftell(stream);
  rewind(stream);
  unsigned char *bytes = end >= 0 ? malloc((size_t)end + 1) : NULL;
  if (!bytes || fread(bytes, 1, (size_t)end, stream) != (size_t)end) {
    perror(path);
    abort();
  }
  fclose(stream);
  bytes[end] = 0;
  *size = (size_t)end;
  return bytes;
}

char *file_absolute(const char *name) {
  char folder[4096] = "";
  size_t room = sizeof folder + strlen(name) + 2;
  char *path = malloc(room);
  bool relative = *name != '/';
  if (!path || (relative && !getcwd(folder, sizeof folder))) {
    abort();
  }
  snprintf(path, room, "%s%s%s", folder, relative ? "/" : "", name);
  return path;
}
