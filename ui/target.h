/* SPDX-License-Identifier: ISC */
/* Where pictures go: a surface that cairo draws on, and a faster way there for what is in memory.
 */
#pragma once

#include "ui/layout.h"

#include <cairo.h>

struct target {
  cairo_surface_t *surface;
  /** Copies a box of an image of CAIRO_FORMAT_RGB24 to x, y of the surface, or of one like it.
   * Returns false when cairo must do it. NULL: cairo always does. */
  bool (*put)(void *data, cairo_surface_t *to, cairo_surface_t *image, struct box from, int x,
              int y);
  void *data;
};

/** Copies a box of an image to x, y of the target's surface, or of one like it. */
static inline void target_copy(const struct target *target, cairo_surface_t *to,
                               cairo_surface_t *image, struct box from, int x, int y) {
  if (box_is_empty(from) || (target->put && target->put(target->data, to, image, from, x, y))) {
    return;
  }
  cairo_t *cr = cairo_create(to);
  cairo_set_operator(cr, CAIRO_OPERATOR_SOURCE);
  cairo_set_source_surface(cr, image, x - from.x, y - from.y);
  cairo_rectangle(cr, x, y, from.w, from.h);
  cairo_fill(cr);
  cairo_destroy(cr);
}
