/* SPDX-License-Identifier: ISC */
#include "dsp/mixer.h"

#include "dsp/memory.h"
#include "dsp/ramp.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define RAMP_SECONDS 0.025
#define GAIN_OFF_DB (-60.0f)

struct mixer {
  struct ramp fader[N_STEMS];  /* g, as it bends main */
  struct ramp output[N_STEMS]; /* g, as the stem's own output has it */
  struct ramp wet[N_STEMS];
  struct ramp hp;      /* 0: main is made from the four stems, 1: from harmonic/percussive */
  struct ramp enabled; /* 0: bypass */
  float *curves;       /* [N_CURVES][block] work space */
  float peaks[N_STEMS];
  bool measured;
  unsigned block;
};

enum curve { CURVE_ENABLED, CURVE_HP, CURVE_WET, CURVE_FADER, CURVE_OUTPUT, CURVE_MAIN, N_CURVES };

struct mixer_controls mixer_defaults(void) {
  struct mixer_controls c = {.main_from = SPLIT_FOUR, .enabled = true};
  for (unsigned s = 0; s < N_STEMS; ++s) {
    c.wet[s] = 1.0f;
  }
  return c;
}

struct mixer *mixer_new(double rate, unsigned block) {
  struct mixer *mixer = calloc(1, sizeof *mixer);
  if (!mixer) {
    return NULL;
  }
  mixer->block = block;
  mixer->curves = memory_floats((size_t)(N_CURVES + N_CHANNELS) * block);
  if (!mixer->curves) {
    mixer_free(mixer);
    return NULL;
  }
  unsigned length = (unsigned)fmax(1.0, round(RAMP_SECONDS * rate));
  for (unsigned s = 0; s < N_STEMS; ++s) {
    ramp_init(&mixer->fader[s], 1.0f, length);
    ramp_init(&mixer->output[s], 1.0f, length);
    ramp_init(&mixer->wet[s], 1.0f, length);
  }
  ramp_init(&mixer->hp, 0.0f, length);
  ramp_init(&mixer->enabled, 1.0f, length);
  return mixer;
}

void mixer_free(struct mixer *mixer) {
  if (mixer) {
    free(mixer->curves);
    free(mixer);
  }
}

static float fader_gain(const struct mixer_controls *c, unsigned stem) UNBRAID_REALTIME {
  bool soloed = false;
  enum split_id split = split_of(stem);
  for (unsigned s = split_first(split); s < split_end(split); ++s) {
    soloed = soloed || c->solo[s];
  }
  if (c->mute[stem] || (soloed && !c->solo[stem]) || c->gain_db[stem] <= GAIN_OFF_DB) {
    return 0.0f;
  }
  return c->gain_db[stem] == 0.0f ? 1.0f : powf(10.0f, c->gain_db[stem] / 20.0f);
}

void mixer_set(struct mixer *mixer, const struct mixer_controls *controls) UNBRAID_REALTIME {
  for (unsigned s = 0; s < N_STEMS; ++s) {
    float gain = fader_gain(controls, s);
    ramp_set(&mixer->fader[s], gain);
    ramp_set(&mixer->output[s], controls->outs_before_fader ? 1.0f : gain);
    ramp_set(&mixer->wet[s], controls->wet[s]);
  }
  ramp_set(&mixer->hp, controls->main_from == SPLIT_HP ? 1.0f : 0.0f);
  ramp_set(&mixer->enabled, controls->enabled ? 1.0f : 0.0f);
}

void mixer_settle(struct mixer *mixer) UNBRAID_REALTIME {
  for (unsigned s = 0; s < N_STEMS; ++s) {
    ramp_settle(&mixer->fader[s]);
    ramp_settle(&mixer->output[s]);
    ramp_settle(&mixer->wet[s]);
  }
  ramp_settle(&mixer->hp);
  ramp_settle(&mixer->enabled);
}

bool mixer_hears(const struct mixer *mixer, unsigned stem, bool connected) UNBRAID_REALTIME {
  if (ramp_rests_at(&mixer->enabled, 0.0f) || ramp_rests_at(&mixer->wet[stem], 0.0f)) {
    return false;
  }
  float absent = split_of(stem) == SPLIT_HP ? 0.0f : 1.0f; /* hp rests here: split not in main */
  return (connected && !ramp_rests_at(&mixer->output[stem], 0.0f)) ||
         (!ramp_rests_at(&mixer->fader[stem], 1.0f) && !ramp_rests_at(&mixer->hp, absent));
}

bool mixer_closed(const struct mixer *mixer, unsigned stem) UNBRAID_REALTIME {
  return mixer->fader[stem].target == 0.0f;
}

float mixer_fader(const struct mixer *mixer, unsigned stem) UNBRAID_REALTIME {
  return mixer->fader[stem].value;
}

float mixer_share(const struct mixer *mixer, enum split_id split) UNBRAID_REALTIME {
  return split == SPLIT_HP ? mixer->hp.value : 1.0f - mixer->hp.value;
}

float mixer_through(const struct mixer *mixer, unsigned stem) UNBRAID_REALTIME {
  float wet = mixer->enabled.value * mixer->wet[stem].value;
  return 1.0f + wet * (mixer->fader[stem].value - 1.0f);
}

void mixer_measure(struct mixer *mixer, bool on) UNBRAID_REALTIME {
  mixer->measured = on;
  for (unsigned s = 0; !on && s < N_STEMS; ++s) {
    mixer->peaks[s] = 0.0f;
  }
}

float mixer_peak(struct mixer *mixer, unsigned stem) UNBRAID_REALTIME {
  float peak = mixer->peaks[stem];
  mixer->peaks[stem] = 0.0f;
  return peak;
}

static float *curve(const struct mixer *mixer, enum curve which) UNBRAID_REALTIME {
  return mixer->curves + (size_t)which * mixer->block;
}

/* Curves of one stem: the gains of its audio in main and in its output. */
static void stem_curves(struct mixer *mixer, unsigned stem, unsigned n) UNBRAID_REALTIME {
  const float *hp = curve(mixer, CURVE_HP), *enabled = curve(mixer, CURVE_ENABLED);
  float *wet = curve(mixer, CURVE_WET), *fader = curve(mixer, CURVE_FADER);
  float *output = curve(mixer, CURVE_OUTPUT), *main = curve(mixer, CURVE_MAIN);
  ramp_process(&mixer->wet[stem], wet, n);
  ramp_process(&mixer->fader[stem], fader, n);
  ramp_process(&mixer->output[stem], output, n);
  bool in_hp = split_of(stem) == SPLIT_HP;
  for (unsigned i = 0; i < n; ++i) {
    float share = in_hp ? hp[i] : 1.0f - hp[i];
    main[i] = enabled[i] * share * wet[i] * (fader[i] - 1.0f);
    output[i] *= enabled[i];
  }
}

static void measure(struct mixer *mixer, unsigned stem, const float *const dry[N_CHANNELS],
                    const float *const audio[N_CHANNELS], unsigned n) UNBRAID_REALTIME {
  const float *wet = curve(mixer, CURVE_WET), *fader = curve(mixer, CURVE_FADER);
  const float *enabled = curve(mixer, CURVE_ENABLED);
  float peak = mixer->peaks[stem];
  for (unsigned c = 0; c < N_CHANNELS; ++c) {
    for (unsigned i = 0; i < n; ++i) {
      float x = wet[i] * audio[c][i] + (1.0f - wet[i]) * dry[c][i];
      peak = fmaxf(peak, fabsf(enabled[i] * fader[i] * x));
    }
  }
  mixer->peaks[stem] = peak;
}

void mixer_process(struct mixer *mixer, const float *const dry[N_CHANNELS],
                   const float *const stems[N_STEMS][N_CHANNELS], float *const main[N_CHANNELS],
                   float *const outs[N_STEMS][N_CHANNELS], unsigned n) UNBRAID_REALTIME {
  ramp_process(&mixer->enabled, curve(mixer, CURVE_ENABLED), n);
  ramp_process(&mixer->hp, curve(mixer, CURVE_HP), n);
  float *mix = mixer->curves + (size_t)N_CURVES * mixer->block; /* [N_CHANNELS][block] */
  for (unsigned c = 0; c < N_CHANNELS; ++c) {
    memcpy(mix + (size_t)c * mixer->block, dry[c], n * sizeof *mix);
  }
  for (unsigned s = 0; s < N_STEMS; ++s) {
    stem_curves(mixer, s, n);
    const float *wet = curve(mixer, CURVE_WET), *output = curve(mixer, CURVE_OUTPUT);
    const float *bend = curve(mixer, CURVE_MAIN);
    if (mixer->measured) {
      measure(mixer, s, dry, stems[s], n);
    }
    for (unsigned c = 0; c < N_CHANNELS; ++c) {
      const float *stem = stems[s][c], *x = dry[c];
      float *m = mix + (size_t)c * mixer->block, *out = outs[s][c];
      for (unsigned i = 0; i < n; ++i) {
        m[i] = bend[i] == 0.0f ? m[i] : m[i] + bend[i] * stem[i]; /* keeps even -0 as it is */
      }
      for (unsigned i = 0; out && i < n; ++i) {
        out[i] = output[i] * (wet[i] * stem[i] + (1.0f - wet[i]) * x[i]);
      }
    }
  }
  for (unsigned c = 0; c < N_CHANNELS; ++c) {
    if (main[c]) {
      memcpy(main[c], mix + (size_t)c * mixer->block, n * sizeof *mix);
    }
  }
}
