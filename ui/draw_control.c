/* SPDX-License-Identifier: ISC */
#include "ui/draw_control.h"

#include <math.h>
#include <stdio.h>

void draw_number(const struct scene *scene, enum widget w, char *words, size_t size) {
  const struct port_info *info = &port_table[widget_port(w)];
  const double value = (double)scene->state->values[widget_port(w)];
  if (scene->controls->entry == w) {
    snprintf(words, size, "%s|", scene->controls->entry_text);
  } else if (info->points && value <= (double)info->minimum) {
    snprintf(words, size, "%s", info->points[0].label);
  } else if (ports_has_unit(widget_port(w), "db")) {
    snprintf(words, size, "%s%.1f dB",
             value > 0.0   ? "+"
             : value < 0.0 ? "\u2212"
                           : "",
             fabs(value));
  } else if (ports_has_unit(widget_port(w), "pc")) {
    snprintf(words, size, "%.0f %%", value);
  } else {
    snprintf(words, size, "%.2f", value);
  }
}

void draw_bar(cairo_t *cr, struct scene *scene, enum widget w, const char *name, colour_t words,
              colour_t filling) {
  const struct port_info *info = &port_table[widget_port(w)];
  const struct box box = scene->layout->widgets[w];
  const double part = (double)((scene->state->values[widget_port(w)] - info->minimum) /
                               (info->maximum - info->minimum));
  const double radius = draw_px(scene, 4);
  const int pad = (int)draw_px(scene, 6);
  struct box inner = {box.x + pad, box.y, box.w - 2 * pad, box.h};
  struct paint_font font = draw_font(scene, 10, false, words, ALIGN_RIGHT);
  char number[32];
  draw_number(scene, w, number, sizeof number);
  paint_round(cr, box, radius, THEME_SUNKEN);
  cairo_save(cr);
  cairo_rectangle(cr, box.x, box.y, box.w * part, box.h);
  cairo_clip(cr);
  paint_round(cr, box, radius, theme_mix(filling, THEME_SUNKEN, 0.68));
  cairo_restore(cr);
  draw_label(cr, scene, inner, &font, number);
  /* The name ends before the number begins. */
  inner.w -= (int)ceil(paint_text_width(cr, &font, number)) + (int)draw_px(scene, 3);
  font.align = ALIGN_LEFT;
  draw_label(cr, scene, inner, &font, name);
  if (scene->controls->entry == w) {
    paint_outline(cr, box, radius, draw_px(scene, 2), THEME_FOCUS);
  }
  draw_focus(cr, scene, w);
}

void draw_toggle(cairo_t *cr, struct scene *scene, enum widget w, const char *label,
                 colour_t ground, colour_t words) {
  const bool on = scene->state->values[widget_port(w)] > 0.5f;
  const struct paint_font font = draw_font(scene, 12, true, on ? words : THEME_DIM, ALIGN_MIDDLE);
  draw_button(cr, scene, w, on ? ground : THEME_RAISED);
  draw_label(cr, scene, scene->layout->widgets[w], &font, label);
  draw_focus(cr, scene, w);
}

void draw_drop_down(cairo_t *cr, struct scene *scene, enum widget w, double size,
                    const char *words) {
  const struct box box = scene->layout->widgets[w];
  const int arrow = (int)draw_px(scene, 14);
  const int pad = (int)draw_px(scene, 6);
  struct box inner = {box.x + pad, box.y, box.w - 2 * pad, box.h};
  const struct paint_font font = draw_font(scene, size, false, THEME_TEXT, ALIGN_LEFT);
  draw_button(cr, scene, w, scene->controls->menu.owner == w ? THEME_EDGE : THEME_RAISED);
  paint_arrow(cr, (struct box){inner.x + inner.w - arrow / 2 - 2, box.y, arrow / 2 + 2, box.h},
              draw_px(scene, 8), THEME_DIM);
  inner.w -= arrow;
  paint_text(cr, inner, &font, words); /* a file's name may be too long */
  draw_focus(cr, scene, w);
}

static void draw_segments(cairo_t *cr, struct scene *scene, enum widget w) {
  const struct port_info *info = &port_table[widget_port(w)];
  const int edge = (int)ceil(draw_px(scene, 2));
  draw_button(cr, scene, w, THEME_RAISED);
  for (int i = 0; info->points[i].label; i++) {
    const bool chosen = scene->state->values[widget_port(w)] == info->points[i].value;
    const struct box part = layout_segment(scene->layout, w, i);
    const struct paint_font font =
        draw_font(scene, 11, false, chosen ? THEME_ON_CHOSEN : THEME_DIM, ALIGN_MIDDLE);
    if (chosen) {
      paint_round(cr,
                  (struct box){part.x + edge, part.y + edge, part.w - 2 * edge, part.h - 2 * edge},
                  draw_px(scene, 4), THEME_CHOSEN);
    }
    draw_label(cr, scene, part, &font, info->points[i].label);
  }
  draw_focus(cr, scene, w);
}

static void draw_power(cairo_t *cr, struct scene *scene, enum widget w) {
  const struct box box = scene->layout->widgets[w];
  const bool on = scene->state->values[widget_port(w)] > 0.5f;
  const colour_t words = on ? THEME_TEXT : THEME_ON_CHOSEN;
  draw_button(cr, scene, w, on ? THEME_RAISED : THEME_WARNING);
  /* The sign for power. */
  const double r = draw_px(scene, 5), x = box.x + draw_px(scene, 14), y = box.y + box.h / 2.0;
  paint_colour(cr, words);
  cairo_set_line_width(cr, draw_px(scene, 1.6));
  cairo_new_sub_path(cr);
  cairo_arc(cr, x, y + r * 0.1, r, -0.85, 3.99);
  cairo_stroke(cr);
  cairo_move_to(cr, x, y - r * 1.2);
  cairo_line_to(cr, x, y - r * 0.1);
  cairo_stroke(cr);
  const struct paint_font font = draw_font(scene, 12, !on, words, ALIGN_LEFT);
  const int left = (int)draw_px(scene, 25);
  draw_label(cr, scene, (struct box){box.x + left, box.y, box.w - left, box.h}, &font,
             on ? "On" : "Bypassed");
  draw_focus(cr, scene, w);
}

/* What a port's value is called. */
static const char *value_name(const struct scene *scene, enum port port) {
  const struct scale_point *p = port_table[port].points;
  while (p->label && p->value != scene->state->values[port]) {
    p++;
  }
  return p->label ? p->label : "";
}

void draw_control(cairo_t *cr, struct scene *scene, enum port port, colour_t words) {
  const enum widget w = widget_of(port);
  const char *name = port_table[port].short_name;
  switch (port_table[port].shown.as) {
  case SHOWN_NOT:
  case SHOWN_FADER: /* a strip's alone */
    break;
  case SHOWN_BAR:
    draw_bar(cr, scene, w, name, words, THEME_DIM);
    break;
  case SHOWN_BUTTON:
    draw_toggle(cr, scene, w, name, THEME_CHOSEN, THEME_ON_CHOSEN);
    break;
  case SHOWN_POWER:
    draw_power(cr, scene, w);
    break;
  case SHOWN_SEGMENTS:
    draw_segments(cr, scene, w);
    break;
  case SHOWN_MENU:
    draw_drop_down(cr, scene, w, 12, value_name(scene, port));
    break;
  }
}
