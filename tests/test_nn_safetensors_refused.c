/* SPDX-License-Identifier: ISC */
/* The safetensors reader: what it must refuse, each with a message that names the file. */
#include "tests/support/files.h"
#include "tests/support/tensors.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void check_does_not_open(void) {
  char error[ERROR_SIZE] = "";
  assert_null(safetensors_open(tensors_path, error, sizeof error));
  tensors_check_error(error);
}

/* The file opens, but tensor "t" of this shape cannot be had. */
static void check_no_tensor(const size_t *shape, unsigned rank) {
  struct safetensors *file = tensors_open();
  char error[ERROR_SIZE] = "";
  assert_null(safetensors_tensor(file, "t", shape, rank, error, sizeof error));
  tensors_check_error(error);
  safetensors_free(file);
}

static void test_reader_refuses_16_bit_infinities(void **state) {
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
    tensors_write(header, data, sizeof data);
    check_no_tensor(&one, 1);
  }
}

static void test_reader_refuses_values_not_finite(void **state) {
  (void)state;
  static const float bad[] = {NAN, INFINITY, -INFINITY};
  const size_t four = 4;
  for (unsigned i = 0; i < 3; ++i) {
    float values[4] = {1.0f, 2.0f, 3.0f, bad[i]};
    tensors_write("{\"t\":{\"dtype\":\"F32\",\"shape\":[4],\"data_offsets\":[0,16]}}", values,
                  sizeof values);
    check_no_tensor(&four, 1);
  }
}

static void test_reader_refuses_what_is_no_file_of_this_kind(void **state) {
  (void)state;
  static const char png[] = "\x89PNG\r\n\x1a\n0123456789";
  static const uint64_t lengths[] = {
      UINT64_C(1) << 63, UINT64_MAX, UINT64_MAX - 7, UINT64_C(10) << 30, 1017, 1 << 20, 0, 1};
  unsigned char zeros[1024] = {0};
  file_write(tensors_path, "", 0);
  check_does_not_open();
  file_write(tensors_path, "1234567", 7);
  check_does_not_open();
  file_write(tensors_path, zeros, 8);
  check_does_not_open();
  file_write(tensors_path, png, sizeof png);
  check_does_not_open();
  /* A file of 1 kB that claims a header of up to 16 EiB: refused, and nothing is allocated. */
  for (size_t i = 0; i < sizeof lengths / sizeof *lengths; ++i) {
    struct tensors_image image = tensors_image(lengths[i], "{}", zeros, 1024 - LENGTH_BYTES - 2);
    file_write(tensors_path, image.bytes, image.size);
    check_does_not_open();
  }
}

static void test_reader_refuses_missing_file_and_folder(void **state) {
  (void)state;
  static const char *const names[] = {"tests/data/there-is-no-such-file", "tests/data"};
  for (unsigned i = 0; i < 2; ++i) {
    char error[ERROR_SIZE] = "";
    assert_null(safetensors_open(names[i], error, sizeof error));
    assert_memory_equal(error, names[i], strlen(names[i]));
    assert_true(strlen(error) > strlen(names[i]) + 4);
  }
}

static void test_reader_refuses_bad_json(void **state) {
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
    print_message("header %zu\n", i);
    tensors_write(headers[i], values, sizeof values);
    check_does_not_open();
  }
}

static void test_reader_refuses_deep_nesting(void **state) {
  (void)state;
  char header[MAX_FILE - LENGTH_BYTES];
  memset(header, '[', sizeof header - 1);
  header[sizeof header - 1] = 0;
  memcpy(header, "{\"t\":", 5);
  tensors_write(header, NULL, 0);
  check_does_not_open();
  for (size_t i = 0; i + 5 < sizeof header; i += 5) {
    memcpy(header + i, "{\"t\":", 5);
  }
  tensors_write(header, NULL, 0);
  check_does_not_open();
}

/* Entries of a tensor that should be F32 [2][3] in 24 bytes of data. */
static void test_reader_refuses_bad_tensors(void **state) {
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
  tensors_write("{\"t\":{\"dtype\":\"F32\",\"shape\":[2,3],\"data_offsets\":[0,24]}}", values,
                sizeof values);
  free(tensors_read("t", shape, 2)); /* as it should be */
  for (size_t i = 0; i < sizeof entries / sizeof *entries; ++i) {
    print_message("%s\n", entries[i]);
    snprintf(header, sizeof header, "{%s}", entries[i]);
    tensors_write(header, values, sizeof values);
    check_no_tensor(shape, 2);
  }
}

/* Shapes that metadata may ask for and the file claims to have. */
static void test_reader_refuses_overflowing_shapes(void **state) {
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
    tensors_write(header, "0123", 4);
    check_no_tensor(s, 4);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_reader_refuses_16_bit_infinities),
      cmocka_unit_test(test_reader_refuses_values_not_finite),
      cmocka_unit_test(test_reader_refuses_what_is_no_file_of_this_kind),
      cmocka_unit_test(test_reader_refuses_missing_file_and_folder),
      cmocka_unit_test(test_reader_refuses_bad_json),
      cmocka_unit_test(test_reader_refuses_deep_nesting),
      cmocka_unit_test(test_reader_refuses_bad_tensors),
      cmocka_unit_test(test_reader_refuses_overflowing_shapes),
  };
  return cmocka_run_group_tests(tests, tensors_make_path, tensors_remove_path);
}
