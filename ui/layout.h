/* Where everything is, in pixels of the window. Knows nothing of drawing or of X. */
#pragma once

#include "interface/ports.h"

#include <stdbool.h>

struct box {
  int x, y, w, h;
};

/** What a pointer or the keyboard can take hold of. The strips' own follow WIDGET_STRIPS: stem s
 * has N_STEM_CONTROLS of them, in the order of enum stem_control. */
enum widget {
  WIDGET_NONE,
  WIDGET_PRESETS,
  WIDGET_QUALITY,
  WIDGET_MAIN_FROM,
  WIDGET_OUTS,
  WIDGET_ENABLED,
  WIDGET_SHARPNESS,
  WIDGET_SPATIAL,
  WIDGET_FLOOR,
  WIDGET_MODEL_FOUR,
  WIDGET_STRIPS,
  WIDGET_MODEL_HP = WIDGET_STRIPS + N_STEMS * N_STEM_CONTROLS,
  N_WIDGETS,
};

/** Size that a window opens with and the smallest that it should have, at scale 1. */
enum {
  LAYOUT_WIDTH = 960,
  LAYOUT_HEIGHT = 640,
  LAYOUT_MIN_WIDTH = 720,
  LAYOUT_MIN_HEIGHT = 480,
};

struct layout {
  int width, height;
  double unit; /* pixels of one design pixel */
  enum variant variant;
  struct box widgets[N_WIDGETS]; /* empty: not there */
  struct box header, brand, captions[N_WIDGETS];
  struct box legend, axis, spectrogram;
  struct box splits[N_SPLITS], title_rows[N_SPLITS], titles[N_SPLITS];
  struct box strips[N_STEMS], names[N_STEMS], values[N_STEMS];
  /* Side by side, each from 12 dB at its top to -60 dB at its bottom (ui/taper.h); a fader's cap
   * reaches beyond by half its height. */
  struct box scales[N_STEMS], tracks[N_STEMS], meters[N_STEMS];
  int cap; /* height of a fader's cap */
  struct box footer, message, latency, late, load;
};

/** Lays the window out.
 *
 * scale is 1 on a screen of 96 dots per inch. Any size is taken; below the smallest one things get
 * too small to read, not too large for their place. */
void layout_compute(struct layout *layout, enum variant variant, int width, int height,
                    double scale);

/** The widget at a point of the window. */
enum widget layout_hit(const struct layout *layout, int x, int y);

/** The part of a widget that stands for one of its port's scale points. */
struct box layout_segment(const struct layout *layout, enum widget w, int segment);

/** Whether a point lies in a box. */
bool box_has(struct box box, int x, int y);

/** What two boxes share; empty, with no width or height, where they do not meet. */
struct box box_common(struct box a, struct box b);

/** Whether a box has no pixel. */
static inline bool box_is_empty(struct box box) {
  return box.w <= 0 || box.h <= 0;
}

/** The widget of one control of a stem. */
static inline enum widget widget_of(unsigned stem, enum stem_control control) {
  return (enum widget)(WIDGET_STRIPS + (int)stem * N_STEM_CONTROLS + (int)control);
}

/** Whether a widget belongs to a strip. */
static inline bool widget_is_strip(enum widget w) {
  return w >= WIDGET_STRIPS && w < WIDGET_MODEL_HP;
}

/** The stem of a strip's widget. */
static inline enum stem widget_stem(enum widget w) {
  return (enum stem)((w - WIDGET_STRIPS) / N_STEM_CONTROLS);
}

/** The control of a strip's widget. */
static inline enum stem_control widget_control(enum widget w) {
  return (enum stem_control)((w - WIDGET_STRIPS) % N_STEM_CONTROLS);
}

/** Whether a widget is a stem's fader. */
static inline bool widget_is_fader(enum widget w) {
  return widget_is_strip(w) && widget_control(w) == CONTROL_GAIN;
}

/** Whether a widget is a bar that is dragged sideways. */
static inline bool widget_is_bar(enum widget w) {
  return (w >= WIDGET_SHARPNESS && w <= WIDGET_FLOOR) ||
         (widget_is_strip(w) && widget_control(w) == CONTROL_WET);
}

/** Whether a widget has a number that can be dragged and typed. */
static inline bool widget_has_number(enum widget w) {
  return widget_is_fader(w) || widget_is_bar(w);
}

/** The port that a widget sets, or N_PORTS. */
enum port widget_port(enum widget w);
