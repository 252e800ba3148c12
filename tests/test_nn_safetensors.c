/* SPDX-License-Identifier: ISC */
/* The safetensors reader: what it reads, and that damage does it no harm. What it must refuse is in
 * test_nn_safetensors_refused.c. */
#include "tests/support/files.h"
#include "tests/support/random.h"
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
  tensors_write(header, data, 2 * n);
  return tensors_read("t", &n, 1);
}

static void test_reader_reads_f32(void **state) {
  (void)state;
  const float values[] = {1.0f, -2.5f, 0.0f, -0.0f, 3.4e38f, 1e-45f};
  const size_t shape[] = {2, 1, 3};
  tensors_write("{\"__metadata__\":{\"a\":\"b\"},\"t\":{\"dtype\":\"F32\",\"shape\":[2,1,3],"
                "\"data_offsets\":[0,24]}}",
                values, sizeof values);
  float *read = tensors_read("t", shape, 3);
  assert_memory_equal(read, values, sizeof values);
  free(read);
}

static void test_reader_reads_f16(void **state) {
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

static void test_reader_reads_bf16(void **state) {
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
static void test_reader_finds_each_tensor(void **state) {
  (void)state;
  const float values[] = {1.0f, 2.0f, 3.0f, 4.0f};
  const size_t three = 3;
  tensors_write("{\"late\":{\"dtype\":\"F32\",\"shape\":[3],\"data_offsets\":[4,16]},"
                "\"scalar\":{\"dtype\":\"F32\",\"shape\":[],\"data_offsets\":[0,4]}}   ",
                values, sizeof values);
  float *late = tensors_read("late", &three, 1), *scalar = tensors_read("scalar", NULL, 0);
  assert_memory_equal(late, values + 1, 12);
  assert_true(scalar[0] == 1.0f);
  free(late);
  free(scalar);
}

static void test_text_of_metadata_is_read(void **state) {
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
  tensors_write("{\"__metadata__\":{\"size\":\"12\",\"name\":\"\xc3\xa9\"}}", NULL, 0);
  struct safetensors *file = tensors_open();
  assert_string_equal(safetensors_path(file), tensors_path);
  assert_string_equal(safetensors_text(file, "name"), "\xc3\xa9");
  assert_true(safetensors_expect(file, "size", "12", error, sizeof error));
  assert_string_equal(error, "");
  assert_false(safetensors_expect(file, "size", "13", error, sizeof error));
  tensors_check_error(error);
  safetensors_free(file);
  for (size_t i = 0; i < sizeof without / sizeof *without; ++i) {
    tensors_write(without[i], NULL, 0);
    file = tensors_open();
    assert_null(safetensors_text(file, "size"));
    error[0] = 0;
    assert_false(safetensors_count(file, "size", 0, 100, &count, error, sizeof error));
    tensors_check_error(error);
    assert_non_null(strstr(error, "size"));
    error[0] = 0;
    assert_false(safetensors_expect(file, "size", "12", error, sizeof error));
    tensors_check_error(error);
    safetensors_free(file);
  }
}

/* A file whose metadata has this text as "n". */
static struct safetensors *file_with_number(const char *text) {
  char header[256];
  snprintf(header, sizeof header, "{\"__metadata__\":{\"n\":\"%s\"}}", text);
  tensors_write(header, NULL, 0);
  return tensors_open();
}

static void test_numbers_of_metadata_are_checked(void **state) {
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
      tensors_check_error(error);
    }
    safetensors_free(file);
  }
  for (size_t i = 0; i < sizeof bad / sizeof *bad; ++i) {
    struct safetensors *file = file_with_number(bad[i]);
    double number = -1.0;
    error[0] = 0;
    assert_false(safetensors_number(file, "n", 10.0, 20.0, &number, error, sizeof error));
    assert_true(number == -1.0);
    tensors_check_error(error);
    safetensors_free(file);
  }
}

/* A message longer than its buffer is cut, not written past it. */
static void test_short_error_buffers_cut_messages(void **state) {
  (void)state;
  tensors_write("{", NULL, 0);
  for (size_t size = 1; size < strlen(tensors_path) + 40; ++size) {
    char *error = malloc(size);
    assert_non_null(error);
    assert_null(safetensors_open(tensors_path, error, size));
    assert_true(strlen(error) < size);
    free(error);
  }
}

/* Opens whatever lies there and asks for all that the intact file has. */
static bool use_all(void) {
  const size_t shape_a[] = {2, 3}, shape_b[] = {4};
  char error[ERROR_SIZE] = "";
  unsigned count = 0;
  struct safetensors *file = safetensors_open(tensors_path, error, sizeof error);
  if (!file) {
    tensors_check_error(error);
    return false;
  }
  float *a = safetensors_tensor(file, "a", shape_a, 2, error, sizeof error);
  float *b = safetensors_tensor(file, "b", shape_b, 1, error, sizeof error);
  bool whole = safetensors_count(file, "n", 1, 100, &count, error, sizeof error) && a && b;
  if (!whole) {
    tensors_check_error(error);
  }
  for (unsigned i = 0; a && i < 6; ++i) {
    assert_true(isfinite(a[i]));
  }
  free(a);
  free(b);
  safetensors_free(file);
  return whole;
}

static struct tensors_image intact_file(void) {
  static const char header[] = "{\"__metadata__\":{\"n\":\"12\",\"text\":\"some words\"},"
                               "\"a\":{\"dtype\":\"F32\",\"shape\":[2,3],\"data_offsets\":[0,24]},"
                               "\"b\":{\"dtype\":\"F16\",\"shape\":[4],\"data_offsets\":[24,32]}}";
  static const float data[8] = {1, 2, 3, 4, 5, 6};
  return tensors_image(sizeof header - 1, header, data, sizeof data);
}

static void test_reader_survives_truncation(void **state) {
  (void)state;
  struct tensors_image image = intact_file();
  file_write(tensors_path, image.bytes, image.size);
  assert_true(use_all());
  for (size_t size = 0; size < image.size; ++size) {
    file_write(tensors_path, image.bytes, size);
    assert_false(use_all());
  }
}

static void test_reader_survives_random_damage(void **state) {
  (void)state;
  enum { CASES = 5000 };
  const struct tensors_image intact = intact_file();
  uint32_t random = 4242;
  unsigned whole = 0;
  for (unsigned i = 0; i < CASES; ++i) {
    struct tensors_image image = intact;
    for (unsigned flips = 1 + random_below(&random, 4); flips > 0; --flips) {
      size_t at = random_below(&random, (uint32_t)image.size);
      /* Half of them stay JSON for longer: a digit or sign of punctuation. */
      image.bytes[at] = random_below(&random, 2)
                            ? (unsigned char)"0123456789-,:[]{}\"e."[random_below(&random, 20)]
                            : (unsigned char)random_next(&random);
    }
    file_write(tensors_path, image.bytes, image.size);
    whole += use_all();
  }
  print_message("%u of %u damaged files could still be read\n", whole, (unsigned)CASES);
  assert_true(whole > 0 && whole < CASES);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_reader_reads_f32),
      cmocka_unit_test(test_reader_reads_f16),
      cmocka_unit_test(test_reader_reads_bf16),
      cmocka_unit_test(test_reader_finds_each_tensor),
      cmocka_unit_test(test_text_of_metadata_is_read),
      cmocka_unit_test(test_numbers_of_metadata_are_checked),
      cmocka_unit_test(test_short_error_buffers_cut_messages),
      cmocka_unit_test(test_reader_survives_truncation),
      cmocka_unit_test(test_reader_survives_random_damage),
  };
  return cmocka_run_group_tests(tests, tensors_make_path, tensors_remove_path);
}
