/* SPDX-License-Identifier: ISC */
#include "ui/errors.h"

static struct errors *innermost;

static int handle(Display *display, XErrorEvent *event) {
  XErrorHandler before = NULL;
  for (struct errors *e = innermost; e; e = e->outer) {
    if (e->display == display) {
      e->count++;
      return 0;
    }
    before = e->before;
  }
  return before ? before(display, event) : 0;
}

/* A lost connection. What Xlib does next is up to its exit handler (XSetIOErrorExitHandler()). */
static int handle_lost(Display *display) {
  XIOErrorHandler before = NULL;
  for (struct errors *e = innermost; e; e = e->outer) {
    if (e->display == display) {
      e->count++;
      return 0;
    }
    before = e->io_before;
  }
  return before ? before(display) : 0;
}

void errors_begin(struct errors *errors, Display *display) {
  errors->display = display;
  errors->outer = innermost;
  errors->before = XSetErrorHandler(handle);
  errors->io_before = XSetIOErrorHandler(handle_lost);
  innermost = errors;
}

void errors_end(struct errors *errors) {
  innermost = errors->outer;
  XSetErrorHandler(errors->before);
  XSetIOErrorHandler(errors->io_before);
}
