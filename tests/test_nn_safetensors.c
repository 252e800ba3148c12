/* The safetensors reader: what it reads, and all that it must refuse. */
#include "nn/safetensors.h"
#include "tests/support/files.h"
#include "tests/support/random.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { LENGTH_BYTES = 8, ERROR_SIZE = 512, MAX_FILE = 8192 };

/* A file as it is being made. */
struct image {
  unsigned char bytes[MAX_FILE];
  size_t size;
};

static char *path;

static int make_path(void **state) {
  (void)state;
  path = file_temporary();
  return 0;
}

static int remove_path(void **state) {
  (void)state;
  file_remove(path);
  return 0;
}

/* Header length as claimed, header, data. */
static struct image image_of(uint64_t length, const char *header, const void *data, size_t size) {
  struct image image = {.size = LENGTH_BYTES + strlen(header) + size};
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

static void write_file(const char *header, const void *data, size_t size) {
  struct image image = image_of(strlen(header), header, data, size);
  file_write(path, image.bytes, image.size);
}

/* An error is one line that begins with the file's name and says something after it. */
static void check_error(const char *error) {
  size_t n = strlen(path);
  if (strncmp(error, path, n) != 0 || strncmp(error + n, ": ", 2) != 0 || strlen(error) < n + 8) {
    fail_msg("\"%s\" does not say what is wrong with %s", error, path);
  }
  for (const char *c = error; *c; ++c) {
    assert_true((unsigned char)*c >= ' ' && *c != 0x7f);
  }
}

static void check_does_not_open(void) {
  char error[ERROR_SIZE] = "";
  assert_null(safetensors_open(path, error, sizeof error));
  check_error(error);
}

static struct safetensors *open_file(void) {
  char error[ERROR_SIZE] = "";
  struct safetensors *file = safetensors_open(path, error, sizeof error);
  if (!file) {
    fail_msg("%s", error);
  }
  return file;
}

/* The file opens, but tensor "t" of this shape cannot be had. */
static void check_no_tensor(const size_t *shape, unsigned rank) {
  struct safetensors *file = open_file();
  char error[ERROR_SIZE] = "";
  assert_null(safetensors_tensor(file, "t", shape, rank, error, sizeof error));
  check_error(error);
  safetensors_free(file);
}

static float *read_tensor(const char *name, const size_t *shape, unsigned rank) {
  struct safetensors *file = open_file();
  char error[ERROR_SIZE] = "";
  float *values = safetensors_tensor(file, name, shape, rank, error, sizeof error);
  if (!values) {
    fail_msg("%s", error);
  }
  safetensors_free(file);
  return values;
}

/* Tensor "t" of 16-bit floats given by their bits. */
static float *read_16(const char *type, const uint16_t *bits, size_t n) {
  unsigned char data[64];
  char header[256];
  assert_true(2 * n <= sizeof data);
  for (size_t i = 0; i < n; ++i) {
    data[2 * i] = (unsigned char)bits[i];
    data[2 * i + 1] = (unsigned char)(bits[i] >> 8);
  }
  snprintf(header, sizeof header,
           "{\"t\":{\"dtype\":\"%s\",\"shape\":[%zu],\"data_offsets\":[0,%zu]}}", type, n, 2 * n);
  write_file(header, data, 2 * n);
  return read_tensor("t", &n, 1);
}

static void test_reads_f32(void **state) {
  (void)state;
  const float values[] = {1.0f, -2.5f, 0.0f, -0.0f, 3.4e38f, 1e-45f};
  const size_t shape[] = {2, 1, 3};
  write_file("{\"__metadata__\":{\"a\":\"b\"},\"t\":{\"dtype\":\"F32\",\"shape\":[2,1,3],"
             "\"data_offsets\":[0,24]}}",
             values, sizeof values);
  float *read = read_tensor("t", shape, 3);
  assert_memory_equal(read, values, sizeof values);
  free(read);
}

static void test_reads_f16(void **state) {
  (void)state;
  static const uint16_t bits[] = {0x0000, 0x8000, 0x3c00, 0xc000, 0x7bff, 0xfbff,
                                  0x0400, 0x03ff, 0x0001, 0x8001, 0x3555, 0x0200};
  static const double values[] = {0.0,     -0.0,        1.0,     -2.0,     65504.0,    -65504.0,
                                  0x1p-14, 0x1.ff8p-15, 0x1p-24, -0x1p-24, 0x1.554p-2, 0x1p-15};
  enum { N = sizeof bits / sizeof *bits };
  float *read = read_16("F16", bits, N);
  for (unsigned i = 0; i < N; ++i) {
    assert_true(read[i] == (float)values[i]);
    assert_int_equal(!!signbit(read[i]), bits[i] >> 15);
  }
  free(read);
}

static void test_reads_bf16(void **state) {
  (void)state;
  static const uint16_t bits[] = {0x0000, 0x8000, 0x3f80, 0xc000, 0x7f7f, 0x0080, 0x0001, 0x3eab};
  static const double values[] = {0.0, -0.0, 1.0, -2.0, 0x1.fep127, 0x1p-126, 0x1p-133, 0x1.56p-2};
  enum { N = sizeof bits / sizeof *bits };
  float *read = read_16("BF16", bits, N);
  for (unsigned i = 0; i < N; ++i) {
    assert_true(read[i] == (float)values[i]);
    assert_int_equal(!!signbit(read[i]), bits[i] >> 15);
  }
  free(read);
}

/* Several tensors, not in the order of the data, and a scalar. */
static void test_finds_each_tensor(void **state) {
  (void)state;
  const float values[] = {1.0f, 2.0f, 3.0f, 4.0f};
  const size_t three = 3;
  write_file("{\"late\":{\"dtype\":\"F32\",\"shape\":[3],\"data_offsets\":[4,16]},"
             "\"scalar\":{\"dtype\":\"F32\",\"shape\":[],\"data_offsets\":[0,4]}}   ",
             values, sizeof values);
  float *late = read_tensor("late", &three, 1), *scalar = read_tensor("scalar", NULL, 0);
  assert_memory_equal(late, values + 1, 12);
  assert_true(scalar[0] == 1.0f);
  free(late);
  free(scalar);
}

static void test_refuses_16_bit_infinities(void **state) {
  (void)state;
  static const struct {
    const char *type;
    uint16_t bits;
  } bad[] = {{"F16", 0x7c00}, {"F16", 0xfc00},  {"F16", 0x7e00},  {"F16", 0x7c01},
             {"F16", 0xffff}, {"BF16", 0x7f80}, {"BF16", 0xff80}, {"BF16", 0x7fc0}};
  const size_t one = 1;
  for (size_t i = 0; i < sizeof bad / sizeof *bad; ++i) {
    char header[128];
    unsigned char data[] = {(unsigned char)bad[i].bits, (unsigned char)(bad[i].bits >> 8)};
    snprintf(header, sizeof header,
             "{\"t\":{\"dtype\":\"%s\",\"shape\":[1],\"data_offsets\":[0,2]}}", bad[i].type);
    write_file(header, data, sizeof data);
    check_no_tensor(&one, 1);
  }
}

static void test_refuses_values_not_finite(void **state) {
  (void)state;
  static const float bad[] = {NAN, INFINITY, -INFINITY};
  const size_t four = 4;
  for (unsigned i = 0; i < 3; ++i) {
    float values[4] = {1.0f, 2.0f, 3.0f, bad[i]};
    write_file("{\"t\":{\"dtype\":\"F32\",\"shape\":[4],\"data_offsets\":[0,16]}}", values,
               sizeof values);
    check_no_tensor(&four, 1);
  }
}

static void test_refuses_what_is_no_file_of_this_kind(void **state) {
  (void)state;
  static const char png[] = "\x89PNG\r\n\x1a\n0123456789";
  static const uint64_t lengths[] = {
      UINT64_C(1) << 63, UINT64_MAX, UINT64_MAX - 7, UINT64_C(10) << 30, 1017, 1 << 20, 0, 1};
  unsigned char zeros[1024] = {0};
  file_write(path, "", 0);
  check_does_not_open();
  file_write(path, "1234567", 7);
  check_does_not_open();
  file_write(path, zeros, 8);
  check_does_not_open();
  file_write(path, png, sizeof png);
  check_does_not_open();
  /* A file of 1 kB that claims a header of up to 16 EiB: refused, and nothing is allocated. */
  for (size_t i = 0; i < sizeof lengths / sizeof *lengths; ++i) {
    struct image image = image_of(lengths[i], "{}", zeros, 1024 - LENGTH_BYTES - 2);
    file_write(path, image.bytes, image.size);
    check_does_not_open();
  }
}

static void test_refuses_missing_file_and_folder(void **state) {
  (void)state;
  static const char *const names[] = {"tests/data/there-is-no-such-file", "tests/data"};
  for (unsigned i = 0; i < 2; ++i) {
    char error[ERROR_SIZE] = "";
    assert_null(safetensors_open(names[i], error, sizeof error));
    assert_memory_equal(error, names[i], strlen(names[i]));
    assert_true(strlen(error) > strlen(names[i]) + 4);
  }
}

static void test_refuses_bad_json(void **state) {
  (void)state;
  static const char *const headers[] = {
      "",
      " ",
      "[]",
      "null",
      "\"t\"",
      "{",
      "{}}",
      "{\"t\":}",
      "{'t':1}",
      "{\"t\":1,\"t\":2}",
      "{\"__metadata__\":{\"a\":\"1\",\"a\":\"2\"}}",
      "{\"t\":{\"dtype\":\"F32\",\"dtype\":\"F16\",\"shape\":[1],\"data_offsets\":[0,4]}}",
      "{\"t\":99999999999999999999}",
      "{\"t\":\"\xff\xfe\"}",
      "{\"t\":\"a\nb\x1b[31m\"}",
      "{\"\\u0000\":1}",
      "{\"t\": nan}",
      "{\"t\n\n\x7f",
  };
  float values[4] = {0};
  for (size_t i = 0; i < sizeof headers / sizeof *headers; ++i) {
    write_file(headers[i], values, sizeof values);
    check_does_not_open();
  }
}

static void test_refuses_deep_nesting(void **state) {
  (void)state;
  char header[MAX_FILE - LENGTH_BYTES];
  memset(header, '[', sizeof header - 1);
  header[sizeof header - 1] = 0;
  memcpy(header, "{\"t\":", 5);
  write_file(header, NULL, 0);
  check_does_not_open();
  for (size_t i = 0; i + 5 < sizeof header; i += 5) {
    memcpy(header + i, "{\"t\":", 5);
  }
  write_file(header, NULL, 0);
  check_does_not_open();
}

/* Entries of a tensor that should be F32 [2][3] in 24 bytes of data. */
static void test_refuses_bad_tensors(void **state) {
  (void)state;
  static const char *const entries[] = {
      /* no entry, or none that says it all */
      "\"u\":{\"dtype\":\"F32\",\"shape\":[2,3],\"data_offsets\":[0,24]}",
      "\"t\":null",
      "\"t\":[]",
      "\"t\":{}",
      "\"t\":{\"shape\":[2,3],\"data_offsets\":[0,24]}",
      "\"t\":{\"dtype\":\"F32\",\"data_offsets\":[0,24]}",
      "\"t\":{\"dtype\":\"F32\",\"shape\":[2,3]}",
      /* types */
      "\"t\":{\"dtype\":\"F64\",\"shape\":[2,3],\"data_offsets\":[0,24]}",
      "\"t\":{\"dtype\":\"f32\",\"shape\":[2,3],\"data_offsets\":[0,24]}",
      "\"t\":{\"dtype\":\"I32\",\"shape\":[2,3],\"data_offsets\":[0,24]}",
      "\"t\":{\"dtype\":\"\",\"shape\":[2,3],\"data_offsets\":[0,24]}",
      "\"t\":{\"dtype\":32,\"shape\":[2,3],\"data_offsets\":[0,24]}",
      "\"t\":{\"dtype\":\"F16\",\"shape\":[2,3],\"data_offsets\":[0,24]}",
      /* shapes */
      "\"t\":{\"dtype\":\"F32\",\"shape\":[3,2],\"data_offsets\":[0,24]}",
      "\"t\":{\"dtype\":\"F32\",\"shape\":[6],\"data_offsets\":[0,24]}",
      "\"t\":{\"dtype\":\"F32\",\"shape\":[2,3,1],\"data_offsets\":[0,24]}",
      "\"t\":{\"dtype\":\"F32\",\"shape\":[],\"data_offsets\":[0,24]}",
      "\"t\":{\"dtype\":\"F32\",\"shape\":[2,3.0],\"data_offsets\":[0,24]}",
      "\"t\":{\"dtype\":\"F32\",\"shape\":[2,\"3\"],\"data_offsets\":[0,24]}",
      "\"t\":{\"dtype\":\"F32\",\"shape\":[-2,-3],\"data_offsets\":[0,24]}",
      "\"t\":{\"dtype\":\"F32\",\"shape\":[4294967298,3],\"data_offsets\":[0,24]}",
      "\"t\":{\"dtype\":\"F32\",\"shape\":{\"0\":2,\"1\":3},\"data_offsets\":[0,24]}",
      "\"t\":{\"dtype\":\"F32\",\"shape\":6,\"data_offsets\":[0,24]}",
      /* offsets */
      "\"t\":{\"dtype\":\"F32\",\"shape\":[2,3],\"data_offsets\":[0,28]}",
      "\"t\":{\"dtype\":\"F32\",\"shape\":[2,3],\"data_offsets\":[4,28]}",
      "\"t\":{\"dtype\":\"F32\",\"shape\":[2,3],\"data_offsets\":[0,20]}",
      "\"t\":{\"dtype\":\"F32\",\"shape\":[2,3],\"data_offsets\":[24,0]}",
      "\"t\":{\"dtype\":\"F32\",\"shape\":[2,3],\"data_offsets\":[-24,0]}",
      "\"t\":{\"dtype\":\"F32\",\"shape\":[2,3],\"data_offsets\":[-4,20]}",
      "\"t\":{\"dtype\":\"F32\",\"shape\":[2,3],\"data_offsets\":[0.0,24.0]}",
      "\"t\":{\"dtype\":\"F32\",\"shape\":[2,3],\"data_offsets\":[\"0\",\"24\"]}",
      "\"t\":{\"dtype\":\"F32\",\"shape\":[2,3],\"data_offsets\":[0]}",
      "\"t\":{\"dtype\":\"F32\",\"shape\":[2,3],\"data_offsets\":[0,24,24]}",
      "\"t\":{\"dtype\":\"F32\",\"shape\":[2,3],\"data_offsets\":[]}",
      "\"t\":{\"dtype\":\"F32\",\"shape\":[2,3],\"data_offsets\":24}",
      "\"t\":{\"dtype\":\"F32\",\"shape\":[2,3],"
      "\"data_offsets\":[9223372036854775783,9223372036854775807]}",
      "\"t\":{\"dtype\":\"F32\",\"shape\":[2,3],"
      "\"data_offsets\":[-9223372036854775808,9223372036854775807]}",
  };
  const size_t shape[] = {2, 3};
  float values[6] = {1, 2, 3, 4, 5, 6};
  char header[512];
  write_file("{\"t\":{\"dtype\":\"F32\",\"shape\":[2,3],\"data_offsets\":[0,24]}}", values,
             sizeof values);
  free(read_tensor("t", shape, 2)); /* as it should be */
  for (size_t i = 0; i < sizeof entries / sizeof *entries; ++i) {
    snprintf(header, sizeof header, "{%s}", entries[i]);
    write_file(header, values, sizeof values);
    check_no_tensor(shape, 2);
  }
}

/* Shapes that metadata may ask for and the file claims to have. */
static void test_refuses_overflowing_shapes(void **state) {
  (void)state;
  static const size_t shapes[][4] = {
      {(size_t)1 << 32, (size_t)1 << 32, 1, 1},
      {(size_t)1 << 62, 4, 1, 1},
      {SIZE_MAX, SIZE_MAX, 1, 1},
      {(size_t)1 << 16, 1 << 16, 1 << 16, 1 << 16},
      {(size_t)10 << 28, 1, 1, 1},
      {0, 1, 1, 1},
      {1, 1, 1, 0},
      {(size_t)1 << 61, 8, 1, 3},
  };
  for (size_t i = 0; i < sizeof shapes / sizeof *shapes; ++i) {
    char header[512];
    const size_t *s = shapes[i];
    /* As signed numbers, which is how JSON has them. */
    snprintf(header, sizeof header,
             "{\"t\":{\"dtype\":\"F32\",\"shape\":[%lld,%lld,%lld,%lld],\"data_offsets\":[0,4]}}",
             (long long)s[0], (long long)s[1], (long long)s[2], (long long)s[3]);
    write_file(header, "0123", 4);
    check_no_tensor(s, 4);
  }
}

static void test_text_of_metadata(void **state) {
  (void)state;
  static const char *const without[] = {
      "{}",
      "{\"__metadata__\":null}",
      "{\"__metadata__\":\"size\"}",
      "{\"__metadata__\":[\"size\"]}",
      "{\"__metadata__\":{}}",
      "{\"__metadata__\":{\"size\":12}}",
      "{\"__metadata__\":{\"size\":{\"size\":\"12\"}}}",
      "{\"size\":\"12\"}",
  };
  char error[ERROR_SIZE] = "";
  unsigned count = 0;
  write_file("{\"__metadata__\":{\"size\":\"12\",\"name\":\"\xc3\xa9\"}}", NULL, 0);
  struct safetensors *file = open_file();
  assert_string_equal(safetensors_path(file), path);
  assert_string_equal(safetensors_text(file, "name"), "\xc3\xa9");
  assert_true(safetensors_expect(file, "size", "12", error, sizeof error));
  assert_string_equal(error, "");
  assert_false(safetensors_expect(file, "size", "13", error, sizeof error));
  check_error(error);
  safetensors_free(file);
  for (size_t i = 0; i < sizeof without / sizeof *without; ++i) {
    write_file(without[i], NULL, 0);
    file = open_file();
    assert_null(safetensors_text(file, "size"));
    error[0] = 0;
    assert_false(safetensors_count(file, "size", 0, 100, &count, error, sizeof error));
    check_error(error);
    assert_non_null(strstr(error, "size"));
    error[0] = 0;
    assert_false(safetensors_expect(file, "size", "12", error, sizeof error));
    check_error(error);
    safetensors_free(file);
  }
}

/* A file whose metadata has this text as "n". */
static struct safetensors *file_with_number(const char *text) {
  char header[256];
  snprintf(header, sizeof header, "{\"__metadata__\":{\"n\":\"%s\"}}", text);
  write_file(header, NULL, 0);
  return open_file();
}

static void test_numbers_of_metadata(void **state) {
  (void)state;
  static const struct {
    const char *text;
    double number;
  } good[] = {{"10", 10}, {"20", 20}, {"12.5", 12.5}, {"1.5e1", 15}, {"0.19e+02", 19}};
  static const char *const bad[] = {"",
                                    " ",
                                    "9",
                                    "9.999",
                                    "20.001",
                                    "21",
                                    "-15",
                                    "nan",
                                    "inf",
                                    "15x",
                                    "15 16",
                                    "0x10",
                                    "1e999",
                                    "1,5",
                                    "12,5",
                                    "[15]",
                                    "\\\"15\\\"",
                                    "true",
                                    "--1",
                                    "15\\n\\u001b[31m",
                                    "x\\r\\ny",
                                    "null",
                                    "99999999999999999999999"};
  char error[ERROR_SIZE];
  for (size_t i = 0; i < sizeof good / sizeof *good; ++i) {
    struct safetensors *file = file_with_number(good[i].text);
    double number = 0.0;
    unsigned count = 0;
    assert_true(safetensors_number(file, "n", 10.0, 20.0, &number, error, sizeof error));
    assert_true(number == good[i].number);
    bool whole = number == floor(number);
    error[0] = 0;
    assert_int_equal(safetensors_count(file, "n", 10, 20, &count, error, sizeof error), whole);
    if (whole) {
      assert_int_equal(count, (unsigned)number);
    } else {
      check_error(error);
    }
    safetensors_free(file);
  }
  for (size_t i = 0; i < sizeof bad / sizeof *bad; ++i) {
    struct safetensors *file = file_with_number(bad[i]);
    double number = -1.0;
    error[0] = 0;
    assert_false(safetensors_number(file, "n", 10.0, 20.0, &number, error, sizeof error));
    assert_true(number == -1.0);
    check_error(error);
    safetensors_free(file);
  }
}

/* A message longer than its buffer is cut, not written past it. */
static void test_short_error_buffers(void **state) {
  (void)state;
  write_file("{", NULL, 0);
  for (size_t size = 1; size < strlen(path) + 40; ++size) {
    char *error = malloc(size);
    assert_non_null(error);
    assert_null(safetensors_open(path, error, size));
    assert_true(strlen(error) < size);
    free(error);
  }
}

/* Opens whatever lies there and asks for all that the intact file has. */
static bool use_all(void) {
  const size_t shape_a[] = {2, 3}, shape_b[] = {4};
  char error[ERROR_SIZE] = "";
  unsigned count = 0;
  struct safetensors *file = safetensors_open(path, error, sizeof error);
  if (!file) {
    check_error(error);
    return false;
  }
  float *a = safetensors_tensor(file, "a", shape_a, 2, error, sizeof error);
  float *b = safetensors_tensor(file, "b", shape_b, 1, error, sizeof error);
  bool whole = safetensors_count(file, "n", 1, 100, &count, error, sizeof error) && a && b;
  if (!whole) {
    check_error(error);
  }
  for (unsigned i = 0; a && i < 6; ++i) {
    assert_true(isfinite(a[i]));
  }
  free(a);
  free(b);
  safetensors_free(file);
  return whole;
}

static struct image intact_file(void) {
  static const char header[] = "{\"__metadata__\":{\"n\":\"12\",\"text\":\"some words\"},"
                               "\"a\":{\"dtype\":\"F32\",\"shape\":[2,3],\"data_offsets\":[0,24]},"
                               "\"b\":{\"dtype\":\"F16\",\"shape\":[4],\"data_offsets\":[24,32]}}";
  static const float data[8] = {1, 2, 3, 4, 5, 6};
  return image_of(sizeof header - 1, header, data, sizeof data);
}

static void test_survives_truncation(void **state) {
  (void)state;
  struct image image = intact_file();
  file_write(path, image.bytes, image.size);
  assert_true(use_all());
  for (size_t size = 0; size < image.size; ++size) {
    file_write(path, image.bytes, size);
    assert_false(use_all());
  }
}

static void test_survives_random_damage(void **state) {
  (void)state;
  enum { CASES = 5000 };
  const struct image intact = intact_file();
  uint32_t random = 4242;
  unsigned whole = 0;
  for (unsigned i = 0; i < CASES; ++i) {
    struct image image = intact;
    for (unsigned flips = 1 + random_below(&random, 4); flips > 0; --flips) {
      size_t at = random_below(&random, (uint32_t)image.size);
      /* Half of them stay JSON for longer: a digit or sign of punctuation. */
      image.bytes[at] = random_below(&random, 2)
                            ? (unsigned char)"0123456789-,:[]{}\"e."[random_below(&random, 20)]
                            : (unsigned char)random_next(&random);
    }
    file_write(path, image.bytes, image.size);
    whole += use_all();
  }
  print_message("%u of %u damaged files could still be read\n", whole, (unsigned)CASES);
  assert_true(whole > 0 && whole < CASES);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_reads_f32),
      cmocka_unit_test(test_reads_f16),
      cmocka_unit_test(test_reads_bf16),
      cmocka_unit_test(test_finds_each_tensor),
      cmocka_unit_test(test_refuses_16_bit_infinities),
      cmocka_unit_test(test_refuses_values_not_finite),
      cmocka_unit_test(test_refuses_what_is_no_file_of_this_kind),
      cmocka_unit_test(test_refuses_missing_file_and_folder),
      cmocka_unit_test(test_refuses_bad_json),
      cmocka_unit_test(test_refuses_deep_nesting),
      cmocka_unit_test(test_refuses_bad_tensors),
      cmocka_unit_test(test_refuses_overflowing_shapes),
      cmocka_unit_test(test_text_of_metadata),
      cmocka_unit_test(test_numbers_of_metadata),
      cmocka_unit_test(test_short_error_buffers),
      cmocka_unit_test(test_survives_truncation),
      cmocka_unit_test(test_survives_random_damage),
  };
  return cmocka_run_group_tests(tests, make_path, remove_path);
}
