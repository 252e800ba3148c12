/* SPDX-License-Identifier: ISC */
/* Reads a model file into a network. The first failure sets the error; all later calls do nothing.
 * Nothing here is real-time safe. */
#pragma once

#include "nn/layers.h"
#include "nn/safetensors.h"

#include <stdbool.h>
#include <stddef.h>

struct reader {
  const struct safetensors *file;
  char *error; /* one line that names the file and the reason, once `good` is false */
  size_t error_size;
  bool good;
};

struct reader reader_of(const struct safetensors *file, char *error, size_t error_size);

/** Fails with this reason, unless an earlier call failed. */
void reader_fail(struct reader *reader, const char *reason);

/** A size from the metadata, 1 ... maximum. @return 0 once something failed. */
unsigned reader_size(struct reader *reader, const char *key, unsigned maximum);

/** A decimal number of 1 ... maximum at *text, which it steps over. @return 0 if there is none. */
unsigned reader_number(const char **text, unsigned maximum);

/** The tensor LAYER.PART of this shape as a new array to be freed with free(). @return NULL once
 * something failed. */
float *reader_tensor(struct reader *reader, const char *layer, const char *part,
                     const size_t *shape, unsigned rank);

/** A dense layer from LAYER.weight [rows][cols] and LAYER.bias [rows]. */
void reader_dense(struct reader *reader, struct dense *dense, const char *layer, size_t rows,
                  size_t cols);
