/* SPDX-License-Identifier: ISC */
#define _GNU_SOURCE
#include "tests/fuzz/fuzz.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

void must(bool holds, const char *what) {
  if (!holds) {
    fprintf(stderr, "not so: %s\n", what);
    abort();
  }
}

uint8_t bytes_u8(struct bytes *bytes) {
  if (bytes->size == 0) {
    return 0;
  }
  --bytes->size;
  return *bytes->data++;
}

uint32_t bytes_u32(struct bytes *bytes) {
  uint32_t value = 0;
  for (unsigned i = 0; i < 4; ++i) {
    value |= (uint32_t)bytes_u8(bytes) << (8 * i);
  }
  return value;
}

uint8_t *bytes_block(struct bytes *bytes, size_t size, size_t *taken) {
  *taken = size < bytes->size ? size : bytes->size;
  uint8_t *block = malloc(*taken ? *taken : 1);
  must(block != NULL, "there is memory");
  if (*taken > 0) {
    memcpy(block, bytes->data, *taken);
  }
  bytes->data += *taken;
  bytes->size -= *taken;
  return block;
}

char *bytes_text(struct bytes *bytes) {
  const uint8_t *end = bytes->size ? memchr(bytes->data, 0, bytes->size) : NULL;
  size_t length = end ? (size_t)(end - bytes->data) : bytes->size;
  char *text = malloc(length + 1);
  must(text != NULL, "there is memory");
  if (length > 0) {
    memcpy(text, bytes->data, length);
  }
  text[length] = '\0';
  bytes->data += length + (end != NULL);
  bytes->size -= length + (end != NULL);
  return text;
}

enum { MAX_URIS = 128 };

static LV2_URID number(LV2_URID_Map_Handle handle, const char *uri) {
  static const char *uris[MAX_URIS];
  (void)handle;
  for (LV2_URID i = 0; i < MAX_URIS; ++i) {
    if (!uris[i]) {
      uris[i] = strdup(uri);
    }
    if (strcmp(uris[i], uri) == 0) {
      return i + 1;
    }
  }
  abort();
}

LV2_URID_Map *fuzz_map(void) {
  static LV2_URID_Map map = {NULL, number};
  return &map;
}

const char *fuzz_file(const void *bytes, size_t size) {
  static int file = -1;
  static char path[64];
  if (file < 0) {
    file = memfd_create("fuzz", MFD_CLOEXEC);
    snprintf(path, sizeof path, "/proc/self/fd/%d", file);
  }
  must(file >= 0 && ftruncate(file, 0) == 0 && pwrite(file, bytes, size, 0) == (ssize_t)size,
       "a file in memory can be written");
  return path;
}
