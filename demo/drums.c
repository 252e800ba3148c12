/* SPDX-License-Identifier: ISC */
/* Drums: kick, snare, hi-hat, crash and toms, in a small room. */
#include "demo/parts.h"
#include "demo/room.h"
#include "demo/score.h"

#include <math.h>

#define TAU 6.28318530717958647693

struct drummer {
  const struct sink *sink;
  struct rng rng;
};

/* A skin: a tone that falls from high to low within drop seconds and dies away in decay seconds. */
static void skin(struct drummer *d, double time, double level, double high, double low, double drop,
                 double decay, double pan) {
  const double rate = d->sink->rate;
  const size_t first = sink_frame(d->sink, time);
  const size_t last = sink_frame(d->sink, time + 6.0 * decay);
  double phase = 0.0;
  for (size_t n = first; n < last; n++) {
    const double t = (double)(n - first) / rate;
    phase += TAU * (low + (high - low) * exp(-t / drop)) / rate;
    sink_add(d->sink, n, level * fmin(t / 0.0008, 1.0) * exp(-t / decay) * sin(phase), pan);
  }
}

/* A burst of noise around hz, with everything above it when open_top. */
static void burst(struct drummer *d, double time, double level, double hz, double q, bool open_top,
                  double decay, double pan) {
  const double rate = d->sink->rate;
  const size_t first = sink_frame(d->sink, time);
  const size_t last = sink_frame(d->sink, time + 7.0 * decay);
  struct svf filter = {0};
  svf_set(&filter, hz, q, rate);
  for (size_t n = first; n < last; n++) {
    const double t = (double)(n - first) / rate;
    const struct svf_out out = svf_step(&filter, rng_signed(&d->rng));
    sink_add(d->sink, n, level * exp(-t / decay) * (open_top ? out.high : out.band), pan);
  }
}

/* Metal: square waves without a common pitch, and noise, above hz. */
static void metal(struct drummer *d, double time, double level, double hz, double decay,
                  double pan) {
  static const double partials[6] = {2052.0, 3042.0, 3695.0, 5223.0, 5408.0, 7999.0};
  const double rate = d->sink->rate;
  const size_t first = sink_frame(d->sink, time);
  const size_t last = sink_frame(d->sink, time + 7.0 * decay);
  struct svf one = {0}, two = {0};
  svf_set(&one, hz, 0.8, rate);
  svf_set(&two, hz, 0.8, rate);
  double phase[6];
  for (int i = 0; i < 6; i++) {
    phase[i] = 0.5 + 0.5 * rng_signed(&d->rng);
  }
  for (size_t n = first; n < last; n++) {
    double in = 0.9 * rng_signed(&d->rng);
    for (int i = 0; i < 6; i++) {
      phase[i] += partials[i] / rate;
      phase[i] -= floor(phase[i]);
      in += phase[i] < 0.5 ? 0.15 : -0.15;
    }
    const double t = (double)(n - first) / rate;
    const double out = svf_step(&two, svf_step(&one, in).high).high;
    sink_add(d->sink, n, level * fmin(t / 0.001, 1.0) * exp(-t / decay) * out, pan);
  }
}

static void kick(struct drummer *d, double time, double level) {
  skin(d, time, 0.85 * level, 190.0, 52.0, 0.022, 0.11, 0.0);
  burst(d, time, 0.30 * level, 3200.0, 0.7, false, 0.006, 0.0);
}

static void snare(struct drummer *d, double time, double level) {
  skin(d, time, 0.5 * level, 260.0, 188.0, 0.02, 0.055, 0.05);
  skin(d, time, 0.22 * level, 420.0, 332.0, 0.02, 0.035, 0.05);
  burst(d, time, 0.75 * level, 1900.0, 0.5, false, 0.065, 0.05);
  burst(d, time, 0.26 * level, 5200.0, 0.7, true, 0.085, 0.05);
}

static void hat(struct drummer *d, double time, double level, bool open) {
  metal(d, time, 0.13 * level, 6800.0, open ? 0.16 : 0.028, -0.35);
}

static void crash(struct drummer *d, double time, double level) {
  metal(d, time, 0.15 * level, 3200.0, 0.55, 0.45);
}

static void tom(struct drummer *d, double time, double level, int which) {
  const double hz = 165.0 - 38.0 * which;
  skin(d, time, 0.65 * level, 1.5 * hz, hz, 0.04, 0.13, 0.5 - 0.45 * which);
  burst(d, time, 0.12 * level, 1800.0, 0.7, false, 0.02, 0.5 - 0.45 * which);
}

/* How hard a stroke is: never twice the same. */
static double touch(struct drummer *d, double level) {
  return level * (1.0 + 0.12 * rng_signed(&d->rng));
}

static double when(struct drummer *d, int bar, double sixteenth) {
  return score_played(bar, sixteenth, &d->rng);
}

/* Each character of a pattern is a sixteenth: '.' silent, '1' to '9' how hard, 'o' an open hat. */
static void bar_of_time(struct drummer *d, int bar, bool fill) {
  static const char *const kicks[] = {"9.....6.9.......", "9..5..7.9.7...5.", "9.......9....7.."};
  static const char *const snares[] = {"....9..2....9.2.", "....9.......9..2", "....9..2.2..9..."};
  static const char *const hats[] = {"8.5.8.5.8.5.8.5.", "8.o.8.o.8.o.8.o.", "8353835383538353"};
  const enum section section = score_section(bar);
  const int steps = fill ? 8 : 16;
  for (int i = 0; i < 16; i++) {
    if (kicks[section][i] != '.') {
      kick(d, when(d, bar, i), touch(d, (kicks[section][i] - '0') / 9.0));
    }
    if (i < steps && snares[section][i] != '.') {
      snare(d, when(d, bar, i), touch(d, (snares[section][i] - '0') / 9.0));
    }
    if (i < steps && hats[section][i] == 'o') {
      hat(d, when(d, bar, i), touch(d, 0.9), true);
    } else if (i < steps && hats[section][i] != '.') {
      hat(d, when(d, bar, i), touch(d, (hats[section][i] - '0') / 9.0), false);
    }
  }
}

static void fill_half_bar(struct drummer *d, int bar) {
  for (int i = 8; i < 16; i++) {
    const double level = 0.55 + 0.05 * (i - 8);
    if (i < 11) {
      snare(d, when(d, bar, i), touch(d, level));
    } else if (i != 12) {
      tom(d, when(d, bar, i), touch(d, level), (i - 11) / 2);
    }
  }
}

bool part_drums(const struct sink *sink, uint64_t seed) {
  struct drummer d = {sink, rng_new(seed, 1)};
  const double end = (double)sink->frames / sink->rate;
  for (int bar = 0; bar * SCORE_BAR < end; bar++) {
    const bool fill = score_section_ends(bar);
    bar_of_time(&d, bar, fill);
    if (fill) {
      fill_half_bar(&d, bar);
    }
    if (bar == score_section_start(bar)) {
      crash(&d, when(&d, bar, 0), score_section(bar) == SECTION_CHORUS ? 1.0 : 0.5);
    }
  }
  const struct room room = {.seconds = 0.45, .damping = 5500.0, .level = 0.16};
  return room_add(sink, &room);
}
