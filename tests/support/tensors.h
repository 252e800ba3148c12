/* SPDX-License-Identifier: ISC */
/* A safetensors file that a test writes, good or bad, and reads back. */
#pragma once

#include "nn/safetensors.h"

#include <stddef.h>
#include <stdint.h>

enum { LENGTH_BYTES = 8, ERROR_SIZE = 512, MAX_FILE = 8192 };

/** A file as it is being made. */
struct tensors_image {
  unsigned char bytes[MAX_FILE];
  size_t size;
};

/** Where the file is, between the two functions for cmocka_run_group_tests(). */
extern char *tensors_path;
int tensors_make_path(void **state);
int tensors_remove_path(void **state);

/** Header length as claimed, header, data. */
struct tensors_image tensors_image(uint64_t length, const char *header, const void *data,
                                   size_t size);

/** Writes a file whose header has the length that it claims. */
void tensors_write(const char *header, const void *data, size_t size);

/** Opens the file, or fails the test. */
struct safetensors *tensors_open(void);

/** A tensor of it, to be freed, or fails the test. */
float *tensors_read(const char *name, const size_t *shape, unsigned rank);

/** An error is one line that begins with the file's name and says something after it. */
void tensors_check_error(const char *error);
