/* SPDX-License-Identifier: ISC */
/* The controls: bars that hold a number, buttons, segments, drop-downs. */
#pragma once

#include "ui/draw_tools.h"

#include <stddef.h>

/** A control of the header or of a title as its row of the port table says; words: colour of a
 * bar's. */
void draw_control(cairo_t *cr, struct scene *scene, enum port port, colour_t words);

/** The number of a fader or a bar in words, or what is being typed in its place. */
void draw_number(const struct scene *scene, enum widget w, char *words, size_t size);

/** A bar: its name, its number, and a filling that reaches as far as the value. Colours are those
 * of the words and, dulled, of the filling. */
void draw_bar(cairo_t *cr, struct scene *scene, enum widget w, const char *name, colour_t words,
              colour_t filling);

/** A toggle's button; the colours are those it has while it is on. */
void draw_toggle(cairo_t *cr, struct scene *scene, enum widget w, const char *label,
                 colour_t ground, colour_t words);

/** A button with a menu, and what is chosen of it; size: of the words, in design pixels. */
void draw_drop_down(cairo_t *cr, struct scene *scene, enum widget w, double size,
                    const char *words);
