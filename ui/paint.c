/* SPDX-License-Identifier: ISC */
#include "ui/paint.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define PI 3.14159265358979323846

cairo_t *paint_begin(cairo_surface_t *surface) {
  cairo_t *cr = cairo_create(surface);
  cairo_font_options_t *options = cairo_font_options_create();
  /* Grey edges: the colour fringes of subpixels are wrong on turned screens and in screenshots. */
  cairo_font_options_set_antialias(options, CAIRO_ANTIALIAS_GRAY);
  cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_SLIGHT);
  cairo_set_font_options(cr, options);
  cairo_font_options_destroy(options);
  return cr;
}

void paint_colour(cairo_t *cr, colour_t colour) {
  cairo_set_source_rgb(cr, (colour >> 16 & 0xff) / 255.0, (colour >> 8 & 0xff) / 255.0,
                       (colour & 0xff) / 255.0);
}

void paint_box(cairo_t *cr, struct box box, colour_t colour) {
  paint_colour(cr, colour);
  cairo_rectangle(cr, box.x, box.y, box.w, box.h);
  cairo_fill(cr);
}

static void round_path(cairo_t *cr, double x, double y, double w, double h, double r) {
  r = fmax(fmin(r, fmin(w, h) / 2.0), 0.0);
  cairo_new_sub_path(cr);
  cairo_arc(cr, x + w - r, y + r, r, -PI / 2.0, 0.0);
  cairo_arc(cr, x + w - r, y + h - r, r, 0.0, PI / 2.0);
  cairo_arc(cr, x + r, y + h - r, r, PI / 2.0, PI);
  cairo_arc(cr, x + r, y + r, r, PI, 3.0 * PI / 2.0);
  cairo_close_path(cr);
}

void paint_round(cairo_t *cr, struct box box, double radius, colour_t colour) {
  if (box.w <= 0 || box.h <= 0) {
    return;
  }
  paint_colour(cr, colour);
  round_path(cr, box.x, box.y, box.w, box.h, radius);
  cairo_fill(cr);
}

void paint_outline(cairo_t *cr, struct box box, double radius, double width, colour_t colour) {
  width = fmax(round(width), 1.0);
  if (box.w <= width || box.h <= width) {
    return;
  }
  paint_colour(cr, colour);
  cairo_set_line_width(cr, width);
  round_path(cr, box.x + width / 2, box.y + width / 2, box.w - width, box.h - width,
             radius - width / 2);
  cairo_stroke(cr);
}

static void set_font(cairo_t *cr, const struct paint_font *font) {
  cairo_select_font_face(cr, "sans-serif", CAIRO_FONT_SLANT_NORMAL,
                         font->bold ? CAIRO_FONT_WEIGHT_BOLD : CAIRO_FONT_WEIGHT_NORMAL);
  cairo_set_font_size(cr, font->size);
}

static double advance(cairo_t *cr, const char *words) {
  cairo_text_extents_t extents;
  cairo_text_extents(cr, words, &extents);
  return extents.x_advance;
}

double paint_text_width(cairo_t *cr, const struct paint_font *font, const char *words) {
  set_font(cr, font);
  return advance(cr, words);
}

/* As many whole characters as fit before an ellipsis. */
static void shorten(cairo_t *cr, const char *words, double width, char *out, size_t size) {
  size_t n = strlen(words);
  if (n > size - 4) {
    n = size - 4;
  }
  for (;;) {
    while (n > 0 && ((unsigned char)words[n] & 0xc0) == 0x80) {
      n--;
    }
    snprintf(out, size, "%.*s\u2026", (int)n, words);
    if (n == 0 || advance(cr, out) <= width) {
      return;
    }
    n--;
  }
}

bool paint_text(cairo_t *cr, struct box box, const struct paint_font *font, const char *words) {
  char cut[512];
  bool whole = true;
  set_font(cr, font);
  double width = advance(cr, words);
  if (width > box.w) {
    shorten(cr, words, box.w, cut, sizeof cut);
    words = cut;
    width = advance(cr, words);
    whole = false;
  }
  cairo_font_extents_t extents;
  cairo_font_extents(cr, &extents);
  const double room = box.w - width;
  const double x = font->align == ALIGN_LEFT     ? box.x
                   : font->align == ALIGN_MIDDLE ? box.x + room / 2.0
                                                 : box.x + room;
  /* Capitals stand in the middle: they are about 0.73 of the size in any common typeface. */
  const double y = box.y + (box.h + 0.73 * font->size) / 2.0;
  paint_colour(cr, font->colour);
  cairo_move_to(cr, round(x), round(y));
  cairo_show_text(cr, words);
  return whole && extents.ascent + extents.descent <= box.h + 0.35 * font->size;
}

void paint_arrow(cairo_t *cr, struct box box, double size, colour_t colour) {
  const double x = box.x + box.w / 2.0, y = box.y + box.h / 2.0;
  paint_colour(cr, colour);
  cairo_move_to(cr, x - size / 2, y - size / 4);
  cairo_line_to(cr, x + size / 2, y - size / 4);
  cairo_line_to(cr, x, y + size / 3);
  cairo_close_path(cr);
  cairo_fill(cr);
}
