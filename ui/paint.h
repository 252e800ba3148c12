/* SPDX-License-Identifier: ISC */
/* The basic shapes of the UI. */
#pragma once

#include "interface/theme.h"
#include "ui/layout.h"

#include <cairo.h>

enum paint_align { ALIGN_LEFT, ALIGN_MIDDLE, ALIGN_RIGHT };

/** The style of a text. size is in pixels. */
struct paint_font {
  double size;
  bool bold;
  colour_t colour;
  enum paint_align align;
};

/** Starts drawing onto a surface, with the common settings of the UI. */
cairo_t *paint_begin(cairo_surface_t *surface);

/** The colour for the next shapes. */
void paint_colour(cairo_t *cr, colour_t colour);

void paint_box(cairo_t *cr, struct box box, colour_t colour);

/** A box with round corners: filled, or its outline drawn inside it. */
void paint_round(cairo_t *cr, struct box box, double radius, colour_t colour);
void paint_outline(cairo_t *cr, struct box box, double radius, double width, colour_t colour);

/** One line of words, in the middle of the box's height. A text that does not fit ends in an
 * ellipsis. Returns whether the whole text fits. */
bool paint_text(cairo_t *cr, struct box box, const struct paint_font *font, const char *words);

/** Width of words in pixels. */
double paint_text_width(cairo_t *cr, const struct paint_font *font, const char *words);

/** A triangle that points down, in the middle of the box. */
void paint_arrow(cairo_t *cr, struct box box, double size, colour_t colour);
