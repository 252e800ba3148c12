/* The LV2 entry: ports in, engine, ports out. */
#include "plugin/engine.h"
#include "plugin/host.h"
#include "plugin/ports.h"

#include <lv2/core/lv2.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The models of the bundle for each split, the best one first. */
enum { MAX_MODELS = 2 };
static const char *const models[N_SPLITS][MAX_MODELS] = {
    [SPLIT_FOUR] = {"balanced.safetensors", "chandna.safetensors"},
    [SPLIT_HP] = {"mdensenet3w.safetensors"},
};

/* Rates outside are a mistake of the host: STFT lengths would leave their range. */
#define MIN_RATE 4000.0
#define MAX_RATE 768000.0

enum { MAX_PATH = 4096, MAX_MESSAGE = 512 };

struct unbraid {
  struct engine *engine;
  enum variant variant;
  float *ports[N_PORTS]; /* NULL where not connected */
};

/* The path of a file of the bundle. */
static bool find_model(const char *bundle, const char *name, char path[MAX_PATH]) {
  size_t length = strlen(bundle);
  const char *slash = length > 0 && bundle[length - 1] == '/' ? "" : "/";
  int used = snprintf(path, MAX_PATH, "%s%s%s", bundle, slash, name);
  return used >= 0 && used < MAX_PATH;
}

/* What stands in where no model can be read. `absent`: none is there at all. The median filters
 * need none: without one they are no fault to bother users with. */
static struct separator *open_without(enum split_id split, const char *reasons, bool absent,
                                      double rate, LV2_Log_Logger *log) {
  if (split == SPLIT_HP) {
    int (*say)(LV2_Log_Logger *, const char *, ...) = absent ? lv2_log_trace : lv2_log_note;
    say(log, "unbraid: %sharmonic/percussive by median filters instead\n", reasons);
    return separator_hpss_new(rate);
  }
  lv2_log_warning(log,
                  "unbraid: %splaying without a model: vocals, drums and bass are silent, other is "
                  "the whole mix; harmonic/percussive works\n",
                  reasons);
  return separator_none_new(rate);
}

/* The best model for a split that can be read, or a stand-in where none can. */
static struct separator *open_models(const char *bundle, enum split_id split, double rate,
                                     LV2_Log_Logger *log) {
  char reasons[MAX_MODELS * (MAX_MESSAGE + 2)] = "", path[MAX_PATH];
  bool absent = true;
  for (unsigned i = 0; i < MAX_MODELS && models[split][i]; ++i) {
    char message[MAX_MESSAGE];
    struct separator *separator = NULL;
    if (find_model(bundle, models[split][i], path)) {
      separator = separator_net_new(path, split, rate, message, sizeof message);
      absent = absent && access(path, F_OK) != 0;
    } else {
      snprintf(message, sizeof message, "%s: path too long", models[split][i]);
    }
    if (separator) {
      if (i > 0) {
        lv2_log_note(log, "unbraid: %splaying with %s instead\n", reasons, models[split][i]);
      }
      return separator;
    }
    size_t used = strlen(reasons);
    snprintf(reasons + used, sizeof reasons - used, "%s; ", message);
  }
  return open_without(split, reasons, absent, rate, log);
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
  struct unbraid *self = calloc(1, sizeof *self);
  if (self) {
    struct separator *four = open_models(bundle, SPLIT_FOUR, rate, &host.log);
    struct separator *hp = open_models(bundle, SPLIT_HP, rate, &host.log);
    self->engine = engine_new(four, hp, rate, host.block);
    self->variant =
        strcmp(descriptor->URI, UNBRAID_INSERT_URI) == 0 ? VARIANT_INSERT : VARIANT_STEMS;
  }
  if (!self || !self->engine) {
    lv2_log_error(&host.log, "unbraid: out of memory, or no thread could be started\n");
    free(self);
    return NULL;
  }
  return self;
}

static void cleanup(LV2_Handle handle) {
  struct unbraid *self = handle;
  engine_free(self->engine);
  free(self);
}

static void connect_port(LV2_Handle handle, uint32_t index, void *data) {
  struct unbraid *self = handle;
  if (index < ports_count(self->variant)) {
    self->ports[ports_from_variant(self->variant, index)] = data;
  }
}

static void activate(LV2_Handle handle) {
  engine_reset(((struct unbraid *)handle)->engine);
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

static void report(const struct unbraid *self, enum port port, float value) UNBRAID_REALTIME {
  if (self->ports[port]) {
    *self->ports[port] = value;
  }
}

static void run(LV2_Handle handle, uint32_t n) UNBRAID_REALTIME {
  struct unbraid *self = handle;
  rt_fp_state fp = rt_fp_flush_denormals();
  /* Everything is read before anything is written: a host may give one buffer for all ports. */
  struct mixer_controls controls = read_controls(self);
  bool wait = toggle(self, PORT_FREEWHEEL);
  const float *const in[N_CHANNELS] = {self->ports[PORT_IN_L], self->ports[PORT_IN_R]};
  float *const main[N_CHANNELS] = {self->ports[PORT_MAIN_L], self->ports[PORT_MAIN_R]};
  float *outs[N_STEMS][N_CHANNELS];
  for (unsigned s = 0; s < N_STEMS; ++s) {
    for (unsigned c = 0; c < N_CHANNELS; ++c) {
      outs[s][c] = self->ports[PORT_STEM_AUDIO + s * N_CHANNELS + c];
    }
  }
  engine_set(self->engine, &controls);
  engine_process(self->engine, in, main, (float *const(*)[N_CHANNELS])outs, n, wait);
  report(self, PORT_LATENCY, (float)engine_latency(self->engine));
  report(self, PORT_LATE_FRAMES, (float)engine_late_frames(self->engine));
  rt_fp_restore(fp);
}

LV2_SYMBOL_EXPORT const LV2_Descriptor *lv2_descriptor(uint32_t index) {
  static const LV2_Descriptor descriptors[N_VARIANTS] = {
      [VARIANT_STEMS] = {.URI = UNBRAID_URI,
                         .instantiate = instantiate,
                         .connect_port = connect_port,
                         .activate = activate,
                         .run = run,
                         .cleanup = cleanup},
      [VARIANT_INSERT] = {.URI = UNBRAID_INSERT_URI,
                          .instantiate = instantiate,
                          .connect_port = connect_port,
                          .activate = activate,
                          .run = run,
                          .cleanup = cleanup},
  };
  return index < N_VARIANTS ? &descriptors[index] : NULL;
}
