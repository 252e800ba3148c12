/* SPDX-License-Identifier: ISC */
/* The ports and groups of the built bundle, as lilv reads them for every host: they must be what
 * the port table says. */
#include "tests/lilv/world.h"

#include <lv2/atom/atom.h>
#include <lv2/core/lv2.h>
#include <lv2/port-groups/port-groups.h>
#include <lv2/port-props/port-props.h>
#include <lv2/resize-port/resize-port.h>
#include <lv2/units/units.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

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
  world_check(port_get(plugin, port, LV2_CORE_PREFIX "shortName"), info->short_name);
  world_check(port_get(plugin, port, LILV_NS_RDFS "comment"), info->comment);
  const bool player =
      ports_is_control((enum port)(info - port_table)) && !(info->flags & FLAG_NOT_ON_GUI);
  LilvNode *priority = port_get(plugin, port, LV2_PORT_PROPS__displayPriority);
  assert_int_equal(priority ? lilv_node_as_int(priority) : 0, info->priority);
  assert_int_equal(info->priority > 0, player);
  lilv_node_free(priority);
  char text[128];
  snprintf(text, sizeof text, "#%s", info->group ? info->group : "");
  world_check(port_get(plugin, port, LV2_PORT_GROUPS__group), info->group ? text : NULL);
  if (info->bytes > 0) {
    world_check(port_get(plugin, port, LV2_ATOM__bufferType), "#Sequence");
    world_check(port_get(plugin, port, LV2_ATOM__supports), "patch#Message");
    LilvNode *bytes = port_get(plugin, port, LV2_RESIZE_PORT__minimumSize);
    assert_int_equal(lilv_node_as_int(bytes), info->bytes);
    lilv_node_free(bytes);
  }
  const char *colon = info->designation ? strchr(info->designation, ':') : NULL;
  snprintf(text, sizeof text, "#%s", colon ? colon + 1 : "");
  world_check(port_get(plugin, port, LV2_CORE__designation), colon ? text : NULL);
  if (!ports_is_control((enum port)(info - port_table))) {
    return;
  }
  assert_range(plugin, port, info);
  assert_scale_points(plugin, port, info);
  snprintf(text, sizeof text, "#%s", info->unit ? info->unit : "");
  world_check(port_get(plugin, port, LV2_UNITS__unit), info->unit ? text : NULL);
}

static void test_ports_are_those_of_the_table(void **state) {
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
static void test_insert_keeps_its_port_numbers(void **state) {
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
  LilvNode *symbol = world_get(group, LV2_CORE__symbol),
           *label = world_get(group, LILV_NS_RDFS "label");
  LilvNode *name = world_get(group, LV2_CORE__name);
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
    LilvNode *index = world_get(element, LV2_CORE__index);
    world_check(world_get(element, LV2_CORE__designation),
                lilv_node_as_int(index) == 0 ? "#left" : "#right");
    lilv_node_free(index);
  }
  lilv_nodes_free(elements);
  world_check(world_get(group, LV2_PORT_GROUPS__source), stereo && !input ? "#in" : NULL);
}

static void test_groups_name_their_channels(void **state) {
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

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_ports_are_those_of_the_table),
      cmocka_unit_test(test_insert_keeps_its_port_numbers),
      cmocka_unit_test(test_groups_name_their_channels),
  };
  return cmocka_run_group_tests(tests, world_open, world_close);
}
