/* One window's picture: kept in memory, brought to the window part by part as it changes. */
#pragma once

#include "ui/controls.h"
#include "ui/spectrogram.h"
#include "ui/target.h"

#include <cairo.h>

struct screen;

/** All of it is kept. NULL: out of memory. */
struct screen *screen_new(enum variant variant, const struct state *state,
                          const struct controls *controls, struct layout *layout,
                          struct spectrogram *spectrogram);

/** NULL is fine. */
void screen_free(struct screen *screen);

/** Lays out for a size, and draws all of it next time. */
void screen_resize(struct screen *screen, const struct target *target, int width, int height,
                   double scale);

/** Brings what has changed to the target. */
void screen_show(struct screen *screen, const struct target *target, damage_t damage);

/** Brings a box to the target, unchanged: it was covered. */
void screen_expose(struct screen *screen, const struct target *target, struct box box);

/** Labels that did not fit, since the last screen_resize(). */
unsigned screen_cut_labels(const struct screen *screen);
