/* X errors of one connection, for as long as our own code runs. Xlib's handlers belong to the whole
 * process, and its default ones end it: ours stand in only between these two calls, and pass on
 * what belongs to other connections. One thread; the calls may be nested. */
#pragma once

#include <X11/Xlib.h>

struct errors {
  Display *display;
  XErrorHandler before;
  XIOErrorHandler io_before;
  struct errors *outer;
  unsigned count; /* errors of the display so far */
};

/** Catches errors of the display from here on. */
void errors_begin(struct errors *errors, Display *display);

/** Puts back the handler that was there before. */
void errors_end(struct errors *errors);
