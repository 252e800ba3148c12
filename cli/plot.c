/* SPDX-License-Identifier: ISC */
#include "cli/plot.h"

#include "cli/folder.h"

#include <cairo.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Everything in pixels. */
enum {
  LEFT = 74,
  RIGHT = 96,
  TOP = 48,
  BOTTOM = 52,
  CAPTION = 22, /* above each panel */
  STEP = CAPTION + PLOT_ROWS,
  WIDTH = LEFT + PLOT_COLUMNS + RIGHT,
};

#define RANGE_DB 70.0

/* From black over purple and orange to pale yellow; rises in lightness, so it reads in grey and by
 * the colour-blind too. */
static void colour(double part, unsigned char bgr[3]) {
  static const double stops[][3] = {{0, 0, 4},     {40, 11, 84},   {101, 21, 110}, {159, 42, 99},
                                    {212, 72, 66}, {245, 125, 21}, {250, 193, 39}, {252, 255, 164}};
  const int last = sizeof stops / sizeof *stops - 1;
  const double at = fmin(fmax(part, 0.0), 1.0) * last;
  const int i = at < last ? (int)at : last - 1;
  for (int c = 0; c < 3; c++) {
    bgr[2 - c] = (unsigned char)lround(stops[i][c] + (at - i) * (stops[i + 1][c] - stops[i][c]));
  }
}

static void paint(unsigned char *pixel, double part) {
  unsigned char bgr[3];
  colour(part, bgr);
  const uint32_t value = (uint32_t)bgr[2] << 16 | (uint32_t)bgr[1] << 8 | bgr[0];
  memcpy(pixel, &value, sizeof value); /* CAIRO_FORMAT_RGB24 in the machine's byte order */
}

enum align { ALIGN_LEFT, ALIGN_MIDDLE, ALIGN_RIGHT };

static void text(cairo_t *cr, double x, double y, double size, enum align align,
                 const char *words) {
  cairo_text_extents_t extents;
  cairo_set_font_size(cr, size);
  cairo_text_extents(cr, words, &extents);
  cairo_move_to(cr,
                round(x - extents.x_advance * (align == ALIGN_RIGHT    ? 1.0
                                               : align == ALIGN_MIDDLE ? 0.5
                                                                       : 0.0)),
                y);
  cairo_show_text(cr, words);
}

static void line(cairo_t *cr, double x, double y, double dx, double dy) {
  cairo_move_to(cr, x, y);
  cairo_rel_line_to(cr, dx, dy);
  cairo_stroke(cr);
}

static double panel_top(int panel) {
  return TOP + panel * STEP + CAPTION;
}

static void draw_image(cairo_surface_t *surface, const struct spectrogram *s, int panel,
                       double loudest) {
  unsigned char *data = cairo_image_surface_get_data(surface);
  const int stride = cairo_image_surface_get_stride(surface);
  for (int r = 0; r < PLOT_ROWS; r++) {
    const int y = (int)panel_top(panel) + PLOT_ROWS - 1 - r;
    for (int c = 0; c < PLOT_COLUMNS; c++) {
      paint(data + (ptrdiff_t)y * stride + 4 * (ptrdiff_t)(LEFT + c),
            1.0 + (spectrogram_level(s, c, r) - loudest) / RANGE_DB);
    }
  }
}

static void draw_frequency_axis(cairo_t *cr, double rate, double top) {
  static const double ticks[] = {50, 100, 200, 500, 1000, 2000, 5000, 10000, 20000};
  const double lowest = spectrogram_lowest();
  const double octaves = log2(spectrogram_highest(rate) / lowest);
  for (size_t i = 0; i < sizeof ticks / sizeof *ticks; i++) {
    const double part = log2(ticks[i] / lowest) / octaves;
    if (part > 1.0) {
      break;
    }
    const double y = round(top + PLOT_ROWS * (1.0 - part)) + 0.5;
    char label[32];
    snprintf(label, sizeof label, ticks[i] < 1000 ? "%.0f" : "%.0fk",
             ticks[i] < 1000 ? ticks[i] : ticks[i] / 1000);
    line(cr, LEFT - 5, y, 5, 0);
    text(cr, LEFT - 8, y + 4, 11, ALIGN_RIGHT, label);
  }
}

/* The distance between ticks that gives about ten of them: 1, 2 or 5 times a power of ten; of a
 * minute or more what a clock has. */
static double tick_step(double span) {
  static const double clock[] = {10,  15,   30,   60,   120,   300,  600,
                                 900, 1800, 3600, 7200, 18000, 36000};
  const double raw = span / 10.0, power = pow(10.0, floor(log10(raw)));
  const double digit = raw / power;
  size_t i = 0;
  if (span < 60.0) {
    return power * (digit <= 1.0 ? 1.0 : digit <= 2.0 ? 2.0 : digit <= 5.0 ? 5.0 : 10.0);
  }
  while (i + 1 < sizeof clock / sizeof *clock && clock[i] < raw) {
    i++;
  }
  return clock[i];
}

/* Seconds; minutes and seconds in a song of a minute or more, and hours in one of those. */
static void time_label(char label[32], double span, double step, double at) {
  const long s = lround(at);
  if (span < 60.0) {
    snprintf(label, 32, "%.*f", step < 1.0 ? (int)ceil(-log10(step)) : 0, at);
  } else if (span < 3600.0) {
    snprintf(label, 32, "%ld:%02ld", s / 60, s % 60);
  } else {
    snprintf(label, 32, "%ld:%02ld:%02ld", s / 3600, s / 60 % 60, s % 60);
  }
}

static void draw_time_axis(cairo_t *cr, double seconds, double y, bool labels) {
  const double step = tick_step(seconds);
  for (int i = 0; i * step <= seconds * 1.0000001; i++) {
    const double x = round(LEFT + PLOT_COLUMNS * i * step / seconds) + 0.5;
    line(cr, x, y, 0, labels ? 5 : 3);
    char label[32];
    time_label(label, seconds, step, i * step);
    if (labels) {
      text(cr, x, y + 18, 11, ALIGN_MIDDLE, label);
    }
  }
  if (labels) {
    text(cr, LEFT + PLOT_COLUMNS / 2.0, y + 38, 13, ALIGN_MIDDLE,
         seconds < 60.0     ? "Time in s"
         : seconds < 3600.0 ? "Time in min:s"
                            : "Time in h:min:s");
  }
}

static void draw_colour_scale(cairo_surface_t *surface, cairo_t *cr, double loudest, double top,
                              double height) {
  const double x = LEFT + PLOT_COLUMNS + 24;
  unsigned char *data = cairo_image_surface_get_data(surface);
  const int stride = cairo_image_surface_get_stride(surface);
  cairo_surface_flush(surface);
  for (int y = 0; y < (int)height; y++) {
    for (int i = 0; i < 14; i++) {
      paint(data + (ptrdiff_t)((int)top + y) * stride + 4 * ((ptrdiff_t)x + i), 1.0 - y / height);
    }
  }
  cairo_surface_mark_dirty(surface);
  for (int db = 0; db <= (int)RANGE_DB; db += 10) {
    const double y = round(top + height * db / RANGE_DB) + 0.5;
    char label[32];
    snprintf(label, sizeof label, "%.0f", loudest - db);
    line(cr, x + 14, y, 4, 0);
    text(cr, x + 22, y + 4, 11, ALIGN_LEFT, label);
  }
  text(cr, x - 4, top - 8, 11, ALIGN_LEFT, "dBFS");
}

static void draw(cairo_surface_t *surface, cairo_t *cr, const struct plot *plot) {
  /* Rounded up, so that the scale has round numbers. */
  const double loudest = 5.0 * ceil(spectrogram_peak(plot->panels[0].spectrogram) / 5.0);
  cairo_set_source_rgb(cr, 1, 1, 1);
  cairo_paint(cr);
  cairo_surface_flush(surface);
  for (int p = 0; p < plot->n_panels; p++) {
    draw_image(surface, plot->panels[p].spectrogram, p, loudest);
  }
  cairo_surface_mark_dirty(surface);
  cairo_set_source_rgb(cr, 0.1, 0.1, 0.1);
  cairo_set_line_width(cr, 1);
  cairo_select_font_face(cr, "sans-serif", CAIRO_FONT_SLANT_NORMAL, CAIRO_FONT_WEIGHT_BOLD);
  text(cr, LEFT, 30, 17, ALIGN_LEFT, plot->title);
  for (int p = 0; p < plot->n_panels; p++) {
    text(cr, LEFT, panel_top(p) - 6, 13, ALIGN_LEFT, plot->panels[p].name);
  }
  cairo_select_font_face(cr, "sans-serif", CAIRO_FONT_SLANT_NORMAL, CAIRO_FONT_WEIGHT_NORMAL);
  for (int p = 0; p < plot->n_panels; p++) {
    text(cr, LEFT - 8, panel_top(p) - 6, 11, ALIGN_RIGHT, "Hz");
    draw_frequency_axis(cr, plot->rate, panel_top(p));
    draw_time_axis(cr, plot->seconds, panel_top(p) + PLOT_ROWS, p == plot->n_panels - 1);
  }
  draw_colour_scale(surface, cr, loudest, panel_top(0),
                    plot->n_panels > 1 ? STEP + PLOT_ROWS : PLOT_ROWS);
}

static enum status save(cairo_surface_t *surface, const struct draft *draft) {
  errno = 0;
  const cairo_status_t result = cairo_surface_write_to_png(surface, draft->hidden);
  if (result == CAIRO_STATUS_SUCCESS &&
      (!draft->mark[0] || origin_mark_png(draft->hidden, draft->mark))) {
    return STATUS_OK;
  }
  say("%s: cannot write: %s", draft->path,
      errno ? strerror(errno) : cairo_status_to_string(result));
  return STATUS_FAILED;
}

enum status plot_write(const struct plot *plot, const struct draft *draft) {
  const int height = TOP + plot->n_panels * STEP + BOTTOM;
  cairo_surface_t *surface = cairo_image_surface_create(CAIRO_FORMAT_RGB24, WIDTH, height);
  cairo_t *cr = cairo_create(surface);
  enum status status = STATUS_FAILED;
  if (cairo_status(cr) == CAIRO_STATUS_SUCCESS) {
    draw(surface, cr, plot);
  }
  if (cairo_status(cr) == CAIRO_STATUS_SUCCESS) {
    status = save(surface, draft);
  } else {
    say("%s: cannot draw: %s", draft->path, cairo_status_to_string(cairo_status(cr)));
  }
  cairo_destroy(cr);
  cairo_surface_destroy(surface);
  return status;
}
