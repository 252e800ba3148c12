/* SPDX-License-Identifier: ISC */
/* The pictures of the UI's parts, on any cairo surface. */
#pragma once

#include "ui/draw_tools.h"

/** Draws the damaged parts, except the spectrogram's columns. Each part paints its own background,
 * so that it can be drawn alone. */
void draw(cairo_t *cr, struct scene *scene, damage_t damage);
