/* SPDX-License-Identifier: ISC */
/* Networks of any sizes: the input is the metadata, lines of KEY=VALUE, and every tensor that a
 * network asks for is there, in the shape it asks for. Takes the place of nn/safetensors.c. */
#define _GNU_SOURCE
#include "dsp/memory.h"
#include "nn/net.h"
#include "nn/safetensors.h"
#include "tests/fuzz/fuzz.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_KEYS = 64, MAX_FLOATS = 1 << 17, STEPS = 5 };

struct safetensors {
  char *text;
  const char *keys[MAX_KEYS], *values[MAX_KEYS];
  unsigned count;
};

static const char *metadata; /* of the next file */
static size_t budget;        /* floats that its tensors may have, as by its length */

struct safetensors *safetensors_open(const char *path, char *error, size_t error_size) {
  (void)path;
  (void)error;
  (void)error_size;
  struct safetensors *file = calloc(1, sizeof *file);
  must(file != NULL && (file->text = strdup(metadata)), "there is memory");
  char *next = file->text;
  for (char *line; (line = strsep(&next, "\n")) && file->count < MAX_KEYS;) {
    char *equals = strchr(line, '=');
    if (equals) {
      *equals = '\0';
      file->keys[file->count] = line;
      file->values[file->count++] = equals + 1;
    }
  }
  budget = MAX_FLOATS;
  return file;
}

void safetensors_free(struct safetensors *file) {
  free(file->text);
  free(file);
}

const char *safetensors_path(const struct safetensors *file) {
  (void)file;
  return "file";
}

const char *safetensors_text(const struct safetensors *file, const char *key) {
  for (unsigned i = 0; i < file->count; ++i) {
    if (strcmp(file->keys[i], key) == 0) {
      return file->values[i];
    }
  }
  return NULL;
}

bool safetensors_expect(const struct safetensors *file, const char *key, const char *expected,
                        char *error, size_t error_size) {
  const char *text = safetensors_text(file, key);
  snprintf(error, error_size, "not %s", expected);
  return text && strcmp(text, expected) == 0;
}

bool safetensors_number(const struct safetensors *file, const char *key, double minimum,
                        double maximum, double *value, char *error, size_t error_size) {
  const char *text = safetensors_text(file, key);
  double number = text ? strtod(text, NULL) : NAN;
  snprintf(error, error_size, "no number");
  if (!(number >= minimum && number <= maximum)) {
    return false;
  }
  *value = number;
  return true;
}

bool safetensors_count(const struct safetensors *file, const char *key, unsigned minimum,
                       unsigned maximum, unsigned *value, char *error, size_t error_size) {
  double number;
  if (!safetensors_number(file, key, minimum, maximum, &number, error, error_size) ||
      number != floor(number)) {
    return false;
  }
  *value = (unsigned)number;
  return true;
}

/* As in the real one, the shape is bounded by what there is. */
float *safetensors_tensor(const struct safetensors *file, const char *name, const size_t *shape,
                          unsigned rank, char *error, size_t error_size) {
  (void)file;
  size_t count = 1;
  must(rank >= 1 && rank <= SAFETENSORS_MAX_RANK, "a tensor has a rank");
  snprintf(error, error_size, "%s is too large", name);
  for (unsigned i = 0; i < rank; ++i) {
    if (shape[i] == 0 || count > budget / shape[i]) {
      return NULL;
    }
    count *= shape[i];
  }
  budget -= count;
  float *values = memory_floats(count);
  must(values != NULL, "there is memory");
  for (size_t i = 0; i < count; ++i) {
    values[i] = (float)((i * 37 + count) % 101) / 101.0f - 0.5f;
  }
  return values;
}

static void step(struct net *net) {
  const struct net_info *info = net_info(net);
  size_t pairs = (size_t)2 * info->bins, masks = (size_t)info->stems * info->bins;
  float *left = calloc(pairs, sizeof *left), *right = calloc(pairs, sizeof *right);
  float *estimates = malloc(masks * sizeof *estimates);
  must(left && right && estimates, "there is memory");
  for (unsigned i = 0; i < STEPS; ++i) {
    for (unsigned b = 0; b < pairs; ++b) {
      left[b] = (float)((b * 7 + i) % 13);
      right[b] = i ? (float)((b * 5 + i) % 11) : 0.0f;
    }
    net_step(net, left, right, estimates);
    for (size_t m = 0; m < masks; ++m) {
      must(isfinite(estimates[m]), "estimates of weights and spectra that are finite are so too");
      must(estimates[m] >= 0.0f, "no estimate is below zero");
    }
    if (i == STEPS / 2) {
      net_reset(net);
    }
  }
  free(left);
  free(right);
  free(estimates);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static const char *const tables[] = {"avx512", "avx2", "generic"};
  static const double rates[] = {44100.0, 96000.0, 22050.0};
  char error[256];
  struct bytes input = {data, size};
  unsigned choice = bytes_u8(&input);
  char *text = bytes_text(&input);
  metadata = text;
  struct net *net = net_open("file", rates[choice / 3 % 3], error, sizeof error);
  const struct kernels *kernels = kernels_named(tables[choice % 3]);
  if (net && kernels) {
    net_use_kernels(net, kernels);
  }
  if (net) {
    step(net);
  }
  net_free(net);
  free(text);
  return 0;
}
