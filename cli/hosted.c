/* SPDX-License-Identifier: ISC */
#include "cli/hosted.h"

#include "cli/bundle.h"
#include "cli/hash.h"
#include "cli/lv2_features.h"
#include "cli/preset_list.h"
#include "interface/uris.h"

#include <lilv/lilv.h>
#include <lv2/atom/atom.h>
#include <lv2/core/lv2.h>
#include <lv2/state/state.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct control {
  float value, minimum, maximum, initial;
  bool input, integer, ours; /* ours: set by the program, not by the user */
};

enum { MODEL_PATH = 4096 };

struct host {
  LilvWorld *world;
  const LilvPlugin *plugin;
  LilvInstance *instance;
  struct features features;
  uint32_t n_ports, latency_port;
  char models[N_SPLITS][MODEL_PATH]; /* chosen files; "": those of the bundle */
  int32_t quality;                   /* as a session has it */
  struct control *controls;          /* one per port; audio ports have one unused */
  float in[2][HOST_BLOCK];
  float out[N_OUTPUTS][2][HOST_BLOCK];
};

static const LilvPort *port_named(const struct host *host, const char *symbol) {
  LilvNode *node = lilv_new_string(host->world, symbol);
  const LilvPort *port = node ? lilv_plugin_get_port_by_symbol(host->plugin, node) : NULL;
  lilv_node_free(node);
  return port;
}

static bool port_is(const struct host *host, const LilvPort *port, const char *class_uri) {
  LilvNode *node = lilv_new_uri(host->world, class_uri);
  const bool is = node && lilv_port_is_a(host->plugin, port, node);
  lilv_node_free(node);
  return is;
}

static bool port_has(const struct host *host, const LilvPort *port, const char *property) {
  LilvNode *node = lilv_new_uri(host->world, property);
  const bool has = node && lilv_port_has_property(host->plugin, port, node);
  lilv_node_free(node);
  return has;
}

static bool read_controls(struct host *host) {
  host->n_ports = lilv_plugin_get_num_ports(host->plugin);
  host->latency_port = lilv_plugin_get_latency_port_index(host->plugin);
  host->controls = calloc(host->n_ports, sizeof *host->controls);
  float *values = calloc(3 * (size_t)host->n_ports, sizeof *values);
  const bool ok = host->controls && values;
  if (ok) {
    float *minimum = values, *maximum = minimum + host->n_ports, *initial = maximum + host->n_ports;
    lilv_plugin_get_port_ranges_float(host->plugin, minimum, maximum, initial);
    for (uint32_t i = 0; i < host->n_ports; i++) {
      const LilvPort *port = lilv_plugin_get_port_by_index(host->plugin, i);
      struct control *c = &host->controls[i];
      c->input =
          port_is(host, port, LV2_CORE__ControlPort) && port_is(host, port, LV2_CORE__InputPort);
      c->integer =
          port_has(host, port, LV2_CORE__integer) || port_has(host, port, LV2_CORE__toggled);
      c->minimum = minimum[i];
      c->maximum = maximum[i];
      c->initial = isnan(initial[i]) ? 0.0f : initial[i];
      c->value = c->initial;
    }
  }
  free(values);
  return ok;
}

/* The host's own port: every frame waits for its masks. */
static void set_freewheel(struct host *host) {
  LilvNode *input = lilv_new_uri(host->world, LV2_CORE__InputPort);
  LilvNode *designation = lilv_new_uri(host->world, LV2_CORE__freeWheeling);
  const LilvPort *port = input && designation
                             ? lilv_plugin_get_port_by_designation(host->plugin, input, designation)
                             : NULL;
  if (port) {
    struct control *c = &host->controls[lilv_port_get_index(host->plugin, port)];
    c->value = 1.0f;
    c->ours = true;
  }
  lilv_node_free(input);
  lilv_node_free(designation);
}

enum status host_open(struct host **result) {
  *result = NULL;
  struct host *host = calloc(1, sizeof *host);
  if (!host) {
    say("out of memory");
    return STATUS_FAILED;
  }
  features_init(&host->features, HOST_BLOCK);
  host->world = lilv_world_new();
  enum status status = STATUS_FAILED;
  if (!host->world) {
    say("out of memory");
  } else {
    status = bundle_find(host->world, &host->plugin);
  }
  if (status == STATUS_OK && !read_controls(host)) {
    say("out of memory");
    status = STATUS_FAILED;
  }
  if (status != STATUS_OK) {
    host_close(host);
    return status;
  }
  set_freewheel(host);
  *result = host;
  return STATUS_OK;
}

enum status host_list_presets(struct host *host, FILE *out) {
  struct preset_list list;
  const enum status status = presets_read(&list, host->world, host->plugin);
  for (size_t i = 0; i < list.count; i++) {
    fprintf(out, "%s\n", list.presets[i].label);
  }
  presets_free(&list);
  return status;
}

/* The number in an atom of any numeric type, or NaN. */
static float atom_number(const char *type, const void *value, uint32_t size) {
  union {
    int32_t i;
    int64_t l;
    float f;
    double d;
  } number = {0};
  if (!type || size > sizeof number) {
    return NAN;
  }
  memcpy(&number, value, size);
  if (strcmp(type, LV2_ATOM__Float) == 0 && size == sizeof number.f) {
    return number.f;
  }
  if (strcmp(type, LV2_ATOM__Double) == 0 && size == sizeof number.d) {
    return (float)number.d;
  }
  if (strcmp(type, LV2_ATOM__Long) == 0 && size == sizeof number.l) {
    return (float)number.l;
  }
  if ((strcmp(type, LV2_ATOM__Int) == 0 || strcmp(type, LV2_ATOM__Bool) == 0) &&
      size == sizeof number.i) {
    return (float)number.i;
  }
  return NAN;
}

/* lilv hands over the values of a preset one by one. */
static void take_value(const char *symbol, void *data, const void *value, uint32_t size,
                       uint32_t type) {
  struct host *host = data;
  const LV2_URID_Unmap *unmap = &host->features.unmap;
  const float number = atom_number(unmap->unmap(unmap->handle, type), value, size);
  if (isfinite(number)) {
    host_set(host, symbol, number);
  }
}

enum status host_preset(struct host *host, const char *label) {
  struct preset_list list;
  enum status status = presets_read(&list, host->world, host->plugin);
  if (status == STATUS_OK) {
    const struct preset *preset = presets_find(&list, label);
    LilvState *state =
        preset ? lilv_state_new_from_world(host->world, &host->features.map, preset->uri) : NULL;
    if (!preset) {
      say("--preset: no preset '%s'; 'unbraid --list-presets' lists them", label);
      status = STATUS_USAGE;
    } else if (!state) {
      say("--preset: '%s' cannot be read", preset->label);
      status = STATUS_FAILED;
    } else {
      lilv_state_emit_port_values(state, take_value, host);
    }
    lilv_state_free(state);
  }
  presets_free(&list);
  return status;
}

enum status host_set(struct host *host, const char *symbol, float value) {
  const LilvPort *port = port_named(host, symbol);
  struct control *c = port ? &host->controls[lilv_port_get_index(host->plugin, port)] : NULL;
  if (!c || !c->input) {
    say("%s: the plugin has no such control", symbol);
  } else if (c->ours) {
    say("%s: is always %g here", symbol, (double)c->value);
  } else if (value < c->minimum || value > c->maximum) {
    say("%s: %g is not within %g to %g", symbol, (double)value, (double)c->minimum,
        (double)c->maximum);
  } else if (c->integer && value != floorf(value)) {
    say("%s: %g is not a whole number", symbol, (double)value);
  } else {
    c->value = value;
    return STATUS_OK;
  }
  return STATUS_USAGE;
}

enum status host_model(struct host *host, enum split_id split, const char *path) {
  char folder[MODEL_PATH] = "";
  const bool absolute = *path == '/';
  const bool known = absolute || getcwd(folder, sizeof folder);
  const int length =
      snprintf(host->models[split], MODEL_PATH, "%s%s%s", folder, absolute ? "" : "/", path);
  if (known && length < MODEL_PATH) {
    return STATUS_OK;
  }
  say("%s: name too long", path);
  return STATUS_FAILED;
}

bool host_faders_moved(const struct host *host) {
  static const enum stem_control faders[] = {CONTROL_GAIN, CONTROL_MUTE, CONTROL_SOLO};
  for (int s = 0; s < N_STEMS; s++) {
    for (unsigned i = 0; i < sizeof faders / sizeof *faders; i++) {
      const enum port number = ports_stem_control((enum stem)s, faders[i]);
      const LilvPort *port = port_named(host, port_table[number].symbol);
      const struct control *c =
          port ? &host->controls[lilv_port_get_index(host->plugin, port)] : NULL;
      if (c && c->value != c->initial) {
        return true;
      }
    }
  }
  return false;
}

/* Connects one audio port by its symbol; false after saying that it is missing. */
static bool connect_audio(struct host *host, const char *stem, const char *side, float *buffer) {
  char symbol[64];
  snprintf(symbol, sizeof symbol, "%s%s", stem, side);
  const LilvPort *port = port_named(host, symbol);
  if (!port) {
    say("the plugin has no port %s", symbol);
    return false;
  }
  lilv_instance_connect_port(host->instance, lilv_port_get_index(host->plugin, port), buffer);
  return true;
}

static const char *output_port(int output) {
  return output == OUTPUT_MAIN ? "main" : stem_symbols[output];
}

static bool connect_all(struct host *host, const bool wanted[N_OUTPUTS]) {
  for (uint32_t i = 0; i < host->n_ports; i++) {
    const LilvPort *port = lilv_plugin_get_port_by_index(host->plugin, i);
    const bool control = port_is(host, port, LV2_CORE__ControlPort);
    lilv_instance_connect_port(host->instance, i, control ? &host->controls[i].value : NULL);
  }
  bool ok =
      connect_audio(host, "in", "_l", host->in[0]) && connect_audio(host, "in", "_r", host->in[1]);
  for (int o = 0; ok && o < N_OUTPUTS; o++) {
    if (wanted[o] || o == OUTPUT_MAIN) { /* main is not optional to connect */
      ok = connect_audio(host, output_port(o), "_l", host->out[o][0]) &&
           connect_audio(host, output_port(o), "_r", host->out[o][1]);
    }
  }
  return ok;
}

/* Whether the split of four is at work in one of the outputs. */
static bool needs_model(const struct host *host, const bool wanted[N_OUTPUTS]) {
  for (int s = STEM_VOCALS; s <= STEM_OTHER; s++) {
    if (wanted[s]) {
      return true;
    }
  }
  const LilvPort *port = port_named(host, port_table[PORT_MAIN_FROM].symbol);
  return wanted[OUTPUT_MAIN] && port &&
         host->controls[lilv_port_get_index(host->plugin, port)].value == 0.0f;
}

/* What a session would have: the model files, and the quality they go with. */
static const void *retrieve(LV2_State_Handle handle, uint32_t key, size_t *size, uint32_t *type,
                            uint32_t *flags) {
  static const char *const files[N_SPLITS] = {UNBRAID__model_four, UNBRAID__model_hp};
  struct host *host = handle;
  const LV2_URID_Map *map = &host->features.map;
  *flags = LV2_STATE_IS_POD;
  if (key == map->map(map->handle, UNBRAID__quality)) {
    const LilvPort *port = port_named(host, port_table[PORT_QUALITY].symbol);
    host->quality =
        port ? (int32_t)host->controls[lilv_port_get_index(host->plugin, port)].value : 0;
    *size = sizeof host->quality;
    *type = map->map(map->handle, LV2_ATOM__Int);
    return &host->quality;
  }
  for (int i = 0; i < N_SPLITS; i++) {
    if (host->models[i][0] && key == map->map(map->handle, files[i])) {
      *size = strlen(host->models[i]) + 1;
      *type = map->map(map->handle, LV2_ATOM__Path);
      return host->models[i];
    }
  }
  return NULL;
}

/* Hands the chosen model files over; false when one cannot be used, which the plugin says. */
static bool choose_models(struct host *host) {
  if (!host->models[SPLIT_FOUR][0] && !host->models[SPLIT_HP][0]) {
    return true;
  }
  const LV2_State_Interface *state =
      lilv_instance_get_extension_data(host->instance, LV2_STATE__interface);
  if (!state) {
    say("the plugin takes no model files");
    return false;
  }
  host->features.strict = true;
  const LV2_State_Status restored =
      state->restore(lilv_instance_get_handle(host->instance), retrieve, host, 0, NULL);
  host->features.strict = false;
  return restored == LV2_STATE_SUCCESS;
}

enum status host_start(struct host *host, double rate, const bool wanted[N_OUTPUTS]) {
  host->features.complaints = 0;
  features_set_rate(&host->features, rate);
  host->instance = lilv_plugin_instantiate(host->plugin, rate, host->features.pointers);
  if (!host->instance) {
    if (host->features.complaints == 0) {
      say("the plugin cannot be started at %g Hz", rate);
    }
    return STATUS_FAILED;
  }
  const bool crippled = host->features.complaints > 0 && needs_model(host, wanted);
  if (crippled || !choose_models(host) || !connect_all(host, wanted)) {
    lilv_instance_free(host->instance);
    host->instance = NULL;
    return STATUS_FAILED;
  }
  lilv_instance_activate(host->instance);
  return STATUS_OK;
}

float *host_input(struct host *host, int channel) {
  return host->in[channel];
}

void host_run(struct host *host) {
  lilv_instance_run(host->instance, HOST_BLOCK);
}

const float *host_output(const struct host *host, int output, int channel) {
  return host->out[output][channel];
}

uint32_t host_latency(const struct host *host) {
  const float latency =
      host->latency_port < host->n_ports ? host->controls[host->latency_port].value : 0.0f;
  return latency > 0.0f && latency < 1e7f ? (uint32_t)lroundf(latency) : 0;
}

uint64_t host_fingerprint(const struct host *host) {
  uint64_t hash = HASH_OF_NOTHING;
  for (uint32_t i = 0; i < host->n_ports; i++) {
    if (host->controls[i].input) {
      hash = hash_more(hash, &host->controls[i].value, sizeof host->controls[i].value);
    }
  }
  for (int i = 0; i < N_SPLITS; i++) {
    struct stat st = {0};
    if (host->models[i][0] && stat(host->models[i], &st) == 0) {
      hash = hash_more(hash, host->models[i], strlen(host->models[i]));
      hash = hash_more(hash, &st.st_size, sizeof st.st_size);
      hash = hash_more(hash, &st.st_mtim, sizeof st.st_mtim);
    }
  }
  return hash;
}

void host_stop(struct host *host) {
  if (host->instance) {
    lilv_instance_deactivate(host->instance);
    lilv_instance_free(host->instance);
  }
  host->instance = NULL;
}

void host_close(struct host *host) {
  if (!host) {
    return;
  }
  host_stop(host);
  free(host->controls);
  lilv_world_free(host->world);
  features_free(&host->features);
  free(host);
}
