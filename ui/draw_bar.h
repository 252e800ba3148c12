/* Bars that hold a number, and that number in words. */
#pragma once

#include "ui/draw_tools.h"

#include <stddef.h>

/** The number of a fader or a bar in words, or what is being typed in its place. */
void draw_number(const struct scene *scene, enum widget w, char *words, size_t size);

/** A bar: its name, its number, and a filling that reaches as far as the value. Colours are those
 * of the words and, dulled, of the filling. */
void draw_bar(cairo_t *cr, struct scene *scene, enum widget w, const char *name, uint32_t words,
              uint32_t filling);
