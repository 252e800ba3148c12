/* SPDX-License-Identifier: ISC */
#include "tests/support/tensors.h"

#include "tests/support/files.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

char *tensors_path;

int tensors_make_path(void **state) {
  (void)state;
  tensors_path = file_temporary();
  return 0;
}

int tensors_remove_path(void **state) {
  (void)state;
  file_remove(tensors_path);
  return 0;
}

/* Header length as claimed, header, data. */
struct tensors_image tensors_image(uint64_t length, const char *header, const void *data,
                                   size_t size) {
  struct tensors_image image = {.size = LENGTH_BYTES + strlen(header) + size};
  assert_true(image.size <= MAX_FILE);
  for (unsigned i = 0; i < LENGTH_BYTES; ++i) {
    image.bytes[i] = (unsigned char)(length >> (8 * i));
  }
  memcpy(image.bytes + LENGTH_BYTES, header, strlen(header));
  if (size > 0) {
    memcpy(image.bytes + LENGTH_BYTES + strlen(header), data, size);
  }
  return image;
}

void tensors_write(const char *header, const void *data, size_t size) {
  struct tensors_image image = tensors_image(strlen(header), header, data, size);
  file_write(tensors_path, image.bytes, image.size);
}

/* An error is one line that begins with the file's name and says something after it. */
void tensors_check_error(const char *error) {
  size_t n = strlen(tensors_path);
  if (strncmp(error, tensors_path, n) != 0 || strncmp(error + n, ": ", 2) != 0 ||
      strlen(error) < n + 8) {
    fail_msg("\"%s\" does not say what is wrong with %s", error, tensors_path);
  }
  for (const char *c = error; *c; ++c) {
    assert_true((unsigned char)*c >= ' ' && *c != 0x7f);
  }
}

struct safetensors *tensors_open(void) {
  char error[ERROR_SIZE] = "";
  struct safetensors *file = safetensors_open(tensors_path, error, sizeof error);
  if (!file) {
    fail_msg("%s", error);
  }
  return file;
}

float *tensors_read(const char *name, const size_t *shape, unsigned rank) {
  struct safetensors *file = tensors_open();
  char error[ERROR_SIZE] = "";
  float *values = safetensors_tensor(file, name, shape, rank, error, sizeof error);
  if (!values) {
    fail_msg("%s", error);
  }
  safetensors_free(file);
  return values;
}
