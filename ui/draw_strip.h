/* SPDX-License-Identifier: ISC */
/* One stem: name, fader, meter, mute, solo, wet. And the menu, which lies over them. */
#pragma once

#include "ui/draw_tools.h"

void draw_strip(cairo_t *cr, struct scene *scene, unsigned stem);
void draw_meter(cairo_t *cr, struct scene *scene, unsigned stem);
void draw_menu(cairo_t *cr, struct scene *scene);
