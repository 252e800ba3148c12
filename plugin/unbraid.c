/* SPDX-License-Identifier: ISC */
/* The LV2 entry: ports in, the player, ports out. */
#include "engine/player.h"
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

/* Other rates are an error of the host; STFT lengths would leave their range. */
#define MIN_RATE 4000.0
#define MAX_RATE 768000.0

/* Texts for the user: what plays and why, and what was refused. */
enum text { TEXT_PLAYS, TEXT_REFUSED, N_TEXTS };

enum { ALL_FILES = (1u << N_SPLITS) - 1, ALL_TEXTS = (1u << N_TEXTS) - 1 };

/* Owned by the audio thread, with three exceptions: other threads also call the player, the GUI
 * owns half of the display, and all threads except the audio thread use the log. */
struct unbraid {
  struct player *player;
  struct plugin_messages messages;
  struct view view;
  struct display display;
  LV2_Log_Logger log;
  enum variant variant;
  void *ports[N_PORTS]; /* NULL where not connected */

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
  self->log = host.log;
  plugin_messages_init(&self->messages, host.map);
  view_init(&self->view, rate);
  display_init(&self->display, rate, host.display);
  const struct log log = {host_say, &self->log};
  self->player = player_new(&maker, &log);
  if (!self->player) {
    free(self);
    return NULL;
  }
  if (!player_setup(self->player)->whole) {
    tell(self, TEXT_PLAYS, player_setup(self->player)->text);
  }
  return self;
}

static void cleanup(LV2_Handle handle) {
  struct unbraid *self = handle;
  player_free(self->player);
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
  player_reset(self->player);
  view_reset(&self->view);
  display_reset(&self->display);
}

/* ---- run(), step 1: read everything before writing anything, because a host may use one buffer
 * for all ports ---- */

/* A control's value, limited to its range; its default if it is not connected or not a number. */
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

static struct mixer_controls take_faders(const struct unbraid *self) UNBRAID_REALTIME {
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

/* Handles a message of a host or a window. @return the error, or NULL. */
static const char *take_messages(struct unbraid *self,
                                 struct engine_request *request) UNBRAID_REALTIME {
  const char *mistake = NULL;
  struct order order;
  for (uint32_t at = 0;
       plugin_messages_read(&self->messages, self->ports[PORT_CONTROL], &at, &order);) {
    switch (order.kind) {
    case ORDER_WATCH:
      if (!view_watched(&self->view)) { /* it has just opened, and heard nothing yet */
        self->untold_texts = ALL_TEXTS;
      }
      view_watch(&self->view);
      break;
    case ORDER_GET:
      self->untold |= order.split < N_SPLITS ? 1u << order.split : ALL_FILES;
      break;
    case ORDER_SET:
      request->files[order.split] = order.path;
      break;
    case ORDER_MISTAKEN:
      mistake = order.path;
      break;
    }
  }
  return mistake;
}

static struct audio take_buffers(const struct unbraid *self) UNBRAID_REALTIME {
  struct audio audio;
  for (unsigned c = 0; c < N_CHANNELS; ++c) {
    audio.in[c] = self->ports[PORT_IN_L + c];
    audio.main[c] = self->ports[PORT_MAIN_L + c];
    for (unsigned s = 0; s < N_STEMS; ++s) {
      audio.outs[s][c] = self->ports[PORT_STEM_AUDIO + s * N_CHANNELS + c];
    }
  }
  return audio;
}

static struct engine_request take_request(struct unbraid *self) UNBRAID_REALTIME {
  struct engine_request request = {
      .mixer = take_faders(self),
      .refine = {.sharpness = control(self, PORT_SHARPNESS),
                 .spatial = control(self, PORT_SPATIAL) / 100.0f,
                 .floor_db = control(self, PORT_FLOOR)},
      .quality = (unsigned)lrintf(control(self, PORT_QUALITY)),
      .freewheels = toggle(self, PORT_FREEWHEEL),
  };
  const char *mistake = take_messages(self, &request);
  if (mistake) {
    tell(self, TEXT_REFUSED, mistake);
  }
  request.watched = view_watched(&self->view) && !request.freewheels;
  request.measured = request.watched || display_shown(&self->display);
  return request;
}

/* ---- Step 3: report ---- */

static void give(const struct unbraid *self, enum port port, float value) UNBRAID_REALTIME {
  if (self->ports[port]) {
    *(float *)self->ports[port] = value;
  }
}

/* Reports the results of requests for models. */
static void hear_models(struct unbraid *self, const struct engine_report *report) UNBRAID_REALTIME {
  if (report->plays) {
    tell(self, TEXT_PLAYS, report->plays);
  }
  if (report->refused) {
    tell(self, TEXT_REFUSED, report->refused);
  }
  if (report->plays || report->refused) {
    self->untold = ALL_FILES;
  }
}

/* Levels and fader states, for the window and the mixer strip. */
static void show_levels(struct unbraid *self, const struct engine_report *report,
                        uint32_t n) UNBRAID_REALTIME {
  unsigned closed = 0;
  for (unsigned s = 0; s < N_STEMS; ++s) {
    closed |= report->faders[s] == 0.0f ? 1u << s : 0;
  }
  view_hear(&self->view, report->peaks);
  display_hear_stems(&self->display, report->peaks);
  display_advance(&self->display, closed, report->late_frames, n);
}

/* The newest text goes last, because a window shows one line. */
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

/* Writes the pending messages that fit; the rest waits for the next run(). */
static void write_messages(struct unbraid *self, const struct engine_report *report,
                           uint32_t n) UNBRAID_REALTIME {
  struct plugin_messages *messages = &self->messages;
  const struct setup *setup = player_setup(self->player);
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
    view_make(&self->view, report->pictures, report->load, &data);
    plugin_messages_view(messages, &data);
  }
  plugin_messages_end(messages);
}

static void run(LV2_Handle handle, uint32_t n) UNBRAID_REALTIME {
  struct unbraid *self = handle;
  rt_fp_state fp = rt_fp_flush_denormals();

  struct engine_request request = take_request(self);
  struct audio audio = take_buffers(self);
  if (display_shown(&self->display)) {
    display_hear_input(&self->display, audio.in, n);
  }

  struct engine_report report;
  player_process(self->player, &request, &audio, n, &report);

  give(self, PORT_LATENCY, (float)report.latency);
  give(self, PORT_LATE_FRAMES, (float)report.late_frames);
  hear_models(self, &report);
  show_levels(self, &report, n);
  write_messages(self, &report, n);
  rt_fp_restore(fp);
}

static LV2_State_Status save(LV2_Handle handle, LV2_State_Store_Function store,
                             LV2_State_Handle state, uint32_t flags,
                             const LV2_Feature *const *features) {
  (void)flags;
  struct unbraid *self = handle;
  return self->messages.mapped
             ? session_save(self->player, &self->messages.uris, store, state, features)
             : LV2_STATE_ERR_NO_FEATURE;
}

static LV2_State_Status restore(LV2_Handle handle, LV2_State_Retrieve_Function retrieve,
                                LV2_State_Handle state, uint32_t flags,
                                const LV2_Feature *const *features) {
  (void)flags;
  struct unbraid *self = handle;
  return self->messages.mapped
             ? session_restore(self->player, &self->messages.uris, retrieve, state, features)
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
#define PLUGIN(URI) {URI, instantiate, connect_port, activate, run, NULL, cleanup, extension_data}
  static const LV2_Descriptor descriptors[N_VARIANTS] = {
      [VARIANT_STEMS] = PLUGIN(UNBRAID_URI), [VARIANT_INSERT] = PLUGIN(UNBRAID_INSERT_URI)};
  return index < N_VARIANTS ? &descriptors[index] : NULL;
}
