/* SPDX-License-Identifier: ISC */
/* The picture of a window: kept in memory and copied to the window in parts as it changes. */
#pragma once

#include "ui/controls.h"
#include "ui/spectrogram.h"
#include "ui/target.h"

#include <cairo.h>

struct screen;

/** The arguments are kept. NULL: out of memory. */
struct screen *screen_new(enum variant variant, const struct state *state,
                          const struct controls *controls, struct layout *layout,
                          struct spectrogram *spectrogram);

/** NULL is fine. */
void screen_free(struct screen *screen);

/** Lays out for a size; the next update draws everything. */
void screen_resize(struct screen *screen, const struct target *target, int width, int height,
                   double scale);

/** Copies the changed parts to the target. */
void screen_show(struct screen *screen, const struct target *target, damage_t damage);

/** Copies an unchanged box to the target after it was covered. */
void screen_expose(struct screen *screen, const struct target *target, struct box box);

/** Labels that did not fit, since the last screen_resize(). */
unsigned screen_cut_labels(const struct screen *screen);
