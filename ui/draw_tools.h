/* SPDX-License-Identifier: ISC */
/* Drawing tools for the parts of the window: fonts, labels, buttons, the focus ring. */
#pragma once

#include "interface/theme.h"
#include "ui/controls.h"
#include "ui/damage.h"
#include "ui/paint.h"

#include <cairo.h>

/** All data that drawing uses. */
struct scene {
  const struct layout *layout;
  const struct state *state;
  const struct controls *controls;
  unsigned cut; /* labels that did not fit their place, counted up */
};

/** Design pixels in pixels. */
double draw_px(const struct scene *scene, double design);

/** A font of the UI: size in design pixels. */
struct paint_font draw_font(const struct scene *scene, double size, bool bold, uint32_t colour,
                            int align);

/** A label that must not be shortened. */
void draw_label(cairo_t *cr, struct scene *scene, struct box box, const struct paint_font *font,
                const char *words);

/** A button's background; it shows whether the pointer or the focus is on the button. */
void draw_button(cairo_t *cr, const struct scene *scene, enum widget w, uint32_t ground);

/** A ring around the focused widget, after the first use of the keyboard. */
void draw_focus(cairo_t *cr, const struct scene *scene, enum widget w);

/** The place of a part: one bit of damage_bit. */
struct box draw_extent(const struct scene *scene, damage_t bit);
