/* SPDX-License-Identifier: ISC */
/* Colours. The stems' colours are from Okabe and Ito (2008), which people with any of the three
 * common kinds of colour blindness can distinguish. Among the colours that are bright enough, these
 * four differ most for every eye. Every stem is also named in words. */
#pragma once

#include "dsp/stems.h"

#include <stdint.h>

/** A colour as 0xRRGGBB, sRGB. */
typedef uint32_t colour_t;

#define THEME_WINDOW 0x121417u
#define THEME_GROUP 0x181b1fu /* around the strips of a split */
#define THEME_PANEL 0x1d2125u
#define THEME_RAISED 0x2b3137u /* buttons */
#define THEME_EDGE 0x3d454du   /* outlines */
#define THEME_SUNKEN 0x090a0cu /* tracks, meters, the spectrogram's ground */
#define THEME_TEXT 0xf4f6f7u   /* 16:1 on a panel */
#define THEME_DIM 0xb4bdc5u    /* 8:1 on a panel */
#define THEME_TICK 0x86909au   /* 5:1 on a panel */
#define THEME_CHOSEN 0xe3e8ecu /* a chosen segment, a solo; words on it are THEME_ON_CHOSEN */
#define THEME_ON_CHOSEN 0x14171au
#define THEME_MUTED 0xd64545u
#define THEME_WARNING 0xffb347u /* bypassed, late */
#define THEME_OVER 0xffffffu    /* above 0 dBFS */
#define THEME_FOCUS 0xffffffu

static const colour_t theme_stems[N_STEMS] = {
    [STEM_VOCALS] = 0xf0e442, [STEM_DRUMS] = 0xd55e00,    [STEM_BASS] = 0x56b4e9,
    [STEM_OTHER] = 0xcc79a7,  [STEM_HARMONIC] = 0x009e73, [STEM_PERCUSSIVE] = 0xe69f00,
};

/** Mixes two colours: `part` of b, the rest of a. */
static inline colour_t theme_mix(colour_t a, colour_t b, double part) {
  colour_t mixed = 0;
  for (int shift = 0; shift < 24; shift += 8) {
    const double x = (a >> shift) & 0xff, y = (b >> shift) & 0xff;
    mixed |= (colour_t)(x + (y - x) * part + 0.5) << shift;
  }
  return mixed;
}
