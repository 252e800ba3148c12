/* SPDX-License-Identifier: ISC */
#include "ui/draw_tools.h"

double draw_px(const struct scene *scene, double design) {
  return design * scene->layout->unit;
}

struct paint_font draw_font(const struct scene *scene, double size, bool bold, uint32_t colour,
                            int align) {
  return (struct paint_font){draw_px(scene, size), bold, colour, (enum paint_align)align};
}

void draw_label(cairo_t *cr, struct scene *scene, struct box box, const struct paint_font *font,
                const char *words) {
  if (!paint_text(cr, box, font, words)) {
    scene->cut++;
  }
}

void draw_focus(cairo_t *cr, const struct scene *scene, enum widget w) {
  if (scene->controls->focus_shown && scene->controls->focus == w) {
    paint_outline(cr, scene->layout->widgets[w], draw_px(scene, 5), draw_px(scene, 2), THEME_FOCUS);
  }
}

void draw_button(cairo_t *cr, const struct scene *scene, enum widget w, uint32_t ground) {
  if (scene->controls->hover == w) {
    ground = theme_mix(ground, THEME_TEXT, 0.1);
  }
  paint_round(cr, scene->layout->widgets[w], draw_px(scene, 5), ground);
}

struct box draw_extent(const struct scene *scene, damage_t bit) {
  const struct layout *l = scene->layout;
  for (unsigned s = 0; s < N_STEMS; s++) {
    if (bit == damage_strip(s)) {
      return l->strips[s];
    }
    if (bit == damage_meter(s)) {
      return l->meters[s];
    }
  }
  switch (bit) {
  case DAMAGE_HEADER:
    return l->header;
  case DAMAGE_LEGEND:
    return l->legend;
  case DAMAGE_PRESET:
    return l->widgets[WIDGET_PRESETS];
  case DAMAGE_MESSAGE:
    return l->message;
  case DAMAGE_LATENCY:
    return l->latency;
  case DAMAGE_LATE:
    return l->late;
  case DAMAGE_LOAD:
    return l->load;
  case DAMAGE_COLUMNS:
    return l->spectrogram;
  case DAMAGE_MENU:
    return scene->controls->menu.box;
  case DAMAGE_TITLE:
    return l->title_rows[SPLIT_FOUR];
  case DAMAGE_TITLE << 1:
    return l->title_rows[SPLIT_HP];
  default:
    return (struct box){0, 0, l->width, l->height};
  }
}
