/* SPDX-License-Identifier: ISC */
/* Where everything is, in pixels of the window. Knows nothing of drawing or of X. */
#pragma once

#include "interface/ports.h"

#include <stdbool.h>

struct box {
  int x, y, w, h;
};

/** What a pointer or the keyboard can take hold of: what belongs to no port, and a port's control.
 */
enum widget {
  WIDGET_NONE,
  WIDGET_PRESETS,
  WIDGET_MODEL_FOUR,
  WIDGET_MODEL_HP,
  WIDGET_PORTS, /* port p has this + p */
  N_WIDGETS = WIDGET_PORTS + N_PORTS,
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
  enum widget order[N_WIDGETS];  /* of those that are there, as the Tab key goes */
  int n_order;
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

/** The widget of a port. */
static inline enum widget widget_of(enum port port) {
  return (enum widget)(WIDGET_PORTS + (int)port);
}

/** The widget of one control of a stem. */
static inline enum widget widget_of_stem(unsigned stem, enum stem_control control) {
  return widget_of(ports_stem_control((enum stem)stem, control));
}

/** The port that a widget sets, or N_PORTS. */
static inline enum port widget_port(enum widget w) {
  return w < WIDGET_PORTS ? N_PORTS : (enum port)(w - WIDGET_PORTS);
}

/** How a port's widget is shown; SHOWN_NOT for the other widgets. */
static inline enum shown_as widget_shown(enum widget w) {
  return w < WIDGET_PORTS ? SHOWN_NOT : port_table[widget_port(w)].shown.as;
}

/** Whether a widget has a number that can be dragged and typed. */
static inline bool widget_has_number(enum widget w) {
  return widget_shown(w) == SHOWN_FADER || widget_shown(w) == SHOWN_BAR;
}
