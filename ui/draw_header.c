/* SPDX-License-Identifier: ISC */
#include "ui/draw_header.h"

#include "ui/draw_control.h"
#include "ui/presets.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* The name, and a strand that comes apart into four. */
static void draw_brand(cairo_t *cr, struct scene *scene) {
  const struct box box = scene->layout->brand;
  const double size = draw_px(scene, 24), x = box.x, middle = box.y + box.h / 2.0;
  const unsigned n = split_end(SPLIT_FOUR);
  cairo_set_line_width(cr, draw_px(scene, 2.4));
  cairo_set_line_cap(cr, CAIRO_LINE_CAP_ROUND);
  for (unsigned s = 0; s < n; s++) {
    const double end = middle + size * 0.8 * ((s + 0.5) / n - 0.5);
    const double begin = middle + size * 0.16 * (s % 2 ? 1 : -1);
    paint_colour(cr, theme_stems[s]);
    cairo_move_to(cr, x + 1, begin);
    cairo_curve_to(cr, x + 0.45 * size, middle - (begin - middle), x + 0.5 * size, end,
                   x + 0.95 * size, end);
    cairo_stroke(cr);
  }
  struct box words = box;
  words.x += (int)(size * 1.3);
  words.w -= (int)(size * 1.3);
  const struct paint_font font = draw_font(scene, 17, true, THEME_TEXT, ALIGN_LEFT);
  if (scene->state->variant == VARIANT_INSERT) {
    const struct paint_font small = draw_font(scene, 10, false, THEME_DIM, ALIGN_LEFT);
    struct box below = words;
    below.y += (int)draw_px(scene, 30);
    below.h -= (int)draw_px(scene, 30);
    draw_label(cr, scene, below, &small, "Insert");
  }
  draw_label(cr, scene, words, &font, "Unbraid");
}

static void draw_caption(cairo_t *cr, struct scene *scene, enum widget w, const char *words) {
  const struct paint_font font = draw_font(scene, 10, false, THEME_DIM, ALIGN_LEFT);
  draw_label(cr, scene, scene->layout->captions[w], &font, words);
}

static const char *preset_name(const struct scene *scene) {
  const struct menu menu = {.owner = WIDGET_PRESETS};
  for (unsigned i = 0; i < n_presets; i++) {
    if (menu_checked(&menu, (int)i, scene->state)) {
      return presets[i].name ? presets[i].label : "None";
    }
  }
  return "Custom";
}

void draw_preset(cairo_t *cr, struct scene *scene) {
  paint_box(cr, scene->layout->widgets[WIDGET_PRESETS], THEME_WINDOW);
  draw_drop_down(cr, scene, WIDGET_PRESETS, 12, preset_name(scene));
}

void draw_header(cairo_t *cr, struct scene *scene) {
  paint_box(cr, scene->layout->header, THEME_WINDOW);
  draw_brand(cr, scene);
  draw_caption(cr, scene, WIDGET_PRESETS, "Preset");
  draw_preset(cr, scene);
  for (int p = 0; p < N_PORTS; p++) {
    const enum widget w = widget_of((enum port)p);
    if (port_table[p].shown.in == PLACE_HEADER && !box_is_empty(scene->layout->widgets[w])) {
      draw_caption(cr, scene, w, port_table[p].name);
      draw_control(cr, scene, (enum port)p, THEME_TEXT);
    }
  }
}

void draw_title(cairo_t *cr, struct scene *scene, enum split_id split) {
  const bool main = state_main_split(scene->state) == split;
  const char *name = port_table[PORT_MAIN_FROM].points[split].label;
  const struct paint_font font =
      draw_font(scene, 12, true, main ? THEME_TEXT : THEME_DIM, ALIGN_LEFT);
  struct box box = scene->layout->titles[split];
  paint_box(cr, scene->layout->title_rows[split], THEME_GROUP);
  const int width = (int)ceil(paint_text_width(cr, &font, name)), gap = (int)draw_px(scene, 7);
  const int pill_width = (int)draw_px(scene, 36);
  box.w -= main ? gap + pill_width : 0;
  draw_label(cr, scene, box, &font, name);
  if (main) {
    const struct paint_font small = draw_font(scene, 9, true, THEME_ON_CHOSEN, ALIGN_MIDDLE);
    const int h = (int)draw_px(scene, 15);
    const struct box pill = {box.x + width + gap, box.y + (box.h - h) / 2, pill_width, h};
    paint_round(cr, pill, h / 2.0, THEME_CHOSEN);
    draw_label(cr, scene, pill, &small, "MAIN");
  }
  const char *model = scene->state->names[split];
  draw_drop_down(cr, scene, split == SPLIT_FOUR ? WIDGET_MODEL_FOUR : WIDGET_MODEL_HP, 11,
                 *model ? model : "Model");
  for (int p = 0; split == SPLIT_FOUR && p < N_PORTS; p++) {
    if (port_table[p].shown.in == PLACE_FOUR) {
      draw_control(cr, scene, (enum port)p, main ? THEME_TEXT : THEME_DIM);
    }
  }
}

static void draw_latency(cairo_t *cr, struct scene *scene) {
  const double samples = (double)scene->state->values[PORT_LATENCY], rate = scene->state->rate;
  const struct paint_font font = draw_font(scene, 11, false, THEME_DIM, ALIGN_RIGHT);
  char words[64];
  if (samples <= 0.0) {
    snprintf(words, sizeof words, "Latency \u2013");
  } else if (rate > 0.0) {
    snprintf(words, sizeof words, "Latency %.1f ms, %.0f samples", 1000.0 * samples / rate,
             samples);
  } else {
    snprintf(words, sizeof words, "Latency %.0f samples", samples);
  }
  draw_label(cr, scene, scene->layout->latency, &font, words);
}

static void draw_late(cairo_t *cr, struct scene *scene) {
  const struct box box = scene->layout->late;
  const bool lit = scene->state->late_until > 0.0;
  const double r = draw_px(scene, 4.5);
  const struct paint_font font =
      draw_font(scene, 11, lit, lit ? THEME_WARNING : THEME_DIM, ALIGN_LEFT);
  const int left = (int)draw_px(scene, 16);
  char words[32];
  paint_colour(cr, lit ? THEME_WARNING : THEME_EDGE);
  cairo_arc(cr, box.x + r, box.y + box.h / 2.0, r, 0.0, 6.2831853);
  cairo_fill(cr);
  snprintf(words, sizeof words, "%.0f late", (double)scene->state->values[PORT_LATE_FRAMES]);
  draw_label(cr, scene, (struct box){box.x + left, box.y, box.w - left, box.h}, &font, words);
}

static void draw_load(cairo_t *cr, struct scene *scene) {
  struct box box = scene->layout->load;
  const int load = scene->state->load_shown, h = (int)draw_px(scene, 6);
  const struct paint_font font =
      draw_font(scene, 11, false, load > 100 ? THEME_WARNING : THEME_DIM, ALIGN_LEFT);
  char words[32];
  snprintf(words, sizeof words, load < 0 ? "Load \u2013" : "Load %d %%", load);
  const int left = (int)draw_px(scene, 66);
  draw_label(cr, scene, (struct box){box.x, box.y, left, box.h}, &font, words);
  struct box bar = {box.x + left, box.y + (box.h - h) / 2, box.w - left, h};
  paint_round(cr, bar, h / 2.0, THEME_SUNKEN);
  bar.w = bar.w * (load < 0 ? 0 : load > 100 ? 100 : load) / 100;
  paint_round(cr, bar, h / 2.0, load > 80 ? THEME_WARNING : THEME_DIM);
}

/* What the plugin said last, or how the faders are used. */
static void draw_message(cairo_t *cr, struct scene *scene) {
  const char *message = scene->state->message;
  const struct paint_font font =
      draw_font(scene, 11, false, *message ? THEME_TEXT : THEME_DIM, ALIGN_LEFT);
  paint_text(cr, scene->layout->message, &font,
             *message ? message
                      : "Double click: default. Right click: type a value. Shift: fine steps.");
}

void draw_status(cairo_t *cr, struct scene *scene, damage_t bit) {
  paint_box(cr, draw_extent(scene, bit), THEME_WINDOW);
  if (bit == DAMAGE_MESSAGE) {
    draw_message(cr, scene);
  } else if (bit == DAMAGE_LATENCY) {
    draw_latency(cr, scene);
  } else if (bit == DAMAGE_LATE) {
    draw_late(cr, scene);
  } else {
    draw_load(cr, scene);
  }
}
