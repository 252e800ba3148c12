/* SPDX-License-Identifier: ISC */
#include "tests/support/mixing.h"

#include "dsp/memory.h"
#include "tests/support/random.h"
#include "tests/support/rig.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

static float *floats(size_t n) {
  float *p = memory_floats(n);
  assert_non_null(p);
  return p;
}

struct mixing mixing_new(void) {
  struct mixing a;
  for (unsigned c = 0; c < N_CHANNELS; ++c) {
    a.dry[c] = floats(MIXING_LENGTH);
    a.main[c] = floats(MIXING_LENGTH);
    rig_noise(a.dry[c], MIXING_LENGTH, 50 + c);
    for (unsigned s = 0; s < N_STEMS; ++s) {
      a.stems[s][c] = floats(MIXING_LENGTH);
      a.outs[s][c] = floats(MIXING_LENGTH);
      rig_noise(a.stems[s][c], MIXING_LENGTH, 60 + N_CHANNELS * s + c);
    }
  }
  return a;
}

void mixing_free(struct mixing *a) {
  for (unsigned c = 0; c < N_CHANNELS; ++c) {
    free(a->dry[c]);
    free(a->main[c]);
    for (unsigned s = 0; s < N_STEMS; ++s) {
      free(a->stems[s][c]);
      free(a->outs[s][c]);
    }
  }
}

void mixing_run(struct mixer *mixer, struct mixing *a, unsigned from, unsigned n) {
  const float *dry[N_CHANNELS], *stems[N_STEMS][N_CHANNELS];
  float *main[N_CHANNELS], *outs[N_STEMS][N_CHANNELS];
  for (unsigned c = 0; c < N_CHANNELS; ++c) {
    dry[c] = a->dry[c] + from;
    main[c] = a->main[c] + from;
    for (unsigned s = 0; s < N_STEMS; ++s) {
      stems[s][c] = a->stems[s][c] + from;
      outs[s][c] = a->outs[s][c] ? a->outs[s][c] + from : NULL;
    }
  }
  mixer_process(mixer, dry, stems, main, outs, n);
}

struct mixer *mixing_mixer(const struct mixer_controls *controls) {
  struct mixer *mixer = mixer_new(MIXING_RATE, MIXING_LENGTH);
  assert_non_null(mixer);
  mixer_set(mixer, controls);
  mixer_settle(mixer);
  return mixer;
}

struct mixer_controls mixing_random(uint32_t *random) {
  struct mixer_controls c = mixer_defaults();
  for (unsigned s = 0; s < N_STEMS; ++s) {
    c.gain_db[s] = random_below(random, 8) ? random_between(random, -59.0f, 12.0f) : -60.0f;
    c.mute[s] = random_below(random, 5) == 0;
    c.solo[s] = random_below(random, 5) == 0;
    c.wet[s] = random_below(random, 2) ? 1.0f : random_between(random, 0.0f, 1.0f);
  }
  c.main_from = random_below(random, 2) ? SPLIT_HP : SPLIT_FOUR;
  c.outs_before_fader = random_below(random, 2);
  return c;
}

double mixing_gain(const struct mixer_controls *c, unsigned stem) {
  bool four = stem <= STEM_OTHER;
  bool soloed = four ? c->solo[STEM_VOCALS] || c->solo[STEM_DRUMS] || c->solo[STEM_BASS] ||
                           c->solo[STEM_OTHER]
                     : c->solo[STEM_HARMONIC] || c->solo[STEM_PERCUSSIVE];
  bool off = c->mute[stem] || c->gain_db[stem] <= -60.0f || (soloed && !c->solo[stem]);
  return off ? 0.0 : pow(10.0, c->gain_db[stem] / 20.0);
}
