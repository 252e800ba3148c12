/* SPDX-License-Identifier: ISC */
/* A host that does everything wrong, and sound that is none: the outputs stay finite, memory stays
 * flat, nothing crashes. UNBRAID_FAULTS=all: twenty times as long. */
#include "tests/support/files.h"
#include "tests/support/random.h"
#include "tests/support/rig.h"
#include "tests/support/talk.h"

#include <float.h>
#include <malloc.h>
#include <math.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { RATE = 44100, LONGEST = 8192 };

static unsigned times(unsigned n) {
  const char *faults = getenv("UNBRAID_FAULTS");
  return faults && strcmp(faults, "all") == 0 ? 20 * n : n;
}

/* Buffers for every audio port. */
static float audio[PORT_STEM_CONTROLS][LONGEST];

static void connect_audio(struct rig *rig) {
  for (unsigned p = 0; p < PORT_STEM_CONTROLS; ++p) {
    rig_connect(rig, p, audio[p]);
  }
}

static void open_with_audio(struct rig *rig, double rate, unsigned block) {
  assert_true(rig_open(rig, VARIANT_STEMS, rate, block, rig_bundle()));
  connect_audio(rig);
}

static void run(struct rig *rig, uint32_t n) {
  rig->descriptor->run(rig->handle, n);
}

static void check_outputs(uint32_t n) {
  for (unsigned p = PORT_MAIN_L; p < PORT_STEM_CONTROLS; ++p) {
    for (uint32_t i = 0; i < n; ++i) {
      assert_true(isfinite(audio[p][i]));
    }
  }
}

/* ---- Sound that is none ---- */

enum signal { SILENCE, DC, SQUARE, DENORMALS, LOUD, TINY, NANS, INFINITIES, BITS, N_SIGNALS };

static float sample(enum signal signal, uint32_t *random, size_t at) {
  float sign = at / 50 % 2 ? -1.0f : 1.0f;
  uint32_t bits = random_next(random);
  float value;
  memcpy(&value, &bits, sizeof value);
  switch (signal) {
  case DC:
    return 1.0f;
  case SQUARE:
    return sign;
  case DENORMALS:
    return sign * FLT_MIN / 8.0f;
  case LOUD:
    return sign * 9.9e5f;
  case TINY:
    return sign * FLT_MIN;
  case NANS:
    return bits % 8 ? sign : NAN;
  case INFINITIES:
    return bits % 8 ? sign : sign * INFINITY;
  case BITS:
    return value;
  default:
    return 0.0f;
  }
}

/* What the worker makes of it is in the outputs, too: while the host exports run() waits for it. */
static void test_signals_leave_outputs_finite(void **state) {
  (void)state;
  struct rig *rig = malloc(sizeof *rig);
  assert_non_null(rig);
  uint32_t random = 5;
  open_with_audio(rig, RATE, 512);
  rig->controls[PORT_FREEWHEEL] = 1.0f;
  rig->controls[ports_stem_control(STEM_VOCALS, CONTROL_MUTE)] = 1.0f;
  size_t at = 0;
  for (unsigned round = 0; round < times(2 * N_SIGNALS); ++round) {
    for (unsigned block = 0; block < 12; ++block) {
      uint32_t n = block % 4 ? random_below(&random, 2000) : block / 4; /* 0, 1 and 2 too */
      for (uint32_t i = 0; i < n; ++i, ++at) {
        audio[PORT_IN_L][i] = sample(round % N_SIGNALS, &random, at);
        audio[PORT_IN_R][i] = sample(round % N_SIGNALS, &random, at);
      }
      run(rig, n);
      check_outputs(n);
    }
  }
  /* and with silence it all ends */
  memset(audio[PORT_IN_L], 0, sizeof audio[PORT_IN_L]);
  memset(audio[PORT_IN_R], 0, sizeof audio[PORT_IN_R]);
  for (unsigned i = 0; i < 4; ++i) {
    run(rig, LONGEST);
  }
  for (unsigned p = PORT_MAIN_L; p < PORT_STEM_CONTROLS; ++p) {
    assert_true(audio[p][LONGEST - 1] == 0.0f);
  }
  rig_close(rig);
  free(rig);
}

/* ---- Ports ---- */

/* Any audio port may share its buffer with any other, or have none; controls may be missing. */
static void test_random_connections_are_harmless(void **state) {
  (void)state;
  struct rig *rig = malloc(sizeof *rig);
  assert_non_null(rig);
  uint32_t random = 6;
  open_with_audio(rig, RATE, 256);
  for (unsigned round = 0; round < times(100); ++round) {
    for (unsigned p = 0; p < N_PORTS; ++p) {
      bool missing = random_below(&random, 4) == 0;
      unsigned shared = random_below(&random, 3); /* with the inputs and main_l */
      if (p < PORT_STEM_CONTROLS) {
        rig_connect(rig, p, missing ? NULL : audio[random_below(&random, 2) ? p : shared]);
      } else if (ports_is_control(p)) {
        rig_connect(rig, p, missing ? NULL : &rig->controls[p]);
      }
    }
    uint32_t n = random_below(&random, 1500);
    rig_noise(audio[PORT_IN_L], n, round);
    rig_noise(audio[PORT_IN_R], n, round + 1);
    run(rig, n);
    check_outputs(n);
  }
  for (unsigned p = 0; p < N_PORTS; ++p) {
    rig_connect(rig, p, NULL);
  }
  run(rig, LONGEST);
  rig_close(rig);
  free(rig);
}

static void test_random_controls_are_harmless(void **state) {
  (void)state;
  static const float bad[] = {NAN,   -NAN,    INFINITY, -INFINITY, FLT_MAX, -FLT_MAX,
                              1e30f, FLT_MIN, -0.0f,    -1e9f,     0.5f,    131072.0f};
  enum { N_BAD = sizeof bad / sizeof *bad };
  struct rig *rig = malloc(sizeof *rig);
  assert_non_null(rig);
  uint32_t random = 7;
  open_with_audio(rig, RATE, 64);
  for (unsigned round = 0; round < times(200); ++round) {
    for (unsigned p = PORT_STEM_CONTROLS; p < N_PORTS; ++p) {
      rig->controls[p] = bad[random_below(&random, N_BAD)];
    }
    rig->controls[PORT_FREEWHEEL] =
        0.0f; /* which would wait for each model that quality asks for */
    uint32_t n = random_below(&random, 600);
    rig_noise(audio[PORT_IN_L], n, round);
    run(rig, n);
    check_outputs(n);
  }
  rig_close(rig);
  free(rig);
}

/* ---- Rates and block lengths ---- */

static void test_rates_work_or_are_refused(void **state) {
  (void)state;
  static const double rates[] = {8000,  11025, 16000,  22050,  32000,  44100, 48000,
                                 88200, 96000, 176400, 192000, 352800, 384000};
  static const double nonsense[] = {0.0, -44100.0, NAN, INFINITY, -INFINITY, 1e9, 1.0, 3999.0};
  struct rig *rig = malloc(sizeof *rig);
  assert_non_null(rig);
  rig_noise(audio[PORT_IN_L], LONGEST, 1);
  rig_noise(audio[PORT_IN_R], LONGEST, 2);
  for (size_t r = 0; r < sizeof rates / sizeof *rates; ++r) {
    print_message("%g Hz\n", rates[r]);
    open_with_audio(rig, rates[r], 512);
    rig->controls[ports_stem_control(STEM_BASS, CONTROL_MUTE)] = 1.0f;
    for (unsigned i = 0; i < 6; ++i) {
      run(rig, LONGEST);
      check_outputs(LONGEST);
    }
    float latency = rig->controls[PORT_LATENCY];
    assert_true(latency > 0.0f && latency <= port_table[PORT_LATENCY].maximum);
    rig_close(rig);
  }
  for (size_t r = 0; r < sizeof nonsense / sizeof *nonsense; ++r) {
    assert_false(rig_open(rig, VARIANT_STEMS, nonsense[r], 512, rig_bundle()));
    assert_non_null(strstr(rig->log, "cannot run at"));
  }
  free(rig);
}

/* What hosts announce and what they then send. */
static void test_lying_hosts_get_sound(void **state) {
  (void)state;
  static const struct {
    int32_t announced;
    uint32_t sent;
  } lies[] = {{64, LONGEST}, {1, LONGEST}, {-5, 64}, {INT32_MAX, 16}, {INT32_MIN, 1}, {8192, 1}};
  struct rig *rig = malloc(sizeof *rig);
  assert_non_null(rig);
  rig_noise(audio[PORT_IN_L], LONGEST, 1);
  for (size_t i = 0; i < sizeof lies / sizeof *lies; ++i) {
    print_message("announced %d, sent %u\n", (int)lies[i].announced, (unsigned)lies[i].sent);
    open_with_audio(rig, RATE, (unsigned)lies[i].announced);
    for (unsigned k = 0; k < 20; ++k) {
      run(rig, lies[i].sent);
      check_outputs(lies[i].sent);
    }
    float latency = rig->controls[PORT_LATENCY];
    assert_true(latency > 0.0f && latency <= port_table[PORT_LATENCY].maximum);
    rig_close(rig);
  }
  free(rig);
}

/* No feature, no activate(), twice activate(), samples before and between. */
static void test_order_of_calls_does_not_matter(void **state) {
  (void)state;
  static const LV2_Feature *const none[] = {NULL};
  struct rig rig = {.variant = VARIANT_STEMS, .descriptor = lv2_descriptor(VARIANT_STEMS)};
  for (unsigned list = 0; list < 2; ++list) {
    rig.handle =
        rig.descriptor->instantiate(rig.descriptor, RATE, rig_bundle(), list ? none : NULL);
    assert_non_null(rig.handle);
    run(&rig, 100); /* no port is connected */
    connect_audio(&rig);
    run(&rig, 100);
    rig.descriptor->activate(rig.handle);
    rig.descriptor->activate(rig.handle);
    run(&rig, 100);
    check_outputs(100);
    rig_close(&rig);
  }
}

/* ---- Again and again, and many at once ---- */

static size_t memory_in_use(void) {
#if defined(__GLIBC__) && __GLIBC_PREREQ(2, 33)
  struct mallinfo2 info = mallinfo2();
  return info.uordblks + info.hblkhd;
#else
  return 0;
#endif
}

static void test_activate_again_and_again_keeps_memory_flat(void **state) {
  (void)state;
  struct rig *rig = malloc(sizeof *rig);
  assert_non_null(rig);
  open_with_audio(rig, RATE, 256);
  rig_noise(audio[PORT_IN_L], LONGEST, 1);
  rig->controls[ports_stem_control(STEM_DRUMS, CONTROL_MUTE)] = 1.0f;
  size_t before = 0;
  for (unsigned i = 0; i < 1000; ++i) {
    before = i == 10 ? memory_in_use() : before;
    rig->descriptor->activate(rig->handle);
    run(rig, i % 700);
    check_outputs(i % 700);
    if (rig->descriptor->deactivate) {
      rig->descriptor->deactivate(rig->handle);
    }
  }
  assert_int_equal(memory_in_use(), before);
  rig_close(rig);
  free(rig);
}

static void test_instances_come_and_go_without_a_trace(void **state) {
  (void)state;
  enum { WARM = 8 };
  struct rig *rig = malloc(sizeof *rig);
  assert_non_null(rig);
  size_t before = 0;
  for (unsigned i = 0; i < times(2 * WARM); ++i) {
    before = i == WARM ? memory_in_use() : before;
    open_with_audio(rig, i % 2 ? 48000 : RATE, 256);
    run(rig, 1000);
    rig_close(rig);
  }
  size_t after = memory_in_use();
  print_message("memory in use after %u instances: %zu bytes more\n", times(WARM), after - before);
  assert_true(after <= before + 4096); /* of the C library's own */
  free(rig);
}

static void test_32_instances_play(void **state) {
  (void)state;
  enum { INSTANCES = 32 };
  struct rig *rigs = calloc(INSTANCES, sizeof *rigs);
  assert_non_null(rigs);
  rig_noise(audio[PORT_IN_L], LONGEST, 1);
  for (unsigned i = 0; i < INSTANCES; ++i) {
    open_with_audio(&rigs[i], RATE, 256);
    rigs[i].controls[ports_stem_control(i % N_STEMS, CONTROL_MUTE)] = 1.0f;
  }
  for (unsigned block = 0; block < times(20); ++block) {
    for (unsigned i = 0; i < INSTANCES; ++i) {
      run(&rigs[i], 256);
      check_outputs(256);
    }
  }
  for (unsigned i = 0; i < INSTANCES; ++i) {
    rig_close(&rigs[i]);
  }
  free(rigs);
}

enum { THREADS = 8 };

static void *come_and_go(void *argument) {
  struct rig *rig = malloc(sizeof *rig);
  unsigned *opened = argument;
  for (unsigned i = 0; rig && i < times(3); ++i) {
    if (rig_open(rig, i % N_VARIANTS, i % 2 ? 96000 : RATE, 256, rig_bundle())) {
      run(rig, 1000);
      rig_close(rig);
      ++*opened;
    }
  }
  free(rig);
  return NULL;
}

static void test_threads_open_instances_at_once(void **state) {
  (void)state;
  pthread_t threads[THREADS];
  unsigned opened[THREADS] = {0};
  for (unsigned i = 0; i < THREADS; ++i) {
    assert_int_equal(pthread_create(&threads[i], NULL, come_and_go, &opened[i]), 0);
  }
  for (unsigned i = 0; i < THREADS; ++i) {
    pthread_join(threads[i], NULL);
    assert_int_equal(opened[i], times(3));
  }
}

static void test_the_end_may_come_while_a_model_loads(void **state) {
  (void)state;
  struct rig *rig = malloc(sizeof *rig);
  struct talk *talk = malloc(sizeof *talk);
  char *file = file_absolute("tests/data/chandna-tiny.safetensors");
  assert_true(rig && talk);
  for (unsigned i = 0; i < times(8); ++i) {
    open_with_audio(rig, RATE, 256);
    talk_open(talk, rig);
    for (unsigned k = 0; k <= i % 4; ++k) {
      talk_set(talk, SPLIT_FOUR, k % 2 ? "" : file);
      assert_true(talk_run(talk, 256));
    }
    if (i % 2) {
      rig->descriptor->activate(rig->handle);
    }
    rig_close(rig);
  }
  free(file);
  free(talk);
  free(rig);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_signals_leave_outputs_finite),
      cmocka_unit_test(test_random_connections_are_harmless),
      cmocka_unit_test(test_random_controls_are_harmless),
      cmocka_unit_test(test_rates_work_or_are_refused),
      cmocka_unit_test(test_lying_hosts_get_sound),
      cmocka_unit_test(test_order_of_calls_does_not_matter),
      cmocka_unit_test(test_activate_again_and_again_keeps_memory_flat),
      cmocka_unit_test(test_instances_come_and_go_without_a_trace),
      cmocka_unit_test(test_32_instances_play),
      cmocka_unit_test(test_threads_open_instances_at_once),
      cmocka_unit_test(test_the_end_may_come_while_a_model_loads),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
