#include "ui/screen.h"

#include "ui/draw.h"
#include "ui/paint.h"

#include <math.h>
#include <stdlib.h>

struct screen {
  struct layout *layout;
  struct spectrogram *spectrogram;
  struct scene scene;
  enum variant variant;
  cairo_surface_t *picture; /* all but the spectrogram, with an open menu on top */
};

struct screen *screen_new(enum variant variant, const struct state *state,
                          const struct controls *controls, struct layout *layout,
                          struct spectrogram *spectrogram) {
  struct screen *screen = calloc(1, sizeof *screen);
  if (!screen)
    return NULL;
  screen->variant = variant;
  screen->layout = layout;
  screen->spectrogram = spectrogram;
  screen->scene = (struct scene){.layout = layout, .state = state, .controls = controls};
  return screen;
}

void screen_free(struct screen *screen) {
  if (screen && screen->picture)
    cairo_surface_destroy(screen->picture);
  free(screen);
}

void screen_resize(struct screen *screen, cairo_surface_t *target, int width, int height,
                   double scale) {
  layout_compute(screen->layout, screen->variant, width, height, scale);
  if (screen->picture)
    cairo_surface_destroy(screen->picture);
  screen->picture = cairo_image_surface_create(CAIRO_FORMAT_RGB24, width, height);
  const struct box box = screen->layout->spectrogram;
  spectrogram_resize(screen->spectrogram, target, box.w, box.h, (int)fmax(lround(scale), 1.0));
  screen->scene.cut = 0;
}

static void clip_to(cairo_t *cr, struct box box) {
  cairo_rectangle(cr, box.x, box.y, box.w, box.h);
  cairo_clip(cr);
}

/* Whether the spectrogram's columns are shown, rather than words in their place. */
static bool has_columns(const struct screen *screen) {
  return !spectrogram_empty(screen->spectrogram);
}

/* The spectrogram goes to the target at once: it is kept there. An open menu stays on top. */
static void show_columns(struct screen *screen, cairo_t *cr) {
  const struct box box = screen->layout->spectrogram;
  const struct menu *menu = &screen->scene.controls->menu;
  if (!has_columns(screen))
    return;
  cairo_save(cr);
  clip_to(cr, box);
  if (menu_is_open(menu) && boxes_meet(box, menu->box)) {
    cairo_rectangle(cr, 0, 0, screen->layout->width, screen->layout->height);
    cairo_rectangle(cr, menu->box.x, menu->box.y, menu->box.w, menu->box.h);
    cairo_set_fill_rule(cr, CAIRO_FILL_RULE_EVEN_ODD);
    cairo_clip(cr);
  }
  spectrogram_draw(screen->spectrogram, cr, box.x, box.y);
  cairo_restore(cr);
}

/* In two pieces: cairo brings an image that covers a whole window there by shared memory, and waits
 * for the server to have read it, for ever if the connection is lost meanwhile. */
static void copy_picture(struct screen *screen, cairo_t *cr, struct box box) {
  const int half = box.h / 2;
  cairo_save(cr);
  cairo_set_operator(cr, CAIRO_OPERATOR_SOURCE);
  cairo_set_source_surface(cr, screen->picture, 0, 0);
  cairo_rectangle(cr, box.x, box.y, box.w, half);
  cairo_fill(cr);
  cairo_rectangle(cr, box.x, box.y + half, box.w, box.h - half);
  cairo_fill(cr);
  cairo_restore(cr);
}

/* Redraws the parts, and of the menu what they drew over. */
static void update_picture(struct screen *screen, damage_t damage) {
  cairo_t *cr = paint_begin(screen->picture);
  const struct menu *menu = &screen->scene.controls->menu;
  draw(cr, &screen->scene, damage);
  if (menu_is_open(menu)) {
    bool covered = damage & (DAMAGE_ALL | DAMAGE_MENU);
    for (damage_t bit = 1; bit < DAMAGE_ALL && !covered; bit <<= 1)
      covered = (damage & bit & ~(damage_t)DAMAGE_COLUMNS) &&
                boxes_meet(draw_extent(&screen->scene, bit), menu->box);
    if (covered)
      draw_menu(cr, &screen->scene);
  }
  cairo_destroy(cr);
}

void screen_show(struct screen *screen, cairo_surface_t *target, damage_t damage) {
  if (!screen->picture || !damage)
    return;
  if (damage & ~(damage_t)DAMAGE_COLUMNS)
    update_picture(screen, damage);
  cairo_t *cr = cairo_create(target);
  if (damage & DAMAGE_ALL) {
    screen_expose(screen, target,
                  (struct box){0, 0, screen->layout->width, screen->layout->height});
  } else {
    for (damage_t bit = 1; bit < DAMAGE_ALL; bit <<= 1)
      if (damage & bit & ~(damage_t)DAMAGE_COLUMNS)
        copy_picture(screen, cr, draw_extent(&screen->scene, bit));
    if (damage & DAMAGE_COLUMNS)
      show_columns(screen, cr);
  }
  cairo_destroy(cr);
}

void screen_expose(struct screen *screen, cairo_surface_t *target, struct box box) {
  if (!screen->picture)
    return;
  cairo_t *cr = cairo_create(target);
  const struct box spectrogram = screen->layout->spectrogram;
  if (!has_columns(screen) || !boxes_meet(box, spectrogram)) {
    copy_picture(screen, cr, box);
  } else {
    clip_to(cr, box);
    /* Around the spectrogram, not under it: that would flicker. */
    cairo_save(cr);
    const int right = spectrogram.x + spectrogram.w, bottom = spectrogram.y + spectrogram.h;
    const int width = screen->layout->width, height = screen->layout->height;
    copy_picture(screen, cr, (struct box){0, 0, width, spectrogram.y});
    copy_picture(screen, cr, (struct box){0, bottom, width, height - bottom});
    copy_picture(screen, cr, (struct box){0, spectrogram.y, spectrogram.x, spectrogram.h});
    copy_picture(screen, cr, (struct box){right, spectrogram.y, width - right, spectrogram.h});
    if (menu_is_open(&screen->scene.controls->menu))
      copy_picture(screen, cr, screen->scene.controls->menu.box);
    cairo_restore(cr);
    show_columns(screen, cr);
  }
  cairo_destroy(cr);
}

unsigned screen_cut_labels(const struct screen *screen) {
  return screen->scene.cut;
}
