/* SPDX-License-Identifier: ISC */
/* The window's header, the titles of the splits, and the status line. */
#pragma once

#include "ui/draw_tools.h"

void draw_header(cairo_t *cr, struct scene *scene);
void draw_preset(cairo_t *cr, struct scene *scene);
void draw_title(cairo_t *cr, struct scene *scene, enum split_id split);
void draw_status(cairo_t *cr, struct scene *scene, damage_t bit);
