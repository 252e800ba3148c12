#include "ui/layout.h"

#include <math.h>
#include <string.h>

/* Everything in design pixels. */
enum {
  MARGIN = 12,
  PAD = 8,
  HEADER = 62,
  CAPTION = 14,
  BUTTON = 26,
  FOOTER = 30,
  LEGEND = 22,
  AXIS = 38,
  TITLE = 32,
  NAME = 26,
  VALUE = 22,
  LABEL = 26,
  TRACK = 42,
  METER = 18,
  CAP = 22,
};

static int px(const struct layout *l, double design) {
  return (int)lround(design * l->unit);
}

static double clamp(double x, double low, double high) {
  return fmin(fmax(x, low), high);
}

static struct box cut_left(struct box *from, int w) {
  const struct box cut = {from->x, from->y, w, from->h};
  from->x += w;
  from->w -= w;
  return cut;
}

static struct box cut_right(struct box *from, int w) {
  from->w -= w;
  return (struct box){from->x + from->w, from->y, w, from->h};
}

static struct box cut_top(struct box *from, int h) {
  const struct box cut = {from->x, from->y, from->w, h};
  from->y += h;
  from->h -= h;
  return cut;
}

static struct box cut_bottom(struct box *from, int h) {
  from->h -= h;
  return (struct box){from->x, from->y + from->h, from->w, h};
}

static struct box inset(struct box b, int dx, int dy) {
  return (struct box){b.x + dx, b.y + dy, b.w - 2 * dx, b.h - 2 * dy};
}

/* A control of the header with its caption above it. */
static void header_control(struct layout *l, enum widget w, struct box slot) {
  l->captions[w] = cut_top(&slot, px(l, CAPTION));
  cut_top(&slot, px(l, 4));
  l->widgets[w] = cut_top(&slot, px(l, BUTTON));
}

static void header(struct layout *l, struct box area) {
  l->header = area;
  struct box row = inset(area, px(l, MARGIN), px(l, 8));
  l->brand = cut_left(&row, px(l, 122));
  const int gap = px(l, 14);
  header_control(l, WIDGET_PRESETS, cut_left(&row, px(l, 98)));
  cut_left(&row, gap);
  header_control(l, WIDGET_QUALITY, cut_left(&row, px(l, 98)));
  header_control(l, WIDGET_ENABLED, cut_right(&row, px(l, 100)));
  cut_right(&row, gap);
  if (l->variant == VARIANT_STEMS) {
    header_control(l, WIDGET_OUTS, cut_right(&row, px(l, 220)));
    cut_right(&row, gap);
  }
  header_control(l, WIDGET_MAIN_FROM, cut_right(&row, px(l, 226)));
}

static void footer(struct layout *l, struct box area) {
  l->footer = area;
  struct box row = inset(area, px(l, MARGIN), 0);
  l->load = cut_right(&row, px(l, 122));
  cut_right(&row, px(l, 16));
  l->late = cut_right(&row, px(l, 92));
  cut_right(&row, px(l, 16));
  l->latency = cut_right(&row, px(l, 212));
  cut_right(&row, px(l, 16));
  l->message = row;
}

static void strip(struct layout *l, unsigned s, struct box area) {
  l->strips[s] = area;
  struct box inner = inset(area, px(l, PAD), px(l, 4));
  cut_top(&inner, px(l, 2));
  l->names[s] = cut_top(&inner, px(l, NAME));
  l->values[s] = cut_top(&inner, px(l, VALUE));
  cut_top(&inner, px(l, 6));
  cut_bottom(&inner, px(l, 3));
  l->widgets[widget_of(s, CONTROL_WET)] = cut_bottom(&inner, px(l, 20));
  cut_bottom(&inner, px(l, 6));
  struct box buttons = cut_bottom(&inner, px(l, BUTTON));
  l->widgets[widget_of(s, CONTROL_MUTE)] = cut_left(&buttons, (buttons.w - px(l, 6)) / 2);
  cut_left(&buttons, px(l, 6));
  l->widgets[widget_of(s, CONTROL_SOLO)] = buttons;
  cut_bottom(&inner, px(l, 8));
  l->widgets[widget_of(s, CONTROL_GAIN)] = inner;
  /* The columns of the fader keep together in the middle of a wide strip. */
  struct box columns = inset(inner, 0, l->cap / 2);
  const int width = px(l, LABEL) + px(l, TRACK) + px(l, METER) + px(l, 18);
  cut_left(&columns, (inner.w - width) / 2);
  l->scales[s] = cut_left(&columns, px(l, LABEL));
  cut_left(&columns, px(l, 8));
  l->tracks[s] = cut_left(&columns, px(l, TRACK));
  cut_left(&columns, px(l, 10));
  l->meters[s] = cut_left(&columns, px(l, METER));
}

static void split(struct layout *l, enum split_id id, struct box area, int gap) {
  l->splits[id] = area;
  struct box inner = inset(area, px(l, PAD), px(l, PAD));
  struct box title = cut_top(&inner, px(l, TITLE) - px(l, PAD));
  l->title_rows[id] = title;
  const enum widget model = id == SPLIT_FOUR ? WIDGET_MODEL_FOUR : WIDGET_MODEL_HP;
  l->widgets[model] = cut_right(&title, px(l, id == SPLIT_FOUR ? 150 : 106));
  cut_right(&title, px(l, id == SPLIT_FOUR ? 6 : 3));
  if (id == SPLIT_FOUR) {
    for (int w = WIDGET_FLOOR; w >= WIDGET_SHARPNESS; w--) {
      l->widgets[w] = inset(cut_right(&title, px(l, 98)), 0, px(l, 2));
      cut_right(&title, px(l, 6));
    }
  }
  l->titles[id] = title;
  cut_top(&inner, px(l, 6));
  const unsigned first = split_first(id), n = split_end(id) - first;
  for (unsigned i = 0; i < n; i++) {
    const int w = (inner.w - gap * (int)(n - 1 - i)) / (int)(n - i);
    strip(l, first + i, cut_left(&inner, w));
    cut_left(&inner, gap);
  }
}

void layout_compute(struct layout *layout, enum variant variant, int width, int height,
                    double scale) {
  memset(layout, 0, sizeof *layout);
  layout->variant = variant;
  layout->width = width;
  layout->height = height;
  /* Words grow with the window, but less than it: a larger window shows more. */
  const double room = fmin(width / (LAYOUT_WIDTH * scale), height / (LAYOUT_HEIGHT * scale));
  layout->unit = scale * clamp(room < 1.0 ? room : sqrt(room), 0.25, 2.0);

  layout->cap = px(layout, CAP);

  struct box rest = {0, 0, width, height};
  header(layout, cut_top(&rest, px(layout, HEADER)));
  footer(layout, cut_bottom(&rest, px(layout, FOOTER)));
  rest = inset(rest, px(layout, MARGIN), 0);
  cut_top(&rest, px(layout, 4));
  struct box strips = cut_bottom(&rest, (int)fmax(px(layout, 322), 0.56 * rest.h));
  cut_bottom(&rest, px(layout, MARGIN));
  layout->legend = cut_top(&rest, px(layout, LEGEND));
  layout->axis = cut_left(&rest, px(layout, AXIS));
  layout->spectrogram = rest;

  const int gap = px(layout, 6), between = px(layout, MARGIN), pad = px(layout, PAD);
  const int one = (strips.w - between - 4 * gap - 4 * pad) / (int)N_STEMS;
  split(layout, SPLIT_FOUR, cut_left(&strips, 4 * one + 3 * gap + 2 * pad), gap);
  cut_left(&strips, between);
  split(layout, SPLIT_HP, strips, gap);
}

struct box layout_segment(const struct layout *layout, enum widget w, int segment) {
  const struct scale_point *points = port_table[widget_port(w)].points;
  const struct box box = layout->widgets[w];
  int before = 0, own = 0, all = 0;
  for (int i = 0; points[i].label; i++) {
    /* The words' width is not known here; their number of letters and some room come near. */
    const int width = (int)strlen(points[i].label) + 3;
    before += i < segment ? width : 0;
    own += i == segment ? width : 0;
    all += width;
  }
  if (all == 0) {
    return box;
  }
  const int left = box.w * before / all, right = box.w * (before + own) / all;
  return (struct box){box.x + left, box.y, right - left, box.h};
}

bool box_has(struct box box, int x, int y) {
  return x >= box.x && x < box.x + box.w && y >= box.y && y < box.y + box.h;
}

struct box box_common(struct box a, struct box b) {
  const int x = a.x > b.x ? a.x : b.x, y = a.y > b.y ? a.y : b.y;
  const int right = a.x + a.w < b.x + b.w ? a.x + a.w : b.x + b.w;
  const int bottom = a.y + a.h < b.y + b.h ? a.y + a.h : b.y + b.h;
  return (struct box){x, y, right - x, bottom - y};
}

enum widget layout_hit(const struct layout *layout, int x, int y) {
  for (int w = WIDGET_NONE + 1; w < N_WIDGETS; w++) {
    if (box_has(layout->widgets[w], x, y)) {
      return (enum widget)w;
    }
  }
  /* The number above a fader belongs to it. */
  for (unsigned s = 0; s < N_STEMS; s++) {
    if (box_has(layout->values[s], x, y)) {
      return widget_of(s, CONTROL_GAIN);
    }
  }
  return WIDGET_NONE;
}

enum port widget_port(enum widget w) {
  switch (w) {
  case WIDGET_QUALITY:
    return PORT_QUALITY;
  case WIDGET_MAIN_FROM:
    return PORT_MAIN_FROM;
  case WIDGET_OUTS:
    return PORT_OUTS;
  case WIDGET_ENABLED:
    return PORT_ENABLED;
  case WIDGET_SHARPNESS:
    return PORT_SHARPNESS;
  case WIDGET_SPATIAL:
    return PORT_SPATIAL;
  case WIDGET_FLOOR:
    return PORT_FLOOR;
  default:
    return widget_is_strip(w) ? ports_stem_control(widget_stem(w), widget_control(w)) : N_PORTS;
  }
}
