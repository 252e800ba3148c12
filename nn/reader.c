/* SPDX-License-Identifier: ISC */
#include "nn/reader.h"

#include <stdio.h>
#include <stdlib.h>

enum { NAME_SIZE = 128 };

struct reader reader_of(const struct safetensors *file, char *error, size_t error_size) {
  return (struct reader){.file = file, .error = error, .error_size = error_size, .good = true};
}

void reader_fail(struct reader *reader, const char *reason) {
  if (reader->good) {
    snprintf(reader->error, reader->error_size, "%s: %s", safetensors_path(reader->file), reason);
    reader->good = false;
  }
}

unsigned reader_size(struct reader *reader, const char *key, unsigned maximum) {
  unsigned size = 0;
  reader->good = reader->good && safetensors_count(reader->file, key, 1, maximum, &size,
                                                   reader->error, reader->error_size);
  return reader->good ? size : 0;
}

unsigned reader_number(const char **text, unsigned maximum) {
  unsigned number = 0;
  while (**text >= '0' && **text <= '9' && number <= maximum) {
    number = number * 10 + (unsigned)(*(*text)++ - '0');
  }
  return number <= maximum ? number : 0;
}

float *reader_tensor(struct reader *reader, const char *layer, const char *part,
                     const size_t *shape, unsigned rank) {
  char name[NAME_SIZE];
  snprintf(name, sizeof name, "%s.%s", layer, part);
  float *values = reader->good ? safetensors_tensor(reader->file, name, shape, rank, reader->error,
                                                    reader->error_size)
                               : NULL;
  reader->good = values != NULL;
  return values;
}

void reader_dense(struct reader *reader, struct dense *dense, const char *layer, size_t rows,
                  size_t cols) {
  const size_t shape[] = {rows, cols};
  float *weight = reader_tensor(reader, layer, "weight", shape, 2);
  float *bias = reader_tensor(reader, layer, "bias", shape, 1);
  if (reader->good && !dense_init(dense, (unsigned)rows, (unsigned)cols, 1, weight, 1, bias)) {
    reader_fail(reader, "out of memory");
  }
  free(weight);
  free(bias);
}
