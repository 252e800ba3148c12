/* SPDX-License-Identifier: ISC */
/* What the window knows and shows, without a picture of it: tapers, meters, lights, presets, texts.
 */
#include "interface/uris.h"
#include "tests/lilv/world.h"
#include "ui/presets.h"
#include "ui/state.h"
#include "ui/taper.h"

#include <cairo.h>
#include <lv2/core/lv2.h>
#include <lv2/presets/presets.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static struct state model;

static void test_taper_and_back_is_the_same(void **state) {
  (void)state;
  for (double db = -60.0; db <= 12.0; db += 0.25) {
    assert_true(fabs(taper_db(taper_position(db)) - db) < 1e-9);
  }
  assert_true(taper_position(-1e9) == 0.0 && taper_position(1e9) == 1.0);
  assert_true(taper_db(-1.0) == -60.0 && taper_db(2.0) == 12.0);
  assert_true(taper_position((double)NAN) == 0.0);
}

static void test_meters_fall(void **state) {
  (void)state;
  const float loud[N_STEMS] = {1.0f, NAN, INFINITY, -1.0f};
  const float silence[N_STEMS] = {0.0f};
  state_init(&model, VARIANT_STEMS, 0.0);
  state_tick(&model, 10.0);
  assert_true(state_levels(&model, loud) & damage_meter(STEM_VOCALS));
  assert_float_equal(model.meters[STEM_VOCALS].level, 0.0, 1e-6);
  assert_true(model.meters[STEM_DRUMS].level == -60.0f);
  assert_true(isfinite(model.meters[STEM_BASS].level));
  state_levels(&model, silence);
  assert_true(state_tick(&model, 10.5) & damage_meter(STEM_VOCALS));
  assert_true(model.meters[STEM_VOCALS].level < -10.0f);
  assert_float_equal(model.meters[STEM_VOCALS].held, 0.0, 1e-6);
  for (double t = 10.5; t < 16.0; t += 0.05) {
    state_tick(&model, t);
  }
  assert_true(model.meters[STEM_VOCALS].held == -60.0f);
  assert_int_equal(state_tick(&model, 16.1) & damage_meter(STEM_VOCALS), 0);
}

static void test_late_light_goes_out(void **state) {
  (void)state;
  state_init(&model, VARIANT_STEMS, 0.0);
  state_tick(&model, 1.0);
  state_set(&model, PORT_LATE_FRAMES, 17.0f); /* from before the window was opened */
  assert_true(model.late_until == 0.0);
  state_set(&model, PORT_LATE_FRAMES, 18.0f);
  assert_true(model.late_until > 0.0);
  assert_int_equal(state_tick(&model, 1.9) & DAMAGE_LATE, 0);
  assert_true(state_tick(&model, 2.1) & DAMAGE_LATE);
  assert_true(model.late_until == 0.0);
  state_set(&model, PORT_LATE_FRAMES, 0.0f); /* activated anew */
  assert_true(model.late_until == 0.0);
}

/* The menu's presets are those of the bundle. */
static void test_presets_are_those_of_the_bundle(void **state) {
  (void)state;
  LilvNode *port = lilv_new_uri(world, LV2_CORE__port);
  LilvNode *type = lilv_new_uri(world, LV2_PRESETS__Preset);
  LilvNodes *all = lilv_plugin_get_related(plugins[VARIANT_STEMS], type);
  assert_int_equal(lilv_nodes_size(all) + 1, n_presets);
  for (unsigned i = 0; i + 1 < n_presets; i++) {
    char uri[128];
    snprintf(uri, sizeof uri, "urn:unbraid:preset:%s", presets[i].name);
    LilvNode *preset = lilv_new_uri(world, uri);
    assert_true(lilv_nodes_contains(all, preset));
    lilv_world_load_resource(world, preset);
    world_check(world_get(preset, LILV_NS_RDFS "label"), presets[i].label);
    LilvNodes *settings = lilv_world_find_nodes(world, preset, port, NULL);
    unsigned n = 0;
    LILV_FOREACH(nodes, j, settings) {
      LilvNode *which = world_get(lilv_nodes_get(settings, j), LV2_CORE__symbol);
      LilvNode *what = world_get(lilv_nodes_get(settings, j), LV2_PRESETS__value);
      for (int p = 0; p < N_PORTS; p++) {
        if (strcmp(port_table[p].symbol, lilv_node_as_string(which)) == 0) {
          assert_true(preset_sets((enum port)p));
          assert_true(lilv_node_as_float(what) == preset_value(&presets[i], (enum port)p));
          n++;
        }
      }
      lilv_node_free(which);
      lilv_node_free(what);
    }
    assert_int_equal(n, N_STEMS * N_STEM_CONTROLS + 1);
    lilv_nodes_free(settings);
    lilv_node_free(preset);
  }
  lilv_nodes_free(all);
  lilv_node_free(port);
  lilv_node_free(type);
}

/* File names may hold any bytes; cairo draws nothing more once it was given what is not UTF-8. */
static void test_any_bytes_can_be_shown(void **state) {
  (void)state;
  static const char *const texts[][2] = {
      {"Mod\xe8le plays", "Mod?le plays"},
      {"\xc3\xa8 \xe2\x82\xac", "\xc3\xa8 \xe2\x82\xac"},
      {"cut \xe2\x82", "cut ??"},
      {"\xc0\xaf \xed\xa0\x80", "?? ???"},
      {"\xf0\x9f\x8e\xb5", "\xf0\x9f\x8e\xb5"},
      {"\xf5\x80\x80\x80", "????"},
      {"\xef\xbf\xbf", "???"},
  };
  for (unsigned i = 0; i < sizeof texts / sizeof *texts; i++) {
    cairo_surface_t *surface = cairo_image_surface_create(CAIRO_FORMAT_ARGB32, 64, 16);
    cairo_t *cr = cairo_create(surface);
    state_message(&model, texts[i][0]);
    assert_string_equal(model.message, texts[i][1]);
    cairo_show_text(cr, model.message);
    assert_int_equal(cairo_status(cr), CAIRO_STATUS_SUCCESS);
    cairo_destroy(cr);
    cairo_surface_destroy(surface);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_taper_and_back_is_the_same),
      cmocka_unit_test(test_meters_fall),
      cmocka_unit_test(test_late_light_goes_out),
      cmocka_unit_test(test_presets_are_those_of_the_bundle),
      cmocka_unit_test(test_any_bytes_can_be_shown),
  };
  return cmocka_run_group_tests(tests, world_open, world_close);
}
