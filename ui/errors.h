/* SPDX-License-Identifier: ISC */
/* Catches the X errors of one connection while our own code runs. Xlib's handlers belong to the
 * whole process, and the default handlers end it. Ours are installed only between these two calls
 * and pass on errors of other connections. One thread; the calls may be nested. */
#pragma once

#include <X11/Xlib.h>

struct errors {
  Display *display;
  XErrorHandler before;
  XIOErrorHandler io_before;
  struct errors *outer;
  unsigned count; /* errors of the display so far */
};

/** Starts to catch errors of the display. */
void errors_begin(struct errors *errors, Display *display);

/** Restores the previous handler. */
void errors_end(struct errors *errors);
