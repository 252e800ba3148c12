/* SPDX-License-Identifier: ISC */
/* The LV2 UI: the host's events in, the window's changes out. */
#include "interface/window_messages.h"
#include "ui/controls.h"
#include "ui/screen.h"
#include "ui/spectrogram.h"
#include "ui/state.h"
#include "ui/window.h"
#include "ui/window_host.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define WATCH_INTERVAL 0.5 /* seconds; the plugin wants to hear at least once a second */

struct ui {
  struct ui_host host;
  struct window_messages messages;
  struct state state;
  struct layout layout;
  struct controls controls;
  struct spectrogram *spectrogram;
  struct screen *screen;
  struct window *window;
  damage_t damage;
  double next_watch;
  bool open;
};

static double seconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

/* ---- What the user does ---- */

static void user_moved(void *data, enum port port, float value) {
  struct ui *ui = data;
  ui_host_write_control(&ui->host, port, value);
}

static void user_touched(void *data, enum port port, bool held) {
  struct ui *ui = data;
  ui_host_touch(&ui->host, port, held);
}

static damage_t user_chooses_model(void *data, enum split_id split) {
  struct ui *ui = data;
  const char *refusal =
      ui_host_request_path(&ui->host, ui->host.map ? ui->messages.uris.files[split] : 0);
  return refusal ? state_message(&ui->state, refusal) : 0;
}

static damage_t user_wants_bundled_model(void *data, enum split_id split) {
  struct ui *ui = data;
  uint64_t buffer[WINDOW_MESSAGE_BYTES / sizeof(uint64_t)];
  if (ui->host.map) {
    ui_host_write_atom(&ui->host, ui->messages.event_transfer,
                       window_messages_set_model(&ui->messages, buffer, sizeof buffer, split, ""));
  }
  return 0;
}

static bool put(void *data, cairo_surface_t *to, cairo_surface_t *image, struct box from, int x,
                int y) {
  struct ui *ui = data;
  return window_put(ui->window, to, image, from, x, y);
}

static struct target target(struct ui *ui) {
  return (struct target){window_surface(ui->window), put, ui};
}

/* ---- What the window tells ---- */

static void resized(void *data, int width, int height) {
  struct ui *ui = data;
  const struct target to = target(ui);
  menu_close(&ui->controls.menu);
  screen_resize(ui->screen, &to, width, height, window_scale(ui->window));
  ui->damage |= DAMAGE_ALL;
}

static void exposed(void *data, struct box box) {
  struct ui *ui = data;
  const struct target to = target(ui);
  if (!(ui->damage & DAMAGE_ALL)) {
    screen_expose(ui->screen, &to, box);
  }
}

static void pressed(void *data, int button, int x, int y, double time) {
  struct ui *ui = data;
  ui->damage |= controls_press(&ui->controls, button, x, y, time);
}

static void released(void *data, int button) {
  struct ui *ui = data;
  if (button == 1) {
    ui->damage |= controls_release(&ui->controls);
  }
}

static void moved(void *data, int x, int y, bool fine) {
  struct ui *ui = data;
  ui->damage |= controls_motion(&ui->controls, x, y, fine);
}

static void left(void *data) {
  struct ui *ui = data;
  ui->damage |= controls_leave(&ui->controls);
}

static void wheel(void *data, int x, int y, int notches, bool fine) {
  struct ui *ui = data;
  ui->damage |= controls_wheel(&ui->controls, x, y, notches, fine);
}

static bool key(void *data, enum controls_key key, char character, bool fine) {
  struct ui *ui = data;
  bool used;
  ui->damage |= controls_key(&ui->controls, key, character, fine, &used);
  return used;
}

/* ---- What the host does ---- */

static void cleanup(LV2UI_Handle handle) {
  struct ui *ui = handle;
  if (ui->window) {
    window_begin(ui->window);
  }
  /* Before the window: the spectrogram's picture is the server's. */
  screen_free(ui->screen);
  spectrogram_free(ui->spectrogram);
  if (ui->window) {
    window_end(ui->window);
  }
  window_free(ui->window);
  free(ui);
}

static bool open_ui(struct ui *ui, const char **why) {
  const struct window_owner owner = {ui,    resized, exposed, pressed, released,
                                     moved, left,    wheel,   key};
  ui->spectrogram = spectrogram_new();
  ui->screen =
      screen_new(ui->host.variant, &ui->state, &ui->controls, &ui->layout, ui->spectrogram);
  if (!ui->spectrogram || !ui->screen) {
    *why = "out of memory";
    return false;
  }
  ui->window = window_new(ui->host.parent, ui->host.scale, &owner, why);
  if (!ui->window) {
    return false;
  }
  int width, height;
  window_size(ui->window, &width, &height);
  window_begin(ui->window);
  resized(ui, width, height);
  window_end(ui->window);
  ui_host_advertise_size(&ui->host, width, height);
  return true;
}

/* Asks for what no port event tells. */
static void ask(struct ui *ui) {
  uint64_t buffer[WINDOW_MESSAGE_BYTES / sizeof(uint64_t)];
  for (int i = 0; i < N_SPLITS && ui->host.map; i++) {
    ui_host_write_atom(
        &ui->host, ui->messages.event_transfer,
        window_messages_get_model(&ui->messages, buffer, sizeof buffer, (enum split_id)i));
  }
}

static LV2UI_Handle instantiate(const LV2UI_Descriptor *descriptor, const char *plugin_uri,
                                const char *bundle_path, LV2UI_Write_Function write_function,
                                LV2UI_Controller controller, LV2UI_Widget *widget,
                                const LV2_Feature *const *features) {
  (void)descriptor;
  (void)bundle_path;
  struct ui *ui = calloc(1, sizeof *ui);
  if (!ui) {
    return NULL;
  }
  if (!ui_host_init(&ui->host, plugin_uri, write_function, controller, features)) {
    free(ui);
    return NULL;
  }
  const struct controls_owner owner = {ui, user_moved, user_touched, user_chooses_model,
                                       user_wants_bundled_model};
  if (ui->host.map) {
    window_messages_init(&ui->messages, ui->host.map);
  }
  state_init(&ui->state, ui->host.variant, ui->host.rate);
  ui->state.now = seconds();
  controls_init(&ui->controls, &ui->state, &ui->layout, &owner);
  const char *why;
  ui->open = open_ui(ui, &why);
  if (!ui->open) {
    fprintf(stderr, "unbraid: the window cannot be opened: %s\n", why);
    cleanup(ui);
    return NULL;
  }
  ask(ui);
  /* To LV2, an X11 window is a pointer. NOLINTNEXTLINE(performance-no-int-to-ptr) */
  *widget = (LV2UI_Widget)window_id(ui->window);
  return ui;
}

static void atom_event(struct ui *ui, uint32_t size, const void *atom) {
  struct window_messages_news news;
  if (!window_messages_read(&ui->messages, atom, size, &news)) {
    return;
  }
  if (news.levels) {
    ui->damage |= state_levels(&ui->state, news.levels);
  }
  if (news.load) {
    state_load(&ui->state, *news.load);
  }
  if (news.text) {
    ui->damage |= state_message(&ui->state, news.text);
  }
  if (news.path) {
    ui->damage |= state_model(&ui->state, news.split, news.path, news.name);
  }
  if (news.column) {
    spectrogram_push(ui->spectrogram, news.column);
    ui->damage |= DAMAGE_COLUMNS;
  }
}

static void port_event(LV2UI_Handle handle, uint32_t index, uint32_t size, uint32_t format,
                       const void *buffer) {
  struct ui *ui = handle;
  if (index >= ports_count(ui->host.variant) || !buffer) {
    return;
  }
  const enum port port = ports_from_variant(ui->host.variant, index);
  if (format == 0 && size == sizeof(float) && ports_is_control(port)) {
    float value;
    memcpy(&value, buffer, sizeof value);
    /* The hand on a fader has the last word. */
    if (!ui->controls.drag || widget_port(ui->controls.drag) != port) {
      ui->damage |= state_set(&ui->state, port, value);
    }
  } else if (ui->host.map && format == ui->messages.event_transfer && port == PORT_NOTIFY) {
    atom_event(ui, size, buffer);
  }
}

static int idle(LV2UI_Handle handle) {
  struct ui *ui = handle;
  const double now = seconds();
  ui->open = ui->open && window_poll(ui->window);
  if (!ui->open) {
    return 1;
  }
  ui->damage |= state_tick(&ui->state, now);
  if (ui->host.map && now >= ui->next_watch) {
    uint64_t buffer[WINDOW_MESSAGE_BYTES / sizeof(uint64_t)];
    ui_host_write_atom(&ui->host, ui->messages.event_transfer,
                       window_messages_watch(&ui->messages, buffer, sizeof buffer));
    ui->next_watch = now + WATCH_INTERVAL;
  }
  if (ui->damage) {
    const struct target to = target(ui);
    window_begin(ui->window);
    screen_show(ui->screen, &to, ui->damage);
    window_flush(ui->window);
    window_end(ui->window);
    ui->damage = 0;
  }
  return 0;
}

static int resize(LV2UI_Feature_Handle handle, int width, int height) {
  struct ui *ui = handle;
  if (!ui || !ui->open || width < 1 || height < 1) {
    return 1;
  }
  window_resize(ui->window, width, height);
  return 0;
}

static const void *extension_data(const char *uri) {
  static const LV2UI_Idle_Interface idle_interface = {idle};
  static const LV2UI_Resize resize_interface = {NULL, resize};
  if (strcmp(uri, LV2_UI__idleInterface) == 0) {
    return &idle_interface;
  }
  return strcmp(uri, LV2_UI__resize) == 0 ? &resize_interface : NULL;
}

LV2_SYMBOL_EXPORT const LV2UI_Descriptor *lv2ui_descriptor(uint32_t index) {
  static const LV2UI_Descriptor descriptors[N_VARIANTS] = {
      [VARIANT_STEMS] = {UNBRAID_UI_URI, instantiate, cleanup, port_event, extension_data},
      [VARIANT_INSERT] = {UNBRAID_INSERT_UI_URI, instantiate, cleanup, port_event, extension_data},
  };
  return index < N_VARIANTS ? &descriptors[index] : NULL;
}
