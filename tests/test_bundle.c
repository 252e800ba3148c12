/* The built bundle, as lilv reads it for every host: it must say what the port table says, and
 * follow the conventions that hosts rely on. */
#include "interface/ports.h"
#include "interface/uris.h"
#include "plugin/inlinedisplay.h"

#include <lilv/lilv.h>
#include <lv2/atom/atom.h>
#include <lv2/core/lv2.h>
#include <lv2/options/options.h>
#include <lv2/patch/patch.h>
#include <lv2/port-groups/port-groups.h>
#include <lv2/port-props/port-props.h>
#include <lv2/presets/presets.h>
#include <lv2/resize-port/resize-port.h>
#include <lv2/state/state.h>
#include <lv2/ui/ui.h>
#include <lv2/units/units.h>

#include <limits.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { N_PRESETS = 8 };

static LilvWorld *world;
static const LilvPlugin *plugins[N_VARIANTS];

static int load_bundle(void **state) {
  (void)state;
  static const char *const uris[N_VARIANTS] = {UNBRAID_URI, UNBRAID_INSERT_URI};
  const char *bundle = getenv("UNBRAID_BUNDLE");
  char folder[PATH_MAX];
  snprintf(folder, sizeof folder, "%s/", bundle ? bundle : "build/unbraid.lv2");
  setenv("LANG", "C", 1); /* test_translations.c has the other languages */
  world = lilv_world_new();
  LilvNode *uri = lilv_new_file_uri(world, NULL, folder);
  lilv_world_load_bundle(world, uri);
  lilv_node_free(uri);
  for (int v = 0; v < N_VARIANTS; v++) {
    uri = lilv_new_uri(world, uris[v]);
    plugins[v] = lilv_plugins_get_by_uri(lilv_world_get_all_plugins(world), uri);
    lilv_node_free(uri);
    if (!plugins[v]) {
      return -1;
    }
  }
  return 0;
}

static int unload_bundle(void **state) {
  (void)state;
  lilv_world_free(world);
  return 0;
}

/* What a subject has for a predicate, or NULL; to be freed. */
static LilvNode *get(const LilvNode *subject, const char *predicate) {
  LilvNode *node = lilv_new_uri(world, predicate);
  LilvNode *object = lilv_world_get(world, subject, node, NULL);
  lilv_node_free(node);
  return object;
}

static bool port_is_a(const LilvPlugin *plugin, const LilvPort *port, const char *type) {
  LilvNode *node = lilv_new_uri(world, type);
  const bool is = lilv_port_is_a(plugin, port, node);
  lilv_node_free(node);
  return is;
}

static bool port_has(const LilvPlugin *plugin, const LilvPort *port, const char *property) {
  LilvNode *node = lilv_new_uri(world, property);
  const bool has = lilv_port_has_property(plugin, port, node);
  lilv_node_free(node);
  return has;
}

static LilvNode *port_get(const LilvPlugin *plugin, const LilvPort *port, const char *predicate) {
  LilvNode *node = lilv_new_uri(world, predicate);
  LilvNode *object = lilv_port_get(plugin, port, node);
  lilv_node_free(node);
  return object;
}

/* The object is text, or a URI that ends with it; NULL: there is no object. Frees it. */
static void assert_object(LilvNode *object, const char *text) {
  if (!text) {
    assert_null(object);
    return;
  }
  assert_non_null(object);
  const char *got =
      lilv_node_is_uri(object) ? lilv_node_as_uri(object) : lilv_node_as_string(object);
  const size_t n = strlen(got), m = strlen(text);
  if (n < m || strcmp(got + n - m, text) != 0 || (!lilv_node_is_uri(object) && n != m)) {
    fail_msg("%s instead of %s", got, text);
  }
  lilv_node_free(object);
}

static void test_plugins(void **state) {
  (void)state;
  for (int v = 0; v < N_VARIANTS; v++) {
    const LilvPlugin *plugin = plugins[v];
    assert_true(lilv_plugin_verify(plugin));
    LilvNode *name = lilv_plugin_get_name(plugin);
    assert_non_null(name);
    lilv_node_free(name);
    LilvNode *author = lilv_plugin_get_author_name(plugin);
    assert_non_null(author);
    lilv_node_free(author);
    assert_object(get(lilv_plugin_get_uri(plugin), LILV_NS_DOAP "license"), "licenses/isc");
    LilvNode *project = lilv_plugin_get_project(plugin);
    assert_non_null(project);
    lilv_node_free(project);
    assert_object(get(lilv_plugin_get_uri(plugin), LV2_PORT_GROUPS__mainInput), "#in");
    assert_object(get(lilv_plugin_get_uri(plugin), LV2_PORT_GROUPS__mainOutput), "#main");
  }
}

/* Odd numbers and minor version 0 mean "in development" to LV2. */
static void test_version(void **state) {
  (void)state;
  unsigned x, y, z;
  assert_int_equal(sscanf(UNBRAID_VERSION, "%u.%u.%u", &x, &y, &z), 3);
  for (int v = 0; v < N_VARIANTS; v++) {
    LilvNode *minor = get(lilv_plugin_get_uri(plugins[v]), LV2_CORE__minorVersion);
    LilvNode *micro = get(lilv_plugin_get_uri(plugins[v]), LV2_CORE__microVersion);
    assert_int_equal(lilv_node_as_int(minor), 2 * (100 * x + y));
    assert_int_equal(lilv_node_as_int(micro), 2 * z);
    assert_true(lilv_node_as_int(minor) > 0);
    lilv_node_free(minor);
    lilv_node_free(micro);
  }
}

/* What mixer strips look for. */
static void test_inline_display(void **state) {
  (void)state;
  LilvNode *interface = lilv_new_uri(world, INLINEDISPLAY__interface);
  LilvNode *request = lilv_new_uri(world, INLINEDISPLAY__queue_draw);
  for (int v = 0; v < N_VARIANTS; v++) {
    assert_true(lilv_plugin_has_extension_data(plugins[v], interface));
    assert_true(lilv_plugin_has_feature(plugins[v], request));
  }
  lilv_node_free(interface);
  lilv_node_free(request);
}

static void test_features(void **state) {
  (void)state;
  for (int v = 0; v < N_VARIANTS; v++) {
    LilvNodes *required = lilv_plugin_get_required_features(plugins[v]);
    assert_int_equal(lilv_nodes_size(required), 0);
    lilv_nodes_free(required);
    LilvNodes *optional = lilv_plugin_get_optional_features(plugins[v]);
    bool real_time = false;
    LILV_FOREACH(nodes, i, optional) {
      const char *uri = lilv_node_as_uri(lilv_nodes_get(optional, i));
      real_time = real_time || strcmp(uri, LV2_CORE__hardRTCapable) == 0;
      assert_string_not_equal(uri, LV2_CORE__inPlaceBroken);
    }
    assert_true(real_time);
    lilv_nodes_free(optional);
    LilvNode *option = lilv_new_uri(world, LV2_OPTIONS__supportedOption);
    LilvNodes *options = lilv_plugin_get_value(plugins[v], option);
    assert_int_equal(lilv_nodes_size(options), 2);
    lilv_nodes_free(options);
    lilv_node_free(option);
  }
}

static void assert_kind(const LilvPlugin *plugin, const LilvPort *port, enum port_kind kind) {
  const bool input = kind == KIND_AUDIO_IN || kind == KIND_CONTROL_IN || kind == KIND_ATOM_IN;
  const bool audio = kind == KIND_AUDIO_IN || kind == KIND_AUDIO_OUT;
  const bool atom = kind == KIND_ATOM_IN || kind == KIND_ATOM_OUT;
  assert_int_equal(port_is_a(plugin, port, LV2_CORE__InputPort), input);
  assert_int_equal(port_is_a(plugin, port, LV2_CORE__OutputPort), !input);
  assert_int_equal(port_is_a(plugin, port, LV2_CORE__AudioPort), audio);
  assert_int_equal(port_is_a(plugin, port, LV2_CORE__ControlPort), !audio && !atom);
  assert_int_equal(port_is_a(plugin, port, LV2_ATOM__AtomPort), atom);
}

static void assert_properties(const LilvPlugin *plugin, const LilvPort *port, unsigned flags) {
  static const struct {
    unsigned flag;
    const char *property;
  } properties[] = {
      {FLAG_TOGGLED, LV2_CORE__toggled},           {FLAG_INTEGER, LV2_CORE__integer},
      {FLAG_ENUM, LV2_CORE__enumeration},          {FLAG_OPTIONAL, LV2_CORE__connectionOptional},
      {FLAG_NOT_ON_GUI, LV2_PORT_PROPS__notOnGUI}, {FLAG_LATENCY, LV2_CORE__reportsLatency},
  };
  for (size_t i = 0; i < sizeof properties / sizeof *properties; i++) {
    assert_int_equal(port_has(plugin, port, properties[i].property),
                     (flags & properties[i].flag) != 0);
  }
}

static void assert_scale_points(const LilvPlugin *plugin, const LilvPort *port,
                                const struct port_info *info) {
  unsigned expected = 0;
  for (const struct scale_point *p = info->points; p && p->label; p++) {
    assert_true(p->value >= info->minimum && p->value <= info->maximum);
    expected++;
  }
  LilvScalePoints *points = lilv_port_get_scale_points(plugin, port);
  assert_int_equal(points ? lilv_scale_points_size(points) : 0, expected);
  lilv_scale_points_free(points);
  if (info->flags & FLAG_ENUM) {
    assert_int_equal(expected, info->maximum - info->minimum + 1);
  }
}

static void assert_range(const LilvPlugin *plugin, const LilvPort *port,
                         const struct port_info *info) {
  LilvNode *initial, *minimum, *maximum;
  lilv_port_get_range(plugin, port, &initial, &minimum, &maximum);
  if (info->kind == KIND_CONTROL_IN) {
    assert_non_null(initial);
    assert_true(lilv_node_as_float(initial) == info->initial);
    assert_true(info->minimum <= info->initial && info->initial <= info->maximum);
  }
  assert_true(lilv_node_as_float(minimum) == info->minimum);
  assert_true(lilv_node_as_float(maximum) == info->maximum);
  assert_true(info->minimum < info->maximum);
  lilv_node_free(initial);
  lilv_node_free(minimum);
  lilv_node_free(maximum);
}

static void assert_port(const LilvPlugin *plugin, const LilvPort *port,
                        const struct port_info *info) {
  assert_string_equal(lilv_node_as_string(lilv_port_get_symbol(plugin, port)), info->symbol);
  LilvNode *name = lilv_port_get_name(plugin, port);
  assert_string_equal(lilv_node_as_string(name), info->name);
  lilv_node_free(name);
  assert_kind(plugin, port, info->kind);
  assert_properties(plugin, port, info->flags);
  assert_object(port_get(plugin, port, LV2_CORE_PREFIX "shortName"), info->short_name);
  assert_object(port_get(plugin, port, LILV_NS_RDFS "comment"), info->comment);
  const bool player =
      ports_is_control((enum port)(info - port_table)) && !(info->flags & FLAG_NOT_ON_GUI);
  LilvNode *priority = port_get(plugin, port, LV2_PORT_PROPS__displayPriority);
  assert_int_equal(priority ? lilv_node_as_int(priority) : 0, info->priority);
  assert_int_equal(info->priority > 0, player);
  lilv_node_free(priority);
  char text[128];
  snprintf(text, sizeof text, "#%s", info->group ? info->group : "");
  assert_object(port_get(plugin, port, LV2_PORT_GROUPS__group), info->group ? text : NULL);
  if (info->bytes > 0) {
    assert_object(port_get(plugin, port, LV2_ATOM__bufferType), "#Sequence");
    assert_object(port_get(plugin, port, LV2_ATOM__supports), "patch#Message");
    LilvNode *bytes = port_get(plugin, port, LV2_RESIZE_PORT__minimumSize);
    assert_int_equal(lilv_node_as_int(bytes), info->bytes);
    lilv_node_free(bytes);
  }
  const char *colon = info->designation ? strchr(info->designation, ':') : NULL;
  snprintf(text, sizeof text, "#%s", colon ? colon + 1 : "");
  assert_object(port_get(plugin, port, LV2_CORE__designation), colon ? text : NULL);
  if (!ports_is_control((enum port)(info - port_table))) {
    return;
  }
  assert_range(plugin, port, info);
  assert_scale_points(plugin, port, info);
  snprintf(text, sizeof text, "#%s", info->unit ? info->unit : "");
  assert_object(port_get(plugin, port, LV2_UNITS__unit), info->unit ? text : NULL);
}

static void test_ports(void **state) {
  (void)state;
  for (int v = 0; v < N_VARIANTS; v++) {
    const uint32_t count = ports_count((enum variant)v);
    assert_int_equal(lilv_plugin_get_num_ports(plugins[v]), count);
    for (uint32_t i = 0; i < count; i++) {
      const LilvPort *port = lilv_plugin_get_port_by_index(plugins[v], i);
      assert_non_null(port);
      assert_int_equal(lilv_port_get_index(plugins[v], port), i);
      assert_port(plugins[v], port, &port_table[ports_from_variant((enum variant)v, i)]);
      /* A symbol that two ports share would find the first of them. */
      assert_ptr_equal(
          lilv_plugin_get_port_by_symbol(plugins[v], lilv_port_get_symbol(plugins[v], port)), port);
    }
    assert_true(lilv_plugin_has_latency(plugins[v]));
    assert_int_equal(
        ports_from_variant((enum variant)v, lilv_plugin_get_latency_port_index(plugins[v])),
        PORT_LATENCY);
  }
}

/* The insert has no switch for outputs that it has not, and what Ardour saved as automation of a
 * number before that switch went is of the same control still. */
static void test_numbers_of_the_insert(void **state) {
  (void)state;
  LilvNode *outs = lilv_new_string(world, port_table[PORT_OUTS].symbol);
  assert_non_null(lilv_plugin_get_port_by_symbol(plugins[VARIANT_STEMS], outs));
  assert_null(lilv_plugin_get_port_by_symbol(plugins[VARIANT_INSERT], outs));
  lilv_node_free(outs);
  for (unsigned p = PORT_STEM_CONTROLS; p < PORT_FLOOR; p++) {
    const uint32_t was = p - (PORT_STEM_CONTROLS - PORT_STEM_AUDIO);
    const LilvPort *port = lilv_plugin_get_port_by_index(plugins[VARIANT_INSERT], was);
    const char *symbol = lilv_node_as_string(lilv_port_get_symbol(plugins[VARIANT_INSERT], port));
    if (p == PORT_OUTS) {
      assert_true(port_is_a(plugins[VARIANT_INSERT], port, LV2_CORE__OutputPort));
    } else if (p != PORT_LATE_FRAMES) {
      assert_string_equal(symbol, port_table[p].symbol);
    }
  }
}

/* Hosts find the model files as parameters, and save them. */
static void test_parameters(void **state) {
  (void)state;
  static const char *const uris[] = {UNBRAID__model_four, UNBRAID__model_hp};
  LilvNode *writable = lilv_new_uri(world, LV2_PATCH__writable);
  LilvNode *interface = lilv_new_uri(world, LV2_STATE__interface);
  LilvNode *anywhere = lilv_new_uri(world, LV2_STATE__threadSafeRestore);
  for (int v = 0; v < N_VARIANTS; v++) {
    assert_true(lilv_plugin_has_extension_data(plugins[v], interface));
    assert_true(lilv_plugin_has_feature(plugins[v], anywhere));
    LilvNodes *parameters = lilv_plugin_get_value(plugins[v], writable);
    assert_int_equal(lilv_nodes_size(parameters), 2);
    for (int i = 0; i < 2; i++) {
      LilvNode *parameter = lilv_new_uri(world, uris[i]);
      assert_true(lilv_nodes_contains(parameters, parameter));
      assert_object(get(parameter, LILV_NS_RDFS "range"), "atom#Path");
      assert_object(get(parameter, "http://moddevices.com/ns/mod#fileTypes"), "safetensors");
      LilvNode *label = get(parameter, LILV_NS_RDFS "label");
      assert_non_null(label);
      lilv_node_free(label);
      lilv_node_free(parameter);
    }
    lilv_nodes_free(parameters);
  }
  lilv_node_free(writable);
  lilv_node_free(interface);
  lilv_node_free(anywhere);
}

/* A host that takes any literal, of whatever language, takes the English one. */
static void assert_english_alone(const LilvNode *subject, const char *predicate) {
  LilvNode *node = lilv_new_uri(world, predicate), *no = lilv_new_bool(world, false),
           *yes = lilv_new_bool(world, true);
  lilv_world_set_option(world, LILV_OPTION_FILTER_LANG, no);
  LilvNodes *all = lilv_world_find_nodes(world, subject, node, NULL);
  lilv_world_set_option(world, LILV_OPTION_FILTER_LANG, yes);
  assert_int_equal(lilv_nodes_size(all), 1);
  lilv_nodes_free(all);
  lilv_node_free(node);
  lilv_node_free(no);
  lilv_node_free(yes);
}

/* Ardour takes the channels of a group from its elements and its name from rdfs:label; Carla its
 * name from lv2:name, of any language. */
static void assert_group(const LilvNode *group, bool stereo, bool input) {
  LilvNode *symbol = get(group, LV2_CORE__symbol), *label = get(group, LILV_NS_RDFS "label");
  LilvNode *name = get(group, LV2_CORE__name);
  assert_true(symbol && label && name);
  assert_true(lilv_node_equals(label, name));
  assert_english_alone(group, LV2_CORE__name);
  lilv_node_free(symbol);
  lilv_node_free(label);
  lilv_node_free(name);
  LilvNode *predicate = lilv_new_uri(world, LV2_PORT_GROUPS__element);
  LilvNodes *elements = lilv_world_find_nodes(world, group, predicate, NULL);
  lilv_node_free(predicate);
  assert_int_equal(elements ? lilv_nodes_size(elements) : 0, stereo ? 2 : 0);
  LILV_FOREACH(nodes, i, elements) {
    const LilvNode *element = lilv_nodes_get(elements, i);
    LilvNode *index = get(element, LV2_CORE__index);
    assert_object(get(element, LV2_CORE__designation),
                  lilv_node_as_int(index) == 0 ? "#left" : "#right");
    lilv_node_free(index);
  }
  lilv_nodes_free(elements);
  assert_object(get(group, LV2_PORT_GROUPS__source), stereo && !input ? "#in" : NULL);
}

static void test_groups(void **state) {
  (void)state;
  for (int v = 0; v < N_VARIANTS; v++) {
    for (uint32_t i = 0; i < ports_count((enum variant)v); i++) {
      const struct port_info *info = &port_table[ports_from_variant((enum variant)v, i)];
      LilvNode *group = port_get(plugins[v], lilv_plugin_get_port_by_index(plugins[v], i),
                                 LV2_PORT_GROUPS__group);
      if (group) {
        assert_group(group, info->kind == KIND_AUDIO_IN || info->kind == KIND_AUDIO_OUT,
                     info->kind == KIND_AUDIO_IN);
      }
      lilv_node_free(group);
    }
  }
}

/* One value of a preset: of a control that is there, within its range. */
static void assert_preset_value(const LilvPlugin *plugin, const LilvNode *setting) {
  LilvNode *symbol = get(setting, LV2_CORE__symbol), *value = get(setting, LV2_PRESETS__value);
  assert_true(symbol && value && (lilv_node_is_float(value) || lilv_node_is_int(value)));
  const LilvPort *port = lilv_plugin_get_port_by_symbol(plugin, symbol);
  assert_non_null(port);
  const uint32_t index = lilv_port_get_index(plugin, port);
  const enum variant v = plugin == plugins[VARIANT_INSERT] ? VARIANT_INSERT : VARIANT_STEMS;
  const struct port_info *info = &port_table[ports_from_variant(v, index)];
  assert_int_equal(info->kind, KIND_CONTROL_IN);
  const float number = lilv_node_as_float(value);
  assert_true(number >= info->minimum && number <= info->maximum);
  if (info->flags & FLAG_INTEGER) {
    assert_true(number == floorf(number));
  }
  lilv_node_free(symbol);
  lilv_node_free(value);
}

static void test_presets(void **state) {
  (void)state;
  LilvNode *type = lilv_new_uri(world, LV2_PRESETS__Preset);
  LilvNode *port = lilv_new_uri(world, LV2_CORE__port);
  for (int v = 0; v < N_VARIANTS; v++) {
    LilvNodes *presets = lilv_plugin_get_related(plugins[v], type);
    assert_int_equal(lilv_nodes_size(presets), N_PRESETS);
    LILV_FOREACH(nodes, i, presets) {
      const LilvNode *preset = lilv_nodes_get(presets, i);
      assert_true(lilv_world_load_resource(world, preset) >= 0);
      LilvNode *label = get(preset, LILV_NS_RDFS "label");
      assert_non_null(label);
      lilv_node_free(label);
      LilvNode *bank = get(preset, LV2_PRESETS__bank);
      assert_non_null(bank);
      assert_object(get(bank, LILV_NS_RDFS "label"), "Unbraid");
      lilv_node_free(bank);
      LilvNodes *settings = lilv_world_find_nodes(world, preset, port, NULL);
      /* Every fader and main_from: nothing of the preset before is left. */
      assert_int_equal(lilv_nodes_size(settings), N_STEMS * N_STEM_CONTROLS + 1);
      LILV_FOREACH(nodes, j, settings)
      assert_preset_value(plugins[v], lilv_nodes_get(settings, j));
      lilv_nodes_free(settings);
    }
    lilv_nodes_free(presets);
  }
  lilv_node_free(type);
  lilv_node_free(port);
}

/* A window where it was built, for both plugins, and told of what it shows. */
static void test_windows(void **state) {
  (void)state;
  for (int v = 0; v < N_VARIANTS; v++) {
    LilvUIs *uis = lilv_plugin_get_uis(plugins[v]);
    LILV_FOREACH(uis, i, uis) {
      const LilvUI *ui = lilv_uis_get(uis, i);
      assert_string_equal(lilv_node_as_uri(lilv_ui_get_uri(ui)),
                          v == VARIANT_STEMS ? UNBRAID_UI_URI : UNBRAID_INSERT_UI_URI);
      LilvNode *type = lilv_new_uri(world, LV2_UI__X11UI);
      assert_true(lilv_ui_is_a(ui, type));
      lilv_node_free(type);
      char *binary = lilv_node_get_path(lilv_ui_get_binary_uri(ui), NULL);
      FILE *file = fopen(binary, "rb");
      assert_non_null(file);
      fclose(file);
      lilv_free(binary);
      LilvNode *predicate = lilv_new_uri(world, LV2_UI__portNotification);
      LilvNodes *told = lilv_world_find_nodes(world, lilv_ui_get_uri(ui), predicate, NULL);
      assert_int_equal(lilv_nodes_size(told), 3);
      LILV_FOREACH(nodes, j, told) {
        LilvNode *symbol = get(lilv_nodes_get(told, j), LV2_CORE__symbol);
        assert_non_null(lilv_plugin_get_port_by_symbol(plugins[v], symbol));
        assert_object(get(lilv_nodes_get(told, j), LV2_UI__plugin),
                      v == VARIANT_STEMS ? UNBRAID_URI : UNBRAID_INSERT_URI);
        lilv_node_free(symbol);
      }
      lilv_nodes_free(told);
      lilv_node_free(predicate);
    }
    assert_true(lilv_uis_size(uis) <= 1);
    lilv_uis_free(uis);
  }
}

/* ecasound and lv2apply offer nothing at all. */
static void test_starts_without_features(void **state) {
  (void)state;
  for (int v = 0; v < N_VARIANTS; v++) {
    LilvInstance *instance = lilv_plugin_instantiate(plugins[v], 44100.0, NULL);
    assert_non_null(instance);
    lilv_instance_free(instance);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_plugins),
      cmocka_unit_test(test_version),
      cmocka_unit_test(test_features),
      cmocka_unit_test(test_inline_display),
      cmocka_unit_test(test_ports),
      cmocka_unit_test(test_numbers_of_the_insert),
      cmocka_unit_test(test_parameters),
      cmocka_unit_test(test_groups),
      cmocka_unit_test(test_presets),
      cmocka_unit_test(test_windows),
      cmocka_unit_test(test_starts_without_features),
  };
  return cmocka_run_group_tests(tests, load_bundle, unload_bundle);
}
