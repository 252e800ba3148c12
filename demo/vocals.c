/* SPDX-License-Identifier: ISC */
/* Vocals: a glottal source through formant filters, with glides, vibrato, breath and consonants;
 * doubled softly, in thirds in the chorus, in a hall. */
#include "demo/parts.h"
#include "demo/room.h"
#include "demo/score.h"

#include <math.h>

#define TAU 6.28318530717958647693

enum { FORMANTS = 5, UPDATE = 32 /* samples between two filter settings */ };

/* An alto's formants in Hz. */
static const double formants[N_VOWELS][FORMANTS] = {
    [VOWEL_A] = {820.0, 1250.0, 2850.0, 3700.0, 4950.0},
    [VOWEL_E] = {480.0, 1950.0, 2750.0, 3600.0, 4950.0},
    [VOWEL_I] = {360.0, 2350.0, 3050.0, 3800.0, 4950.0},
    [VOWEL_O] = {500.0, 880.0, 2800.0, 3600.0, 4950.0},
    [VOWEL_U] = {370.0, 750.0, 2600.0, 3500.0, 4950.0},
};
static const double humming[FORMANTS] = {260.0, 1150.0, 2300.0, 3400.0, 4950.0};
static const double bandwidths[FORMANTS] = {90.0, 110.0, 140.0, 190.0, 260.0};
static const double weights[FORMANTS] = {1.0, 0.75, 0.55, 0.38, 0.22};

/* One take of the melody. */
struct singer {
  const struct sink *sink;
  struct rng rng;
  double detune; /* semitones */
  double late;   /* s */
  double level, pan;
  double phase, drift; /* of the glottis; of the pitch, semitones */
  double pitch;        /* MIDI, where the glide is */
  double now[FORMANTS];
  struct svf tract[FORMANTS], hiss, air, tilt;
};

/* The flow of air through the glottis, differentiated (Klatt and Klatt 1990): open for the last
 * part of the period, closing with a jump where phase passes 0. */
static double glottis(double phase, double step) {
  const double open = 0.62;
  const double t = (phase - (1.0 - open)) / open;
  const double flow = t > 0.0 ? 2.0 * t - 3.0 * t * t : 0.0;
  return flow + 0.5 * synth_blep(phase, step);
}

static double toward(double from, double to, double seconds, double rate) {
  return from + (to - from) * (1.0 - exp(-UPDATE / (seconds * rate)));
}

/* Moves the mouth and the pitch a little towards the note. */
static void move(struct singer *s, const struct sung *note, double t, double target) {
  const double rate = s->sink->rate;
  const bool hum = note->onset == ONSET_M && t < 0.07;
  for (int i = 0; i < FORMANTS; i++) {
    s->now[i] =
        toward(s->now[i], hum ? humming[i] : formants[note->vowel][i], hum ? 0.012 : 0.03, rate);
    svf_set(&s->tract[i], s->now[i], s->now[i] / bandwidths[i], rate);
  }
  s->pitch = toward(s->pitch, target, 0.035, rate);
  s->drift = 0.98 * s->drift + 0.012 * rng_signed(&s->rng);
}

/* The voiced part of a note, in the glottis and through the mouth; t and length in s. */
static double voice(struct singer *s, double t, double length) {
  const double rate = s->sink->rate;
  const double vibrato = 0.28 * fmin(fmax((t - 0.22) / 0.3, 0.0), 1.0) * sin(TAU * 5.6 * t);
  const double step = synth_hz(s->pitch + vibrato + s->drift) / rate;
  s->phase += step;
  s->phase -= floor(s->phase);
  const double breath = svf_step(&s->air, rng_signed(&s->rng)).high;
  const double source =
      svf_step(&s->tilt, glottis(s->phase, step)).low + breath * (s->phase > 0.4 ? 0.05 : 0.015);
  double out = 0.012 * breath;         /* the air that close microphones hear above the formants */
  for (int i = 0; i < FORMANTS; i++) { /* neighbours in opposite phase: no notch between them */
    out += (i % 2 ? -1.0 : 1.0) * weights[i] * svf_step(&s->tract[i], source).band;
  }
  const double attack = fmin(t / 0.05, 1.0);
  const double release = fmin((length - t) / 0.07, 1.0);
  return out * attack * release;
}

/* The noise of a consonant, t s after it started. */
static double consonant(struct singer *s, enum onset onset, double t) {
  const double noise = rng_signed(&s->rng);
  if (onset == ONSET_S && t < 0.1) {
    return 0.11 * sin(TAU * t / 0.2) * svf_step(&s->hiss, noise).high;
  }
  if (onset == ONSET_T && t < 0.05) {
    return 0.22 * exp(-t / 0.009) * svf_step(&s->hiss, noise).high;
  }
  return 0.0;
}

/* How long a consonant keeps the voice waiting, s. */
static double wait_for(enum onset onset) {
  return onset == ONSET_S ? 0.075 : onset == ONSET_T ? 0.02 : 0.0;
}

static void sing_note(struct singer *s, double time, const struct sung *note, int transpose) {
  const double rate = s->sink->rate;
  const double length = note->length * SCORE_BEAT;
  const double target = note->pitch + transpose + s->detune;
  const double wait = wait_for(note->onset);
  const size_t first = sink_frame(s->sink, time);
  const size_t last = sink_frame(s->sink, time + length);
  if (note->start == 0.0 || note->length >= 1.0) { /* scoop into the notes that matter */
    s->pitch = target - 0.8;
  }
  for (size_t n = first; n < last; n++) {
    const double t = (double)(n - first) / rate;
    if ((n - first) % UPDATE == 0) {
      move(s, note, t - wait, target);
    }
    double out = consonant(s, note->onset, t);
    if (t >= wait) {
      out += voice(s, t - wait, length - wait) * (note->onset == ONSET_M && t < 0.07 ? 0.6 : 1.0);
    }
    sink_add(s->sink, n, s->level * out, s->pan);
  }
}

/* A third above within A minor. */
static int third_above(int pitch) {
  static const int steps[12] = {4, 3, 3, 4, 3, 4, 3, 4, 3, 3, 4, 3};
  return steps[pitch % 12];
}

enum take { TAKE_LEAD, TAKE_DOUBLE, TAKE_HARMONY };

static void sing(struct singer *s, enum take take) {
  const double end = (double)s->sink->frames / s->sink->rate;
  const double rate = s->sink->rate;
  svf_set(&s->hiss, 5200.0, 0.9, rate);
  svf_set(&s->air, 2500.0, 0.7, rate);
  svf_set(&s->tilt, 5500.0, 0.6, rate);
  for (int i = 0; i < FORMANTS; i++) {
    s->now[i] = formants[VOWEL_A][i];
  }
  for (int bar = 0; bar * SCORE_BAR < end; bar++) {
    if (bar != score_section_start(bar)) {
      continue;
    }
    const enum section section = score_section(bar);
    if (take == TAKE_HARMONY && section != SECTION_CHORUS) {
      continue;
    }
    int notes;
    const struct sung *melody = score_melody(section, &notes);
    for (int i = 0; i < notes; i++) {
      const double time = score_played(bar, 4.0 * melody[i].start, &s->rng) + s->late;
      sing_note(s, time, &melody[i], take == TAKE_HARMONY ? third_above(melody[i].pitch) : 0);
    }
  }
}

bool part_vocals(const struct sink *sink, uint64_t seed) {
  struct singer takes[] = {
      {.sink = sink, .rng = rng_new(seed, 6), .level = 1.9},
      {.sink = sink,
       .rng = rng_new(seed, 7),
       .detune = 0.06,
       .late = 0.019,
       .level = 0.46,
       .pan = -0.6},
      {.sink = sink,
       .rng = rng_new(seed, 8),
       .detune = -0.04,
       .late = 0.012,
       .level = 0.60,
       .pan = 0.5},
  };
  sing(&takes[0], TAKE_LEAD);
  sing(&takes[1], TAKE_DOUBLE);
  sing(&takes[2], TAKE_HARMONY);
  const struct room room = {.seconds = 1.6, .damping = 4500.0, .level = 0.10};
  return room_add(sink, &room);
}
