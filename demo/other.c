/* SPDX-License-Identifier: ISC */
/* Everything else: two guitars, one on each side, over a soft pad; a picked line when nobody
 * sings. */
#include "demo/parts.h"
#include "demo/room.h"
#include "demo/score.h"

#include <math.h>
#include <stdlib.h>

/* Plucks one string (Karplus-Strong) and adds it to a mono track. The lowest string fits into
 * MAX_PERIOD samples at 192 kHz. */
enum { MAX_PERIOD = 4096 };

static void string_pluck(const struct sink *sink, float *track, struct rng *rng, double time,
                         double length, double note, double level) {
  const double hz = synth_hz(note + 0.03 * rng_signed(rng));
  /* The averaging below delays by half a sample; the rest of the period is the line, with a
   * straight line between two samples for the fraction. */
  const double period = sink->rate / hz - 0.5;
  const int whole = (int)period;
  const double fraction = period - whole;
  if (whole < 2 || whole + 2 > MAX_PERIOD) {
    return;
  }
  float line[MAX_PERIOD];
  double dull = 0.0;
  for (int i = 0; i < MAX_PERIOD; i++) {
    dull += (0.35 + 0.5 * level) * (rng_signed(rng) - dull);
    line[i] = i < whole + 2 ? (float)dull : 0.0f;
  }
  /* Loss per period so that a string rings about as long whatever its pitch. */
  const double ring = pow(10.0, -3.0 * (whole / sink->rate) / 2.6);
  const size_t first = sink_frame(sink, time);
  const size_t last = sink_frame(sink, time + length + 0.12);
  int at = 0;
  double before = 0.0;
  for (size_t n = first; n < last; n++) {
    const int size = whole + 2;
    const int a = (at + 1) % size, b = (at + 2) % size; /* whole + 1 and whole samples ago */
    const double out = fraction * line[a] + (1.0 - fraction) * line[b];
    line[at] = (float)(ring * 0.5 * (out + before));
    before = out;
    at = (at + 1) % size;
    const double t = (double)(n - first) / sink->rate;
    const double release = t < length ? 1.0 : exp(-(t - length) / 0.03);
    track[n] += (float)(level * release * out);
  }
}

/* Strums a chord over the strings, downwards or back up. */
static void strum(const struct sink *sink, float *track, struct rng *rng, double time,
                  double length, const struct chord *chord, double level, bool up) {
  double delay = 0.0;
  for (int i = 0; i < 6; i++) {
    const int note = chord->strings[up ? 5 - i : i];
    if (note == 0 || (up && i > 3)) {
      continue;
    }
    string_pluck(sink, track, rng, time + delay, length, note,
                 level * (1.0 + 0.15 * rng_signed(rng)));
    delay += 0.008 + 0.003 * rng_signed(rng);
  }
}

static void power_chord(const struct sink *sink, float *track, struct rng *rng, double time,
                        double length, const struct chord *chord, double level) {
  static const int steps[3] = {12, 19, 24};
  for (int i = 0; i < 3; i++) {
    string_pluck(sink, track, rng, time + 0.004 * i, length, chord->root + steps[i], level);
  }
}

/* What a guitarist plays in a bar, on two tracks: the clean and the driven sound. */
static void guitar_bar(const struct sink *sink, float *clean, float *driven, struct rng *rng,
                       int bar) {
  static const char *const patterns[] = {"D...D.U...U.D.U.", "D..D..D.D..D..D.",
                                         "D..............."};
  const enum section section = score_section(bar);
  const char *pattern = patterns[section];
  const struct chord *chord = score_chord(bar);
  for (int i = 0; i < 16; i++) {
    if (pattern[i] == '.') {
      continue;
    }
    int end = i + 1;
    while (end < 16 && pattern[end] == '.') {
      end++;
    }
    const double time = score_played(bar, i, rng);
    const double length = score_time(bar, end) - score_time(bar, i);
    if (section == SECTION_CHORUS) {
      power_chord(sink, driven, rng, time, 0.9 * length, chord, 0.8);
    } else {
      strum(sink, clean, rng, time, length, chord, pattern[i] == 'D' ? 0.6 : 0.4,
            pattern[i] == 'U');
    }
  }
}

/* The picked line of the break: a step of A minor each eighth note. */
static void lead_bar(const struct sink *sink, float *clean, struct rng *rng, int bar) {
  static const int steps[2][8] = {{76, 72, 69, 72, 76, 79, 76, 72},
                                  {74, 71, 67, 71, 74, 79, 78, 74}};
  if (score_section(bar) != SECTION_BREAK) {
    return;
  }
  for (int i = 0; i < 8; i++) {
    string_pluck(sink, clean, rng, score_played(bar, 2.0 * i, rng), 0.45, steps[bar % 2][i], 0.9);
  }
}

/* One guitar: played, driven through its amplifier, panned. */
static bool guitar(const struct sink *sink, uint64_t seed, uint64_t stream, double pan, bool lead) {
  float *clean = calloc(sink->frames, sizeof(float));
  float *driven = calloc(sink->frames, sizeof(float));
  const bool ok = clean && driven;
  if (ok) {
    struct rng rng = rng_new(seed, stream);
    const double end = (double)sink->frames / sink->rate;
    for (int bar = 0; bar * SCORE_BAR < end; bar++) {
      guitar_bar(sink, clean, driven, &rng, bar);
      if (lead) {
        lead_bar(sink, clean, &rng, bar);
      }
    }
    struct svf body = {0}, rumble = {0}, tight = {0}, cone = {0}, cabinet = {0};
    svf_set(&body, 210.0, 1.2, sink->rate);
    svf_set(&rumble, 95.0, 0.7, sink->rate);
    svf_set(&tight, 130.0, 0.7, sink->rate);
    svf_set(&cone, 2300.0, 0.9, sink->rate);
    svf_set(&cabinet, 4300.0, 0.75, sink->rate);
    for (size_t n = 0; n < sink->frames; n++) {
      const double wood = clean[n] + 0.7 * svf_step(&body, clean[n]).band;
      const double fuzz = tanh(7.0 * svf_step(&tight, driven[n]).high);
      const double amp = svf_step(&cabinet, fuzz + 0.8 * svf_step(&cone, fuzz).band).low;
      sink_add(sink, n, 0.42 * svf_step(&rumble, wood).high + 0.15 * amp, pan);
    }
  }
  free(clean);
  free(driven);
  return ok;
}

/* A voice of the pad: saws slightly apart in pitch on both sides. */
static void pad_note(const struct sink *sink, struct rng *rng, double time, double length,
                     double note, double level, double bright) {
  static const double cents[2] = {-6.0, 6.0};
  const size_t first = sink_frame(sink, time);
  const size_t last = sink_frame(sink, time + length + 0.5);
  for (int side = 0; side < 2; side++) {
    const double step = synth_hz(note + cents[side] / 100.0) / sink->rate;
    double phase = 0.5 + 0.5 * rng_signed(rng);
    struct svf filter = {0};
    svf_set(&filter, bright, 0.7, sink->rate);
    for (size_t n = first; n < last; n++) {
      const double t = (double)(n - first) / sink->rate;
      phase += step;
      phase -= floor(phase);
      const double saw = 2.0 * phase - 1.0 - synth_blep(phase, step);
      const double release = t < length ? 1.0 : exp(-(t - length) / 0.12);
      sink_add(sink, n, level * fmin(t / 0.15, 1.0) * release * svf_step(&filter, saw).low,
               side ? 0.7 : -0.7);
    }
  }
}

static void pad(const struct sink *sink, uint64_t seed) {
  struct rng rng = rng_new(seed, 5);
  const double end = (double)sink->frames / sink->rate;
  for (int bar = 0; bar * SCORE_BAR < end; bar++) {
    const bool chorus = score_section(bar) == SECTION_CHORUS;
    for (int i = 0; i < 3; i++) {
      pad_note(sink, &rng, bar * SCORE_BAR, SCORE_BAR, score_chord(bar)->pad[i],
               chorus ? 0.040 : 0.028, chorus ? 2600.0 : 1300.0);
    }
  }
}

bool part_other(const struct sink *sink, uint64_t seed) {
  if (!guitar(sink, seed, 3, -0.65, true) || !guitar(sink, seed, 4, 0.65, false)) {
    return false;
  }
  pad(sink, seed);
  const struct room room = {.seconds = 1.1, .damping = 4000.0, .level = 0.12};
  return room_add(sink, &room);
}
