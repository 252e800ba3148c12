/* SPDX-License-Identifier: ISC */
/* What is played: tempo, sections, chords and the melody. */
#pragma once

#include "demo/synth.h"

enum section { SECTION_VERSE, SECTION_CHORUS, SECTION_BREAK };

enum vowel { VOWEL_A, VOWEL_E, VOWEL_I, VOWEL_O, VOWEL_U, N_VOWELS };

/** How a sung note starts: smoothly, hissed (s), struck (t) or hummed (m). */
enum onset { ONSET_NONE, ONSET_S, ONSET_T, ONSET_M };

/** One sung note; times in beats from the start of its section. */
struct sung {
  double start, length;
  int pitch; /* MIDI note number */
  enum vowel vowel;
  enum onset onset;
};

struct chord {
  int root;       /* of the bass, MIDI */
  int strings[6]; /* of the guitar, low to high, MIDI; 0 = not struck */
  int pad[3];     /* of the pad, MIDI */
};

#define SCORE_BEAT (60.0 / 112.0) /* s */
#define SCORE_BAR (4.0 * SCORE_BEAT)

/** The section that a bar (from 0) is in. */
enum section score_section(int bar);

/** The first bar of the section that a bar is in. */
int score_section_start(int bar);

/** Whether a bar is the last of its section, where the drummer plays a fill. */
bool score_section_ends(int bar);

/** The chord of a bar. */
const struct chord *score_chord(int bar);

/** The melody of a section and its number of notes; NULL and 0 where nobody sings. */
const struct sung *score_melody(enum section section, int *notes);

/** Time in s of a sixteenth (0..15, fractions allowed) of a bar, with a little swing. */
double score_time(int bar, double sixteenth);

/** score_time() as a player hits it: up to a few ms early or late. */
double score_played(int bar, double sixteenth, struct rng *rng);
