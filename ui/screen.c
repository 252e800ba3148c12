/* SPDX-License-Identifier: ISC */
#include "ui/screen.h"

#include "ui/draw.h"
#include "ui/draw_strip.h"

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
  if (!screen) {
    return NULL;
  }
  screen->variant = variant;
  screen->layout = layout;
  screen->spectrogram = spectrogram;
  screen->scene = (struct scene){.layout = layout, .state = state, .controls = controls};
  return screen;
}

void screen_free(struct screen *screen) {
  if (screen && screen->picture) {
    cairo_surface_destroy(screen->picture);
  }
  free(screen);
}

void screen_resize(struct screen *screen, const struct target *target, int width, int height,
                   double scale) {
  layout_compute(screen->layout, screen->variant, width, height, scale);
  if (screen->picture) {
    cairo_surface_destroy(screen->picture);
  }
  screen->picture = cairo_image_surface_create(CAIRO_FORMAT_RGB24, width, height);
  const struct box box = screen->layout->spectrogram;
  spectrogram_resize(screen->spectrogram, target, box.w, box.h, (int)fmax(lround(scale), 1.0));
  screen->scene.cut = 0;
}

static struct box menu_box(const struct screen *screen) {
  const struct menu *menu = &screen->scene.controls->menu;
  return menu_is_open(menu) ? menu->box : (struct box){0};
}

/* The spectrogram goes to the target at once: it is kept there. An open menu stays on top. */
static void show_columns(struct screen *screen, const struct target *target, struct box part) {
  const struct box box = screen->layout->spectrogram, menu = menu_box(screen);
  cairo_t *cr = cairo_create(target->surface);
  cairo_rectangle(cr, part.x, part.y, part.w, part.h);
  cairo_clip(cr);
  if (!box_is_empty(box_common(part, menu))) {
    cairo_rectangle(cr, 0, 0, screen->layout->width, screen->layout->height);
    cairo_rectangle(cr, menu.x, menu.y, menu.w, menu.h);
    cairo_set_fill_rule(cr, CAIRO_FILL_RULE_EVEN_ODD);
    cairo_clip(cr);
  }
  spectrogram_draw(screen->spectrogram, cr, box.x, box.y);
  cairo_destroy(cr);
}

static void copy_picture(struct screen *screen, const struct target *target, struct box box) {
  box = box_common(box, (struct box){0, 0, screen->layout->width, screen->layout->height});
  target_copy(target, target->surface, screen->picture, box, box.x, box.y);
}

/* Redraws the parts, and of the menu what they drew over. */
static void update_picture(struct screen *screen, damage_t damage) {
  cairo_t *cr = paint_begin(screen->picture);
  bool covered = damage & (DAMAGE_ALL | DAMAGE_MENU);
  draw(cr, &screen->scene, damage);
  for (damage_t bit = 1; bit < DAMAGE_ALL && !covered; bit <<= 1) {
    covered = (damage & bit) &&
              !box_is_empty(box_common(draw_extent(&screen->scene, bit), menu_box(screen)));
  }
  if (covered) {
    draw_menu(cr, &screen->scene);
  }
  cairo_destroy(cr);
}

void screen_show(struct screen *screen, const struct target *target, damage_t damage) {
  const damage_t drawn = damage & ~(damage_t)DAMAGE_COLUMNS;
  if (!screen->picture) {
    return;
  }
  if (drawn) {
    update_picture(screen, drawn);
  }
  if (damage & DAMAGE_ALL) {
    screen_expose(screen, target,
                  (struct box){0, 0, screen->layout->width, screen->layout->height});
    return;
  }
  for (damage_t bit = 1; bit < DAMAGE_ALL; bit <<= 1) {
    if (drawn & bit) {
      copy_picture(screen, target, draw_extent(&screen->scene, bit));
    }
  }
  if (damage & DAMAGE_COLUMNS) {
    show_columns(screen, target, screen->layout->spectrogram);
  }
}

void screen_expose(struct screen *screen, const struct target *target, struct box box) {
  const struct box columns = box_common(box, screen->layout->spectrogram);
  if (!screen->picture) {
    return;
  }
  if (box_is_empty(columns) || spectrogram_empty(screen->spectrogram)) {
    copy_picture(screen, target, box);
    return;
  }
  /* Around the spectrogram, not under it: that would flicker. */
  const int right = columns.x + columns.w, bottom = columns.y + columns.h;
  copy_picture(screen, target, (struct box){box.x, box.y, box.w, columns.y - box.y});
  copy_picture(screen, target, (struct box){box.x, bottom, box.w, box.y + box.h - bottom});
  copy_picture(screen, target, (struct box){box.x, columns.y, columns.x - box.x, columns.h});
  copy_picture(screen, target, (struct box){right, columns.y, box.x + box.w - right, columns.h});
  copy_picture(screen, target, box_common(columns, menu_box(screen)));
  show_columns(screen, target, columns);
}

unsigned screen_cut_labels(const struct screen *screen) {
  return screen->scene.cut;
}
