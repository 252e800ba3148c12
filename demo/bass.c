/* SPDX-License-Identifier: ISC */
/* Bass: a plucked string as a filtered saw over a sine, in the middle, with the kick. */
#include "demo/parts.h"
#include "demo/score.h"

#include <math.h>

#define TAU 6.28318530717958647693

static void pluck(const struct sink *sink, struct rng *rng, double time, double length, double note,
                  double level) {
  const double rate = sink->rate;
  const double step = synth_hz(note) / rate;
  const size_t first = sink_frame(sink, time);
  const size_t last = sink_frame(sink, time + length + 0.06);
  struct svf body = {0}, pick = {0};
  svf_set(&pick, 1600.0, 0.8, rate);
  double phase = 0.5;
  for (size_t n = first; n < last; n++) {
    const double t = (double)(n - first) / rate;
    phase += step;
    phase -= floor(phase);
    if ((n - first) % 16 == 0) {
      svf_set(&body, 180.0 + 1500.0 * level * exp(-t / 0.12), 0.9, rate);
    }
    const double saw = 1.0 - 2.0 * phase + synth_blep(phase, step);
    const double string = svf_step(&body, saw).low;
    const double finger = svf_step(&pick, rng_signed(rng)).band * exp(-t / 0.008);
    const double attack = fmin(t / 0.004, 1.0);
    const double release = t < length ? 1.0 : exp(-(t - length) / 0.015);
    const double sound = 0.55 * string + 0.35 * sin(TAU * phase) + 0.12 * finger;
    sink_add(sink, n, 0.5 * level * attack * release * exp(-t / 0.9) * sound, 0.0);
  }
}

/* One bar: '.' holds the note before, 'r' is the root, 'f' the fifth, 'o' the octave, 'n' leads
 * to the next bar's root from below. */
static void bar_of_notes(const struct sink *sink, struct rng *rng, int bar) {
  static const char *const lines[] = {"r.....r.r...o.f.", "r..r..r.r.r.o.nn", "r.......r....of."};
  const char *line = lines[score_section(bar)];
  const int root = score_chord(bar)->root;
  for (int i = 0; i < 16; i++) {
    if (line[i] == '.') {
      continue;
    }
    int end = i + 1;
    while (end < 16 && line[end] == '.') {
      end++;
    }
    const double note = line[i] == 'f'   ? root + 7
                        : line[i] == 'o' ? root + 12
                        : line[i] == 'n' ? score_chord(bar + 1)->root - (i == 15 ? 1 : 2)
                                         : root;
    const double time = score_played(bar, i, rng);
    const double length = 0.92 * (score_time(bar, end) - score_time(bar, i));
    const double level = (i % 4 == 0 ? 0.9 : 0.75) * (1.0 + 0.1 * rng_signed(rng));
    pluck(sink, rng, time, length, note, level);
  }
}

bool part_bass(const struct sink *sink, uint64_t seed) {
  struct rng rng = rng_new(seed, 2);
  const double end = (double)sink->frames / sink->rate;
  for (int bar = 0; bar * SCORE_BAR < end; bar++) {
    bar_of_notes(sink, &rng, bar);
  }
  return true;
}
