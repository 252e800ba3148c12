/* The LV2 entry: ports in, engines, ports out. */
#include "engine/loader.h"
#include "engine/swap.h"
#include "interface/plugin_messages.h"
#include "interface/ports.h"
#include "interface/view.h"
#include "plugin/display.h"
#include "plugin/host.h"
#include "plugin/session.h"

#include <lv2/core/lv2.h>
#include <lv2/state/state.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Rates outside are a mistake of the host: STFT lengths would leave their range. */
#define MIN_RATE 4000.0
#define MAX_RATE 768000.0

enum { QUALITY_UNKNOWN = N_QUALITIES };

/* What there is to tell in words: what plays and why, and what was refused. */
enum text { TEXT_PLAYS, TEXT_REFUSED, N_TEXTS };

struct unbraid {
  struct loader *loader;
  struct swap *swap;
  struct plugin_messages messages;
  struct view view;
  struct display display;
  LV2_Log_Logger log;
  enum variant variant;
  void *ports[N_PORTS]; /* NULL where not connected */

  unsigned port_quality; /* of the port in the last run; QUALITY_UNKNOWN: there was none */
  unsigned quality;      /* asked for last, or restored */
  bool restored;         /* a session said which quality it is */

  unsigned untold;               /* a bit per split: its file is to be told */
  char texts[N_TEXTS][MAX_TEXT]; /* the newest of each kind; "": none */
  enum text newest;              /* the other one is older */
  unsigned untold_texts;         /* a bit per kind: it is to be told */
};

static void tell(struct unbraid *self, enum text kind, const char *text) UNBRAID_REALTIME {
  memcpy(self->texts[kind], text, strlen(text) + 1);
  self->newest = kind;
  self->untold_texts |= 1u << kind;
}

/* For a window that has just opened, and heard nothing yet. */
static void tell_again(struct unbraid *self) UNBRAID_REALTIME {
  self->untold_texts = (1u << N_TEXTS) - 1;
}

/* Makes the first setup, of what the bundle has. */
static bool make_all(struct unbraid *self, const struct maker *maker) {
  const struct log log = {host_say, &self->log};
  static const struct choice initial = {.quality = 0};
  char reasons[MAX_REASONS];
  struct setup *setup = setup_new(maker, &initial, true, reasons);
  if (!setup) {
    log.say(log.data, LOG_LEVEL_ERROR, reasons);
    return false;
  }
  if (*reasons) {
    log.say(log.data, setup_stands_in(setup) ? LOG_LEVEL_WARNING : LOG_LEVEL_NOTE, setup->text);
  }
  if (*reasons) {
    tell(self, TEXT_PLAYS, setup->text);
  }
  if (setup->note[0]) {
    log.say(log.data, setup->note_matters ? LOG_LEVEL_NOTE : LOG_LEVEL_TRACE, setup->note);
  }
  self->loader = loader_new(maker, setup, &log);
  self->swap = self->loader ? swap_new(self->loader, setup, maker->rate) : NULL;
  if (!self->swap) {
    log.say(log.data, LOG_LEVEL_ERROR, "out of memory, or no thread could be started");
    loader_free(self->loader);
    setup_free(setup);
    return false;
  }
  return true;
}

static LV2_Handle instantiate(const LV2_Descriptor *descriptor, double rate, const char *bundle,
                              const LV2_Feature *const *features) {
  struct host host;
  host_read(&host, features);
  if (!(rate >= MIN_RATE && rate <= MAX_RATE)) {
    lv2_log_error(&host.log, "unbraid: cannot run at %g Hz, only from %g to %g Hz\n", rate,
                  MIN_RATE, MAX_RATE);
    return NULL;
  }
  struct maker maker = {.rate = rate, .block = host.block};
  int length = snprintf(maker.bundle, sizeof maker.bundle, "%s", bundle);
  if (length < 0 || (size_t)length >= sizeof maker.bundle) {
    lv2_log_error(&host.log, "unbraid: the path of the bundle is too long\n");
    return NULL;
  }
  struct unbraid *self = calloc(1, sizeof *self);
  if (!self) {
    lv2_log_error(&host.log, "unbraid: out of memory\n");
    return NULL;
  }
  self->variant = strcmp(descriptor->URI, UNBRAID_INSERT_URI) == 0 ? VARIANT_INSERT : VARIANT_STEMS;
  self->port_quality = QUALITY_UNKNOWN;
  plugin_messages_init(&self->messages, host.map);
  view_init(&self->view, rate);
  display_init(&self->display, rate, host.display);
  self->log = host.log;
  if (!make_all(self, &maker)) {
    free(self);
    return NULL;
  }
  return self;
}

static void cleanup(LV2_Handle handle) {
  struct unbraid *self = handle;
  swap_free(self->swap);
  loader_free(self->loader);
  display_free(&self->display);
  free(self);
}

static void connect_port(LV2_Handle handle, uint32_t index, void *data) {
  struct unbraid *self = handle;
  if (index < ports_count(self->variant)) {
    self->ports[ports_from_variant(self->variant, index)] = data;
  }
}

static void activate(LV2_Handle handle) {
  struct unbraid *self = handle;
  swap_reset(self->swap);
  view_reset(&self->view);
  display_reset(&self->display);
}

/* A control's value inside its range; its default where it is not connected or not a number. */
static float control(const struct unbraid *self, enum port port) UNBRAID_REALTIME {
  const struct port_info *info = &port_table[port];
  const float *value = self->ports[port];
  if (!value || isnan(*value)) {
    return info->initial;
  }
  return fminf(fmaxf(*value, info->minimum), info->maximum);
}

static bool toggle(const struct unbraid *self, enum port port) UNBRAID_REALTIME {
  return control(self, port) > 0.5f;
}

static struct mixer_controls read_controls(const struct unbraid *self) UNBRAID_REALTIME {
  struct mixer_controls c;
  for (unsigned s = 0; s < N_STEMS; ++s) {
    c.gain_db[s] = control(self, ports_stem_control(s, CONTROL_GAIN));
    c.mute[s] = toggle(self, ports_stem_control(s, CONTROL_MUTE));
    c.solo[s] = toggle(self, ports_stem_control(s, CONTROL_SOLO));
    c.wet[s] = control(self, ports_stem_control(s, CONTROL_WET)) / 100.0f;
  }
  c.main_from = toggle(self, PORT_MAIN_FROM) ? SPLIT_HP : SPLIT_FOUR;
  c.outs_before_fader = toggle(self, PORT_OUTS);
  c.enabled = toggle(self, PORT_ENABLED);
  return c;
}

static struct refine_settings read_refine(const struct unbraid *self) UNBRAID_REALTIME {
  return (struct refine_settings){.sharpness = control(self, PORT_SHARPNESS),
                                  .spatial = control(self, PORT_SPATIAL) / 100.0f,
                                  .floor_db = control(self, PORT_FLOOR)};
}

static void report(const struct unbraid *self, enum port port, float value) UNBRAID_REALTIME {
  if (self->ports[port]) {
    *(float *)self->ports[port] = value;
  }
}

/* Asks for another model of the bundle when the port has moved. What a session restored goes before
 * what its port was before the host had restored that too. */
static void follow_quality(struct unbraid *self) UNBRAID_REALTIME {
  unsigned wanted = (unsigned)lrintf(control(self, PORT_QUALITY));
  bool first = self->port_quality == QUALITY_UNKNOWN;
  if (wanted == self->port_quality) {
    return;
  }
  self->port_quality = wanted;
  if (wanted != self->quality && !(first && self->restored)) {
    self->quality = wanted;
    loader_ask_quality(self->loader, wanted);
  }
}

static void follow_orders(struct unbraid *self) UNBRAID_REALTIME {
  struct order order;
  for (uint32_t at = 0;
       plugin_messages_read(&self->messages, self->ports[PORT_CONTROL], &at, &order);) {
    unsigned asked = order.split < N_SPLITS ? 1u << order.split : (1u << N_SPLITS) - 1;
    switch (order.kind) {
    case ORDER_WATCH:
      if (!view_watched(&self->view)) {
        tell_again(self);
      }
      view_watch(&self->view);
      break;
    case ORDER_GET:
      self->untold |= asked;
      break;
    case ORDER_SET:
      loader_ask_file(self->loader, order.split, order.path);
      break;
    case ORDER_MISTAKEN:
      tell(self, TEXT_REFUSED, order.path);
      break;
    }
  }
}

/* What the loader has made or refused since the last run. */
static void follow_loader(struct unbraid *self) UNBRAID_REALTIME {
  const struct setup *made = swap_take(self->swap);
  if (made) {
    if (made->restored) {
      self->quality = made->choice.quality;
      self->restored = true;
      loader_unask(self->loader);
    }
    tell(self, TEXT_PLAYS, made->text);
    self->untold = (1u << N_SPLITS) - 1;
  }
  struct setup *refusal = loader_take_refusal(self->loader);
  if (refusal) {
    tell(self, TEXT_REFUSED, refusal->text);
    self->untold = (1u << N_SPLITS) - 1;
    loader_retire(self->loader, refusal);
  }
}

/* The newest text last: a window shows one line. */
static void write_texts(struct unbraid *self) UNBRAID_REALTIME {
  for (unsigned i = 1; i <= N_TEXTS; ++i) {
    enum text kind = (self->newest + i) % N_TEXTS;
    const char *text = self->texts[kind];
    if (self->untold_texts >> kind & 1 && *text && !plugin_messages_text(&self->messages, text)) {
      return;
    }
    self->untold_texts &= ~(1u << kind);
  }
}

/* What is to be told and finds room; the rest waits for the next run. */
static void write_messages(struct unbraid *self, uint32_t n) UNBRAID_REALTIME {
  struct plugin_messages *messages = &self->messages;
  const struct setup *setup = swap_setup(self->swap);
  plugin_messages_begin(messages, self->ports[PORT_NOTIFY]);
  for (unsigned i = 0; i < N_SPLITS; ++i) {
    if (self->untold >> i & 1 &&
        plugin_messages_file(messages, i, setup->choice.files[i], setup->names[i])) {
      self->untold &= ~(1u << i);
    }
  }
  write_texts(self);
  if (view_advance(&self->view, n)) {
    struct view_data data;
    struct engine *engine = swap_playing(self->swap)->engine;
    struct picture picture;
    float faders[N_STEMS];
    for (unsigned s = 0; s < N_STEMS; ++s) {
      faders[s] = engine_fader(engine, s);
    }
    view_make(&self->view, engine_picture(engine, &picture) ? &picture : NULL, faders,
              engine_load(engine), &data);
    plugin_messages_view(messages, &data);
  }
  plugin_messages_end(messages);
}

/* Levels and fader states, for the window and the mixer strip. */
static void show_levels(struct unbraid *self, uint32_t n) UNBRAID_REALTIME {
  struct engine *engine = swap_playing(self->swap)->engine;
  float peaks[N_STEMS];
  unsigned closed = 0;
  for (unsigned s = 0; s < N_STEMS; ++s) {
    peaks[s] = engine_peak(engine, s);
    closed |= engine_fader(engine, s) == 0.0f ? 1u << s : 0;
  }
  view_hear(&self->view, peaks);
  display_hear_stems(&self->display, peaks);
  display_advance(&self->display, closed, swap_late_frames(self->swap), n);
}

static void run(LV2_Handle handle, uint32_t n) UNBRAID_REALTIME {
  struct unbraid *self = handle;
  rt_fp_state fp = rt_fp_flush_denormals();
  /* Everything is read before anything is written: a host may give one buffer for all ports. */
  struct mixer_controls controls = read_controls(self);
  struct refine_settings refine = read_refine(self);
  bool wait = toggle(self, PORT_FREEWHEEL);
  const float *const in[N_CHANNELS] = {self->ports[PORT_IN_L], self->ports[PORT_IN_R]};
  float *const main[N_CHANNELS] = {self->ports[PORT_MAIN_L], self->ports[PORT_MAIN_R]};
  float *outs[N_STEMS][N_CHANNELS];
  for (unsigned s = 0; s < N_STEMS; ++s) {
    for (unsigned c = 0; c < N_CHANNELS; ++c) {
      outs[s][c] = self->ports[PORT_STEM_AUDIO + s * N_CHANNELS + c];
    }
  }
  follow_loader(self);
  follow_quality(self);
  follow_orders(self);
  loader_send(self->loader);
  if (wait) { /* an export has what was asked for from here on */
    UNBRAID_TRUST_BEGIN
    loader_wait(self->loader);
    UNBRAID_TRUST_END
    follow_loader(self);
  }
  bool watched = view_watched(&self->view) && !wait, shown = display_shown(&self->display);
  swap_watch(self->swap, watched);
  swap_measure(self->swap, watched || shown);
  if (shown) {
    display_hear_input(&self->display, in, n);
  }
  swap_refine(self->swap, &refine);
  swap_process(self->swap, &controls, in, main, (float *const(*)[N_CHANNELS])outs, n, wait);
  report(self, PORT_LATENCY, (float)engine_latency(swap_playing(self->swap)->engine));
  report(self, PORT_LATE_FRAMES, (float)swap_late_frames(self->swap));
  show_levels(self, n);
  write_messages(self, n);
  rt_fp_restore(fp);
}

static LV2_State_Status save(LV2_Handle handle, LV2_State_Store_Function store,
                             LV2_State_Handle state, uint32_t flags,
                             const LV2_Feature *const *features) {
  (void)flags;
  struct unbraid *self = handle;
  return self->messages.mapped
             ? session_save(self->loader, &self->messages.uris, store, state, features)
             : LV2_STATE_ERR_NO_FEATURE;
}

static LV2_State_Status restore(LV2_Handle handle, LV2_State_Retrieve_Function retrieve,
                                LV2_State_Handle state, uint32_t flags,
                                const LV2_Feature *const *features) {
  (void)flags;
  struct unbraid *self = handle;
  return self->messages.mapped
             ? session_restore(self->loader, &self->messages.uris, retrieve, state, features)
             : LV2_STATE_ERR_NO_FEATURE;
}

static struct inlinedisplay_surface *render(LV2_Handle handle, uint32_t w, uint32_t h) {
  struct unbraid *self = handle;
  return display_render(&self->display, w, h);
}

static const void *extension_data(const char *uri) {
  static const LV2_State_Interface state_interface = {save, restore};
  static const struct inlinedisplay_interface display_interface = {render};
  if (strcmp(uri, LV2_STATE__interface) == 0) {
    return &state_interface;
  }
  return strcmp(uri, INLINEDISPLAY__interface) == 0 ? &display_interface : NULL;
}

LV2_SYMBOL_EXPORT const LV2_Descriptor *lv2_descriptor(uint32_t index) {
  static const LV2_Descriptor descriptors[N_VARIANTS] = {
      [VARIANT_STEMS] = {.URI = UNBRAID_URI,
                         .instantiate = instantiate,
                         .connect_port = connect_port,
                         .activate = activate,
                         .run = run,
                         .cleanup = cleanup,
                         .extension_data = extension_data},
      [VARIANT_INSERT] = {.URI = UNBRAID_INSERT_URI,
                          .instantiate = instantiate,
                          .connect_port = connect_port,
                          .activate = activate,
                          .run = run,
                          .cleanup = cleanup,
                          .extension_data = extension_data},
  };
  return index < N_VARIANTS ? &descriptors[index] : NULL;
}
