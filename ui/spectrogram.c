/* SPDX-License-Identifier: ISC */
#include "ui/spectrogram.h"

#include "interface/theme.h"

#include <math.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

enum { HISTORY = 2048 };

/* Levels that are black, and that are as bright as they get. */
#define DARK_DB (-78.0)
#define BRIGHT_DB (-14.0)

#define GHOST 0.07 /* light of what the faders take away */

struct spectrogram {
  uint8_t history[HISTORY][SPECTROGRAM_COLUMN];
  uint64_t pushed;  /* columns ever; column i is history[i % HISTORY] */
  uint64_t painted; /* of those, in the picture */
  /* The picture is a ring: column i begins at x = i * column mod w, where w holds whole columns. */
  cairo_surface_t *image, *ring; /* in memory, and where the target is */
  struct target target;
  int w, h, column;
  int hidden;                          /* of w, left of what is to be seen */
  double ground[3], stems[N_STEMS][3]; /* colours as linear light */
};

static double to_linear(unsigned byte) {
  const double v = byte / 255.0;
  return v <= 0.04045 ? v / 12.92 : pow((v + 0.055) / 1.055, 2.4);
}

static unsigned from_linear(double v) {
  v = v <= 0.0031308 ? 12.92 * v : 1.055 * pow(v, 1.0 / 2.4) - 0.055;
  return (unsigned)(255.0 * fmin(fmax(v, 0.0), 1.0) + 0.5);
}

static void linear_colour(double linear[3], colour_t colour) {
  for (int c = 0; c < 3; c++) {
    linear[c] = to_linear((colour >> (8 * c)) & 0xff);
  }
}

uint32_t spectrogram_colour(const struct spectrogram *s, const uint8_t band[VIEW_BYTES]) {
  double weights[N_STEMS], sum = 0.0, heard = 0.0;
  for (int i = 0; i < N_STEMS; i++) {
    heard += band[1 + i] / 255.0;
    /* Squared, the larger share decides the hue sooner: colours are clear where the stems are. */
    weights[i] = (double)band[1 + i] * band[1 + i];
    sum += weights[i];
  }
  const double db = -90.0 + 90.0 * band[0] / 255.0;
  const double part = fmin(fmax((db - DARK_DB) / (BRIGHT_DB - DARK_DB), 0.0), 1.0);
  const double light = part * part; /* of the light, so part of what the eye sees */
  const double white = 0.35 * fmax(part - 0.8, 0.0) / 0.2;
  heard = fmin(heard, 1.0);
  uint32_t colour = 0;
  for (int c = 0; c < 3; c++) {
    double v = 0.0;
    for (int i = 0; i < N_STEMS && sum > 0.0; i++) {
      v += weights[i] / sum * s->stems[i][c];
    }
    v = heard * (v + white * (1.0 - v)) + (1.0 - heard) * GHOST;
    v = s->ground[c] + light * (v - s->ground[c]);
    colour |= from_linear(v) << (8 * c);
  }
  return colour;
}

struct spectrogram *spectrogram_new(void) {
  struct spectrogram *s = calloc(1, sizeof *s);
  if (!s) {
    return NULL;
  }
  linear_colour(s->ground, THEME_SUNKEN);
  for (int i = 0; i < N_STEMS; i++) {
    linear_colour(s->stems[i], theme_stems[i]);
  }
  return s;
}

static void drop_picture(struct spectrogram *s) {
  if (s->ring) {
    cairo_surface_destroy(s->ring);
  }
  if (s->image) {
    cairo_surface_destroy(s->image);
  }
  s->ring = s->image = NULL;
}

void spectrogram_free(struct spectrogram *s) {
  if (s) {
    drop_picture(s);
  }
  free(s);
}

static uint32_t blend(uint32_t a, uint32_t b, unsigned part) {
  const uint32_t rb = ((a & 0xff00ff) * (256 - part) + (b & 0xff00ff) * part) >> 8;
  const uint32_t g = ((a & 0x00ff00) * (256 - part) + (b & 0x00ff00) * part) >> 8;
  return (rb & 0xff00ff) | (g & 0x00ff00);
}

/* One column of the image, from left on: bands become rows, blended from one to the next. bands may
 * be NULL: nothing. */
static void render(struct spectrogram *s, const uint8_t *bands, int left) {
  uint32_t colours[VIEW_BANDS];
  for (int b = 0; b < VIEW_BANDS; b++) {
    colours[b] = bands ? spectrogram_colour(s, bands + (ptrdiff_t)b * VIEW_BYTES) : THEME_SUNKEN;
  }
  cairo_surface_flush(s->image);
  unsigned char *data = cairo_image_surface_get_data(s->image);
  const int stride = cairo_image_surface_get_stride(s->image);
  for (int y = 0; y < s->h; y++) {
    const double at =
        fmin(fmax((s->h - y - 0.5) / s->h * VIEW_BANDS - 0.5, 0.0), VIEW_BANDS - 1.001);
    const int b = (int)at;
    const uint32_t pixel = blend(colours[b], colours[b + 1], (unsigned)(256.0 * (at - b)));
    for (int x = 0; x < s->column; x++) {
      memcpy(data + (ptrdiff_t)y * stride + 4 * (ptrdiff_t)(left + x), &pixel, sizeof pixel);
    }
  }
  cairo_surface_mark_dirty(s->image);
}

void spectrogram_resize(struct spectrogram *s, const struct target *target, int w, int h,
                        int column) {
  drop_picture(s);
  s->h = h;
  s->w = w;
  s->column = column > 0 ? column : 1;
  if (w < 1 || h < 1) {
    return;
  }
  while ((w + s->column - 1) / s->column > HISTORY) {
    s->column++;
  }
  s->w = (w + s->column - 1) / s->column * s->column;
  s->hidden = s->w - w;
  s->target = *target;
  s->ring = cairo_surface_create_similar(target->surface, CAIRO_CONTENT_COLOR, s->w, h);
  s->image = cairo_image_surface_create(CAIRO_FORMAT_RGB24, s->w, h);
  if (cairo_surface_status(s->image) != CAIRO_STATUS_SUCCESS) {
    return;
  }
  const uint64_t shown = (uint64_t)(s->w / s->column);
  s->painted = s->pushed > shown ? s->pushed - shown : 0;
  for (int x = 0; x < s->w; x += s->column) {
    render(s, NULL, x);
  }
  target_copy(target, s->ring, s->image, (struct box){0, 0, s->w, h}, 0, 0);
}

void spectrogram_push(struct spectrogram *s, const uint8_t column[SPECTROGRAM_COLUMN]) {
  memcpy(s->history[s->pushed++ % HISTORY], column, SPECTROGRAM_COLUMN);
}

bool spectrogram_empty(const struct spectrogram *s) {
  return s->pushed == 0;
}

/* Brings what is new to the ring: one piece, or two where it goes around. */
static void paint_new(struct spectrogram *s) {
  const uint64_t shown = (uint64_t)(s->w / s->column);
  if (s->pushed - s->painted > shown) {
    s->painted = s->pushed - shown;
  }
  while (s->painted < s->pushed) {
    const int left = (int)(s->painted % shown) * s->column;
    int right = left;
    for (; s->painted < s->pushed && right < s->w; s->painted++, right += s->column) {
      render(s, s->history[s->painted % HISTORY], right);
    }
    target_copy(&s->target, s->ring, s->image, (struct box){left, 0, right - left, s->h}, left, 0);
  }
}

static void copy(struct spectrogram *s, cairo_t *cr, int from, int to, int y, int w) {
  if (w <= 0) {
    return;
  }
  cairo_set_source_surface(cr, s->ring, to - from, y);
  cairo_rectangle(cr, to, y, w, s->h);
  cairo_fill(cr);
}

void spectrogram_draw(struct spectrogram *s, cairo_t *cr, int x, int y) {
  if (!s->ring || cairo_surface_status(s->image) != CAIRO_STATUS_SUCCESS) {
    return;
  }
  paint_new(s);
  /* The ring from its oldest column on: what is right of the newest one comes first. */
  x -= s->hidden;
  const int newest = (int)(s->pushed % (uint64_t)(s->w / s->column)) * s->column;
  cairo_save(cr);
  cairo_set_operator(cr, CAIRO_OPERATOR_SOURCE);
  copy(s, cr, newest, x, y, s->w - newest);
  copy(s, cr, 0, x + s->w - newest, y, newest);
  cairo_restore(cr);
}
