/* SPDX-License-Identifier: ISC */
#include "tests/support/nets.h"

#include "dsp/mask.h"
#include "dsp/memory.h"
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
#include <unistd.h>

#include <cmocka.h>

#define SOFTER 0.0630957f /* -24 dB */

float *nets_floats(size_t n) {
  float *p = memory_floats(n);
  assert_non_null(p);
  return p;
}

struct net *nets_open(const char *path, double rate) {
  char error[512] = "";
  struct net *net = net_open(path, rate, error, sizeof error);
  if (!net) {
    fail_msg("%s", error);
  }
  return net;
}

struct net *nets_open_tiny(const char *path, const char *name, unsigned lookahead, unsigned stems) {
  struct net *net = nets_open(path, RATE);
  const struct net_info *info = net_info(net);
  assert_string_equal(info->name, name);
  assert_int_equal(info->analysis, 128);
  assert_int_equal(info->synthesis, 64);
  assert_int_equal(info->hop, 32);
  assert_int_equal(info->lookahead, lookahead);
  assert_int_equal(info->stems, stems);
  assert_true(info->context > 0);
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

static struct reference reference_read(const char *path, size_t stems) {
  const size_t spectra[] = {FRAMES, 2, BINS, 2}, masks[] = {FRAMES, stems, BINS};
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

double nets_difference(const float *a, const float *b, size_t n) {
  double worst = 0.0;
  for (size_t i = 0; i < n; ++i) {
    double d = fabs((double)a[i] - b[i]);
    worst = d <= worst ? worst : d; /* a NaN stays */
  }
  return worst;
}

static void agree_with(const char *path, const char *kernels_name) {
  const struct kernels *kernels = kernels_named(kernels_name);
  if (!kernels) {
    print_message("skipped: this machine does not run the %s kernels\n", kernels_name);
    return;
  }
  struct net *net = nets_open(path, RATE);
  unsigned stems = net_info(net)->stems;
  size_t n = (size_t)FRAMES * stems * BINS;
  struct reference reference = reference_read(path, stems);
  float *first = nets_floats(n), *again = nets_floats(n);
  assert_int_equal(net_info(net)->bins, BINS);
  net_use_kernels(net, kernels);
  run(net, reference.spectra, FRAMES, first);
  double difference = nets_difference(first, reference.masks, n);
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

void nets_agree(void **state) {
  const char *path = *state;
  static const char *const names[] = {"generic", "avx2", "avx512"};
  for (unsigned i = 0; i < 3; ++i) {
    agree_with(path, names[i]);
  }
}

void nets_reset_equals_fresh(void **state) {
  const char *path = *state;
  enum { START = 20, REST = FRAMES - START };
  struct net *used = nets_open(path, RATE), *fresh = nets_open(path, RATE);
  unsigned stems = net_info(used)->stems;
  size_t n = (size_t)FRAMES * stems * BINS;
  struct reference reference = reference_read(path, stems);
  const float *later = reference.spectra + (size_t)START * 4 * BINS;
  float *used_masks = nets_floats(n), *fresh_masks = nets_floats(n);
  run(used, reference.spectra, START + 7, used_masks);
  net_reset(used);
  run(used, later, REST, used_masks);
  run(fresh, later, REST, fresh_masks);
  assert_memory_equal(used_masks, fresh_masks, (size_t)REST * stems * BINS * sizeof(float));
  net_free(used);
  net_free(fresh);
  reference_free(&reference);
  free(used_masks);
  free(fresh_masks);
}

float *nets_noise(const struct net_info *info, unsigned frames, float level, uint32_t random) {
  size_t n = (size_t)frames * 4 * info->bins;
  float *spectra = nets_floats(n);
  for (size_t i = 0; i < n; ++i) {
    spectra[i] = level * (float)info->analysis / 20.0f * random_between(&random, -1.0f, 1.0f);
  }
  return spectra;
}

/* One step over these channels, after a reset. */
static void step_afresh(struct net *net, const float *left, const float *right, float *estimates) {
  net_reset(net);
  net_step(net, left, right, estimates);
}

void nets_hears_the_image(void **state) {
  const char *path = *state;
  struct net *net = nets_open(path, RATE);
  const struct net_info *info = net_info(net);
  size_t pairs = (size_t)info->bins * 2, n = (size_t)info->stems * info->bins;
  float *sound = nets_noise(info, 1, 1.0f, 5), *another = sound + pairs;
  float *opposite = nets_floats(pairs), *silence = nets_floats(pairs);
  float *mono = nets_floats(n), *other = nets_floats(n), *mirrored = nets_floats(n);
  for (size_t i = 0; i < pairs; ++i) {
    opposite[i] = -sound[i];
  }
  step_afresh(net, sound, sound, mono);
  step_afresh(net, sound, opposite, other);
  assert_true(nets_difference(mono, other, n) <= 1e-6);
  step_afresh(net, sound, silence, other);
  step_afresh(net, silence, sound, mirrored);
  assert_true(nets_difference(other, mirrored, n) <= 1e-6);
  step_afresh(net, sound, another, other);
  step_afresh(net, another, sound, mirrored);
  assert_true(nets_difference(other, mirrored, n) <= 1e-6);
  assert_true(nets_difference(mono, other, n) > 1e-3);
  net_free(net);
  free(sound);
  free(opposite);
  free(silence);
  free(mono);
  free(other);
  free(mirrored);
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
  float *spectra = nets_noise(info, frames, level, 5), *masks = nets_floats(*n);
  run(net, spectra, frames, masks);
  check_masks(masks, frames, info);
  free(spectra);
  return masks;
}

void nets_rates(void **state) {
  const char *path = *state;
  static const double rates[] = {8000, 22050, 44100, 48000, 96000, 192000};
  static const int octaves[] = {-2, -1, 0, 0, 1, 2};
  struct net *trained = nets_open(path, RATE);
  unsigned analysis = net_info(trained)->analysis;
  net_free(trained);
  for (unsigned i = 0; i < 6; ++i) {
    struct net *net = nets_open(path, rates[i]);
    const struct net_info *info = net_info(net);
    assert_int_equal(info->analysis, (unsigned)(analysis * pow(2.0, octaves[i])));
    assert_true(info->bins <= info->analysis / 2 + 1);
    size_t n = 0;
    free(noise_masks(net, 200, 1.0f, &n));
    net_free(net);
  }
}

void nets_level(void **state) {
  const char *path = *state;
  struct net *net = nets_open(path, RATE);
  size_t n = 0;
  float *loud = noise_masks(net, 200, 1.0f, &n);
  net_reset(net);
  float *soft = noise_masks(net, 200, SOFTER, &n);
  double difference = nets_difference(loud, soft, n);
  print_message("%s: 24 dB softer, masks differ by %.2g\n", path, difference);
  assert_true(difference <= 1e-2);
  free(loud);
  free(soft);
  net_free(net);
}

void nets_extremes(void **state) {
  const char *path = *state;
  enum { PART = 20 };
  static const float levels[] = {0.0f, 1e12f, 0.0f, 1e-12f, 1.0f};
  struct net *net = nets_open(path, RATE);
  for (unsigned i = 0; i < 5; ++i) {
    size_t n = 0;
    free(noise_masks(net, PART, levels[i], &n));
  }
  net_free(net);
}

void nets_replace(unsigned char *bytes, size_t size, const char *from, const char *to) {
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

void nets_refuse(const char *path, const char *const changes[][2], size_t count) {
  char *changed = file_temporary();
  size_t size = 0;
  unsigned char *good = file_read(path, &size);
  file_write(changed, good, size);
  net_free(nets_open(changed, RATE));
  for (size_t i = 0; i < count; ++i) {
    unsigned char *bad = file_read(path, &size);
    char error[512] = "";
    nets_replace(bad, size, changes[i][0], changes[i][1]);
    file_write(changed, bad, size);
    if (net_open(changed, RATE, error, sizeof error)) {
      fail_msg("opened with %s", changes[i][1]);
    }
    assert_memory_equal(error, changed, strlen(changed));
    assert_true(strlen(error) > strlen(changed) + 10);
    assert_null(strpbrk(error, "\n\r\t"));
    free(bad);
  }
  free(good);
  file_remove(changed);
}

void nets_survive_damage(void **state) {
  const char *path = *state;
  enum { CASES = 3000 };
  char *changed = file_temporary();
  size_t size = 0;
  unsigned char *good = file_read(path, &size), *bad = malloc(size);
  assert_non_null(bad);
  size_t header = 8 + (size_t)good[0] + ((size_t)good[1] << 8);
  uint32_t random = 99;
  unsigned opened = 0;
  for (unsigned i = 0; i < CASES; ++i) {
    memcpy(bad, good, size);
    for (unsigned flips = 1 + random_below(&random, 3); flips > 0; --flips) {
      size_t reach = random_below(&random, 8) ? header : size;
      bad[random_below(&random, (uint32_t)reach)] = (unsigned char)random_next(&random);
    }
    /* Every fourth is cut short as well. */
    file_write(changed, bad, i % 4 ? size : random_below(&random, (uint32_t)size));
    char error[512] = "";
    struct net *net = net_open(changed, RATE, error, sizeof error);
    if (net) {
      const struct net_info *info = net_info(net);
      float *spectra = nets_noise(info, 3, 1.0f, 3);
      float *masks = nets_floats((size_t)3 * info->stems * info->bins);
      run(net, spectra, 3, masks);
      free(spectra);
      free(masks);
      net_free(net);
      ++opened;
    } else {
      assert_memory_equal(error, changed, strlen(changed));
      assert_null(strpbrk(error, "\n\r\t"));
    }
  }
  print_message("%u of %u damaged models opened\n", opened, (unsigned)CASES);
  assert_true(opened > 0 && opened < CASES);
  free(good);
  free(bad);
  file_remove(changed);
}

void nets_shipped(void **state) {
  const char *path = *state;
  if (access(path, R_OK) != 0) {
    print_message("skipped: there is no %s\n", path);
    skip();
  }
  struct net *net = nets_open(path, RATE);
  char expected[64];
  snprintf(expected, sizeof expected, "models/%s.safetensors", net_info(net)->name);
  assert_string_equal(path, expected);
  net_free(net);
  nets_rates(state);
  nets_level(state);
}
