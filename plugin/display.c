/* SPDX-License-Identifier: ISC */
#include "plugin/display.h"

#include "interface/theme.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define PICTURES_PER_SECOND 25.0
#define LATE_SECONDS 2.0

/* A level is a number of quarter decibels above -60 dBFS; FULL is 0 dBFS. A bar falls 25 dB a
 * second. */
#define FLOOR_DB (-60.0f)
enum { STEPS_PER_DB = 4, FULL = 240, FALL = 4 };

/* The largest picture. Its memory is allocated once, because hosts may keep the pointer. */
enum { PIXEL_BYTES = 4, MAX_WIDTH = 800, MAX_HEIGHT = 400 };

_Static_assert(ATOMIC_CHAR_LOCK_FREE == 2 && ATOMIC_INT_LOCK_FREE == 2, "run() takes no locks");

enum { FLAG_LATE = 1 << N_STEMS };

/* ---- The audio thread's ---- */

void display_init(struct display *display, double rate, const struct inlinedisplay_host *host) {
  memset(display, 0, sizeof *display);
  if (host) {
    display->host = *host;
  }
  display->period = (unsigned)ceil(rate / PICTURES_PER_SECOND);
  display->late_length = (unsigned)(LATE_SECONDS * rate);
}

void display_free(struct display *display) {
  free(display->surface.data);
}

void display_reset(struct display *display) UNBRAID_REALTIME {
  memset(display->peaks, 0, sizeof display->peaks);
  memset(display->levels, 0, sizeof display->levels);
  display->since = display->late_left = display->late_frames = 0;
}

bool display_shown(const struct display *display) UNBRAID_REALTIME {
  return atomic_load_explicit(&display->shown, memory_order_relaxed);
}

void display_hear_input(struct display *display, const float *const in[N_CHANNELS],
                        unsigned n) UNBRAID_REALTIME {
  float peak = display->peaks[DISPLAY_INPUT];
  for (unsigned c = 0; c < N_CHANNELS; ++c) {
    for (unsigned i = 0; in[c] && i < n; ++i) {
      peak = fmaxf(peak, fabsf(in[c][i])); /* which passes over what is not a number */
    }
  }
  display->peaks[DISPLAY_INPUT] = peak;
}

void display_hear_stems(struct display *display, const float peaks[N_STEMS]) UNBRAID_REALTIME {
  for (unsigned s = 0; s < N_STEMS; ++s) {
    display->peaks[DISPLAY_STEMS + s] = fmaxf(display->peaks[DISPLAY_STEMS + s], peaks[s]);
  }
}

static uint8_t level_of(float peak) UNBRAID_REALTIME {
  if (!(peak > 0.0f)) {
    return 0;
  }
  float steps = STEPS_PER_DB * (20.0f * log10f(peak) - FLOOR_DB);
  return (uint8_t)(fminf(fmaxf(steps, 0.0f), 255.0f) + 0.5f);
}

static void fall(struct display *display, unsigned periods) UNBRAID_REALTIME {
  unsigned by = periods < 256 / FALL ? periods * FALL : 255;
  for (unsigned b = 0; b < N_BARS; ++b) {
    unsigned before = display->levels[b], level = level_of(display->peaks[b]);
    unsigned fallen = before > by ? before - by : 0;
    display->levels[b] = (uint8_t)(level > fallen ? level : fallen);
    display->peaks[b] = 0.0f;
  }
}

void display_advance(struct display *display, unsigned closed, uint32_t late_frames,
                     unsigned n) UNBRAID_REALTIME {
  display->since += n;
  display->late_left -= n < display->late_left ? n : display->late_left;
  if (late_frames > display->late_frames) {
    display->late_left = display->late_length;
  }
  display->late_frames = late_frames;
  if (display->since < display->period) {
    return;
  }
  fall(display, display->since / display->period);
  display->since %= display->period;
  unsigned flags = closed | (display->late_left > 0 ? FLAG_LATE : 0);
  bool changed = atomic_exchange_explicit(&display->flags, flags, memory_order_relaxed) != flags;
  for (unsigned b = 0; b < N_BARS; ++b) {
    uint8_t level = display->levels[b];
    changed =
        atomic_exchange_explicit(&display->shown_levels[b], level, memory_order_relaxed) != level ||
        changed;
  }
  /* A host that does not show the picture is asked only once. */
  bool stale = display_shown(display) ? changed : !display->asked;
  if (stale && display->host.queue_draw) {
    display->asked = true;
    UNBRAID_TRUST_BEGIN
    display->host.queue_draw(display->host.handle);
    UNBRAID_TRUST_END
  }
}

/* ---- The GUI's ---- */

/* Places across the picture, in parts of its width: the input; a gap and each split's stems. */
enum { COLUMN = 4, STEP = 5, GAP = 2 };

static int across(const struct inlinedisplay_surface *surface, unsigned place) {
  enum { PLACES = GAP + N_BARS * STEP + N_SPLITS * GAP + GAP - (STEP - COLUMN) };
  return (int)place * surface->width / PLACES;
}

static unsigned place_of(unsigned bar) {
  unsigned gaps = bar < DISPLAY_STEMS ? 1 : 2 + split_of(bar - DISPLAY_STEMS);
  return bar * STEP + gaps * GAP;
}

/* A box that lies within the picture, from a corner up to, but without, the other. */
static void paint(const struct inlinedisplay_surface *surface, int x0, int y0, int x1, int y1,
                  colour_t colour) {
  for (int y = y0; y < y1; ++y) {
    uint32_t *row = (uint32_t *)(void *)(surface->data + (size_t)y * (size_t)surface->stride);
    for (int x = x0; x < x1; ++x) {
      row[x] = 0xff000000u | colour;
    }
  }
}

/* A closed fader removes the stem's colour from the background and half of it from the level. */
static void draw_bar(const struct inlinedisplay_surface *surface, unsigned bar, unsigned level,
                     bool closed, int top, int bottom, int mark) {
  colour_t colour = bar == DISPLAY_INPUT ? THEME_DIM : theme_stems[bar - DISPLAY_STEMS];
  int left = across(surface, place_of(bar)), right = across(surface, place_of(bar) + COLUMN);
  int height = bottom - top, lit = (int)(level < FULL ? level : FULL) * height / FULL;
  paint(surface, left, top, right, bottom - lit,
        closed ? THEME_SUNKEN : theme_mix(colour, THEME_SUNKEN, 0.75));
  paint(surface, left, bottom - lit, right, bottom,
        closed ? theme_mix(colour, THEME_SUNKEN, 0.5) : colour);
  if (level > FULL) {
    paint(surface, left, top, right, top + mark < bottom ? top + mark : bottom, THEME_OVER);
  }
}

static bool make_room(struct inlinedisplay_surface *surface, uint32_t w, uint32_t h) {
  uint32_t width = w < MAX_WIDTH ? w : MAX_WIDTH;
  uint32_t best = width / 2 > 12 ? width / 2 : 12;
  uint32_t height = h < best ? h : best;
  if (!surface->data) {
    surface->data = malloc((size_t)MAX_WIDTH * MAX_HEIGHT * PIXEL_BYTES);
  }
  surface->width = (int)width;
  surface->height = (int)height;
  surface->stride = (int)(width * PIXEL_BYTES);
  return surface->data && width > 0 && height > 0;
}

struct inlinedisplay_surface *display_render(struct display *display, uint32_t w, uint32_t h) {
  struct inlinedisplay_surface *surface = &display->surface;
  atomic_store_explicit(&display->shown, true, memory_order_relaxed);
  if (!make_room(surface, w, h)) {
    return NULL;
  }
  unsigned flags = atomic_load_explicit(&display->flags, memory_order_relaxed);
  int mark = surface->height / 12 > 1 ? surface->height / 12 : 1;
  int top = 2 * mark, bottom = surface->height - mark;
  paint(surface, 0, 0, surface->width, surface->height, THEME_PANEL);
  paint(surface, across(surface, place_of(0)), 0, across(surface, place_of(N_BARS - 1) + COLUMN),
        mark < surface->height ? mark : surface->height,
        flags & FLAG_LATE ? THEME_WARNING : THEME_RAISED);
  for (unsigned b = 0; b < N_BARS && top < bottom; ++b) {
    bool closed = b >= DISPLAY_STEMS && flags >> (b - DISPLAY_STEMS) & 1;
    draw_bar(surface, b, atomic_load_explicit(&display->shown_levels[b], memory_order_relaxed),
             closed, top, bottom, mark);
  }
  return surface;
}
