/* SPDX-License-Identifier: ISC */
/* The scrolling picture of the sound: time from left to right, frequency upwards; brightness is the
 * level, hue shows the stems' shares. */
#pragma once

#include "interface/view.h"
#include "ui/target.h"

#include <cairo.h>
#include <stdbool.h>
#include <stdint.h>

enum { SPECTROGRAM_COLUMN = VIEW_BANDS * VIEW_BYTES };

struct spectrogram;

/** NULL: out of memory. */
struct spectrogram *spectrogram_new(void);

/** NULL is fine. */
void spectrogram_free(struct spectrogram *s);

/** Makes the picture again from the pushed columns, for drawing onto the target's surface. The
 * target is kept.
 *
 * w x h in pixels; column is the width of one pushed column at least. */
void spectrogram_resize(struct spectrogram *s, const struct target *target, int w, int h,
                        int column);

/** A new column at the right: SPECTROGRAM_COLUMN bytes as struct view_data has them. The part of a
 * band that the faders remove is dim grey. */
void spectrogram_push(struct spectrogram *s, const uint8_t column[SPECTROGRAM_COLUMN]);

/** Whether no column was ever pushed. */
bool spectrogram_empty(const struct spectrogram *s);

/** Draws all of it with its upper left corner at x, y; may draw left of x, so the caller clips. On
 * a surface like that of spectrogram_resize() this is a copy, not a drawing. */
void spectrogram_draw(struct spectrogram *s, cairo_t *cr, int x, int y);

/** The colour of one band, 0xRRGGBB. */
uint32_t spectrogram_colour(const struct spectrogram *s, const uint8_t band[VIEW_BYTES]);
