#include "ui/draw_bar.h"

#include <math.h>
#include <stdio.h>

void draw_number(const struct scene *scene, enum widget w, char *words, size_t size) {
  const struct port_info *info = &port_table[widget_port(w)];
  const double value = (double)scene->state->values[widget_port(w)];
  if (scene->controls->entry == w) {
    snprintf(words, size, "%s|", scene->controls->entry_text);
  } else if (info->points && value <= (double)info->minimum) {
    snprintf(words, size, "%s", info->points[0].label);
  } else if (!info->unit) {
    snprintf(words, size, "%.2f", value);
  } else if (info->minimum < 0.0f) {
    snprintf(words, size, "%s%.1f dB",
             value > 0.0   ? "+"
             : value < 0.0 ? "\u2212"
                           : "",
             fabs(value));
  } else {
    snprintf(words, size, "%.0f %%", value);
  }
}

void draw_bar(cairo_t *cr, struct scene *scene, enum widget w, const char *name, uint32_t words,
              uint32_t filling) {
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
