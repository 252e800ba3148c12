/* SPDX-License-Identifier: ISC */
#include "demo/score.h"

#include <math.h>
#include <stddef.h>

/* 14 bars, 30 s: verse, chorus, two bars without a singer, chorus. */
static const struct {
  enum section section;
  int bars;
} form[] = {{SECTION_VERSE, 4}, {SECTION_CHORUS, 4}, {SECTION_BREAK, 2}, {SECTION_CHORUS, 4}};
enum { FORM_PARTS = sizeof form / sizeof *form, FORM_BARS = 14 };

enum { CHORD_AM, CHORD_F, CHORD_C, CHORD_G };

static const struct chord chords[] = {
    [CHORD_AM] = {33, {0, 45, 52, 57, 60, 64}, {57, 60, 64}},
    [CHORD_F] = {29, {41, 48, 53, 57, 60, 65}, {57, 60, 65}},
    [CHORD_C] = {36, {0, 48, 52, 55, 60, 64}, {55, 60, 64}},
    [CHORD_G] = {31, {43, 47, 50, 55, 59, 67}, {55, 59, 62}},
};

static const int progressions[][4] = {
    [SECTION_VERSE] = {CHORD_AM, CHORD_F, CHORD_C, CHORD_G},
    [SECTION_CHORUS] = {CHORD_F, CHORD_C, CHORD_G, CHORD_AM},
    [SECTION_BREAK] = {CHORD_AM, CHORD_G, CHORD_AM, CHORD_G},
};

static const struct sung verse[] = {
    {0.0, 0.75, 64, VOWEL_A, ONSET_S},    {0.75, 0.6, 64, VOWEL_O, ONSET_M},
    {1.5, 0.5, 62, VOWEL_E, ONSET_T},     {2.0, 1.4, 60, VOWEL_A, ONSET_M},
    {4.0, 0.5, 57, VOWEL_I, ONSET_S},     {4.5, 0.5, 60, VOWEL_O, ONSET_NONE},
    {5.0, 0.5, 62, VOWEL_U, ONSET_T},     {5.5, 1.6, 60, VOWEL_A, ONSET_M},
    {8.0, 0.5, 64, VOWEL_I, ONSET_T},     {8.5, 0.5, 67, VOWEL_A, ONSET_NONE},
    {9.0, 1.0, 64, VOWEL_E, ONSET_S},     {10.0, 0.5, 62, VOWEL_O, ONSET_M},
    {10.5, 1.0, 60, VOWEL_A, ONSET_T},    {12.0, 0.5, 62, VOWEL_U, ONSET_S},
    {12.5, 0.5, 64, VOWEL_A, ONSET_NONE}, {13.0, 2.0, 62, VOWEL_A, ONSET_M},
};

static const struct sung chorus[] = {
    {0.0, 1.0, 69, VOWEL_A, ONSET_S},    {1.0, 0.5, 69, VOWEL_E, ONSET_T},
    {1.5, 0.5, 67, VOWEL_I, ONSET_NONE}, {2.0, 1.6, 72, VOWEL_O, ONSET_M},
    {4.0, 1.0, 67, VOWEL_A, ONSET_T},    {5.0, 0.5, 64, VOWEL_U, ONSET_M},
    {5.5, 2.1, 67, VOWEL_A, ONSET_NONE}, {8.0, 0.5, 71, VOWEL_I, ONSET_S},
    {8.5, 0.5, 71, VOWEL_E, ONSET_T},    {9.0, 1.0, 74, VOWEL_A, ONSET_NONE},
    {10.0, 1.5, 71, VOWEL_O, ONSET_M},   {12.0, 0.75, 72, VOWEL_A, ONSET_S},
    {12.75, 0.6, 71, VOWEL_E, ONSET_T},  {13.5, 2.2, 69, VOWEL_A, ONSET_NONE},
};

/* The part of the form that a bar is in, and how far into it. */
static int locate(int bar, int *into) {
  int rest = bar % FORM_BARS, part = 0;
  while (part < FORM_PARTS - 1 && rest >= form[part].bars) {
    rest -= form[part++].bars;
  }
  *into = rest;
  return part;
}

enum section score_section(int bar) {
  int into;
  return form[locate(bar, &into)].section;
}

int score_section_start(int bar) {
  int into;
  locate(bar, &into);
  return bar - into;
}

bool score_section_ends(int bar) {
  int into;
  const int part = locate(bar, &into);
  return into == form[part].bars - 1;
}

const struct chord *score_chord(int bar) {
  int into;
  const int part = locate(bar, &into);
  return &chords[progressions[form[part].section][into]];
}

const struct sung *score_melody(enum section section, int *notes) {
  switch (section) {
  case SECTION_VERSE:
    *notes = sizeof verse / sizeof *verse;
    return verse;
  case SECTION_CHORUS:
    *notes = sizeof chorus / sizeof *chorus;
    return chorus;
  case SECTION_BREAK:
    break;
  }
  *notes = 0;
  return NULL;
}

double score_time(int bar, double sixteenth) {
  const double swing = ((int)floor(sixteenth) % 2 == 1) ? 0.10 : 0.0;
  return bar * SCORE_BAR + (sixteenth + swing) * SCORE_BEAT / 4.0;
}

double score_played(int bar, double sixteenth, struct rng *rng) {
  const double t = score_time(bar, sixteenth) + 0.004 * rng_signed(rng);
  return t > 0.0 ? t : 0.0;
}
