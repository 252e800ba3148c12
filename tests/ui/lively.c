/* SPDX-License-Identifier: ISC */
#include "tests/ui/lively.h"

#include <math.h>
#include <string.h>

static float noise(unsigned x) {
  x = (x ^ 61u) ^ (x >> 16);
  x *= 9u;
  x ^= x >> 4;
  x *= 0x27d4eb2du;
  x ^= x >> 15;
  return (float)(x & 0xffff) / 65535.0f;
}

/* Power of each stem in a band: a beat, a bass line, a sung melody with harmonics, chords. */
static void powers(float power[FOUR_STEMS], unsigned t, unsigned b) {
  const unsigned beat = t % 30, bar = t / 120, sixteenth = t % 15;
  const float kick =
      expf(-0.25f * (float)beat) * expf(-0.5f * powf(((float)b - 4.0f) / 4.0f, 2.0f));
  const float snare = (t / 30 % 2 ? 1.0f : 0.0f) * expf(-0.2f * (float)beat) * 0.25f * (b > 14);
  const float hat = expf(-0.5f * (float)sixteenth) * 0.15f * (b > 46);
  power[STEM_DRUMS] = 1.2f * (kick + snare * noise(t * 64 + b) + hat * noise(t * 64 + b));
  const float root = 3.0f + (float)((bar * 5) % 4) * 2.0f;
  float bass = 0.0f, voice = 0.0f, other = 0.0f;
  for (int h = 1; h <= 3; h++) {
    bass += expf(-2.0f * powf((float)b - root - 7.3f * log2f((float)h), 2.0f)) / (float)(h * h);
  }
  power[STEM_BASS] = 0.8f * bass * (0.4f + 0.6f * expf(-0.05f * (float)(t % 60)));
  const bool sings = t / 150 % 4 != 3;
  const float pitch = 21.0f + 4.0f * sinf((float)(t / 40) * 1.7f) + 0.25f * sinf((float)t * 0.6f);
  for (int h = 1; h <= 9 && sings; h++) {
    voice += expf(-3.0f * powf((float)b - pitch - 7.3f * log2f((float)h), 2.0f)) / (float)h;
  }
  power[STEM_VOCALS] = 0.7f * voice * (t % 40 < 34);
  for (int n = 0; n < 4; n++) {
    for (int h = 1; h <= 4; h++) {
      other += expf(-3.0f * powf((float)b - root - 14.0f - 2.4f * (float)n - 7.3f * log2f((float)h),
                                 2.0f)) /
               (float)(h * h);
    }
  }
  power[STEM_OTHER] = 0.12f * other;
}

void lively_view(struct view_data *data, unsigned t) {
  float sums[FOUR_STEMS] = {0.0f};
  memset(data, 0, sizeof *data);
  for (unsigned b = 0; b < VIEW_BANDS; b++) {
    float power[FOUR_STEMS], all = 1e-7f + 1e-5f * noise(t * 64 + b);
    powers(power, t, b);
    for (unsigned s = 0; s < FOUR_STEMS; s++) {
      all += power[s];
      sums[s] += power[s];
    }
    const float db = 10.0f * log10f(all) - 6.0f - 0.25f * (float)b;
    data->column[b][0] = (uint8_t)(255.0f * fminf(fmaxf(1.0f + db / 90.0f, 0.0f), 1.0f));
    for (unsigned s = 0; s < FOUR_STEMS; s++) {
      data->column[b][1 + s] = (uint8_t)(255.0f * (power[s] + 2e-6f) / (all + 8e-6f));
    }
  }
  for (unsigned s = 0; s < FOUR_STEMS; s++) {
    data->levels[s] = fminf(0.35f * sqrtf(sums[s]), 0.98f);
  }
  data->levels[STEM_HARMONIC] =
      0.7f * (data->levels[STEM_VOCALS] + data->levels[STEM_OTHER] + data->levels[STEM_BASS]);
  data->levels[STEM_PERCUSSIVE] = 0.9f * data->levels[STEM_DRUMS];
  data->load = 0.09f + 0.01f * sinf((float)t * 0.05f);
}
