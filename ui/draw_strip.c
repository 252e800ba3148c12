/* SPDX-License-Identifier: ISC */
#include "ui/draw_strip.h"

#include "ui/draw_control.h"
#include "ui/taper.h"

#include <math.h>

/* A stem's colour; paler where main does not come from its split. */
static colour_t stem_colour(const struct scene *scene, unsigned stem) {
  return state_main_split(scene->state) == split_of(stem)
             ? theme_stems[stem]
             : theme_mix(theme_stems[stem], THEME_RAISED, 0.5);
}

static colour_t words_colour(const struct scene *scene, unsigned stem) {
  return state_main_split(scene->state) == split_of(stem) ? THEME_TEXT : THEME_DIM;
}

static int level_y(struct box track, double db) {
  return track.y + (int)lround(track.h * (1.0 - taper_position(db)));
}

void draw_meter(cairo_t *cr, struct scene *scene, unsigned stem) {
  const struct box box = scene->layout->meters[stem];
  const struct meter *m = &scene->state->meters[stem];
  const colour_t colour = stem_colour(scene, stem);
  const int top = level_y(box, (double)m->level), unity = level_y(box, 0.0);
  const int bottom = box.y + box.h, lit = top > unity ? top : unity;
  paint_box(cr, box, THEME_SUNKEN);
  paint_box(cr, (struct box){box.x, lit, box.w, bottom - lit}, colour);
  if (top < unity) {
    paint_box(cr, (struct box){box.x, top, box.w, unity - top}, THEME_OVER);
  }
  if (m->held > -60.0f) {
    const int line = (int)fmax(draw_px(scene, 2), 1.0), y = level_y(box, (double)m->held);
    paint_box(cr, (struct box){box.x, y < bottom - line ? y : bottom - line, box.w, line},
              m->held > 0.0f ? THEME_OVER : theme_mix(colour, THEME_TEXT, 0.5));
  }
  /* 0 dBFS, whatever the level. */
  paint_box(cr, (struct box){box.x, unity, box.w, 1}, THEME_WINDOW);
}

static void draw_scale(cairo_t *cr, struct scene *scene, unsigned stem) {
  static const struct {
    int db;
    const char *words;
  } marks[] = {{12, "12"},        {6, "6"},          {0, "0"},
               {-5, "\u22125"},   {-10, "\u221210"}, {-20, "\u221220"},
               {-30, "\u221230"}, {-40, "\u221240"}, {-60, "\u221260"}};
  const struct box box = scene->layout->scales[stem], track = scene->layout->tracks[stem];
  const int h = (int)draw_px(scene, 12), reach = (int)draw_px(scene, 4);
  for (size_t i = 0; i < sizeof marks / sizeof *marks; i++) {
    const int y = level_y(box, marks[i].db);
    const colour_t colour = marks[i].db == 0 ? THEME_TEXT : THEME_TICK;
    const struct paint_font font = draw_font(scene, 9, marks[i].db == 0, colour, ALIGN_RIGHT);
    draw_label(cr, scene, (struct box){box.x, y - h / 2, box.w, h}, &font, marks[i].words);
    paint_box(cr, (struct box){track.x - reach / 2, y, track.w + reach, 1},
              marks[i].db == 0 ? THEME_TICK : THEME_EDGE);
  }
}

static void draw_fader(cairo_t *cr, struct scene *scene, unsigned stem) {
  const struct layout *l = scene->layout;
  const struct box track = l->tracks[stem];
  const double db = (double)scene->state->values[ports_stem_control((enum stem)stem, CONTROL_GAIN)];
  const enum widget w = widget_of_stem(stem, CONTROL_GAIN);
  const bool silenced = state_silenced(scene->state, stem);
  const int groove = (int)fmax(draw_px(scene, 6), 2.0), y = level_y(track, db);
  const colour_t colour = silenced ? THEME_EDGE : stem_colour(scene, stem);
  /* Duller than the meter beside it, which moves. */
  const colour_t fill = theme_mix(colour, THEME_SUNKEN, 0.4);
  struct box slot = {track.x + (track.w - groove) / 2, track.y, groove, track.h};
  draw_scale(cr, scene, stem);
  paint_round(cr, slot, groove / 2.0, THEME_SUNKEN);
  slot.h = track.y + track.h - y;
  slot.y = y;
  paint_round(cr, slot, groove / 2.0, fill);

  struct box cap = {track.x, y - l->cap / 2, track.w, l->cap};
  const bool held = scene->controls->drag == w || scene->controls->hover == w;
  const double radius = draw_px(scene, 4);
  paint_round(cr, (struct box){cap.x - 1, cap.y + 1, cap.w + 2, cap.h + 1}, radius, THEME_SUNKEN);
  paint_round(cr, cap, radius, held ? 0x5d6873 : 0x4a535c);
  const int line = (int)fmax(draw_px(scene, 3), 1.0);
  paint_box(cr, (struct box){cap.x, y - line / 2, cap.w, line},
            silenced ? THEME_TICK : theme_mix(colour, THEME_TEXT, 0.15));
  if (scene->controls->focus_shown && scene->controls->focus == w) {
    paint_outline(cr, cap, radius, draw_px(scene, 2), THEME_FOCUS);
  }
}

static void draw_value(cairo_t *cr, struct scene *scene, unsigned stem) {
  const enum widget w = widget_of_stem(stem, CONTROL_GAIN);
  const struct box box = scene->layout->values[stem];
  const struct paint_font font =
      draw_font(scene, 12, false, words_colour(scene, stem), ALIGN_MIDDLE);
  char words[32];
  draw_number(scene, w, words, sizeof words);
  paint_round(cr, box, draw_px(scene, 4), THEME_SUNKEN);
  draw_label(cr, scene, box, &font, words);
  if (scene->controls->entry == w) {
    paint_outline(cr, box, draw_px(scene, 4), draw_px(scene, 2), THEME_FOCUS);
  }
}

void draw_strip(cairo_t *cr, struct scene *scene, unsigned stem) {
  const struct box box = scene->layout->strips[stem], name = scene->layout->names[stem];
  const bool silenced = state_silenced(scene->state, stem);
  const double radius = draw_px(scene, 5);
  const struct paint_font font =
      draw_font(scene, 13.5, true, silenced ? THEME_TICK : words_colour(scene, stem), ALIGN_MIDDLE);
  paint_box(cr, box, THEME_GROUP);
  paint_round(cr, box, radius, THEME_PANEL);
  /* The stem's colour along the upper edge. */
  cairo_save(cr);
  cairo_rectangle(cr, box.x, box.y, box.w, fmax(round(draw_px(scene, 4)), 2.0));
  cairo_clip(cr);
  paint_round(cr, box, radius, stem_colour(scene, stem));
  cairo_restore(cr);
  draw_label(cr, scene, name, &font, stem_names[stem]);
  draw_value(cr, scene, stem);
  draw_fader(cr, scene, stem);
  draw_toggle(cr, scene, widget_of_stem(stem, CONTROL_MUTE), "M", THEME_MUTED, THEME_TEXT);
  draw_toggle(cr, scene, widget_of_stem(stem, CONTROL_SOLO), "S", THEME_CHOSEN, THEME_ON_CHOSEN);
  draw_bar(cr, scene, widget_of_stem(stem, CONTROL_WET), "Wet", words_colour(scene, stem),
           stem_colour(scene, stem));
}

void draw_menu(cairo_t *cr, struct scene *scene) {
  const struct menu *menu = &scene->controls->menu;
  if (!menu_is_open(menu)) {
    return;
  }
  const int mark = (int)draw_px(scene, 22);
  paint_box(cr, menu->box, THEME_RAISED);
  paint_outline(cr, menu->box, 0.0, draw_px(scene, 1), THEME_TICK);
  for (int i = 0; i < menu->n; i++) {
    struct box row = menu_entry(menu, i);
    const bool at = i == menu->at;
    const struct paint_font font =
        draw_font(scene, 12, false, at ? THEME_ON_CHOSEN : THEME_TEXT, ALIGN_LEFT);
    if (at) {
      paint_round(cr, row, draw_px(scene, 4), THEME_CHOSEN);
    }
    if (menu_checked(menu, i, scene->state)) {
      paint_colour(cr, font.colour);
      cairo_arc(cr, row.x + mark / 2.0, row.y + row.h / 2.0, draw_px(scene, 3), 0.0, 6.2831853);
      cairo_fill(cr);
    }
    row.x += mark;
    row.w -= mark;
    draw_label(cr, scene, row, &font, menu_text(menu, i));
  }
}
