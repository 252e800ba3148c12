/* SPDX-License-Identifier: ISC */
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
  GAP = 6,     /* between two widgets of a title */
  WORDS = 116, /* of a title at least */
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

static void place(struct layout *l, enum widget w, struct box box) {
  l->widgets[w] = box;
  l->order[l->n_order++] = w;
}

/* A control of the header with its caption above it. */
static void header_control(struct layout *l, enum widget w, struct box slot) {
  l->captions[w] = cut_top(&slot, px(l, CAPTION));
  cut_top(&slot, px(l, 4));
  place(l, w, cut_top(&slot, px(l, BUTTON)));
}

/* Whether the window of this variant shows a port there. */
static bool is_in(const struct layout *l, int port, enum shown_in in) {
  return port_table[port].shown.in == in &&
         ports_to_variant(l->variant, (enum port)port) < ports_count(l->variant);
}

static void header(struct layout *l, struct box area) {
  l->header = area;
  struct box row = inset(area, px(l, MARGIN), px(l, 8));
  l->brand = cut_left(&row, px(l, 122));
  const int gap = px(l, 14);
  int width = -gap; /* of what is no menu, at the right edge */
  header_control(l, WIDGET_PRESETS, cut_left(&row, px(l, 98)));
  for (int p = 0; p < N_PORTS; p++) {
    const struct shown *shown = &port_table[p].shown;
    if (is_in(l, p, PLACE_HEADER) && shown->as == SHOWN_MENU) {
      cut_left(&row, gap);
      header_control(l, widget_of((enum port)p), cut_left(&row, px(l, shown->width)));
    } else if (is_in(l, p, PLACE_HEADER)) {
      width += gap + px(l, shown->width);
    }
  }
  row = cut_right(&row, width);
  for (int p = 0; p < N_PORTS; p++) {
    const struct shown *shown = &port_table[p].shown;
    if (is_in(l, p, PLACE_HEADER) && shown->as != SHOWN_MENU) {
      header_control(l, widget_of((enum port)p), cut_left(&row, px(l, shown->width)));
      cut_left(&row, gap);
    }
  }
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
  l->widgets[widget_of_stem(s, CONTROL_WET)] = cut_bottom(&inner, px(l, 20));
  cut_bottom(&inner, px(l, 6));
  struct box buttons = cut_bottom(&inner, px(l, BUTTON));
  l->widgets[widget_of_stem(s, CONTROL_MUTE)] = cut_left(&buttons, (buttons.w - px(l, 6)) / 2);
  cut_left(&buttons, px(l, 6));
  l->widgets[widget_of_stem(s, CONTROL_SOLO)] = buttons;
  cut_bottom(&inner, px(l, 8));
  l->widgets[widget_of_stem(s, CONTROL_GAIN)] = inner;
  for (int c = 0; c < N_STEM_CONTROLS; c++) {
    l->order[l->n_order++] = widget_of_stem(s, (enum stem_control)c);
  }
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

/* The four stems' controls from a port on, at the right end of a row, as many as find room but at
 * least one. Returns the port after them. */
static int title_controls(struct layout *l, int port, struct box *row, int room) {
  int end = port, width = 0;
  for (; end < N_PORTS; end++) {
    const int own = is_in(l, end, PLACE_FOUR) ? px(l, port_table[end].shown.width) + px(l, GAP) : 0;
    if (own > 0 && width > 0 && width + own > room) {
      break;
    }
    width += own;
  }
  struct box part = cut_right(row, width);
  for (; port < end; port++) {
    if (is_in(l, port, PLACE_FOUR)) {
      cut_left(&part, px(l, GAP));
      const struct box slot = cut_left(&part, px(l, port_table[port].shown.width));
      place(l, widget_of((enum port)port), inset(slot, 0, px(l, 2)));
    }
  }
  return end;
}

/* Words, controls and model of a split. Controls that find no room beside the words have rows below
 * them, which are left free in the other split, so that all strips stand in line. */
static void title(struct layout *l, enum split_id id, struct box *inner) {
  struct box row = cut_top(inner, px(l, TITLE) - px(l, PAD));
  const int height = row.h;
  l->title_rows[id] = row;
  if (id == SPLIT_FOUR) {
    const struct box model = cut_right(&row, px(l, 150));
    cut_right(&row, px(l, GAP));
    int port = title_controls(l, 0, &row, row.w - px(l, WORDS));
    l->titles[id] = row;
    while (port < N_PORTS) {
      row = cut_top(inner, height);
      l->title_rows[id].h += height;
      port = title_controls(l, port, &row, row.w);
    }
    place(l, WIDGET_MODEL_FOUR, model);
  } else {
    l->widgets[WIDGET_MODEL_HP] = cut_right(&row, px(l, 106));
    cut_right(&row, px(l, 3));
    l->titles[id] = row;
    cut_top(inner, l->title_rows[SPLIT_FOUR].h - height);
  }
}

static void split(struct layout *l, enum split_id id, struct box area, int gap) {
  l->splits[id] = area;
  struct box inner = inset(area, px(l, PAD), px(l, PAD));
  title(l, id, &inner);
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
  const int gaps = (N_STEMS - N_SPLITS) * gap + 2 * N_SPLITS * pad;
  const int one = (strips.w - between - gaps) / (int)N_STEMS;
  const int four = FOUR_STEMS * one + (FOUR_STEMS - 1) * gap + 2 * pad;
  split(layout, SPLIT_FOUR, cut_left(&strips, four), gap);
  cut_left(&strips, between);
  split(layout, SPLIT_HP, strips, gap);
  layout->order[layout->n_order++] = WIDGET_MODEL_HP;
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
      return widget_of_stem(s, CONTROL_GAIN);
    }
  }
  return WIDGET_NONE;
}
