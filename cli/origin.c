/* SPDX-License-Identifier: ISC */
#define _GNU_SOURCE /* memmem() */
#include "cli/origin.h"

#include "cli/hash.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#define NOTE "user.dublincore.source"
#define STAMP "user.unbraid.made"
#define MARK "unbraid: song "

bool origin_note(int fd, const char *song, const char *stamp) {
  return fsetxattr(fd, NOTE, song, strlen(song), 0) == 0 &&
         fsetxattr(fd, STAMP, stamp, strlen(stamp), 0) == 0;
}

static bool holds(const char *path, const char *attribute, const char *value) {
  char found[ORIGIN_SIZE];
  const ssize_t length = getxattr(path, attribute, found, sizeof found);
  return length > 0 && (size_t)length == strlen(value) && memcmp(found, value, strlen(value)) == 0;
}

bool origin_is(const char *path, const char *song, const char *stamp) {
  struct stat st;
  return stat(path, &st) == 0 && S_ISREG(st.st_mode) && holds(path, NOTE, song) &&
         holds(path, STAMP, stamp);
}

bool origin_is_ours(const char *path) {
  return getxattr(path, STAMP, NULL, 0) > 0;
}

void origin_mark(const char *song, char mark[MARK_SIZE]) {
  snprintf(mark, MARK_SIZE, MARK "%016" PRIx64, hash_more(HASH_OF_NOTHING, song, strlen(song)));
}

/* ---- PNG: a text chunk before the last chunk ---- */

static uint32_t crc_of(const unsigned char *bytes, size_t n) {
  uint32_t crc = UINT32_MAX;
  for (size_t i = 0; i < n; i++) {
    crc ^= bytes[i];
    for (int bit = 0; bit < 8; bit++) {
      crc = crc >> 1 ^ (crc & 1 ? 0xEDB88320u : 0);
    }
  }
  return ~crc;
}

static void put_32(unsigned char *to, uint32_t value) {
  for (int i = 0; i < 4; i++) {
    to[i] = (unsigned char)(value >> (24 - 8 * i));
  }
}

bool origin_mark_png(const char *path, const char *mark) {
  enum { END = 12, HEAD = 8 }; /* bytes: the last chunk; length and type */
  unsigned char chunk[HEAD + 32 + MARK_SIZE + 4 + END];
  /* A keyword, a zero, the text. */
  const int size = snprintf((char *)chunk + HEAD, 32 + MARK_SIZE, "Software%c%s", 0, mark);
  put_32(chunk, (uint32_t)size);
  put_32(chunk + 4, 0x74455874u); /* tEXt */
  unsigned char *const end = chunk + HEAD + size;
  put_32(end, crc_of(chunk + 4, 4 + (size_t)size));
  FILE *file = fopen(path, "r+b");
  const size_t length = HEAD + (size_t)size + 4 + END;
  const bool written = file && fseek(file, -END, SEEK_END) == 0 &&
                       fread(end + 4, 1, END, file) == END && fseek(file, -END, SEEK_END) == 0 &&
                       fwrite(chunk, 1, length, file) == length;
  return (!file || fclose(file) == 0) && written;
}

/* ---- Reading ---- */

/* Stems have their tags near the start of the file, pictures at the end. */
static bool find_mark(int fd, off_t at, char mark[MARK_SIZE]) {
  enum { NEAR = 256 * 1024 };
  const size_t length = strlen(MARK) + 16;
  char *const bytes = malloc(NEAR);
  const ssize_t n = bytes ? pread(fd, bytes, NEAR, at) : -1;
  const char *found = n > 0 ? memmem(bytes, (size_t)n, MARK, strlen(MARK)) : NULL;
  if (found && (size_t)(bytes + n - found) >= length) {
    memcpy(mark, found, length);
    mark[length] = '\0';
  } else {
    found = NULL;
  }
  free(bytes);
  return found;
}

static bool read_mark(const char *path, char mark[MARK_SIZE]) {
  enum { PNG_END = 128 };
  const int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  const off_t size = fd < 0 ? 0 : lseek(fd, 0, SEEK_END);
  const bool found = size > 0 && (find_mark(fd, 0, mark) ||
                                  find_mark(fd, size > PNG_END ? size - PNG_END : 0, mark));
  if (fd >= 0) {
    close(fd);
  }
  return found;
}

bool origin_differs(const char *path, const char *song, char other[ORIGIN_SIZE]) {
  const ssize_t length = getxattr(path, NOTE, other, ORIGIN_SIZE - 1);
  other[length > 0 ? length : 0] = '\0';
  if (length > 0) {
    return strcmp(other, song) != 0;
  }
  char mark[MARK_SIZE], own[MARK_SIZE];
  origin_mark(song, own);
  return read_mark(path, mark) && strcmp(mark, own) != 0;
}
