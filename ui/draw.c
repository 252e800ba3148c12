/* SPDX-License-Identifier: ISC */
#include "ui/draw.h"

#include "interface/view.h"
#include "ui/draw_header.h"
#include "ui/draw_strip.h"

#include <math.h>

/* Frequencies beside the spectrogram. */
static void draw_axis(cairo_t *cr, struct scene *scene) {
  static const struct {
    double hz;
    const char *label;
  } ticks[] = {{50, "50"},   {100, "100"}, {200, "200"}, {500, "500"},
               {1000, "1k"}, {2000, "2k"}, {5000, "5k"}, {10000, "10k"}};
  const struct box axis = scene->layout->axis, picture = scene->layout->spectrogram;
  const struct paint_font font = draw_font(scene, 10, false, THEME_TICK, ALIGN_RIGHT);
  const int room = (int)draw_px(scene, 14), gap = (int)draw_px(scene, 7);
  for (size_t i = 0; i < sizeof ticks / sizeof *ticks; i++) {
    const double band = (VIEW_BANDS - 1) * log(ticks[i].hz / (double)VIEW_LOWEST) /
                        log((double)VIEW_HIGHEST / (double)VIEW_LOWEST);
    const double part = (band + 0.5) / VIEW_BANDS;
    const int y = picture.y + (int)(picture.h * (1.0 - part));
    if (picture.h < 6 * room && i % 3 != 1) {
      continue; /* 100, 1k, 10k */
    }
    draw_label(cr, scene, (struct box){axis.x, y - room / 2, axis.w - gap, room}, &font,
               ticks[i].label);
    paint_box(cr, (struct box){axis.x + axis.w - gap / 2 - 1, y, gap / 2, 1}, THEME_EDGE);
  }
}

/* The stems whose shares colour what is new in the spectrogram, by name. */
static void draw_legend(cairo_t *cr, struct scene *scene) {
  struct box row = scene->layout->legend;
  const enum split_id split = state_main_split(scene->state);
  const int chip = (int)draw_px(scene, 10), gap = (int)draw_px(scene, 6);
  const struct paint_font font = draw_font(scene, 11, false, THEME_DIM, ALIGN_LEFT);
  const struct paint_font title = draw_font(scene, 11, true, THEME_DIM, ALIGN_LEFT);
  paint_box(cr, row, THEME_WINDOW);
  row.x += scene->layout->axis.w;
  row.w -= scene->layout->axis.w;
  draw_label(cr, scene, row, &title, "What is heard, by stem");
  int x = row.x + row.w;
  for (int s = (int)split_end(split) - 1; s >= (int)split_first(split); s--) {
    const int width = (int)ceil(paint_text_width(cr, &font, stem_names[s])) + 1;
    x -= width;
    draw_label(cr, scene, (struct box){x, row.y, width, row.h}, &font, stem_names[s]);
    x -= chip + gap;
    paint_round(cr, (struct box){x, row.y + (row.h - chip) / 2, chip, chip}, draw_px(scene, 2),
                theme_stems[s]);
    x -= 3 * gap;
  }
}

static void draw_ground(cairo_t *cr, struct scene *scene) {
  const struct layout *l = scene->layout;
  paint_box(cr, (struct box){0, 0, l->width, l->height}, THEME_WINDOW);
  paint_box(cr, l->spectrogram, THEME_SUNKEN);
  draw_axis(cr, scene);
  for (int i = 0; i < N_SPLITS; i++) {
    paint_round(cr, l->splits[i], draw_px(scene, 8), THEME_GROUP);
  }
  const struct paint_font font = draw_font(scene, 13, false, THEME_TICK, ALIGN_MIDDLE);
  draw_label(cr, scene, l->spectrogram, &font, "Play something");
}

void draw(cairo_t *cr, struct scene *scene, damage_t damage) {
  if (damage & DAMAGE_ALL) {
    damage = ~(damage_t)0;
    draw_ground(cr, scene);
  }
  if (damage & DAMAGE_HEADER) {
    draw_header(cr, scene);
  }
  if (damage & DAMAGE_LEGEND) {
    draw_legend(cr, scene);
  }
  if (damage & DAMAGE_PRESET) {
    draw_preset(cr, scene);
  }
  for (int i = 0; i < N_SPLITS; i++) {
    if (damage & damage_title((enum split_id)i)) {
      draw_title(cr, scene, (enum split_id)i);
    }
  }
  for (unsigned s = 0; s < N_STEMS; s++) {
    if (damage & damage_strip(s)) {
      draw_strip(cr, scene, s);
    }
    if (damage & (damage_strip(s) | damage_meter(s))) {
      draw_meter(cr, scene, s);
    }
  }
  for (damage_t bit = DAMAGE_MESSAGE; bit <= DAMAGE_LOAD; bit <<= 1) {
    if (damage & bit) {
      draw_status(cr, scene, bit);
    }
  }
}
