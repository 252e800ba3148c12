/* The pictures of the UI's parts, on any cairo surface. */
#pragma once

#include "ui/controls.h"
#include "ui/damage.h"
#include "ui/spectrogram.h"

#include <cairo.h>

/** All that drawing looks at. */
struct scene {
  const struct layout *layout;
  const struct state *state;
  const struct controls *controls;
  unsigned cut; /* labels that did not fit their place, counted up */
};

/** The parts that a damage names, but for the spectrogram's columns. Each part paints its own
 * ground, so that it can be drawn alone. */
void draw(cairo_t *cr, struct scene *scene, damage_t damage);

/** Where a part is: one bit of damage_bit. */
struct box draw_extent(const struct scene *scene, damage_t bit);

/* The parts, for draw() alone. */
void draw_header(cairo_t *cr, struct scene *scene);
void draw_preset(cairo_t *cr, struct scene *scene);
void draw_title(cairo_t *cr, struct scene *scene, enum split_id split);
void draw_strip(cairo_t *cr, struct scene *scene, unsigned stem);
void draw_meter(cairo_t *cr, struct scene *scene, unsigned stem);
void draw_status(cairo_t *cr, struct scene *scene, damage_t bit);
void draw_menu(cairo_t *cr, struct scene *scene);

/** A font of the UI: size in design pixels. */
struct paint_font draw_font(const struct scene *scene, double size, bool bold, uint32_t colour,
                            int align);

/** A label that must be whole. */
void draw_label(cairo_t *cr, struct scene *scene, struct box box, const struct paint_font *font,
                const char *words);

/** A button's ground: how it looks tells whether it is under the pointer, or focused. */
void draw_button(cairo_t *cr, const struct scene *scene, enum widget w, uint32_t ground);

/** The number of a fader or a bar in words, or what is being typed in its place. */
void draw_number(const struct scene *scene, enum widget w, char *words, size_t size);

/** A bar: its name, its number, and a filling that reaches as far as the value. Colours are those
 * of the words and, dulled, of the filling. */
void draw_bar(cairo_t *cr, struct scene *scene, enum widget w, const char *name, uint32_t words,
              uint32_t filling);

/** A ring around the focused widget, once the keyboard was used. */
void draw_focus(cairo_t *cr, const struct scene *scene, enum widget w);

/** Design pixels in pixels. */
double draw_px(const struct scene *scene, double design);
