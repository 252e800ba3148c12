/* The chandna network: what PyTorch computes over the whole input, step by step. */
#include "dsp/mask.h"
#include "dsp/memory.h"
#include "nn/net.h"
#include "nn/safetensors.h"
#include "plugin/separator.h"
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
#include <unistd.h>

#include <cmocka.h>

#define TINY "tests/data/chandna-tiny.safetensors"
#define TINY_LOOKAHEAD "tests/data/chandna-tiny-la2.safetensors"
#define SHIPPED "models/chandna.safetensors"
#define RATE 44100.0
#define SOFTER 0.0630957f /* -24 dB */

/* Of the files from train/reference.py. */
enum { FRAMES = 60, BINS = 37, STEMS = 4 };

static float *floats(size_t n) {
  float *p = memory_floats(n);
  assert_non_null(p);
  return p;
}

static struct net *open_at(const char *path, double rate) {
  char error[512] = "";
  struct net *net = net_open(path, rate, error, sizeof error);
  if (!net) {
    fail_msg("%s", error);
  }
  return net;
}

/* Steps over spectra [frames][2][bins][2]; masks [frames][stems][bins]. */
static void run(struct net *net, const float *spectra, unsigned frames, float *masks) {
  const struct net_info *info = net_info(net);
  for (unsigned f = 0; f < frames; ++f) {
    const float *left = spectra + (size_t)f * info->bins * 4;
    float *frame = masks + (size_t)f * info->stems * info->bins;
    net_step(net, left, left + (size_t)info->bins * 2, frame);
    mask_soft(frame, info->stems, info->bins, info->mask_power, info->mask_floor);
  }
}

struct reference {
  float *spectra, *masks;
};

static struct reference reference_read(const char *path) {
  static const size_t spectra[] = {FRAMES, 2, BINS, 2}, masks[] = {FRAMES, STEMS, BINS};
  char error[512];
  struct safetensors *file = safetensors_open(path, error, sizeof error);
  assert_non_null(file);
  struct reference r = {
      .spectra = safetensors_tensor(file, "test.spectrum", spectra, 4, error, sizeof error),
      .masks = safetensors_tensor(file, "test.masks", masks, 3, error, sizeof error),
  };
  assert_non_null(r.spectra);
  assert_non_null(r.masks);
  safetensors_free(file);
  return r;
}

static void reference_free(struct reference *r) {
  free(r->spectra);
  free(r->masks);
}

static double greatest_difference(const float *a, const float *b, size_t n) {
  double worst = 0.0;
  for (size_t i = 0; i < n; ++i) {
    double d = fabs((double)a[i] - b[i]);
    worst = d <= worst ? worst : d; /* a NaN stays */
  }
  return worst;
}

static void agree(const char *path, const char *kernels_name) {
  const struct kernels *kernels = kernels_named(kernels_name);
  if (!kernels) {
    print_message("skipped: this machine does not run the %s kernels\n", kernels_name);
    return;
  }
  size_t n = (size_t)FRAMES * STEMS * BINS;
  struct reference reference = reference_read(path);
  struct net *net = open_at(path, RATE);
  float *first = floats(n), *again = floats(n);
  assert_int_equal(net_info(net)->bins, BINS);
  net_use_kernels(net, kernels);
  run(net, reference.spectra, FRAMES, first);
  double difference = greatest_difference(first, reference.masks, n);
  print_message("%s, %s: greatest difference from PyTorch %.2g\n", path, kernels_name, difference);
  assert_true(difference <= 1e-4);
  net_reset(net);
  run(net, reference.spectra, FRAMES, again);
  assert_memory_equal(first, again, n * sizeof *first);
  net_free(net);
  reference_free(&reference);
  free(first);
  free(again);
}

static void test_agrees_with_pytorch(void **state) {
  (void)state;
  static const char *const names[] = {"generic", "avx2", "avx512"};
  for (unsigned i = 0; i < 3; ++i) {
    agree(TINY, names[i]);
    agree(TINY_LOOKAHEAD, names[i]);
  }
}

/* After a reset nothing is left of what came before. */
static void test_reset_equals_fresh(void **state) {
  (void)state;
  enum { START = 20, REST = FRAMES - START };
  size_t n = (size_t)FRAMES * STEMS * BINS;
  struct reference reference = reference_read(TINY_LOOKAHEAD);
  const float *later = reference.spectra + (size_t)START * 4 * BINS;
  float *used_masks = floats(n), *fresh_masks = floats(n);
  struct net *used = open_at(TINY_LOOKAHEAD, RATE), *fresh = open_at(TINY_LOOKAHEAD, RATE);
  run(used, reference.spectra, START + 7, used_masks);
  net_reset(used);
  run(used, later, REST, used_masks);
  run(fresh, later, REST, fresh_masks);
  assert_memory_equal(used_masks, fresh_masks, (size_t)REST * STEMS * BINS * sizeof(float));
  net_free(used);
  net_free(fresh);
  reference_free(&reference);
  free(used_masks);
  free(fresh_masks);
}

static void test_info(void **state) {
  (void)state;
  struct net *net = open_at(TINY_LOOKAHEAD, RATE);
  const struct net_info *info = net_info(net);
  assert_string_equal(info->name, "chandna");
  assert_int_equal(info->analysis, 128);
  assert_int_equal(info->synthesis, 64);
  assert_int_equal(info->hop, 32);
  assert_int_equal(info->lookahead, 2);
  assert_int_equal(info->context, 3 + 4 - 1); /* taps + context - 1 */
  assert_int_equal(info->stems, STEMS);
  net_free(net);
}

/* Spectra of noise at the level of a full-scale sine, scaled by `level`. */
static float *noise_spectra(const struct net_info *info, unsigned frames, float level,
                            uint32_t random) {
  size_t n = (size_t)frames * 4 * info->bins;
  float *spectra = floats(n);
  for (size_t i = 0; i < n; ++i) {
    spectra[i] = level * (float)info->analysis / 20.0f * random_between(&random, -1.0f, 1.0f);
  }
  return spectra;
}

static void check_masks(const float *masks, unsigned frames, const struct net_info *info) {
  for (unsigned f = 0; f < frames; ++f) {
    const float *frame = masks + (size_t)f * info->stems * info->bins;
    for (unsigned b = 0; b < info->bins; ++b) {
      double sum = 0.0;
      for (unsigned s = 0; s < info->stems; ++s) {
        float mask = frame[s * info->bins + b];
        assert_true(mask >= 0.0f && mask <= 1.0f); /* false for NaN as well */
        sum += mask;
      }
      assert_true(fabs(sum - 1.0) <= 1e-6);
    }
  }
}

/* Masks of noise at that level; n: how many. */
static float *noise_masks(struct net *net, unsigned frames, float level, size_t *n) {
  const struct net_info *info = net_info(net);
  *n = (size_t)frames * info->stems * info->bins;
  float *spectra = noise_spectra(info, frames, level, 5), *masks = floats(*n);
  run(net, spectra, frames, masks);
  check_masks(masks, frames, info);
  free(spectra);
  return masks;
}

/* Opens, fits the spectrum of its own STFT and gives masks at every rate. */
static void check_rates(const char *path) {
  static const double rates[] = {8000, 22050, 44100, 48000, 96000, 192000};
  static const int octaves[] = {-2, -1, 0, 0, 1, 2};
  struct net *trained = open_at(path, RATE);
  unsigned analysis = net_info(trained)->analysis;
  net_free(trained);
  for (unsigned i = 0; i < 6; ++i) {
    struct net *net = open_at(path, rates[i]);
    const struct net_info *info = net_info(net);
    assert_int_equal(info->analysis, (unsigned)(analysis * pow(2.0, octaves[i])));
    assert_true(info->bins <= info->analysis / 2 + 1);
    size_t n = 0;
    free(noise_masks(net, 200, 1.0f, &n));
    net_free(net);
  }
}

/* The level of the music must not matter; of a random net the estimates are compared, because its
 * masks can be shares of next to nothing. */
static void test_level(void **state) {
  (void)state;
  enum { STEPS = 200 };
  struct net *net = open_at(TINY, RATE);
  const struct net_info *info = net_info(net);
  size_t pairs = (size_t)info->bins * 2, n = (size_t)STEMS * info->bins;
  float *loud = noise_spectra(info, STEPS, 1.0f, 5), *loud_estimates = floats(n * STEPS);
  float *soft = noise_spectra(info, STEPS, SOFTER, 5), *soft_estimates = floats(n * STEPS);
  for (unsigned f = 0; f < STEPS; ++f) {
    net_step(net, loud + 2 * f * pairs, loud + (2 * f + 1) * pairs, loud_estimates + f * n);
  }
  net_reset(net);
  for (unsigned f = 0; f < STEPS; ++f) {
    net_step(net, soft + 2 * f * pairs, soft + (2 * f + 1) * pairs, soft_estimates + f * n);
  }
  double greatest = 0.0;
  for (size_t i = 0; i < n * STEPS; ++i) {
    greatest = fmax(greatest, loud_estimates[i]);
  }
  double difference = greatest_difference(loud_estimates, soft_estimates, n * STEPS) / greatest;
  print_message("%s: 24 dB softer, estimates differ by %.2g\n", TINY, difference);
  assert_true(greatest > 0.0 && difference <= 1e-2);
  net_free(net);
  free(loud);
  free(loud_estimates);
  free(soft);
  free(soft_estimates);
}

static void test_rates(void **state) {
  (void)state;
  check_rates(TINY);
  check_rates(TINY_LOOKAHEAD);
}

static void need_shipped(void) {
  if (access(SHIPPED, R_OK) != 0) {
    print_message("skipped: there is no %s\n", SHIPPED);
    skip();
  }
}

static void test_shipped_rates(void **state) {
  (void)state;
  need_shipped();
  check_rates(SHIPPED);
}

static void test_shipped_level(void **state) {
  (void)state;
  need_shipped();
  struct net *net = open_at(SHIPPED, RATE);
  size_t n = 0;
  float *loud = noise_masks(net, 200, 1.0f, &n);
  net_reset(net);
  float *soft = noise_masks(net, 200, SOFTER, &n);
  double difference = greatest_difference(loud, soft, n);
  print_message("%s: 24 dB softer, masks differ by %.2g\n", SHIPPED, difference);
  assert_true(difference <= 1e-2);
  free(loud);
  free(soft);
  net_free(net);
}

/* The loudest that the engine lets through, and silence, leave nothing behind that is not finite.
 */
static void test_extremes(void **state) {
  (void)state;
  enum { PART = 20 };
  static const float levels[] = {0.0f, 1e12f, 0.0f, 1e-12f, 1.0f};
  struct net *net = open_at(TINY, RATE);
  for (unsigned i = 0; i < 5; ++i) {
    size_t n = 0;
    free(noise_masks(net, PART, levels[i], &n));
  }
  net_free(net);
}

/* Same length: the sizes in the header stay right. */
static void replace(unsigned char *bytes, size_t size, const char *from, const char *to) {
  size_t n = strlen(from);
  assert_int_equal(n, strlen(to));
  for (size_t i = 0; i + n <= size; ++i) {
    if (memcmp(bytes + i, from, n) == 0) {
      memcpy(bytes + i, to, n);
      return;
    }
  }
  fail_msg("no %s in the header", from);
}

static void test_refuses_bad_models(void **state) {
  (void)state;
  static const char *const changes[][2] = {
      {"unbraid-model", "unbraid-mOdel"},
      {"\"format_version\": \"1\"", "\"format_version\": \"2\""},
      {"\"format_version\": \"1\"", "\"format_version\":  1 "},
      {"\"architecture\": \"chandna\"", "\"architecture\": \"chan\\ta\""},
      {"rms-magnitude", "rms-magnitudE"},
      {"vocals,drums,bass,other", "drums,vocals,bass,other"},
      {"\"sample_rate\": \"44100\"", "\"sample_rate\": \"44.10\""},
      {"\"sample_rate\": \"44100\"", "\"sample_rate\": \"00000\""},
      {"\"sample_rate\": \"44100\"", "\"sample_ratE\": \"44100\""},
      {"\"analysis\": \"128\"", "\"analysis\": \"1e9\""},
      {"\"analysis\": \"128\"", "\"analysis\": \"inf\""},
      {"\"synthesis\": \"64\"", "\"synthesis\": \"-4\""},
      {"\"hop\": \"32\"", "\"hop\": \"99\""},
      {"\"hop\": \"32\"", "\"hop\": \"  \""},
      {"\"hop\": \"32\"", "\"hop\": \"3 \""},
      {"\"lookahead\": \"0\"", "\"lookahead\": \"1\""},
      {"\"bins\": \"37\"", "\"bins\": \"36\""},
      {"\"bins\": \"37\"", "\"bins\": \"99\""},
      {"\"n1\": \"5\"", "\"n1\": \"6\""},
      {"\"n2\": \"4\"", "\"n2\": \"0\""},
      {"\"taps\": \"3\"", "\"taps\": \"4\""},
      {"\"context\": \"4\"", "\"context\": \"x\""},
      {"\"nn\": \"6\"", "\"nn\": \"7\""},
      {"\"feature_power\": \"0.5\"", "\"feature_power\": \"0,5\""},
      {"\"norm_seconds\": \"3\"", "\"norm_seconds\": \"0\""},
      {"\"mask_power\": \"1\"", "\"mask_power\": \"0\""},
      {"decoder.weight", "decoder.weighT"},
      {"inverse_vertical.bias", "inverse_vertical.Bias"},
      {"dense.bias", "dense.biaS"},
  };
  char *path = file_temporary();
  size_t size = 0;
  unsigned char *good = file_read(TINY, &size);
  file_write(path, good, size);
  net_free(open_at(path, RATE));
  for (size_t i = 0; i < sizeof changes / sizeof *changes; ++i) {
    unsigned char *bad = file_read(TINY, &size);
    char error[512] = "";
    replace(bad, size, changes[i][0], changes[i][1]);
    file_write(path, bad, size);
    if (net_open(path, RATE, error, sizeof error)) {
      fail_msg("opened with %s", changes[i][1]);
    }
    assert_memory_equal(error, path, strlen(path));
    assert_true(strlen(error) > strlen(path) + 10);
    assert_null(strpbrk(error, "\n\r\t"));
    free(bad);
  }
  free(good);
  file_remove(path);
}

/* The net itself would run; the audio around it could not. */
static void test_refuses_impossible_stft(void **state) {
  (void)state;
  static const char *const changes[][2] = {{"\"hop\": \"32\"", "\"hop\": \"31\""},
                                           {"\"analysis\": \"128\"", "\"analysis\": \"127\""},
                                           {"\"synthesis\": \"64\"", "\"synthesis\": \"65\""}};
  char *path = file_temporary();
  for (size_t i = 0; i < sizeof changes / sizeof *changes; ++i) {
    size_t size = 0;
    unsigned char *bytes = file_read(TINY, &size);
    char error[512] = "";
    replace(bytes, size, changes[i][0], changes[i][1]);
    file_write(path, bytes, size);
    net_free(open_at(path, RATE));
    assert_null(separator_net_new(path, RATE, error, sizeof error));
    assert_memory_equal(error, path, strlen(path));
    assert_true(strlen(error) > strlen(path) + 10);
    free(bytes);
  }
  file_remove(path);
}

/* Damage in any place either fails to open or steps without a crash. */
static void test_survives_damage(void **state) {
  (void)state;
  enum { CASES = 3000, HEADER = 2100 };
  char *path = file_temporary();
  size_t size = 0;
  unsigned char *good = file_read(TINY_LOOKAHEAD, &size), *bad = malloc(size);
  assert_non_null(bad);
  uint32_t random = 99;
  unsigned opened = 0;
  for (unsigned i = 0; i < CASES; ++i) {
    memcpy(bad, good, size);
    for (unsigned flips = 1 + random_below(&random, 3); flips > 0; --flips) {
      size_t reach = random_below(&random, 8) ? HEADER : size;
      bad[random_below(&random, (uint32_t)reach)] = (unsigned char)random_next(&random);
    }
    /* Every fourth is cut short as well. */
    file_write(path, bad, i % 4 ? size : random_below(&random, (uint32_t)size));
    char error[512] = "";
    struct net *net = net_open(path, RATE, error, sizeof error);
    if (net) {
      const struct net_info *info = net_info(net);
      float *spectra = noise_spectra(info, 3, 1.0f, 3);
      float *masks = floats((size_t)3 * info->stems * info->bins);
      run(net, spectra, 3, masks);
      free(spectra);
      free(masks);
      net_free(net);
      ++opened;
    } else {
      assert_memory_equal(error, path, strlen(path));
      assert_null(strpbrk(error, "\n\r\t"));
    }
  }
  print_message("%u of %u damaged models opened\n", opened, (unsigned)CASES);
  assert_true(opened > 0 && opened < CASES);
  free(good);
  free(bad);
  file_remove(path);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_agrees_with_pytorch),
      cmocka_unit_test(test_reset_equals_fresh),
      cmocka_unit_test(test_info),
      cmocka_unit_test(test_rates),
      cmocka_unit_test(test_level),
      cmocka_unit_test(test_shipped_rates),
      cmocka_unit_test(test_shipped_level),
      cmocka_unit_test(test_extremes),
      cmocka_unit_test(test_refuses_bad_models),
      cmocka_unit_test(test_refuses_impossible_stft),
      cmocka_unit_test(test_survives_damage),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
