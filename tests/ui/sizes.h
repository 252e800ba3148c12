/* SPDX-License-Identifier: ISC */
/* Sizes of windows that are tried: small, usual, large, at twice the scale, flat and narrow. */
#pragma once

#include "ui/layout.h"

static const struct {
  int width, height;
  double scale;
} sizes[] = {{LAYOUT_MIN_WIDTH, LAYOUT_MIN_HEIGHT, 1.0},
             {LAYOUT_WIDTH, LAYOUT_HEIGHT, 1.0},
             {1280, 800, 1.0},
             {2 * LAYOUT_MIN_WIDTH, 2 * LAYOUT_MIN_HEIGHT, 2.0},
             {2 * LAYOUT_WIDTH, 2 * LAYOUT_HEIGHT, 2.0},
             {2560, 1600, 2.0},
             {1200, 480, 1.0},
             {720, 1000, 1.0}};
enum { N_SIZES = sizeof sizes / sizeof *sizes };
