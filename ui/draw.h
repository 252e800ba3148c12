/* The pictures of the UI's parts, on any cairo surface. */
#pragma once

#include "ui/draw_tools.h"

/** The parts that a damage names, but for the spectrogram's columns. Each part paints its own
 * ground, so that it can be drawn alone. */
void draw(cairo_t *cr, struct scene *scene, damage_t damage);
