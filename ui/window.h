/* SPDX-License-Identifier: ISC */
/* The X11 window, on a connection of its own. Its errors stay here: neither a host that takes the
 * parent away nor a server that hangs up ends the host's process. All calls come from one thread.
 */
#pragma once

#include "ui/controls.h"

#include <cairo.h>
#include <stdbool.h>

struct window;

/** What the window tells its owner, from within window_poll(). */
struct window_owner {
  void *data;
  void (*resized)(void *data, int width, int height);
  void (*exposed)(void *data, struct box box);
  void (*pressed)(void *data, int button, int x, int y, double time);
  void (*released)(void *data, int button);
  void (*moved)(void *data, int x, int y, bool fine);
  void (*left)(void *data);
  void (*wheel)(void *data, int x, int y, int notches, bool fine);
  /** Returns whether the key meant anything; others go to the parent. */
  bool (*key)(void *data, enum controls_key key, char character, bool fine);
};

/** Opens and maps a window in the host's. parent is an X11 window. scale is what the host says, or
 * 0: then the screen's resolution decides. NULL, and why not, when it cannot be opened. */
struct window *window_new(unsigned long parent, double scale, const struct window_owner *owner,
                          const char **why);

/** NULL is fine. */
void window_free(struct window *window);

/** The X11 window. */
unsigned long window_id(const struct window *window);

/** The window as a surface; it stays the same until window_free(). */
cairo_surface_t *window_surface(struct window *window);

/** The put() of a struct target on the window. cairo would do the same, but through memory shared
 * with the server, for which it may wait for ever when the connection is lost. */
bool window_put(struct window *window, cairo_surface_t *to, cairo_surface_t *image, struct box from,
                int x, int y);

double window_scale(const struct window *window);
void window_size(const struct window *window, int *width, int *height);

/** Asks the server for a size. resized() follows. */
void window_resize(struct window *window, int width, int height);

/** Handles what the server sent. Returns false when the window is gone. */
bool window_poll(struct window *window);

/* Drawing to the surface happens between these, so that its errors are caught. */
void window_begin(struct window *window);
void window_end(struct window *window);

/** Sends what was drawn to the server. */
void window_flush(struct window *window);
