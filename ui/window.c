/* SPDX-License-Identifier: ISC */
#include "ui/window.h"

#include "ui/errors.h"

#include <cairo-xlib.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <X11/keysym.h>
#include <X11/Xlib.h>
#include <X11/Xutil.h>

enum { N_KEYCODES = 256, DEPTH = 24 };

struct window {
  Display *display;
  Window parent, id;
  GC gc;
  cairo_surface_t *surface;
  struct window_owner owner;
  struct errors errors;
  Visual *visual;
  int depth;
  double scale;
  int width, height;
  bool gone, lost;            /* the window; the connection */
  bool passed_on[N_KEYCODES]; /* keys that went to the parent, so that their release goes there too
                               */
};

/* Only for our own connection. Xlib would end the process. */
static void connection_lost(Display *display, void *data) {
  (void)display;
  struct window *w = data;
  w->gone = w->lost = true;
}

/* The user's setting of the whole desktop. */
static double scale_of_screen(Display *display) {
  static const char name[] = "Xft.dpi:";
  const char *settings = XResourceManagerString(display);
  const char *at = settings ? strstr(settings, name) : NULL;
  const double scale = at ? strtod(at + sizeof name - 1, NULL) / 96.0 : 1.0;
  return scale > 0.0 ? scale : 1.0;
}

static void set_hints(struct window *w) {
  XSizeHints *hints = XAllocSizeHints();
  if (!hints) {
    return;
  }
  hints->flags = PMinSize | PBaseSize;
  hints->min_width = (int)(LAYOUT_MIN_WIDTH * w->scale);
  hints->min_height = (int)(LAYOUT_MIN_HEIGHT * w->scale);
  hints->base_width = w->width;
  hints->base_height = w->height;
  XSetWMNormalHints(w->display, w->id, hints);
  XFree(hints);
}

static bool open_window(struct window *w) {
  XWindowAttributes parent;
  if (!XGetWindowAttributes(w->display, w->parent, &parent)) {
    return false;
  }
  const int most_w = WidthOfScreen(parent.screen), most_h = HeightOfScreen(parent.screen);
  w->width = (int)fmin(LAYOUT_WIDTH * w->scale, most_w);
  w->height = (int)fmin(LAYOUT_HEIGHT * w->scale, most_h);
  XSetWindowAttributes attributes = {
      .background_pixmap = None, /* nothing is cleared, so nothing flickers */
      .bit_gravity = NorthWestGravity,
      .event_mask = ExposureMask | StructureNotifyMask | ButtonPressMask | ButtonReleaseMask |
                    PointerMotionMask | LeaveWindowMask | KeyPressMask | KeyReleaseMask,
  };
  w->id = XCreateWindow(w->display, w->parent, 0, 0, (unsigned)w->width, (unsigned)w->height, 0,
                        CopyFromParent, InputOutput, CopyFromParent,
                        CWBackPixmap | CWBitGravity | CWEventMask, &attributes);
  set_hints(w);
  w->visual = parent.visual;
  w->depth = parent.depth;
  w->surface = cairo_xlib_surface_create(w->display, w->id, parent.visual, w->width, w->height);
  w->gc = XCreateGC(w->display, w->id, 0, NULL);
  XMapWindow(w->display, w->id);
  XSync(w->display, False);
  return w->errors.count == 0 && cairo_surface_status(w->surface) == CAIRO_STATUS_SUCCESS;
}

struct window *window_new(unsigned long parent, double scale, const struct window_owner *owner,
                          const char **why) {
  struct window *w = calloc(1, sizeof *w);
  if (!w) {
    *why = "out of memory";
    return NULL;
  }
  w->display = XOpenDisplay(NULL);
  if (!w->display) {
    *why = "no X server answers";
    free(w);
    return NULL;
  }
  XSetIOErrorExitHandler(w->display, connection_lost, w);
  w->parent = parent;
  w->owner = *owner;
  w->scale = fmin(fmax(scale > 0.0 ? scale : scale_of_screen(w->display), 0.5), 4.0);
  window_begin(w);
  const bool opened = open_window(w);
  window_end(w);
  if (!opened) {
    *why = "the X server refuses it in the host's window";
    window_free(w);
    return NULL;
  }
  return w;
}

void window_free(struct window *w) {
  if (!w) {
    return;
  }
  window_begin(w);
  if (w->surface) {
    cairo_surface_destroy(w->surface);
  }
  if (w->gc) {
    XFreeGC(w->display, w->gc);
  }
  if (w->id && !w->gone) {
    XDestroyWindow(w->display, w->id);
  }
  XCloseDisplay(w->display);
  window_end(w);
  free(w);
}

unsigned long window_id(const struct window *w) {
  return w->id;
}

cairo_surface_t *window_surface(struct window *w) {
  return w->surface;
}

/* Whether a pixel of a surface is the same four bytes as one of CAIRO_FORMAT_RGB24. */
static bool has_our_pixels(const struct window *w, cairo_surface_t *to) {
  const union {
    uint16_t word;
    uint8_t first;
  } one = {1};
  return cairo_xlib_surface_get_depth(to) == DEPTH && w->depth == DEPTH &&
         w->visual->class == TrueColor && w->visual->red_mask == 0xff0000 &&
         w->visual->green_mask == 0xff00 && w->visual->blue_mask == 0xff &&
         ImageByteOrder(w->display) == (one.first ? LSBFirst : MSBFirst);
}

bool window_put(struct window *w, cairo_surface_t *to, cairo_surface_t *image, struct box from,
                int x, int y) {
  if (!has_our_pixels(w, to)) {
    return false;
  }
  cairo_surface_flush(to);
  cairo_surface_flush(image);
  const int stride = cairo_image_surface_get_stride(image);
  XImage *pixels = XCreateImage(w->display, w->visual, DEPTH, ZPixmap, 0,
                                (char *)cairo_image_surface_get_data(image),
                                (unsigned)cairo_image_surface_get_width(image),
                                (unsigned)cairo_image_surface_get_height(image), 32, stride);
  if (!pixels) {
    return false;
  }
  const bool ours = pixels->bits_per_pixel == 32;
  if (ours) {
    XPutImage(w->display, cairo_xlib_surface_get_drawable(to), w->gc, pixels, from.x, from.y, x, y,
              (unsigned)from.w, (unsigned)from.h);
  }
  pixels->data = NULL; /* the surface's */
  XDestroyImage(pixels);
  cairo_surface_mark_dirty(to);
  return ours;
}

double window_scale(const struct window *w) {
  return w->scale;
}

void window_size(const struct window *w, int *width, int *height) {
  *width = w->width;
  *height = w->height;
}

void window_begin(struct window *w) {
  errors_begin(&w->errors, w->display);
}

void window_end(struct window *w) {
  errors_end(&w->errors);
}

void window_flush(struct window *w) {
  cairo_surface_flush(w->surface);
  XFlush(w->display);
}

void window_resize(struct window *w, int width, int height) {
  if (w->gone || width < 1 || height < 1) {
    return;
  }
  window_begin(w);
  XResizeWindow(w->display, w->id, (unsigned)width, (unsigned)height);
  XFlush(w->display);
  window_end(w);
}

static bool is_fine(unsigned modifiers) {
  return modifiers & (ShiftMask | ControlMask);
}

/* A key with Control, Alt or Super held is a shortcut of the host or the desktop. The others choose
 * what a key means (Shift, Lock, AltGr) or are locks that are often left on (Mod2, Num Lock). */
static bool is_shortcut(unsigned modifiers) {
  return modifiers & (ControlMask | Mod1Mask | Mod4Mask);
}

static enum controls_key key_of(KeySym symbol) {
  static const struct {
    KeySym symbol;
    enum controls_key key;
  } keys[] = {
      {XK_Tab, KEY_TAB},
      {XK_ISO_Left_Tab, KEY_BACK_TAB},
      {XK_Left, KEY_LEFT},
      {XK_KP_Left, KEY_LEFT},
      {XK_Right, KEY_RIGHT},
      {XK_KP_Right, KEY_RIGHT},
      {XK_Up, KEY_UP},
      {XK_KP_Up, KEY_UP},
      {XK_Down, KEY_DOWN},
      {XK_KP_Down, KEY_DOWN},
      {XK_Page_Up, KEY_PAGE_UP},
      {XK_KP_Page_Up, KEY_PAGE_UP},
      {XK_Page_Down, KEY_PAGE_DOWN},
      {XK_KP_Page_Down, KEY_PAGE_DOWN},
      {XK_Home, KEY_HOME},
      {XK_KP_Home, KEY_HOME},
      {XK_End, KEY_END},
      {XK_KP_End, KEY_END},
      {XK_Return, KEY_ENTER},
      {XK_KP_Enter, KEY_ENTER},
      {XK_Escape, KEY_ESCAPE},
      {XK_BackSpace, KEY_BACKSPACE},
  };
  for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
    if (keys[i].symbol == symbol) {
      return keys[i].key;
    }
  }
  return KEY_NONE;
}

/* What means nothing here is the host's: its transport, its shortcuts. */
static void pass_on(struct window *w, XEvent *event) {
  event->xkey.window = w->parent;
  XSendEvent(w->display, w->parent, True, NoEventMask, event);
}

static void key_pressed(struct window *w, XEvent *event) {
  char text[8] = "";
  KeySym symbol = NoSymbol;
  const int n = XLookupString(&event->xkey, text, sizeof text - 1, &symbol, NULL);
  const unsigned modifiers = event->xkey.state;
  enum controls_key key = KEY_NONE;
  if (!is_shortcut(modifiers)) {
    const bool printable = n == 1 && text[0] > ' ' && text[0] < 127;
    key = key_of(symbol);
    key = key == KEY_NONE && printable ? KEY_CHARACTER : key;
  }
  const bool used =
      key != KEY_NONE && w->owner.key(w->owner.data, key, text[0], is_fine(modifiers));
  w->passed_on[event->xkey.keycode % N_KEYCODES] = !used;
  if (used) {
    return;
  }
  if (key == KEY_ESCAPE) {
    XSetInputFocus(w->display, w->parent, RevertToParent, event->xkey.time);
  }
  pass_on(w, event);
}

static void button_pressed(struct window *w, const XButtonEvent *e) {
  const double time = (double)e->time / 1000.0;
  if (e->button == Button4 || e->button == Button5) {
    w->owner.wheel(w->owner.data, e->x, e->y, e->button == Button4 ? 1 : -1, is_fine(e->state));
    return;
  }
  if (e->button != Button1 && e->button != Button3) {
    return;
  }
  XSetInputFocus(w->display, w->id, RevertToParent, e->time);
  w->owner.pressed(w->owner.data, (int)e->button, e->x, e->y, time);
}

static void configured(struct window *w, const XConfigureEvent *e) {
  if (e->width == w->width && e->height == w->height) {
    return;
  }
  w->width = e->width;
  w->height = e->height;
  cairo_xlib_surface_set_size(w->surface, w->width, w->height);
  w->owner.resized(w->owner.data, w->width, w->height);
}

/* Only the newest of a row of motions, or of sizes, is worth handling. */
static void skip_to_last(struct window *w, XEvent *event) {
  while (XPending(w->display)) {
    XEvent next;
    XPeekEvent(w->display, &next);
    if (next.type != event->type || next.xany.window != event->xany.window) {
      return;
    }
    XNextEvent(w->display, event);
  }
}

static void handle(struct window *w, XEvent *event) {
  switch (event->type) {
  case Expose:
    w->owner.exposed(w->owner.data, (struct box){event->xexpose.x, event->xexpose.y,
                                                 event->xexpose.width, event->xexpose.height});
    break;
  case ConfigureNotify:
    skip_to_last(w, event);
    configured(w, &event->xconfigure);
    break;
  case DestroyNotify:
    w->gone = true;
    break;
  case ButtonPress:
    button_pressed(w, &event->xbutton);
    break;
  case ButtonRelease:
    w->owner.released(w->owner.data, (int)event->xbutton.button);
    break;
  case MotionNotify:
    skip_to_last(w, event);
    w->owner.moved(w->owner.data, event->xmotion.x, event->xmotion.y,
                   is_fine(event->xmotion.state));
    break;
  case LeaveNotify:
    w->owner.left(w->owner.data);
    break;
  case KeyPress:
    key_pressed(w, event);
    break;
  case KeyRelease:
    if (w->passed_on[event->xkey.keycode % N_KEYCODES]) {
      pass_on(w, event);
    }
    break;
  case MappingNotify:
    XRefreshKeyboardMapping(&event->xmapping);
    break;
  default:
    break;
  }
}

bool window_poll(struct window *w) {
  window_begin(w);
  while (!w->gone && XPending(w->display)) {
    XEvent event;
    XNextEvent(w->display, &event);
    if (event.xany.window == w->id || event.type == MappingNotify) {
      handle(w, &event);
    }
  }
  window_end(w);
  return !w->gone;
}
