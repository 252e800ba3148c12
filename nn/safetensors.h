/* SPDX-License-Identifier: ISC */
/* Reader of safetensors files. It trusts nothing in the file: it checks sizes, overflows, types,
 * shapes and finiteness before use. Tensors of type F32, F16 and BF16 are read as float.
 *
 * Format: https://github.com/huggingface/safetensors#format */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct safetensors;

/** Reads and checks a whole file. Not real-time safe.
 * @param error on failure: one line that names the file and the reason.
 * @return NULL on failure. */
struct safetensors *safetensors_open(const char *path, char *error, size_t error_size);
void safetensors_free(struct safetensors *file);

/** The path it was opened with. */
const char *safetensors_path(const struct safetensors *file);

/** A string of `__metadata__`, or NULL. Lives as long as the file. */
const char *safetensors_text(const struct safetensors *file, const char *key);

/** Whether a string of `__metadata__` is the expected one. @return false with `error` set when it
 * is not. */
bool safetensors_expect(const struct safetensors *file, const char *key, const char *expected,
                        char *error, size_t error_size);

/** A whole number of `__metadata__` in minimum ... maximum. @return false with `error` set when it
 * is missing, malformed or out of range. */
bool safetensors_count(const struct safetensors *file, const char *key, unsigned minimum,
                       unsigned maximum, unsigned *value, char *error, size_t error_size);

/** The same for a finite real number. */
bool safetensors_number(const struct safetensors *file, const char *key, double minimum,
                        double maximum, double *value, char *error, size_t error_size);

enum { SAFETENSORS_MAX_RANK = 4 };

/** A tensor that must exist with this shape (a list of `rank` sizes): its values in C order, all
 * finite, as a new array to be freed with free(). @return NULL with `error` set otherwise. */
float *safetensors_tensor(const struct safetensors *file, const char *name, const size_t *shape,
                          unsigned rank, char *error, size_t error_size);
