/* SPDX-License-Identifier: ISC */
/* Models that change while the music plays: no gap, no click, nothing that is not finite, and every
 * engine is freed (the sanitizers tell). */
#include "tests/support/files.h"
#include "tests/support/four.h"
#include "tests/support/rig.h"
#include "tests/support/take.h"
#include "tests/support/talk.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

enum { RATE = 44100, BLOCK = 256, LATENCY_BALANCED = 2048, LATENCY_LIGHT = 1536 };
enum { FADE = 1103 }; /* 25 ms */

static float *floats(size_t n) {
  float *p = calloc(n, sizeof *p);
  assert_non_null(p);
  return p;
}

/* Freewheels through the input; at `change` the quality becomes another one. */
static struct rig_audio render(const float *in, size_t frames, size_t change, float from, float to,
                               unsigned block, bool mute) {
  struct rig rig;
  assert_true(rig_open(&rig, VARIANT_STEMS, RATE, BLOCK, four_bundle()));
  rig.log[0] = '\0'; /* what it says of the bundle */
  rig.controls[PORT_FREEWHEEL] = 1.0f;
  rig.controls[PORT_QUALITY] = from;
  rig.controls[ports_stem_control(STEM_VOCALS, CONTROL_MUTE)] = mute;
  struct rig_audio out = rig_audio_new(frames, true), first = rig_audio_part(&out, 0, change),
                   second = rig_audio_part(&out, change, frames - change);
  rig_render(&rig, in, in, &first, block);
  assert_int_equal(rig_latency(&rig), from == 0.0f ? LATENCY_BALANCED : LATENCY_LIGHT);
  rig.controls[PORT_QUALITY] = to;
  rig_render(&rig, in + change, in + change, &second, block);
  assert_int_equal(rig_latency(&rig), to == 0.0f ? LATENCY_BALANCED : LATENCY_LIGHT);
  assert_int_equal(rig.controls[PORT_LATE_FRAMES], 0);
  assert_string_equal(rig.log, "");
  rig_close(&rig);
  return out;
}

/* Largest difference to a fade from `a` to `b`, both delays in samples, that starts at `start`. */
static double fade_error(const float *in, const float *out, size_t frames, unsigned a, unsigned b,
                         size_t start) {
  double most = 0.0;
  for (size_t i = LATENCY_BALANCED; i < frames; ++i) {
    double u = i < start ? 0.0 : fmin(1.0, (double)(i - start + 1) / FADE);
    double g = u * u * (3.0 - 2.0 * u);
    double ideal = in[i - a] + g * ((double)in[i - b] - in[i - a]);
    most = fmax(most, fabs(out[i] - ideal));
  }
  return most;
}

/* Main at unity is the fade from one delay to the other and nothing else, and the stems add up to
 * it all the time. */
static void test_a_swap_is_a_cross_fade(void **state) {
  (void)state;
  enum { FRAMES = 3 * RATE, CHANGE = RATE };
  float *in = floats(FRAMES), *sum = floats(FRAMES);
  for (size_t i = 0; i < FRAMES; ++i) {
    in[i] = (float)(0.5 * sin(0.0443 * (double)i));
  }
  for (unsigned to = 0; to < 2; ++to) {
    unsigned a = to ? LATENCY_BALANCED : LATENCY_LIGHT, b = to ? LATENCY_LIGHT : LATENCY_BALANCED;
    struct rig_audio out = render(in, FRAMES, CHANGE, to ? 0.0f : 1.0f, (float)to, BLOCK, false);
    const float *main = out.left_right[PORT_MAIN_L];
    size_t start = a;
    while (start < FRAMES && main[start] == in[start - a]) {
      ++start;
    }
    assert_in_range(start, CHANGE + 1, CHANGE + RATE);
    double error = 1.0;
    for (size_t at = start - 3; at <= start; ++at) { /* the first steps of the fade may round off */
      error = fmin(error, fade_error(in, main, FRAMES, a, b, at));
    }
    for (enum split_id split = 0; split < N_SPLITS; ++split) {
      rig_audio_sum(&out, split, 0, sum);
      assert_true(rig_error_db(sum, main, FRAMES) < -110.0);
    }
    print_message("quality %u: fade begins %.0f ms after the change, error %.1f dBFS\n", to,
                  1e3 * (double)(start - CHANGE) / RATE, 20.0 * log10(error + 1e-20));
    assert_true(20.0 * log10(error + 1e-20) < -80.0);
    rig_audio_free(&out);
  }
  free(in);
  free(sum);
}

static void test_blocks_do_not_matter(void **state) {
  (void)state;
  static const unsigned blocks[] = {17, 64, 1000, 8192, 0};
  enum { FRAMES = 5 * RATE / 2, CHANGE = 30000 };
  float *in = floats(FRAMES), *other = floats(FRAMES);
  rig_music(in, other, FRAMES, RATE);
  struct rig_audio expected = render(in, FRAMES, CHANGE, 0.0f, 1.0f, BLOCK, true);
  for (size_t b = 0; b < sizeof blocks / sizeof *blocks; ++b) {
    print_message("blocks of %u\n", blocks[b]);
    struct rig_audio out = render(in, FRAMES, CHANGE, 0.0f, 1.0f, blocks[b], true);
    audio_check_same(&out, 0, &expected, 0);
    rig_audio_free(&out);
  }
  rig_audio_free(&expected);
  free(in);
  free(other);
}

/* An export that starts with another quality has it from its first sample. */
static void test_an_export_begins_with_its_quality(void **state) {
  (void)state;
  enum { FRAMES = RATE };
  float *in = floats(FRAMES);
  rig_noise(in, FRAMES, 5);
  struct rig_audio out = render(in, FRAMES, BLOCK, 1.0f, 1.0f, BLOCK, false);
  assert_memory_equal(out.left_right[PORT_MAIN_L] + LATENCY_LIGHT, in,
                      (FRAMES - LATENCY_LIGHT) * sizeof(float));
  rig_audio_free(&out);
  free(in);
}

/* While the clock stands still, the host is ahead. */
static bool stopped;
int __real_clock_gettime(clockid_t clock, struct timespec *now);
int __wrap_clock_gettime(clockid_t clock, struct timespec *now);
int __wrap_clock_gettime(clockid_t clock, struct timespec *now) {
  if (stopped) {
    *now = (struct timespec){.tv_sec = 1000};
    return 0;
  }
  return __real_clock_gettime(clock, now);
}

/* Quality 1 from the first block on. The vocals are muted while the output is still silent. */
static struct rig_audio export(const float *in, size_t frames, unsigned block, bool freewheels) {
  enum { CHANGE = 128 };
  struct rig rig;
  assert_true(rig_open(&rig, VARIANT_STEMS, RATE, BLOCK, four_bundle()));
  rig.controls[PORT_FREEWHEEL] = freewheels;
  rig.controls[PORT_QUALITY] = 1.0f;
  struct rig_audio out = rig_audio_new(frames, true), first = rig_audio_part(&out, 0, CHANGE),
                   second = rig_audio_part(&out, CHANGE, frames - CHANGE);
  stopped = !freewheels;
  rig_render(&rig, in, in, &first, block);
  rig.controls[ports_stem_control(STEM_VOCALS, CONTROL_MUTE)] = 1.0f;
  rig_render(&rig, in + CHANGE, in + CHANGE, &second, block);
  stopped = false;
  assert_int_equal(rig_latency(&rig), LATENCY_LIGHT);
  assert_int_equal(rig.controls[PORT_LATE_FRAMES], 0);
  rig_close(&rig);
  return out;
}

/* The same in a host that does not set the freewheel port: the second block waits for the model,
 * and the model processes the first block again. */
static void test_a_host_ahead_begins_with_its_quality(void **state) {
  (void)state;
  static const unsigned blocks[] = {1, 17, 64};
  enum { FRAMES = RATE };
  float *in = floats(FRAMES), *other = floats(FRAMES);
  rig_music(in, other, FRAMES, RATE);
  struct rig_audio expected = export(in, FRAMES, 64, true);
  for (size_t b = 0; b < sizeof blocks / sizeof *blocks; ++b) {
    struct rig_audio out = export(in, FRAMES, blocks[b], false);
    audio_check_same(&out, 0, &expected, 0);
    rig_audio_free(&out);
  }
  rig_audio_free(&expected);
  free(in);
  free(other);
}

/* A rig that plays a constant: whatever fades into whatever, main and the sums of the stems stay.
 */
struct stage {
  struct rig rig;
  struct talk talk;
  float in[BLOCK], out[PORT_STEM_CONTROLS][BLOCK];
  double worst; /* difference from the constant, of main and of both sums */
};

#define CONSTANT 0.25f

static struct stage *stage_open(void) {
  struct stage *stage = calloc(1, sizeof *stage);
  assert_non_null(stage);
  talk_open_rig(&stage->talk, &stage->rig, VARIANT_STEMS, four_bundle());
  for (unsigned i = 0; i < BLOCK; ++i) {
    stage->in[i] = CONSTANT;
  }
  rig_connect_audio(&stage->rig, stage->in, stage->out[PORT_MAIN_L], BLOCK);
  return stage;
}

static void stage_close(struct stage *stage) {
  rig_close(&stage->rig);
  free(stage);
}

static void stage_run(struct stage *stage, uint32_t n) {
  assert_true(talk_run(&stage->talk, n));
  for (unsigned i = 0; i < n; ++i) {
    double main = stage->out[PORT_MAIN_L][i] - CONSTANT;
    double four = -CONSTANT, hp = -CONSTANT;
    for (unsigned s = 0; s < N_STEMS; ++s) {
      *(split_of(s) == SPLIT_HP ? &hp : &four) += stage->out[PORT_STEM_AUDIO + 2 * s][i];
    }
    double worst = fmax(fabs(main), fmax(fabs(four), fabs(hp)));
    assert_true(isfinite(worst));
    stage->worst = fmax(stage->worst, worst);
  }
}

static void stage_warm_up(struct stage *stage) {
  for (unsigned i = 0; i < 40; ++i) {
    stage_run(stage, BLOCK);
  }
  stage->worst = 0.0;
}

/* Runs until the plugin says something, and leaves the loader time to have a say. */
static void stage_answer(struct stage *stage) {
  struct timespec nap = {.tv_nsec = 1000000};
  unsigned before = stage->talk.texts;
  for (unsigned i = 0; stage->talk.texts == before; ++i) {
    assert_true(i < 20000);
    stage_run(stage, 1 + i * 37 % BLOCK);
    nanosleep(&nap, NULL);
  }
}

/* ThreadSanitizer makes every access a call: fewer show it as much. */
#ifdef __SANITIZE_THREAD__
enum { SWAPS = 50 };
#else
enum { SWAPS = 200 };
#endif

/* Changes to the end, and one in six that is overtaken by the next: as it is read, while the
 * new engine is primed, or in the fade. */
static void test_swaps_are_not_heard(void **state) {
  (void)state;
  enum { WHOLE = 80 }; /* blocks: longer than the priming and the fade */
  char light[4096];
  snprintf(light, sizeof light, "%s/chandna.safetensors", rig_bundle());
  /* Hops of 32 samples, as the small ones have, cost too much for many of them. */
  const char *const files[] = {light,
                               NULL,
                               light,
                               NULL,
                               "tests/data/bandgru-tiny.safetensors",
                               "tests/data/chandna-tiny.safetensors"};
  struct stage *stage = stage_open();
  stage_warm_up(stage);
  unsigned whole = 0;
  for (unsigned i = 0; whole < SWAPS; ++i) {
    bool overtaken = i % 6 == 5, small = i % 60 > 53 || overtaken;
    const char *file = files[small ? 4 + i % 2 : i % 4];
    if (file) {
      char *path = file_absolute(file);
      talk_set(&stage->talk, SPLIT_FOUR, path);
      free(path);
    } else {
      float *quality = &stage->rig.controls[PORT_QUALITY];
      *quality = 1.0f - *quality;
    }
    if (!overtaken || i % 4 == 1) {
      stage_answer(stage);
    }
    unsigned blocks = overtaken ? i % 5 * 17 : WHOLE;
    for (unsigned b = 0; b < blocks; ++b) {
      stage_run(stage, BLOCK);
    }
    whole += !overtaken;
  }
  print_message("%u swaps: main and sums within %.1f dBFS\n", whole,
                20.0 * log10(stage->worst + 1e-20));
  assert_true(20.0 * log10(stage->worst + 1e-20) < -100.0);
  assert_string_equal(stage->rig.log, "");
  stage_close(stage);
}

/* activate() and cleanup() at any moment of a change. */
static void test_the_end_may_come_at_any_moment(void **state) {
  (void)state;
  for (unsigned blocks = 0; blocks < 60; blocks += 4) {
    struct stage *stage = stage_open();
    stage_warm_up(stage);
    stage->rig.controls[PORT_QUALITY] = 1.0f;
    bool answered = blocks % 8 == 0;
    if (answered) {
      stage_answer(stage);
    }
    for (unsigned b = 0; b < blocks; ++b) {
      stage_run(stage, BLOCK);
    }
    stage->rig.descriptor->activate(stage->rig.handle);
    stage_run(stage, BLOCK);
    if (answered) { /* what was under way is done */
      assert_int_equal(rig_latency(&stage->rig), LATENCY_LIGHT);
    }
    stage->rig.controls[PORT_QUALITY] = 0.0f;
    for (unsigned b = 0; b < blocks; ++b) {
      stage_run(stage, BLOCK);
    }
    stage_close(stage);
  }
}

/* A host may use one buffer for in and out, and for everything it does not want, while it fades. */
static void test_buffers_may_be_shared(void **state) {
  (void)state;
  struct stage *stage = stage_open();
  stage_warm_up(stage);
  for (uint32_t p = 0; p < PORT_STEM_CONTROLS; ++p) {
    stage->rig.descriptor->connect_port(stage->rig.handle, p,
                                        p < PORT_STEM_AUDIO ? stage->in : stage->out[p]);
  }
  stage->rig.controls[PORT_QUALITY] = 1.0f;
  struct timespec nap = {.tv_nsec = 1000000};
  for (unsigned b = 0; rig_latency(&stage->rig) != LATENCY_LIGHT; ++b) {
    assert_true(b < 20000);
    nanosleep(&nap, NULL);
    for (unsigned i = 0; i < BLOCK; ++i) {
      stage->in[i] = CONSTANT;
    }
    assert_true(talk_run(&stage->talk, BLOCK));
    for (unsigned i = 0; i < BLOCK; ++i) {
      assert_true(fabsf(stage->in[i] - CONSTANT) < 1e-5f);
    }
  }
  stage_close(stage);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_a_swap_is_a_cross_fade),
      cmocka_unit_test(test_blocks_do_not_matter),
      cmocka_unit_test(test_an_export_begins_with_its_quality),
      cmocka_unit_test(test_a_host_ahead_begins_with_its_quality),
      cmocka_unit_test(test_swaps_are_not_heard),
      cmocka_unit_test(test_the_end_may_come_at_any_moment),
      cmocka_unit_test(test_buffers_may_be_shared),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
