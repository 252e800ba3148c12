/* SPDX-License-Identifier: ISC */
/* The built bundle, as lilv reads it for every host: it must
 * follow the conventions that hosts rely on. Its ports are in test_bundle_ports.c. */
#include "interface/uris.h"
#include "plugin/inlinedisplay.h"
#include "tests/lilv/world.h"

#include <lv2/core/lv2.h>
#include <lv2/options/options.h>
#include <lv2/patch/patch.h>
#include <lv2/port-groups/port-groups.h>
#include <lv2/presets/presets.h>
#include <lv2/state/state.h>
#include <lv2/ui/ui.h>

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { N_PRESETS = 8 };

static void test_plugins_say_what_they_are(void **state) {
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
    world_check(world_get(lilv_plugin_get_uri(plugin), LILV_NS_DOAP "license"), "licenses/isc");
    LilvNode *project = lilv_plugin_get_project(plugin);
    assert_non_null(project);
    lilv_node_free(project);
    world_check(world_get(lilv_plugin_get_uri(plugin), LV2_PORT_GROUPS__mainInput), "#in");
    world_check(world_get(lilv_plugin_get_uri(plugin), LV2_PORT_GROUPS__mainOutput), "#main");
  }
}

/* Odd numbers and minor version 0 mean "in development" to LV2. */
static void test_version_is_not_in_development(void **state) {
  (void)state;
  unsigned x, y, z;
  assert_int_equal(sscanf(UNBRAID_VERSION, "%u.%u.%u", &x, &y, &z), 3);
  for (int v = 0; v < N_VARIANTS; v++) {
    LilvNode *minor = world_get(lilv_plugin_get_uri(plugins[v]), LV2_CORE__minorVersion);
    LilvNode *micro = world_get(lilv_plugin_get_uri(plugins[v]), LV2_CORE__microVersion);
    assert_int_equal(lilv_node_as_int(minor), 2 * (100 * x + y));
    assert_int_equal(lilv_node_as_int(micro), 2 * z);
    assert_true(lilv_node_as_int(minor) > 0);
    lilv_node_free(minor);
    lilv_node_free(micro);
  }
}

/* What mixer strips look for. */
static void test_inline_display_is_announced(void **state) {
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

static void test_features_are_all_optional(void **state) {
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

/* Hosts find the model files as parameters, and save them. */
static void test_parameters_are_the_model_files(void **state) {
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
      world_check(world_get(parameter, LILV_NS_RDFS "range"), "atom#Path");
      world_check(world_get(parameter, "http://moddevices.com/ns/mod#fileTypes"), "safetensors");
      LilvNode *label = world_get(parameter, LILV_NS_RDFS "label");
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

/* One value of a preset: of a control that is there, within its range. */
static void assert_preset_value(const LilvPlugin *plugin, const LilvNode *setting) {
  LilvNode *symbol = world_get(setting, LV2_CORE__symbol),
           *value = world_get(setting, LV2_PRESETS__value);
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

static void test_presets_set_every_fader(void **state) {
  (void)state;
  LilvNode *type = lilv_new_uri(world, LV2_PRESETS__Preset);
  LilvNode *port = lilv_new_uri(world, LV2_CORE__port);
  for (int v = 0; v < N_VARIANTS; v++) {
    LilvNodes *presets = lilv_plugin_get_related(plugins[v], type);
    assert_int_equal(lilv_nodes_size(presets), N_PRESETS);
    LILV_FOREACH(nodes, i, presets) {
      const LilvNode *preset = lilv_nodes_get(presets, i);
      assert_true(lilv_world_load_resource(world, preset) >= 0);
      LilvNode *label = world_get(preset, LILV_NS_RDFS "label");
      assert_non_null(label);
      lilv_node_free(label);
      LilvNode *bank = world_get(preset, LV2_PRESETS__bank);
      assert_non_null(bank);
      world_check(world_get(bank, LILV_NS_RDFS "label"), "Unbraid");
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
static void test_windows_are_told_what_they_show(void **state) {
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
        LilvNode *symbol = world_get(lilv_nodes_get(told, j), LV2_CORE__symbol);
        assert_non_null(lilv_plugin_get_port_by_symbol(plugins[v], symbol));
        world_check(world_get(lilv_nodes_get(told, j), LV2_UI__plugin),
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
static void test_plugins_start_without_features(void **state) {
  (void)state;
  for (int v = 0; v < N_VARIANTS; v++) {
    LilvInstance *instance = lilv_plugin_instantiate(plugins[v], 44100.0, NULL);
    assert_non_null(instance);
    lilv_instance_free(instance);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_plugins_say_what_they_are),
      cmocka_unit_test(test_version_is_not_in_development),
      cmocka_unit_test(test_features_are_all_optional),
      cmocka_unit_test(test_inline_display_is_announced),
      cmocka_unit_test(test_parameters_are_the_model_files),
      cmocka_unit_test(test_presets_set_every_fader),
      cmocka_unit_test(test_windows_are_told_what_they_show),
      cmocka_unit_test(test_plugins_start_without_features),
  };
  return cmocka_run_group_tests(tests, world_open, world_close);
}
