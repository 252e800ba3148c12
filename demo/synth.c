/* SPDX-License-Identifier: ISC */
#include "demo/synth.h"

#include <math.h>

#define PI 3.14159265358979323846

size_t sink_frame(const struct sink *sink, double time) {
  const double frame = ceil(time * sink->rate);
  if (frame <= 0.0) {
    return 0;
  }
  return frame < (double)sink->frames ? (size_t)frame : sink->frames;
}

void sink_add(const struct sink *sink, size_t frame, double value, double pan) {
  const double angle = (pan + 1.0) * PI / 4.0;
  sink->left[frame] += (float)(value * cos(angle));
  sink->right[frame] += (float)(value * sin(angle));
}

struct rng rng_new(uint64_t seed, uint64_t stream) {
  struct rng rng = {seed * 0x9E3779B97F4A7C15u + (stream + 1) * 0xD1B54A32D192ED03u};
  rng_signed(&rng);
  return rng;
}

/* splitmix64 */
double rng_signed(struct rng *rng) {
  uint64_t z = rng->state += 0x9E3779B97F4A7C15u;
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
  z ^= z >> 31;
  return (double)(z >> 11) * (2.0 / 9007199254740992.0) - 1.0;
}

double synth_hz(double note) {
  return 440.0 * pow(2.0, (note - 69.0) / 12.0);
}

void svf_set(struct svf *f, double hz, double q, double rate) {
  f->g = tan(PI * fmin(hz, 0.45 * rate) / rate);
  f->k = 1.0 / q;
  f->a = 1.0 / (1.0 + f->g * (f->g + f->k));
}

struct svf_out svf_step(struct svf *f, double in) {
  const double high = f->a * (in - (f->g + f->k) * f->s1 - f->s2);
  const double band = f->g * high + f->s1;
  const double low = f->g * band + f->s2;
  f->s1 = f->g * high + band;
  f->s2 = f->g * band + low;
  return (struct svf_out){low, f->k * band, high};
}

double synth_blep(double phase, double step) {
  if (phase < step) {
    const double t = phase / step;
    return t + t - t * t - 1.0;
  }
  if (phase > 1.0 - step) {
    const double t = (phase - 1.0) / step;
    return t * t + t + t + 1.0;
  }
  return 0.0;
}
