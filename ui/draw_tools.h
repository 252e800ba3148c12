/* What the parts of the window are drawn with: fonts, labels, buttons, the ring of the focus. */
#pragma once

#include "interface/theme.h"
#include "ui/controls.h"
#include "ui/damage.h"
#include "ui/paint.h"

#include <cairo.h>

/** All that drawing looks at. */
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

/** A label that must be whole. */
void draw_label(cairo_t *cr, struct scene *scene, struct box box, const struct paint_font *font,
                const char *words);

/** A button's ground: how it looks tells whether it is under the pointer, or focused. */
void draw_button(cairo_t *cr, const struct scene *scene, enum widget w, uint32_t ground);

/** A ring around the focused widget, once the keyboard was used. */
void draw_focus(cairo_t *cr, const struct scene *scene, enum widget w);

/** Where a part is: one bit of damage_bit. */
struct box draw_extent(const struct scene *scene, damage_t bit);
