/* SPDX-License-Identifier: ISC */
/* Sessions: what lilv saves of a plugin that plays, and what it brings back, presets and files that
 * move or go away among it. */
#include "tests/lilv/session.h"
#include "tests/support/files.h"

#include <lv2/presets/presets.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { BLOCK = 256, LATENCY_BALANCED = 2048 };

static void save(struct rig *rig, const char *folder) {
  LilvState *saved = session_state(rig, folder);
  assert_int_equal(lilv_state_save(world, rig_map(), rig_unmap(), saved, NULL, folder, "state.ttl"),
                   0);
  lilv_state_free(saved);
}

static void restore(struct rig *rig, const char *folder) {
  LilvInstance instance = session_instance(rig);
  char *path = file_in(folder, "state.ttl");
  LilvState *state = lilv_state_new_from_file(world, rig_map(), NULL, path);
  assert_non_null(state);
  free(path);
  lilv_state_restore(state, &instance, session_set_port, rig, 0, NULL);
  lilv_state_free(state);
}

/* A model in the session's folder, which is then moved. */
static void test_a_session_may_move(void **state) {
  (void)state;
  static struct talk talk;
  char *folder = file_folder(), *moved = file_folder(), *path = file_in(folder, "mine.safetensors");
  file_copy("tests/data/bandgru-tiny.safetensors", path);
  struct rig *rig = session_open(&talk);
  rig->controls[PORT_QUALITY] = 1.0f;
  assert_string_equal(talk_answer(&talk, BLOCK), "chandna plays");
  talk_set(&talk, SPLIT_FOUR, path);
  assert_true(talk_run(&talk, BLOCK));
  save(rig, folder); /* waits for the model */
  session_close(rig);
  assert_int_equal(rename(folder, moved), 0);

  rig = session_open(&talk);
  restore(rig, moved);
  assert_true(talk_run(&talk, BLOCK));
  assert_string_equal(talk.text, "mine plays");
  free(path);
  path = file_in(moved, "mine.safetensors");
  assert_string_equal(talk.file[SPLIT_FOUR], path);
  assert_true(rig->controls[PORT_QUALITY] == 1.0f);
  for (unsigned i = 0; i < 20; ++i) { /* the restored quality does not take the file's place */
    assert_true(talk_run(&talk, BLOCK));
  }
  assert_int_equal(talk.texts, 1);
  rig->controls[PORT_QUALITY] = 0.0f;
  assert_string_equal(talk_answer(&talk, BLOCK), "balanced plays");
  assert_string_equal(rig->log, "");
  session_close(rig);
  free(folder);
  free(path);
  file_folder_remove(moved);
}

/* Files that went away: the bundle's model plays, and the next save still has the path. */
static void test_a_file_that_is_gone_is_remembered(void **state) {
  (void)state;
  static struct talk talk;
  char *folder = file_folder();
  char *model = file_temporary();
  file_copy("tests/data/bandgru-tiny.safetensors", model);
  struct rig *rig = session_open(&talk);
  talk_set(&talk, SPLIT_FOUR, model);
  assert_non_null(talk_answer(&talk, BLOCK));
  save(rig, folder);
  session_close(rig);

  char away[4096];
  snprintf(away, sizeof away, "%s.away", model);
  assert_int_equal(rename(model, away), 0);
  rig = session_open(&talk);
  restore(rig, folder);
  assert_non_null(strstr(rig->log, "No such file"));
  assert_true(talk_run(&talk, BLOCK));
  assert_non_null(strstr(talk.text, "balanced plays"));
  assert_int_equal(rig->controls[PORT_LATENCY], LATENCY_BALANCED);
  save(rig, folder);
  session_close(rig);

  assert_int_equal(rename(away, model), 0);
  rig = session_open(&talk);
  restore(rig, folder);
  assert_true(talk_run(&talk, BLOCK));
  assert_non_null(strstr(talk.text, " plays"));
  assert_null(strstr(talk.text, "balanced"));
  assert_string_equal(rig->log, "");
  session_close(rig);
  file_remove(model);
  file_folder_remove(folder);
}

/* ---- Presets ---- */

/* The values that a state has for ports. */
struct values {
  bool has[N_PORTS];
  float of[N_PORTS];
};

/* Presets have whole numbers as such. */
static void note_value(const char *symbol, void *data, const void *value, uint32_t size,
                       uint32_t type) {
  struct values *values = data;
  float number;
  int32_t whole;
  assert_int_equal(size, sizeof number);
  memcpy(&number, value, sizeof number);
  if (type == rig_map()->map(NULL, LV2_ATOM__Int)) {
    memcpy(&whole, value, sizeof whole);
    number = (float)whole;
  } else {
    assert_int_equal(type, rig_map()->map(NULL, LV2_ATOM__Float));
  }
  for (unsigned p = 0; p < N_PORTS; ++p) {
    if (strcmp(port_table[p].symbol, symbol) == 0) {
      values->has[p] = true;
      values->of[p] = number;
    }
  }
}

/* What a host does when the player chooses a preset, from settings that are all different. */
static void apply_preset(struct rig *rig, LilvState *preset, struct values *values) {
  *values = (struct values){.has = {false}};
  lilv_state_emit_port_values(preset, note_value, values);
  for (unsigned p = 0; p < N_PORTS; ++p) {
    const struct port_info *info = &port_table[p];
    if (values->has[p]) {
      rig->controls[p] = values->of[p] == info->maximum ? info->minimum : info->maximum;
    }
  }
  LilvInstance instance = session_instance(rig);
  lilv_state_restore(preset, &instance, note_value, values, 0, NULL);
  for (unsigned p = 0; p < N_PORTS; ++p) {
    rig->controls[p] = values->has[p] ? values->of[p] : rig->controls[p];
  }
}

/* Every preset through lilv: into an instance, into a state, into a file and back. Presets leave
 * the rest as it was, above all the models. */
static void test_presets_survive_a_round_trip(void **state) {
  (void)state;
  static struct talk talk, copy_talk;
  char *folder = file_folder(), *path = file_in(folder, "mine.safetensors"),
       *file = file_in(folder, "p.ttl");
  file_copy("tests/data/bandgru-tiny.safetensors", path);
  struct rig *rig = session_open(&talk), *copy = session_open(&copy_talk);
  rig->controls[PORT_QUALITY] = 1.0f;
  assert_string_equal(talk_answer(&talk, BLOCK), "chandna plays");
  talk_set(&talk, SPLIT_FOUR, path);
  assert_string_equal(talk_answer(&talk, BLOCK), "mine plays");
  rig->controls[PORT_SHARPNESS] = 1.25f;
  const unsigned texts = talk.texts;

  LilvNode *type = lilv_new_uri(world, LV2_PRESETS__Preset);
  LilvNodes *presets = lilv_plugin_get_related(plugins[VARIANT_STEMS], type);
  assert_int_equal(lilv_nodes_size(presets), 8);
  LILV_FOREACH(nodes, i, presets) {
    const LilvNode *uri = lilv_nodes_get(presets, i);
    assert_true(lilv_world_load_resource(world, uri) >= 0);
    LilvState *preset = lilv_state_new_from_world(world, rig_map(), uri);
    assert_non_null(preset);
    assert_int_equal(lilv_state_get_num_properties(preset), 0);
    struct values wanted, saved = {.has = {false}};
    apply_preset(rig, preset, &wanted);
    assert_true(talk_run(&talk, BLOCK));

    LilvState *now = session_state(rig, folder);
    lilv_state_emit_port_values(now, note_value, &saved);
    unsigned n = 0;
    for (unsigned p = 0; p < N_PORTS; ++p) {
      if (port_table[p].kind == KIND_CONTROL_IN) {
        assert_true(saved.has[p]);
        assert_true(saved.of[p] == (wanted.has[p] ? wanted.of[p] : rig->controls[p]));
        n += wanted.has[p];
      }
    }
    assert_int_equal(n, N_STEMS * N_STEM_CONTROLS + 1);
    assert_false(wanted.has[PORT_QUALITY]);
    assert_true(saved.of[PORT_QUALITY] == 1.0f && saved.of[PORT_SHARPNESS] == 1.25f);

    assert_int_equal(lilv_state_save(world, rig_map(), rig_unmap(), now, NULL, folder, "p.ttl"), 0);
    LilvState *back = lilv_state_new_from_file(world, rig_map(), NULL, file);
    assert_non_null(back);
    /* lilv takes the path in a file for another one than in memory: compared is what a second
     * instance makes of it. */
    LilvInstance instance = session_instance(copy);
    lilv_state_restore(back, &instance, session_set_port, copy, 0, NULL);
    assert_true(talk_run(&copy_talk, BLOCK));
    LilvState *again = session_state(copy, folder);
    assert_true(lilv_state_equals(now, again));
    copy->controls[PORT_SHARPNESS] = 1.5f;
    LilvState *other = session_state(copy, folder);
    assert_false(lilv_state_equals(now, other));
    lilv_state_free(other);
    lilv_state_free(again);
    lilv_state_free(back);
    lilv_state_free(now);
    lilv_state_free(preset);
  }
  lilv_nodes_free(presets);
  lilv_node_free(type);
  talk_get(&talk);
  assert_true(talk_run(&talk, BLOCK));
  assert_string_equal(talk.file[SPLIT_FOUR], path);
  assert_string_equal(talk.name[SPLIT_FOUR], "mine");
  assert_int_equal(talk.texts, texts);
  assert_string_equal(copy_talk.text, "mine plays");
  session_close(copy);
  session_close(rig);
  free(path);
  free(file);
  file_folder_remove(folder);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_a_session_may_move),
      cmocka_unit_test(test_a_file_that_is_gone_is_remembered),
      cmocka_unit_test(test_presets_survive_a_round_trip),
  };
  return cmocka_run_group_tests(tests, world_open, world_close);
}
