/* The plugin as a host sees it: latency, sums, unity, bypass, block lengths, buffers, bad input. */
#include "tests/support/files.h"
#include "tests/support/rig.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

enum { RATE = 44100, BLOCK = 256, LOOKAHEAD = 1 };

struct music {
  float *left, *right;
  size_t frames;
};

static struct music music_new(double seconds, double rate) {
  struct music m = {.frames = (size_t)(seconds * rate)};
  m.left = malloc(m.frames * sizeof *m.left);
  m.right = malloc(m.frames * sizeof *m.right);
  assert_non_null(m.left);
  assert_non_null(m.right);
  rig_music(m.left, m.right, m.frames, rate);
  return m;
}

static void music_free(struct music *m) {
  free(m->left);
  free(m->right);
}

static float *stem_audio(struct rig_audio *audio, unsigned stem, unsigned channel) {
  return audio->left_right[PORT_STEM_AUDIO + stem * N_CHANNELS + channel];
}

static unsigned latency_of(const struct rig *rig) {
  return (unsigned)rig->controls[PORT_LATENCY];
}

/* What the design promises: synthesis + look-ahead * hop + hop * max(1, ceil(block / hop)). */
static unsigned designed_latency(double rate, unsigned block) {
  double scale = pow(2.0, round(log2(rate / RATE)));
  unsigned synthesis = (unsigned)(1024 * scale), hop = (unsigned)(512 * scale);
  return synthesis + LOOKAHEAD * hop + hop * (block > hop ? (block + hop - 1) / hop : 1);
}

static size_t loudest(const float *x, size_t frames) {
  size_t at = 0;
  for (size_t i = 0; i < frames; ++i) {
    at = fabsf(x[i]) > fabsf(x[at]) ? i : at;
  }
  return at;
}

static void sum_of(struct rig_audio *out, enum split_id split, unsigned channel, float *sum) {
  memset(sum, 0, out->frames * sizeof *sum);
  for (unsigned s = split_first(split); s < split_end(split); ++s) {
    const float *stem = stem_audio(out, s, channel);
    for (size_t i = 0; i < out->frames; ++i) {
      sum[i] += stem[i];
    }
  }
}

static void test_latency_reported_is_measured(void **state) {
  (void)state;
  static const unsigned blocks[] = {1, 17, 64, 256, 1024, 4096, 8192};
  static const double rates[] = {22050, 44100, 48000, 88200, 96000, 192000};
  for (size_t r = 0; r < sizeof rates / sizeof *rates; ++r) {
    for (size_t b = 0; b < sizeof blocks / sizeof *blocks; ++b) {
      struct rig rig;
      assert_true(rig_open(&rig, VARIANT_STEMS, rates[r], blocks[b], rig_bundle()));
      rig.controls[PORT_FREEWHEEL] = 1.0f;
      enum { IMPULSE = 5000 };
      size_t frames = IMPULSE + designed_latency(rates[r], blocks[b]) + 8192;
      float *in = calloc(frames, sizeof *in), *sum = calloc(frames, sizeof *sum);
      assert_true(in && sum);
      in[IMPULSE] = 0.5f;
      struct rig_audio out = rig_audio_new(frames, true);
      rig_render(&rig, in, in, &out, blocks[b]);
      unsigned latency = latency_of(&rig);
      assert_int_equal(latency, designed_latency(rates[r], blocks[b]));
      assert_int_equal(loudest(out.left_right[PORT_MAIN_L], frames), IMPULSE + latency);
      for (enum split_id split = 0; split < N_SPLITS; ++split) {
        sum_of(&out, split, 0, sum);
        assert_int_equal(loudest(sum, frames), IMPULSE + latency);
        assert_true(fabsf(sum[IMPULSE + latency] - 0.5f) < 1e-5f);
      }
      rig_audio_free(&out);
      free(in);
      free(sum);
      rig_close(&rig);
    }
  }
}

static void test_latency_of_small_blocks(void **state) {
  (void)state;
  struct rig rig;
  assert_true(rig_open(&rig, VARIANT_INSERT, RATE, BLOCK, rig_bundle()));
  rig.descriptor->run(rig.handle, 0);
  assert_int_equal(latency_of(&rig), 2048);
  rig_close(&rig);
}

static void test_stems_sum_to_the_input(void **state) {
  (void)state;
  static const double rates[] = {22050, 44100, 48000, 96000};
  for (size_t r = 0; r < sizeof rates / sizeof *rates; ++r) {
    struct rig rig;
    struct music m = music_new(3.0, rates[r]);
    assert_true(rig_open(&rig, VARIANT_STEMS, rates[r], BLOCK, rig_bundle()));
    rig.controls[PORT_FREEWHEEL] = 1.0f;
    struct rig_audio out = rig_audio_new(m.frames, true);
    float *sum = calloc(m.frames, sizeof *sum);
    assert_non_null(sum);
    rig_render(&rig, m.left, m.right, &out, BLOCK);
    unsigned latency = latency_of(&rig);
    for (unsigned c = 0; c < N_CHANNELS; ++c) {
      for (enum split_id split = 0; split < N_SPLITS; ++split) {
        sum_of(&out, split, c, sum);
        double db = rig_error_db(sum + latency, c ? m.right : m.left, m.frames - latency);
        print_message("%6.0f Hz, split %u: sum - input %.1f dB\n", rates[r], (unsigned)split, db);
        assert_true(db <= -120.0);
      }
    }
    free(sum);
    rig_audio_free(&out);
    music_free(&m);
    rig_close(&rig);
  }
}

/* So do stems whose masks are refined in every way, and main at unity stays the input. */
static void test_refined_stems_sum_to_the_input(void **state) {
  (void)state;
  static const double rates[] = {44100, 192000};
  for (size_t r = 0; r < sizeof rates / sizeof *rates; ++r) {
    struct rig rig;
    struct music m = music_new(2.0, rates[r]);
    assert_true(rig_open(&rig, VARIANT_STEMS, rates[r], BLOCK, rig_bundle()));
    rig.controls[PORT_FREEWHEEL] = 1.0f;
    rig.controls[PORT_SHARPNESS] = 1.6f;
    rig.controls[PORT_SPATIAL] = 100.0f;
    rig.controls[PORT_FLOOR] = -20.0f;
    struct rig_audio out = rig_audio_new(m.frames, true);
    float *sum = calloc(m.frames, sizeof *sum);
    assert_non_null(sum);
    rig_render(&rig, m.left, m.right, &out, BLOCK);
    unsigned latency = latency_of(&rig);
    for (unsigned c = 0; c < N_CHANNELS; ++c) {
      const float *in = c ? m.right : m.left;
      sum_of(&out, SPLIT_FOUR, c, sum);
      double db = rig_error_db(sum + latency, in, m.frames - latency);
      print_message("%6.0f Hz, refined: sum - input %.1f dB\n", rates[r], db);
      assert_true(db <= -120.0);
      assert_memory_equal(out.left_right[PORT_MAIN_L + c] + latency, in,
                          (m.frames - latency) * sizeof(float));
    }
    free(sum);
    rig_audio_free(&out);
    music_free(&m);
    rig_close(&rig);
  }
}

static void test_unity_and_bypass_are_bit_exact(void **state) {
  (void)state;
  struct music m = music_new(2.0, RATE);
  m.left[100] = -0.0f;
  m.right[200] = 1e-41f;
  for (enum variant v = 0; v < N_VARIANTS; ++v) {
    for (unsigned bypass = 0; bypass < 2; ++bypass) {
      struct rig rig;
      assert_true(rig_open(&rig, v, RATE, BLOCK, rig_bundle()));
      rig.controls[PORT_ENABLED] = bypass ? 0.0f : 1.0f;
      if (bypass) { /* faders away from unity must not matter */
        rig.controls[ports_stem_control(STEM_VOCALS, CONTROL_MUTE)] = 1.0f;
        rig.controls[ports_stem_control(STEM_BASS, CONTROL_GAIN)] = -7.0f;
      }
      struct rig_audio out = rig_audio_new(m.frames, v == VARIANT_STEMS);
      rig_render(&rig, m.left, m.right, &out, 0);
      unsigned latency = latency_of(&rig);
      size_t bytes = (m.frames - latency) * sizeof(float);
      assert_memory_equal(out.left_right[PORT_MAIN_L] + latency, m.left, bytes);
      assert_memory_equal(out.left_right[PORT_MAIN_R] + latency, m.right, bytes);
      for (unsigned s = 0; bypass && v == VARIANT_STEMS && s < N_STEMS; ++s) {
        const float *stem = stem_audio(&out, s, 0);
        assert_true(stem[loudest(stem, m.frames)] == 0.0f);
      }
      rig_audio_free(&out);
      rig_close(&rig);
    }
  }
  music_free(&m);
}

static void set_some_faders(struct rig *rig) {
  rig->controls[ports_stem_control(STEM_VOCALS, CONTROL_MUTE)] = 1.0f;
  rig->controls[ports_stem_control(STEM_DRUMS, CONTROL_GAIN)] = -6.0f;
  rig->controls[ports_stem_control(STEM_BASS, CONTROL_WET)] = 40.0f;
  rig->controls[PORT_FREEWHEEL] = 1.0f;
}

static void test_blocks_do_not_matter(void **state) {
  (void)state;
  static const unsigned blocks[] = {1, 17, 64, 1000, 8192, 0};
  struct music m = music_new(2.5, RATE);
  struct rig rig;
  assert_true(rig_open(&rig, VARIANT_STEMS, RATE, BLOCK, rig_bundle()));
  set_some_faders(&rig);
  struct rig_audio expected = rig_audio_new(m.frames, true);
  rig_render(&rig, m.left, m.right, &expected, BLOCK);
  rig_close(&rig);
  for (size_t b = 0; b < sizeof blocks / sizeof *blocks; ++b) {
    assert_true(rig_open(&rig, VARIANT_STEMS, RATE, BLOCK, rig_bundle()));
    set_some_faders(&rig);
    struct rig_audio out = rig_audio_new(m.frames, true);
    rig_render(&rig, m.left, m.right, &out, blocks[b]);
    assert_int_equal(rig.controls[PORT_LATE_FRAMES], 0);
    for (unsigned p = PORT_MAIN_L; p < PORT_STEM_CONTROLS; ++p) {
      assert_memory_equal(out.left_right[p], expected.left_right[p], m.frames * sizeof(float));
    }
    rig_audio_free(&out);
    rig_close(&rig);
  }
  rig_audio_free(&expected);
  music_free(&m);
}

/* A host that announced another block length gets another latency, but the same audio. */
static void test_announced_blocks_only_delay(void **state) {
  (void)state;
  static const unsigned blocks[] = {64, 1024, 4096};
  struct music m = music_new(2.0, RATE);
  struct rig_audio expected = rig_audio_new(m.frames, true);
  unsigned expected_latency = 0;
  for (size_t b = 0; b < sizeof blocks / sizeof *blocks; ++b) {
    struct rig rig;
    assert_true(rig_open(&rig, VARIANT_STEMS, RATE, blocks[b], rig_bundle()));
    rig.controls[PORT_FREEWHEEL] = 1.0f;
    struct rig_audio out = rig_audio_new(m.frames, true);
    rig_render(&rig, m.left, m.right, &out, blocks[b]);
    unsigned latency = latency_of(&rig);
    for (unsigned p = PORT_MAIN_L; b > 0 && p < PORT_STEM_CONTROLS; ++p) {
      assert_memory_equal(out.left_right[p] + latency, expected.left_right[p] + expected_latency,
                          (m.frames - latency) * sizeof(float));
    }
    if (b == 0) {
      rig_audio_free(&expected);
      expected = out;
      expected_latency = latency;
    } else {
      rig_audio_free(&out);
    }
    rig_close(&rig);
  }
  rig_audio_free(&expected);
  music_free(&m);
}

static void test_activate_starts_afresh(void **state) {
  (void)state;
  struct music m = music_new(1.0, RATE);
  struct rig rig;
  struct rig_audio first = rig_audio_new(m.frames, true), second = rig_audio_new(m.frames, true);
  assert_true(rig_open(&rig, VARIANT_STEMS, RATE, BLOCK, rig_bundle()));
  set_some_faders(&rig);
  rig_render(&rig, m.left, m.right, &first, BLOCK);
  rig.descriptor->activate(rig.handle);
  rig_render(&rig, m.left, m.right, &second, BLOCK);
  for (unsigned p = PORT_MAIN_L; p < PORT_STEM_CONTROLS; ++p) {
    assert_memory_equal(first.left_right[p], second.left_right[p], m.frames * sizeof(float));
  }
  rig_audio_free(&first);
  rig_audio_free(&second);
  music_free(&m);
  rig_close(&rig);
}

/* Outputs in the input's place, and every output a host does not want in one buffer. */
static void test_buffers_may_be_shared(void **state) {
  (void)state;
  struct music m = music_new(1.0, RATE);
  struct rig rig;
  struct rig_audio expected = rig_audio_new(m.frames, true);
  assert_true(rig_open(&rig, VARIANT_STEMS, RATE, BLOCK, rig_bundle()));
  set_some_faders(&rig);
  rig_render(&rig, m.left, m.right, &expected, BLOCK);
  rig_close(&rig);

  assert_true(rig_open(&rig, VARIANT_STEMS, RATE, BLOCK, rig_bundle()));
  set_some_faders(&rig);
  float *dummy = calloc(BLOCK, sizeof *dummy);
  assert_non_null(dummy);
  for (size_t done = 0; done + BLOCK <= m.frames; done += BLOCK) {
    for (uint32_t p = 0; p < PORT_STEM_CONTROLS; ++p) {
      float *buffer = p % 2 ? m.right + done : m.left + done; /* in and main share */
      buffer = p >= PORT_STEM_AUDIO ? dummy : buffer;
      buffer = p == PORT_STEM_AUDIO + 2 ? NULL : buffer;
      rig.descriptor->connect_port(rig.handle, p, buffer);
    }
    rig.descriptor->run(rig.handle, BLOCK);
  }
  size_t bytes = m.frames / BLOCK * BLOCK * sizeof(float);
  assert_memory_equal(m.left, expected.left_right[PORT_MAIN_L], bytes);
  assert_memory_equal(m.right, expected.left_right[PORT_MAIN_R], bytes);
  free(dummy);
  rig_audio_free(&expected);
  music_free(&m);
  rig_close(&rig);
}

/* Ardour's latency probe gives one buffer for every audio port. */
static void test_one_buffer_for_all(void **state) {
  (void)state;
  struct rig rig;
  assert_true(rig_open(&rig, VARIANT_STEMS, RATE, 1024, rig_bundle()));
  float buffer[1024] = {0.25f};
  for (uint32_t p = 0; p < PORT_STEM_CONTROLS; ++p) {
    rig.descriptor->connect_port(rig.handle, p, buffer);
  }
  rig.descriptor->run(rig.handle, 1024);
  assert_int_equal(latency_of(&rig), designed_latency(RATE, 1024));
  rig_close(&rig);
}

static void test_damaged_samples_pass_nothing_on(void **state) {
  (void)state;
  struct music m = music_new(2.0, RATE);
  struct rig rig;
  struct rig_audio clean = rig_audio_new(m.frames, true), out = rig_audio_new(m.frames, true);
  assert_true(rig_open(&rig, VARIANT_STEMS, RATE, BLOCK, rig_bundle()));
  set_some_faders(&rig);
  rig_render(&rig, m.left, m.right, &clean, BLOCK);
  rig_close(&rig);

  enum { DAMAGE_FROM = 8000, DAMAGE_TO = 12000 };
  for (unsigned i = DAMAGE_FROM; i < DAMAGE_TO; ++i) {
    m.left[i] = i % 3 == 0 ? NAN : i % 3 == 1 ? INFINITY : -3e38f;
    m.right[i] = -m.left[i];
  }
  assert_true(rig_open(&rig, VARIANT_STEMS, RATE, BLOCK, rig_bundle()));
  set_some_faders(&rig);
  rig_render(&rig, m.left, m.right, &out, BLOCK);
  for (unsigned p = PORT_MAIN_L; p < PORT_STEM_CONTROLS; ++p) {
    for (size_t i = 0; i < m.frames; ++i) {
      assert_true(fabsf(out.left_right[p][i]) < 10.0f); /* false for NaN */
    }
  }
  /* Once the network's own memory of the gap has passed, the output is what it would have been. */
  size_t late = (size_t)(1.8 * RATE);
  for (unsigned p = PORT_MAIN_L; p < PORT_STEM_CONTROLS; ++p) {
    assert_true(rig_error_db(out.left_right[p] + late, clean.left_right[p] + late,
                             m.frames - late) < -20.0);
  }
  rig_audio_free(&clean);
  rig_audio_free(&out);
  music_free(&m);
  rig_close(&rig);
}

static void test_damaged_controls_mean_defaults(void **state) {
  (void)state;
  struct music m = music_new(0.5, RATE);
  struct rig rig;
  assert_true(rig_open(&rig, VARIANT_STEMS, RATE, BLOCK, rig_bundle()));
  for (unsigned p = PORT_STEM_CONTROLS; p < PORT_FREEWHEEL; ++p) {
    rig.controls[p] = NAN;
  }
  struct rig_audio out = rig_audio_new(m.frames, false);
  rig_render(&rig, m.left, m.right, &out, BLOCK);
  unsigned latency = latency_of(&rig);
  assert_memory_equal(out.left_right[PORT_MAIN_L] + latency, m.left,
                      (m.frames - latency) * sizeof(float));
  rig_audio_free(&out);
  music_free(&m);
  rig_close(&rig);
}

/* From unity with nothing connected the network rests; a mute must wake it and take hold. */
static void test_a_mute_wakes_the_network(void **state) {
  (void)state;
  struct music m = music_new(3.0, RATE);
  struct rig rig;
  assert_true(rig_open(&rig, VARIANT_INSERT, RATE, BLOCK, rig_bundle()));
  rig.controls[PORT_FREEWHEEL] = 1.0f;
  size_t half = m.frames / 2 / BLOCK * BLOCK;
  struct rig_audio quiet = rig_audio_new(half, false), rest = rig_audio_new(half, false);
  rig_render(&rig, m.left, m.right, &quiet, BLOCK);
  unsigned latency = latency_of(&rig);
  for (unsigned s = 0; s < STEM_HARMONIC; ++s) {
    rig.controls[ports_stem_control(s, CONTROL_MUTE)] = 1.0f;
  }
  rig_render(&rig, m.left + half, m.right + half, &rest, BLOCK);
  /* With all four stems muted main is silent, which only masks that sum to one can give. */
  size_t settled = RATE / 10;
  assert_true(rig_error_db(quiet.left_right[PORT_MAIN_L] + latency, m.left, half - latency) ==
              -400);
  double energy = 0.0;
  for (size_t i = settled; i < half; ++i) {
    energy += pow(rest.left_right[PORT_MAIN_L][i], 2);
  }
  double db = 10.0 * log10(energy / (double)(half - settled) + 1e-30);
  print_message("all stems muted: main at %.1f dBFS 100 ms later\n", db);
  assert_true(db < -120.0);
  rig_audio_free(&quiet);
  rig_audio_free(&rest);
  music_free(&m);
  rig_close(&rig);
}

/* The second half of main, in which the vocals are muted; where they were not before, the network
 * rested. */
static struct rig_audio second_half(const struct music *m, bool muted_before) {
  struct rig rig;
  size_t half = m->frames / 2 / BLOCK * BLOCK;
  struct rig_audio first = rig_audio_new(half, false), second = rig_audio_new(half, false);
  assert_true(rig_open(&rig, VARIANT_INSERT, RATE, BLOCK, rig_bundle()));
  rig.controls[PORT_FREEWHEEL] = 1.0f;
  rig.controls[ports_stem_control(STEM_VOCALS, CONTROL_MUTE)] = muted_before;
  rig_render(&rig, m->left, m->right, &first, BLOCK);
  rig.controls[ports_stem_control(STEM_VOCALS, CONTROL_MUTE)] = 1.0f;
  rig_render(&rig, m->left + half, m->right + half, &second, BLOCK);
  assert_int_equal(rig.controls[PORT_LATE_FRAMES], 0);
  rig_audio_free(&first);
  rig_close(&rig);
  return second;
}

/* The newest frames that a network missed are made up for. */
static void test_a_woken_network_is_warm(void **state) {
  (void)state;
  struct music m = music_new(4.0, RATE);
  struct rig_audio awake = second_half(&m, true), woken = second_half(&m, false);
  size_t settled = RATE / 10;
  double db = rig_error_db(woken.left_right[PORT_MAIN_L] + settled,
                           awake.left_right[PORT_MAIN_L] + settled, awake.frames - settled);
  print_message("woken against awake: %.1f dB\n", db);
  assert_true(db <= -25.0);
  rig_audio_free(&awake);
  rig_audio_free(&woken);
  music_free(&m);
}

static void test_no_features_are_needed(void **state) {
  (void)state;
  struct rig rig;
  assert_true(rig_open(&rig, VARIANT_STEMS, RATE, 0, rig_bundle()));
  rig.descriptor->run(rig.handle, 0);
  assert_int_equal(latency_of(&rig), designed_latency(RATE, 1024)); /* as for such blocks */
  rig_close(&rig);
}

static void test_impossible_rates_are_refused(void **state) {
  (void)state;
  static const double rates[] = {0.0, -44100.0, 1e9, NAN};
  for (size_t r = 0; r < sizeof rates / sizeof *rates; ++r) {
    struct rig rig;
    assert_false(rig_open(&rig, VARIANT_STEMS, rates[r], BLOCK, rig_bundle()));
    assert_non_null(strstr(rig.log, "Hz"));
  }
}

/* Without any model the plugin says so and plays on: other is the mix. */
static void check_stand_in(const char *bundle, const char *reason) {
  struct rig rig;
  struct music m = music_new(1.0, RATE);
  assert_true(rig_open(&rig, VARIANT_STEMS, RATE, BLOCK, bundle));
  assert_non_null(strstr(rig.log, "balanced.safetensors"));
  assert_non_null(strstr(rig.log, "chandna.safetensors"));
  assert_non_null(strstr(rig.log, "mdensenet3w.safetensors"));
  assert_non_null(strstr(rig.log, "median filters"));
  assert_non_null(strstr(rig.log, reason));
  rig.controls[PORT_FREEWHEEL] = 1.0f;
  struct rig_audio out = rig_audio_new(m.frames, true);
  rig_render(&rig, m.left, m.right, &out, BLOCK);
  unsigned latency = latency_of(&rig);
  assert_true(rig_error_db(stem_audio(&out, STEM_OTHER, 0) + latency, m.left, m.frames - latency) <
              -120.0);
  float *sum = calloc(m.frames, sizeof *sum);
  assert_non_null(sum);
  sum_of(&out, SPLIT_HP, 1, sum);
  assert_true(rig_error_db(sum + latency, m.right, m.frames - latency) < -120.0);
  const float *percussive = stem_audio(&out, STEM_PERCUSSIVE, 0);
  assert_true(fabsf(percussive[loudest(percussive, m.frames)]) > 0.05f);
  free(sum);
  rig_audio_free(&out);
  music_free(&m);
  rig_close(&rig);
}

static void write_file(const char *path, const void *bytes, size_t size) {
  FILE *file = fopen(path, "wb");
  assert_non_null(file);
  assert_int_equal(fwrite(bytes, 1, size, file), size);
  fclose(file);
}

static void copy_file(const char *from, const char *to) {
  size_t size = 0;
  unsigned char *bytes = file_read(from, &size);
  write_file(to, bytes, size);
  free(bytes);
}

/* The light model takes the place of a damaged best one. */
static void check_next_model(const char *bundle, const char *light) {
  char path[4096];
  snprintf(path, sizeof path, "%s/chandna.safetensors", rig_bundle());
  copy_file(path, light);

  struct rig rig;
  struct music m = music_new(1.0, RATE);
  assert_true(rig_open(&rig, VARIANT_STEMS, RATE, BLOCK, bundle));
  assert_non_null(strstr(rig.log, "balanced.safetensors: not a safetensors file"));
  assert_null(strstr(rig.log, "without a model"));
  rig.controls[PORT_FREEWHEEL] = 1.0f;
  struct rig_audio out = rig_audio_new(m.frames, true);
  rig_render(&rig, m.left, m.right, &out, BLOCK);
  const float *drums = stem_audio(&out, STEM_DRUMS, 0);
  assert_true(fabsf(drums[loudest(drums, m.frames)]) > 0.05f);
  rig_audio_free(&out);
  music_free(&m);
  rig_close(&rig);
}

/* Harmonic and percussive by a network, of another STFT than the four stems' and at the same
 * latency; samples that are none leave nothing behind in it. */
static void check_hp_model(const char *bundle, const char *model) {
  copy_file("tests/data/mdensenet-tiny.safetensors", model);
  struct rig rig;
  struct music m = music_new(1.0, RATE);
  assert_true(rig_open(&rig, VARIANT_STEMS, RATE, BLOCK, bundle));
  assert_null(strstr(rig.log, "mdensenet3w"));
  assert_null(strstr(rig.log, "median filters"));
  rig.controls[PORT_FREEWHEEL] = 1.0f;
  struct rig_audio out = rig_audio_new(m.frames, true);
  float *sum = calloc(m.frames, sizeof *sum);
  assert_non_null(sum);
  enum { DAMAGED = 3000 };
  for (unsigned i = 0; i < DAMAGED; ++i) {
    m.left[i] = i % 2 ? NAN : INFINITY;
  }
  rig_render(&rig, m.left, m.right, &out, BLOCK);
  unsigned latency = latency_of(&rig);
  sum_of(&out, SPLIT_HP, 0, sum);
  assert_true(rig_error_db(sum + latency + DAMAGED, m.left + DAMAGED,
                           m.frames - latency - DAMAGED) < -120.0);
  const float *harmonic = stem_audio(&out, STEM_HARMONIC, 0);
  assert_true(rig_error_db(harmonic + latency + DAMAGED, m.left + DAMAGED,
                           m.frames - latency - DAMAGED) > -40.0);
  free(sum);
  rig_audio_free(&out);
  music_free(&m);
  rig_close(&rig);
}

static void test_missing_and_damaged_models(void **state) {
  (void)state;
  static const unsigned char claim[] = {0, 0, 0, 0, 0, 0, 0, 0x80, '{', '}'};
  char bundle[] = "/tmp/unbraid-bundle-XXXXXX", best[64], light[64], hp[64];
  assert_non_null(mkdtemp(bundle));
  snprintf(best, sizeof best, "%s/balanced.safetensors", bundle);
  snprintf(light, sizeof light, "%s/chandna.safetensors", bundle);
  snprintf(hp, sizeof hp, "%s/mdensenet3w.safetensors", bundle);
  check_stand_in(bundle, "No such file");
  write_file(best, claim, sizeof claim);
  write_file(light, claim, sizeof claim);
  write_file(hp, claim, sizeof claim);
  check_stand_in(bundle, "claims a header");
  check_next_model(bundle, light);
  check_hp_model(bundle, hp);
  assert_int_equal(unlink(best), 0);
  assert_int_equal(unlink(light), 0);
  assert_int_equal(unlink(hp), 0);
  assert_int_equal(rmdir(bundle), 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_latency_reported_is_measured),
      cmocka_unit_test(test_latency_of_small_blocks),
      cmocka_unit_test(test_stems_sum_to_the_input),
      cmocka_unit_test(test_refined_stems_sum_to_the_input),
      cmocka_unit_test(test_unity_and_bypass_are_bit_exact),
      cmocka_unit_test(test_blocks_do_not_matter),
      cmocka_unit_test(test_announced_blocks_only_delay),
      cmocka_unit_test(test_activate_starts_afresh),
      cmocka_unit_test(test_buffers_may_be_shared),
      cmocka_unit_test(test_one_buffer_for_all),
      cmocka_unit_test(test_damaged_samples_pass_nothing_on),
      cmocka_unit_test(test_damaged_controls_mean_defaults),
      cmocka_unit_test(test_a_mute_wakes_the_network),
      cmocka_unit_test(test_a_woken_network_is_warm),
      cmocka_unit_test(test_no_features_are_needed),
      cmocka_unit_test(test_impossible_rates_are_refused),
      cmocka_unit_test(test_missing_and_damaged_models),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
