/* SPDX-License-Identifier: ISC */
/* Automation as a host sends it, through the whole plugin: a fader that moves over a sine leaves
 * nothing but the sine and its fade, and what it closes or opens is so within 30 ms. */
#include "tests/support/rig.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <cmocka.h>

#define PI 3.14159265358979323846

enum { RATE = 44100, FRAMES = 3 * RATE, TAPS = 401, HALF = TAPS / 2 };

/* Half of a linear-phase high-pass at 4 kHz, -110 dB at the sine and its neighbourhood. */
static double high_pass[HALF + 1];

static double bessel_i0(double x) {
  double sum = 1.0, term = 1.0;
  for (int k = 1; k < 60; ++k) {
    term *= (x / (2 * k)) * (x / (2 * k));
    sum += term;
  }
  return sum;
}

static int make_high_pass(void **state) {
  (void)state;
  const double cut = 4000.0 / RATE, beta = 12.0;
  for (int i = 0; i <= HALF; ++i) {
    const double at = (double)i / HALF,
                 kaiser = bessel_i0(beta * sqrt(1.0 - at * at)) / bessel_i0(beta);
    high_pass[i] = i ? -kaiser * sin(2 * PI * cut * i) / (PI * i) : 1.0 - 2.0 * cut;
  }
  return 0;
}

static float *sine_new(void) {
  float *x = calloc(FRAMES, sizeof *x);
  assert_non_null(x);
  for (unsigned i = 0; i < FRAMES; ++i) {
    const double t = (double)i / RATE, fade = t < 0.5 ? 0.5 - 0.5 * cos(2 * PI * t) : 1.0;
    x[i] = (float)(0.5 * fade * sin(2 * PI * 441.0 * t));
  }
  return x;
}

struct event {
  double at; /* seconds */
  enum port port;
  float value;
};

#define STEM(s, control) (PORT_STEM_CONTROLS + N_STEM_CONTROLS * (s) + (control))

/* Where it closes and opens all that main has is looked at closely. */
static const double closed = 1.0, opened = 1.4;
static const struct event events[] = {
    {closed, STEM(STEM_VOCALS, CONTROL_MUTE), 1.0f},
    {closed, STEM(STEM_DRUMS, CONTROL_MUTE), 1.0f},
    {closed, STEM(STEM_BASS, CONTROL_MUTE), 1.0f},
    {closed, STEM(STEM_OTHER, CONTROL_MUTE), 1.0f},
    {opened, STEM(STEM_VOCALS, CONTROL_MUTE), 0.0f},
    {opened, STEM(STEM_DRUMS, CONTROL_MUTE), 0.0f},
    {opened, STEM(STEM_BASS, CONTROL_MUTE), 0.0f},
    {opened, STEM(STEM_OTHER, CONTROL_MUTE), 0.0f},
    {1.8, STEM(STEM_VOCALS, CONTROL_WET), 0.0f},
    {1.9, STEM(STEM_VOCALS, CONTROL_WET), 100.0f},
    {2.0, STEM(STEM_BASS, CONTROL_MUTE), 1.0f}, /* back before it is closed */
    {2.01, STEM(STEM_BASS, CONTROL_MUTE), 0.0f},
    {2.2, STEM(STEM_VOCALS, CONTROL_SOLO), 1.0f},
    {2.4, STEM(STEM_VOCALS, CONTROL_SOLO), 0.0f},
    {2.5, PORT_ENABLED, 0.0f},
    {2.7, PORT_ENABLED, 1.0f},
};

static unsigned block_at(double seconds, unsigned block) {
  return ((unsigned)(seconds * RATE) + block - 1) / block * block;
}

/* The highest peak above 4 kHz, in dBFS: where faders move, and elsewhere. There only masks move,
 * as the network has it, and a sine wavers a little. */
struct click {
  double moving, steady;
};

/* Within a ramp after an event, as far as the filter sees it. */
static bool moves(int at, unsigned block) {
  for (unsigned e = 0; e < sizeof events / sizeof *events; ++e) {
    const int from = (int)block_at(events[e].at, block);
    if (at >= from - HALF && at < from + (int)(0.03 * RATE) + HALF) {
      return true;
    }
  }
  return false;
}

static struct click click_of(const float *x, unsigned block) {
  double moving = 1e-12, steady = 1e-12;
  for (int i = HALF; i < FRAMES - HALF; ++i) {
    double y = high_pass[0] * (double)x[i];
    for (int k = 1; k <= HALF; ++k) {
      y += high_pass[k] * ((double)x[i - k] + (double)x[i + k]);
    }
    double *peak = moves(i, block) ? &moving : &steady;
    *peak = fmax(*peak, fabs(y));
  }
  return (struct click){.moving = 20.0 * log10(moving), .steady = 20.0 * log10(steady)};
}

/* Three seconds with all events, each before the first block that starts after it. */
static void play(struct rig *rig, const float *x, struct rig_audio *out, unsigned block) {
  unsigned next = 0, n_events = sizeof events / sizeof *events;
  for (unsigned at = 0; at < FRAMES;) {
    while (next < n_events && block_at(events[next].at, block) <= at) {
      rig->controls[events[next].port] = events[next].value;
      ++next;
    }
    unsigned end = next < n_events ? block_at(events[next].at, block) : FRAMES;
    end = end < FRAMES ? end : FRAMES;
    struct rig_audio part = rig_audio_part(out, at, end - at);
    rig_render(rig, x + at, x + at, &part, block);
    at = end;
  }
  assert_int_equal(next, n_events);
}

/* Closed and open, 30 ms after the block that asked for it; main bit for bit what went in. */
static void check_times(const struct rig_audio *out, const float *x, unsigned latency,
                        unsigned block) {
  const unsigned patience = (unsigned)(0.03 * RATE);
  for (unsigned i = block_at(closed, block) + patience; i < block_at(opened, block); ++i) {
    assert_true(fabsf(out->left_right[PORT_MAIN_L][i]) < 1e-6f);
    for (unsigned s = 0; s < STEM_HARMONIC; ++s) {
      assert_true(rig_audio_stem(out, s, 0)[i] == 0.0f);
    }
  }
  for (unsigned i = block_at(opened, block) + patience; i < block_at(1.8, block); ++i) {
    assert_true(out->left_right[PORT_MAIN_L][i] == x[i - latency]);
  }
  assert_true(fabsf(out->left_right[PORT_MAIN_L][block_at(closed, block) - 1]) < 0.51f);
}

/* A clock by which this host is no faster than the music: else its masks would be waited for. */
static bool slow_host;
int __real_clock_gettime(clockid_t clock, struct timespec *now);
int __wrap_clock_gettime(clockid_t clock, struct timespec *now);
int __wrap_clock_gettime(clockid_t clock, struct timespec *now) {
  int failed = __real_clock_gettime(clock, now);
  if (slow_host) {
    long long fast = 10000 * (now->tv_sec * 1000000000LL + now->tv_nsec);
    *now = (struct timespec){.tv_sec = fast / 1000000000, .tv_nsec = fast % 1000000000};
  }
  return failed;
}

/* Faders add nothing to what masks do. Not waited for, these come when they may: neither bound
 * depends on it. */
static void check_blocks(bool freewheel) {
  slow_host = !freewheel;
  static const unsigned blocks[] = {1, 16, 64, 127, 256, 512, 1024, 4096};
  float *x = sine_new();
  double worst = -400.0, steady = -400.0;
  for (unsigned b = 0; b < sizeof blocks / sizeof *blocks; ++b) {
    struct rig rig;
    struct rig_audio out = rig_audio_new(FRAMES, true);
    assert_true(rig_open(&rig, VARIANT_STEMS, RATE, blocks[b], rig_bundle()));
    rig.controls[PORT_FREEWHEEL] = freewheel;
    play(&rig, x, &out, blocks[b]);
    const struct click main = click_of(out.left_right[PORT_MAIN_L], blocks[b]),
                       vocals = click_of(rig_audio_stem(&out, STEM_VOCALS, 0), blocks[b]),
                       bass = click_of(rig_audio_stem(&out, STEM_BASS, 0), blocks[b]);
    print_message("blocks of %4u%s: above 4 kHz main %.1f, vocals %.1f, bass %.1f dBFS; %g late\n",
                  blocks[b], freewheel ? ", freewheeling" : "", main.moving, vocals.moving,
                  bass.moving, (double)rig.controls[PORT_LATE_FRAMES]);
    check_times(&out, x, rig_latency(&rig), blocks[b]);
    worst = fmax(worst, fmax(main.moving, fmax(vocals.moving, bass.moving)));
    steady = fmax(steady, fmax(main.steady, fmax(vocals.steady, bass.steady)));
    rig_audio_free(&out);
    rig_close(&rig);
  }
  slow_host = false;
  print_message("loudest click %.1f dBFS, masks alone %.1f dBFS (bound -70)\n", worst, steady);
  assert_true(worst < fmax(-80.0, steady + 1.0));
  assert_true(steady < -70.0);
  free(x);
}

static void test_faders_do_not_click_in_an_export(void **state) {
  (void)state;
  check_blocks(true);
}

static void test_faders_do_not_click_in_real_time(void **state) {
  (void)state;
  check_blocks(false);
}

/* The measure itself: a mute without a ramp would be found. */
static void test_a_step_is_found(void **state) {
  (void)state;
  float *x = sine_new();
  for (unsigned i = 2 * RATE + 25; i < FRAMES; ++i) {
    x[i] = 0.0f;
  }
  const double db = click_of(x, 1).moving;
  print_message("a step: %.1f dBFS\n", db);
  assert_true(db > -30.0);
  free(x);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_a_step_is_found),
      cmocka_unit_test(test_faders_do_not_click_in_an_export),
      cmocka_unit_test(test_faders_do_not_click_in_real_time),
  };
  return cmocka_run_group_tests(tests, make_high_pass, NULL);
}
