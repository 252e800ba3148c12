/* SPDX-License-Identifier: ISC */
/* What the players share: a random source, filters, an oscillator, a place to add sound to. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** Adds sound to a stereo stem. */
struct sink {
  float *left, *right; /* frames samples each */
  size_t frames;
  double rate; /* Hz */
};

/** The first frame at or after a time in s, at most sink->frames. */
size_t sink_frame(const struct sink *sink, double time);

/** Adds value at a frame (below sink->frames); pan -1 (left) to 1 (right), equal power. */
void sink_add(const struct sink *sink, size_t frame, double value, double pan);

/** A random source: the same seed and stream give the same numbers everywhere. */
struct rng {
  uint64_t state;
};

struct rng rng_new(uint64_t seed, uint64_t stream);

/** Uniform in [-1, 1). */
double rng_signed(struct rng *rng);

/** Frequency in Hz of a MIDI note number, fractions allowed. */
double synth_hz(double note);

/** A state-variable filter, stable while its frequency moves. */
struct svf {
  double g, k, a, s1, s2;
};

/** What one step of the filter gives: the same input low-, band- and high-passed. The band output
 * has a gain of 1 at the centre. */
struct svf_out {
  double low, band, high;
};

/** Sets frequency (Hz, limited to what the rate allows) and q (0.5 and up), keeping the state.
 * A filter starts as {0}. */
void svf_set(struct svf *f, double hz, double q, double rate);

struct svf_out svf_step(struct svf *f, double in);

/** A polynomial that takes most of the aliasing off a periodic waveform that jumps where its phase
 * passes 0: subtract it times half the fall, or add it times half the rise. phase and step (per
 * sample) are in periods. */
double synth_blep(double phase, double step);
