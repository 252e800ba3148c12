/* SPDX-License-Identifier: ISC */
#include "nn/safetensors.h"

#include "dsp/memory.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <jansson.h>
#include <math.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* More than any usable model needs. A larger size in the file is an error and is not allocated. */
#define MAX_FILE_BYTES ((uint64_t)256 << 20)
enum { LENGTH_BYTES = 8 };

struct safetensors {
  char *path;
  json_t *header;
  unsigned char *bytes; /* the tensors' data */
  size_t size;          /* of bytes */
};

/* Sets `error`. The text may quote the file, so control characters are replaced: the error must
 * stay one line. */
static void fail(const struct safetensors *file, char *error, size_t size, const char *format,
                 ...) {
  int used = snprintf(error, size, "%s: ", file->path);
  if (used < 0 || (size_t)used >= size) {
    return;
  }
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(error + used, size - (size_t)used, format, arguments);
  va_end(arguments);
  for (char *c = error + used; *c; ++c) {
    *c = (unsigned char)*c < ' ' || *c == 0x7f ? '?' : *c;
  }
}

#define CUT_SHORT "cannot be read to its end"

/* Reads `size` bytes; false when the file ends before. */
static bool read_all(FILE *stream, void *to, size_t size) {
  return fread(to, 1, size, stream) == size;
}

static uint64_t little_endian(const unsigned char *bytes, unsigned count) {
  uint64_t value = 0;
  for (unsigned i = 0; i < count; ++i) {
    value |= (uint64_t)bytes[i] << (8 * i);
  }
  return value;
}

static bool file_size(FILE *stream, uint64_t *size) {
  if (fseek(stream, 0, SEEK_END) != 0) {
    return false;
  }
  long end = ftell(stream);
  if (end < 0 || fseek(stream, 0, SEEK_SET) != 0) {
    return false;
  }
  *size = (uint64_t)end;
  return true;
}

static bool read_file(struct safetensors *file, FILE *stream, char *error, size_t error_size) {
  unsigned char length[LENGTH_BYTES];
  uint64_t total = 0;
  if (!file_size(stream, &total)) {
    fail(file, error, error_size, "cannot be read: %s", strerror(errno));
    return false;
  }
  if (total < LENGTH_BYTES || total > MAX_FILE_BYTES) {
    fail(file, error, error_size, "not a safetensors file: %" PRIu64 " bytes long", total);
    return false;
  }
  if (!read_all(stream, length, LENGTH_BYTES)) {
    fail(file, error, error_size, CUT_SHORT);
    return false;
  }
  uint64_t header_size = little_endian(length, LENGTH_BYTES);
  if (header_size > total - LENGTH_BYTES) {
    fail(file, error, error_size,
         "not a safetensors file: claims a header of %" PRIu64 " bytes, has %" PRIu64, header_size,
         total - LENGTH_BYTES);
    return false;
  }
  file->size = (size_t)(total - LENGTH_BYTES - header_size);
  char *header = malloc((size_t)header_size + 1);
  file->bytes = malloc(file->size + 1);
  bool room = header && file->bytes;
  bool complete = room && read_all(stream, header, (size_t)header_size) &&
                  read_all(stream, file->bytes, file->size);
  json_error_t parse = {.text = ""};
  if (complete) {
    file->header = json_loadb(header, (size_t)header_size, JSON_REJECT_DUPLICATES, &parse);
  }
  free(header);
  if (!complete) {
    fail(file, error, error_size, room ? CUT_SHORT : "out of memory");
    return false;
  }
  if (!json_is_object(file->header)) {
    fail(file, error, error_size, "damaged header: %s", parse.text[0] ? parse.text : "no object");
    return false;
  }
  return true;
}

/* Only regular files are read, because a pipe could block the thread. */
static FILE *open_regular(const struct safetensors *file, char *error, size_t error_size) {
  struct stat info;
  int descriptor = open(file->path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  if (descriptor < 0 || fstat(descriptor, &info) != 0) {
    fail(file, error, error_size, "%s", strerror(errno));
  } else if (!S_ISREG(info.st_mode)) {
    fail(file, error, error_size, S_ISDIR(info.st_mode) ? "is a folder" : "is not a regular file");
  } else {
    FILE *stream = fdopen(descriptor, "rb");
    if (stream) {
      return stream;
    }
    fail(file, error, error_size, "%s", strerror(errno));
  }
  if (descriptor >= 0) {
    close(descriptor);
  }
  return NULL;
}

struct safetensors *safetensors_open(const char *path, char *error, size_t error_size) {
  struct safetensors *file = calloc(1, sizeof *file);
  if (file) {
    file->path = strdup(path);
  }
  if (!file || !file->path) {
    snprintf(error, error_size, "%s: out of memory", path);
    safetensors_free(file);
    return NULL;
  }
  FILE *stream = open_regular(file, error, error_size);
  if (!stream) {
    safetensors_free(file);
    return NULL;
  }
  bool good = read_file(file, stream, error, error_size);
  fclose(stream);
  if (!good) {
    safetensors_free(file);
    return NULL;
  }
  return file;
}

void safetensors_free(struct safetensors *file) {
  if (file) {
    json_decref(file->header);
    free(file->bytes);
    free(file->path);
    free(file);
  }
}

const char *safetensors_path(const struct safetensors *file) {
  return file->path;
}

const char *safetensors_text(const struct safetensors *file, const char *key) {
  return json_string_value(json_object_get(json_object_get(file->header, "__metadata__"), key));
}

bool safetensors_expect(const struct safetensors *file, const char *key, const char *expected,
                        char *error, size_t error_size) {
  const char *text = safetensors_text(file, key);
  if (!text || strcmp(text, expected) != 0) {
    fail(file, error, error_size, "%s is \"%.40s\", this version reads \"%s\"", key,
         text ? text : "", expected);
    return false;
  }
  return true;
}

bool safetensors_number(const struct safetensors *file, const char *key, double minimum,
                        double maximum, double *value, char *error, size_t error_size) {
  const char *text = safetensors_text(file, key);
  /* strtod() would read "0.5" differently if the host's locale has a decimal comma. */
  json_t *parsed = text ? json_loads(text, JSON_DECODE_ANY, NULL) : NULL;
  bool is_number = json_is_number(parsed);
  double number = json_number_value(parsed);
  json_decref(parsed);
  if (!is_number || !(number >= minimum && number <= maximum)) {
    fail(file, error, error_size, "%s is %s%.40s, not a number from %g to %g", key,
         text ? "" : "missing", text ? text : "", minimum, maximum);
    return false;
  }
  *value = number;
  return true;
}

bool safetensors_count(const struct safetensors *file, const char *key, unsigned minimum,
                       unsigned maximum, unsigned *value, char *error, size_t error_size) {
  double number = 0.0;
  if (!safetensors_number(file, key, minimum, maximum, &number, error, error_size)) {
    return false;
  }
  if (number != floor(number)) {
    fail(file, error, error_size, "%s is %g, not a whole number", key, number);
    return false;
  }
  *value = (unsigned)number;
  return true;
}

/* A float from the bits of an IEEE half: 5 bits of exponent, 10 of fraction. */
static float from_half(uint32_t half) {
  uint32_t sign = half >> 15, exponent = half >> 10 & 0x1f, fraction = half & 0x3ff;
  float value;
  if (exponent == 0) {
    value = ldexpf((float)fraction, -24);
  } else if (exponent == 0x1f) {
    value = fraction ? NAN : INFINITY;
  } else {
    value = ldexpf((float)(fraction | 0x400), (int)exponent - 25);
  }
  return sign ? -value : value;
}

static float from_bits(uint32_t bits) {
  float value;
  memcpy(&value, &bits, sizeof value);
  return value;
}

enum dtype { DTYPE_F32, DTYPE_F16, DTYPE_BF16, DTYPE_UNKNOWN };

static enum dtype parse_dtype(const char *name) {
  static const char *const names[] = {"F32", "F16", "BF16"};
  for (unsigned i = 0; name && i < DTYPE_UNKNOWN; ++i) {
    if (strcmp(name, names[i]) == 0) {
      return (enum dtype)i;
    }
  }
  return DTYPE_UNKNOWN;
}

static size_t dtype_bytes(enum dtype type) {
  return type == DTYPE_F32 ? 4 : 2;
}

static float convert(enum dtype type, const unsigned char *bytes) {
  uint32_t bits = (uint32_t)little_endian(bytes, (unsigned)dtype_bytes(type));
  return type == DTYPE_F32   ? from_bits(bits)
         : type == DTYPE_F16 ? from_half(bits)
                             : from_bits(bits << 16);
}

static bool shape_matches(const json_t *found, const size_t *shape, unsigned rank) {
  if (!json_is_array(found) || json_array_size(found) != rank) {
    return false;
  }
  for (unsigned i = 0; i < rank; ++i) {
    const json_t *size = json_array_get(found, i);
    if (!json_is_integer(size) || json_integer_value(size) != (json_int_t)shape[i]) {
      return false;
    }
  }
  return true;
}

/* Byte range of a tensor inside `bytes`; false unless it lies there and has `size` bytes. */
static bool data_range(const struct safetensors *file, const json_t *entry, size_t size,
                       size_t *start) {
  const json_t *offsets = json_object_get(entry, "data_offsets");
  const json_t *from = json_array_get(offsets, 0), *to = json_array_get(offsets, 1);
  if (json_array_size(offsets) != 2 || !json_is_integer(from) || !json_is_integer(to)) {
    return false;
  }
  json_int_t first = json_integer_value(from), end = json_integer_value(to);
  if (first < 0 || end < first || (uint64_t)end > file->size || (uint64_t)(end - first) != size) {
    return false;
  }
  *start = (size_t)first;
  return true;
}

float *safetensors_tensor(const struct safetensors *file, const char *name, const size_t *shape,
                          unsigned rank, char *error, size_t error_size) {
  const json_t *entry = json_object_get(file->header, name);
  if (!json_is_object(entry)) {
    fail(file, error, error_size, "tensor %s is missing", name);
    return NULL;
  }
  enum dtype type = parse_dtype(json_string_value(json_object_get(entry, "dtype")));
  if (type == DTYPE_UNKNOWN) {
    fail(file, error, error_size, "tensor %s is not of type F32, F16 or BF16", name);
    return NULL;
  }
  if (!shape_matches(json_object_get(entry, "shape"), shape, rank)) {
    fail(file, error, error_size, "tensor %s does not have the shape that the metadata requires",
         name);
    return NULL;
  }
  size_t count = 1;
  for (unsigned i = 0; i < rank; ++i) {
    if (shape[i] == 0 || count > file->size / shape[i]) {
      fail(file, error, error_size, "tensor %s is larger than the file", name);
      return NULL;
    }
    count *= shape[i];
  }
  size_t start = 0;
  if (!data_range(file, entry, count * dtype_bytes(type), &start)) {
    fail(file, error, error_size, "tensor %s lies outside the file or has the wrong size", name);
    return NULL;
  }
  float *values = memory_floats(count);
  if (!values) {
    fail(file, error, error_size, "out of memory for tensor %s", name);
    return NULL;
  }
  for (size_t i = 0; i < count; ++i) {
    values[i] = convert(type, file->bytes + start + i * dtype_bytes(type));
    if (!isfinite(values[i])) {
      fail(file, error, error_size, "tensor %s has values that are not finite", name);
      free(values);
      return NULL;
    }
  }
  return values;
}
