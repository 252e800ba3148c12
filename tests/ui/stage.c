/* SPDX-License-Identifier: ISC */
#include "tests/ui/stage.h"

#include "tests/ui/lively.h"

#include <cairo.h>
#include <dlfcn.h>
#include <lv2/options/options.h>
#include <lv2/parameters/parameters.h>
#include <math.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <X11/extensions/XTest.h>
#include <X11/Xutil.h>

static Display *display;
static pid_t server;
static LV2UI_DescriptorFunction descriptors;

/* ---- The X server ---- */

static pid_t start_server(int *number) {
  int ends[2];
  if (pipe(ends) != 0) {
    return 0;
  }
  const pid_t pid = fork();
  if (pid == 0) {
    char text[16];
    snprintf(text, sizeof text, "%d", ends[1]);
    close(ends[0]);
    if (!freopen("/dev/null", "w", stderr)) {
      _exit(127);
    }
    execlp("Xvfb", "Xvfb", "-displayfd", text, "-screen", "0", "1920x1200x24", "-nolisten", "tcp",
           "-terminate", (char *)NULL);
    _exit(127);
  }
  close(ends[1]);
  char text[16] = "";
  size_t n = 0;
  struct pollfd wait = {.fd = ends[0], .events = POLLIN};
  while (pid > 0 && n + 1 < sizeof text && !strchr(text, '\n') && poll(&wait, 1, 60000) > 0) {
    const ssize_t got = read(ends[0], text + n, sizeof text - 1 - n);
    if (got <= 0) {
      break;
    }
    n += (size_t)got;
  }
  close(ends[0]);
  return sscanf(text, "%d", number) == 1 ? pid : 0;
}

bool stage_start(void) {
  int number;
  char name[32], path[4096];
  server = start_server(&number);
  if (!server) {
    puts("SKIP: Xvfb is not installed, or does not start");
    return false;
  }
  snprintf(name, sizeof name, ":%d", number);
  setenv("DISPLAY", name, 1);
  unsetenv("XAUTHORITY");
  display = XOpenDisplay(NULL);
  const char *bundle = getenv("UNBRAID_BUNDLE");
  snprintf(path, sizeof path, "%s/unbraid_ui.so", bundle ? bundle : "build/unbraid.lv2");
  void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
  if (!display || !library) {
    fprintf(stderr, "%s\n", library ? "no display" : dlerror());
    abort();
  }
  descriptors = (LV2UI_DescriptorFunction)dlsym(library, "lv2ui_descriptor");
  return true;
}

int stage_stop(int failed) {
  if (display) {
    XCloseDisplay(display);
  }
  if (server) {
    kill(server, SIGTERM);
    waitpid(server, NULL, 0);
  }
  cairo_debug_reset_static_data(); /* so that only leaks are leaks */
  return failed;
}

Display *stage_display(void) {
  return display;
}

int stage_server(void) {
  return (int)server;
}

const LV2UI_Descriptor *stage_descriptor(uint32_t index) {
  return descriptors(index);
}

/* ---- The host ---- */

static LV2_URID number_uri(LV2_URID_Map_Handle handle, const char *uri) {
  static char *uris[256];
  static LV2_URID n;
  (void)handle;
  for (LV2_URID i = 0; i < n; i++) {
    if (strcmp(uris[i], uri) == 0) {
      return i + 1;
    }
  }
  uris[n] = strdup(uri);
  return ++n;
}

LV2_URID_Map stage_map = {NULL, number_uri};

static void on_write(LV2UI_Controller controller, uint32_t port, uint32_t size, uint32_t protocol,
                     const void *data) {
  struct stage *stage = controller;
  if (stage->n_writes == STAGE_WRITES || size > STAGE_DATA) {
    abort();
  }
  struct stage_write *w = &stage->writes[stage->n_writes++];
  *w = (struct stage_write){.port = port, .size = size, .protocol = protocol};
  memcpy(w->data, data, size);
}

static void on_touch(LV2UI_Feature_Handle handle, uint32_t port, bool grabbed) {
  struct stage *stage = handle;
  (void)port;
  *(grabbed ? &stage->touches : &stage->releases) += 1;
}

static int on_resize(LV2UI_Feature_Handle handle, int width, int height) {
  struct stage *stage = handle;
  stage->width = width;
  stage->height = height;
  return 0;
}

static LV2UI_Request_Value_Status on_request(LV2UI_Feature_Handle handle, LV2_URID key,
                                             LV2_URID type, const LV2_Feature *const *features) {
  struct stage *stage = handle;
  (void)type;
  (void)features;
  stage->requests++;
  stage->requested = key;
  return LV2UI_REQUEST_VALUE_SUCCESS;
}

bool stage_open_in(struct stage *stage, const struct stage_options *options, Window parent) {
  memset(stage, 0, sizeof *stage);
  stage->variant = options->variant;
  stage->parent = parent;
  const float rate = (float)options->rate;
  LV2_Options_Option list[3] = {{0}};
  int n = 0;
  const LV2_URID number = number_uri(NULL, LV2_ATOM__Float);
  if (options->rate > 0.0) {
    list[n++] = (LV2_Options_Option){
        LV2_OPTIONS_INSTANCE, 0,      number_uri(NULL, LV2_PARAMETERS__sampleRate),
        sizeof rate,          number, &rate};
  }
  if (options->scale > 0.0f) {
    list[n++] =
        (LV2_Options_Option){LV2_OPTIONS_INSTANCE,  0,      number_uri(NULL, LV2_UI__scaleFactor),
                             sizeof options->scale, number, &options->scale};
  }
  stage->features.touch = (LV2UI_Touch){stage, on_touch};
  stage->features.resize = (LV2UI_Resize){stage, on_resize};
  stage->features.request = (LV2UI_Request_Value){stage, on_request};
  const LV2_Feature offered[] = {
      {LV2_UI__parent, (void *)stage->parent},
      {LV2_URID__map, &stage_map},
      {LV2_OPTIONS__options, list},
      {LV2_UI__touch, &stage->features.touch},
      {LV2_UI__resize, &stage->features.resize},
      {LV2_UI__requestValue, &stage->features.request},
  };
  enum { N_OFFERED = sizeof offered / sizeof *offered };
  const LV2_Feature *features[N_OFFERED + 1] = {NULL};
  for (int i = 0; i < (options->bare ? 1 : N_OFFERED); i++) {
    features[i] = &offered[i];
  }
  LV2UI_Widget widget = NULL;
  stage->ui = descriptors(options->variant);
  stage->handle = stage->ui->instantiate(
      stage->ui, options->variant == VARIANT_STEMS ? UNBRAID_URI : UNBRAID_INSERT_URI, "/",
      on_write, stage, &widget, features);
  if (!stage->handle) {
    return false;
  }
  stage->window = (Window)widget;
  stage->idle = stage->ui->extension_data(LV2_UI__idleInterface);
  stage->resize = stage->ui->extension_data(LV2_UI__resize);
  if (options->width) {
    XResizeWindow(display, stage->window, (unsigned)options->width, (unsigned)options->height);
  }
  stage_settle(stage);
  return true;
}

bool stage_open(struct stage *stage, const struct stage_options *options) {
  const unsigned width = options->width ? (unsigned)options->width : 1920;
  const unsigned height = options->height ? (unsigned)options->height : 1200;
  const Window parent =
      XCreateSimpleWindow(display, DefaultRootWindow(display), 0, 0, width, height, 0, 0, 0x336699);
  XMapWindow(display, parent);
  XSync(display, False);
  return stage_open_in(stage, options, parent);
}

void stage_close(struct stage *stage) {
  stage->ui->cleanup(stage->handle);
  XDestroyWindow(display, stage->parent);
  XSync(display, False);
}

int stage_settle(struct stage *stage) {
  int gone = 0;
  /* What was asked of the server comes to the window as events, and its answers come back. */
  for (int i = 0; i < 4; i++) {
    XSync(display, False);
    gone = stage->idle->idle(stage->handle);
    nanosleep(&(const struct timespec){.tv_nsec = 1000000}, NULL);
  }
  return gone;
}

/* ---- The plugin ---- */

static void tell(struct stage *stage, enum port port, uint32_t size, LV2_URID format,
                 const void *data) {
  stage->ui->port_event(stage->handle, ports_to_variant(stage->variant, port), size, format, data);
}

void stage_control(struct stage *stage, enum port port, float value) {
  tell(stage, port, sizeof value, 0, &value);
}

void stage_atom(struct stage *stage, const void *atom, uint32_t size) {
  tell(stage, PORT_NOTIFY, size, number_uri(NULL, LV2_ATOM__eventTransfer), atom);
}

uint32_t stage_forge_view(void *buffer, uint32_t size, unsigned t) {
  LV2_Atom_Forge forge;
  LV2_Atom_Forge_Frame frame;
  struct uris uris;
  struct view_data data;
  lively_view(&data, t);
  uris_map(&uris, &stage_map);
  lv2_atom_forge_init(&forge, &stage_map);
  lv2_atom_forge_set_buffer(&forge, buffer, size);
  lv2_atom_forge_object(&forge, &frame, 0, uris.view);
  lv2_atom_forge_key(&forge, uris.levels);
  lv2_atom_forge_vector(&forge, sizeof(float), uris.atom_float, N_STEMS, data.levels);
  lv2_atom_forge_key(&forge, uris.column);
  lv2_atom_forge_atom(&forge, sizeof data.column, uris.atom_chunk);
  lv2_atom_forge_write(&forge, data.column, sizeof data.column);
  lv2_atom_forge_key(&forge, uris.load);
  lv2_atom_forge_float(&forge, data.load);
  lv2_atom_forge_pop(&forge, &frame);
  return lv2_atom_total_size(buffer);
}

void stage_view(struct stage *stage, unsigned t) {
  uint64_t buffer[128];
  stage_atom(stage, buffer, stage_forge_view(buffer, sizeof buffer, t));
}

/* An object with one property that is text. */
static void tell_text(struct stage *stage, const char *type, const char *key, const char *text) {
  uint64_t buffer[128];
  LV2_Atom_Forge forge;
  LV2_Atom_Forge_Frame frame;
  lv2_atom_forge_init(&forge, &stage_map);
  lv2_atom_forge_set_buffer(&forge, (uint8_t *)buffer, sizeof buffer);
  lv2_atom_forge_object(&forge, &frame, 0, number_uri(NULL, type));
  lv2_atom_forge_key(&forge, number_uri(NULL, key));
  lv2_atom_forge_string(&forge, text, (uint32_t)strlen(text));
  lv2_atom_forge_pop(&forge, &frame);
  stage_atom(stage, buffer, lv2_atom_total_size((LV2_Atom *)buffer));
}

void stage_message(struct stage *stage, const char *text) {
  tell_text(stage, UNBRAID__Message, UNBRAID__text, text);
}

/* ---- The user ---- */

static void screen_place(struct stage *stage, int x, int y, int *screen_x, int *screen_y) {
  Window child;
  XTranslateCoordinates(display, stage->window, DefaultRootWindow(display), x, y, screen_x,
                        screen_y, &child);
}

void stage_point(struct stage *stage, int x, int y) {
  int screen_x, screen_y;
  screen_place(stage, x, y, &screen_x, &screen_y);
  XTestFakeMotionEvent(display, -1, screen_x, screen_y, CurrentTime);
  stage_settle(stage);
}

void stage_button(struct stage *stage, unsigned button, bool down) {
  XTestFakeButtonEvent(display, button, down, CurrentTime);
  stage_settle(stage);
}

void stage_click(struct stage *stage, unsigned button, struct box box) {
  stage_point(stage, box.x + box.w / 2, box.y + box.h / 2);
  stage_button(stage, button, true);
  stage_button(stage, button, false);
}

void stage_key(struct stage *stage, KeySym key, KeySym modifier) {
  const KeyCode code = XKeysymToKeycode(display, key);
  const KeyCode held = modifier ? XKeysymToKeycode(display, modifier) : 0;
  if (held) {
    XTestFakeKeyEvent(display, held, True, CurrentTime);
  }
  XTestFakeKeyEvent(display, code, True, CurrentTime);
  XTestFakeKeyEvent(display, code, False, CurrentTime);
  if (held) {
    XTestFakeKeyEvent(display, held, False, CurrentTime);
  }
  stage_settle(stage);
}

void stage_type(struct stage *stage, const KeySym *keys) {
  for (; *keys; keys++) {
    stage_key(stage, *keys, NoSymbol);
  }
}

void stage_hold(struct stage *stage, KeySym key, bool down) {
  XTestFakeKeyEvent(display, XKeysymToKeycode(display, key), down, CurrentTime);
  stage_settle(stage);
}

float stage_written(const struct stage *stage, enum port port) {
  float value = NAN;
  for (unsigned i = 0; i < stage->n_writes; i++) {
    if (stage->writes[i].protocol == 0 &&
        stage->writes[i].port == ports_to_variant(stage->variant, port)) {
      memcpy(&value, stage->writes[i].data, sizeof value);
    }
  }
  return value;
}

void stage_forget(struct stage *stage) {
  stage->n_writes = stage->touches = stage->releases = stage->requests = 0;
}

unsigned long stage_pixel(struct stage *stage, int x, int y) {
  XImage *image = XGetImage(display, stage->window, x, y, 1, 1, AllPlanes, ZPixmap);
  const unsigned long pixel = image ? XGetPixel(image, 0, 0) & 0xffffff : 0;
  if (image) {
    XDestroyImage(image);
  }
  return pixel;
}

struct layout stage_layout(struct stage *stage, double scale) {
  struct layout layout;
  XWindowAttributes size;
  XGetWindowAttributes(display, stage->window, &size);
  layout_compute(&layout, stage->variant, size.width, size.height, scale);
  return layout;
}

const struct stage_options stage_plain = {.variant = VARIANT_STEMS, .rate = 44100.0};

int stage_open_plain(void **state) {
  return stage_open(*state, &stage_plain) ? 0 : -1;
}

int stage_close_again(void **state) {
  stage_close(*state);
  return 0;
}
