/* SPDX-License-Identifier: ISC */
/* What a session restores when a host has a store of its own: models from the first block on, in
 * whatever order the controls come, also damaged, also beside run(). */
#include "engine/setup.h"
#include "tests/lilv/session.h"
#include "tests/support/files.h"
#include "tests/support/take.h"

#include <math.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

enum { RATE = 44100, BLOCK = 256, LATENCY_BALANCED = 2048, LATENCY_LIGHT = 1536 };

/* The first block of a restored session is the restored model's; as if it had never been another.
 */
static void test_an_export_begins_with_the_session(void **state) {
  (void)state;
  static struct talk talk;
  enum { FRAMES = RATE };
  static float left[FRAMES], right[FRAMES];
  rig_music(left, right, FRAMES, RATE);
  static const int32_t light = 1;
  struct rig_audio out[2];
  for (unsigned i = 0; i < 2; ++i) {
    struct rig *rig = session_open(&talk);
    const struct session_item items[] = {SESSION_QUALITY(talk, light), SESSION_END};
    if (i == 0) {
      assert_int_equal(session_give(rig, items), LV2_STATE_SUCCESS);
    }
    rig->controls[PORT_QUALITY] = 1.0f;
    rig->controls[PORT_FREEWHEEL] = 1.0f;
    rig->controls[ports_stem_control(STEM_VOCALS, CONTROL_MUTE)] = 1.0f;
    out[i] = rig_audio_new(FRAMES, true);
    rig_render(rig, left, right, &out[i], BLOCK);
    assert_int_equal(rig->controls[PORT_LATENCY], LATENCY_LIGHT);
    assert_string_equal(rig->log, "");
    session_close(rig);
  }
  audio_check_same(&out[0], 0, &out[1], 0);
  rig_audio_free(&out[0]);
  rig_audio_free(&out[1]);
}

/* Carla gives paths without counting the zero behind them. */
static void test_paths_need_no_end(void **state) {
  (void)state;
  static struct talk talk;
  struct rig *rig = session_open(&talk);
  static const int32_t light = 1;
  char *path = file_absolute("tests/data/bandgru-tiny.safetensors"), longer[4096];
  snprintf(longer, sizeof longer, "%s and more", path);
  const struct session_item items[] = {
      SESSION_QUALITY(talk, light),
      {talk.uris.files[SPLIT_FOUR], talk.uris.atom_path, longer, strlen(path)},
      SESSION_END};
  rig->controls[PORT_QUALITY] = 1.0f;
  assert_int_equal(session_give(rig, items), LV2_STATE_SUCCESS);
  assert_true(talk_run(&talk, BLOCK));
  assert_string_equal(talk.text, "bandgru-tiny plays");
  assert_string_equal(talk.file[SPLIT_FOUR], path);
  free(path);
  session_close(rig);
}

static const char *const qualities[N_QUALITIES] = {"balanced", "chandna", "live", "instant"};

static void wait_for_name(struct talk *talk, const char *name) {
  struct timespec nap = {.tv_nsec = 1000000};
  for (unsigned i = 0; i < 20000 && strcmp(talk->name[SPLIT_FOUR], name) != 0; ++i) {
    talk_get(talk);
    assert_true(talk_run(talk, BLOCK));
    nanosleep(&nap, NULL);
  }
  assert_string_equal(talk->name[SPLIT_FOUR], name);
}

/* Played with one, the control moved while the plugin was not run, saved: the port has the new one
 * and the state the old one. Hosts restore either first. */
static void test_a_quality_moved_while_not_run_is_kept(void **state) {
  (void)state;
  static struct talk talk;
  for (int32_t was = 0; was < N_QUALITIES; ++was) {
    for (int32_t is = 0; is < N_QUALITIES; ++is) {
      struct rig *rig = session_open_in(&talk, rig_bundle());
      const struct session_item items[] = {SESSION_QUALITY(talk, was), SESSION_END};
      bool port_first = (was + is) % 2;
      print_message("state %s, port %s\n", qualities[was], qualities[is]);
      rig->controls[PORT_QUALITY] = (float)(port_first ? is : 3 - is);
      assert_int_equal(session_give(rig, items), LV2_STATE_SUCCESS);
      rig->controls[PORT_QUALITY] = (float)is;
      rig->controls[PORT_FREEWHEEL] = 1.0f;
      talk_get(&talk);
      assert_true(talk_run(&talk, BLOCK)); /* from the first block on */
      assert_string_equal(talk.name[SPLIT_FOUR], qualities[is]);
      assert_string_equal(rig->log, "");
      session_close(rig);
    }
  }
}

/* Controls that are restored while the plugin runs, after the models. */
static void test_controls_may_come_after_the_file(void **state) {
  (void)state;
  static struct talk talk;
  static const int32_t light = 1;
  char *path = file_absolute("tests/data/bandgru-tiny.safetensors");
  struct rig *rig = session_open(&talk);
  const struct session_item items[] = {SESSION_QUALITY(talk, light), SESSION_FOUR(talk, path),
                                       SESSION_END};
  assert_int_equal(session_give(rig, items), LV2_STATE_SUCCESS);
  wait_for_name(&talk, "balanced"); /* as the port says */
  rig->controls[PORT_QUALITY] = 1.0f;
  wait_for_name(&talk, "bandgru-tiny");
  /* Later it is the player who moves it, and means what it says. */
  rig->controls[PORT_QUALITY] = 0.0f;
  wait_for_name(&talk, "balanced");
  rig->controls[PORT_QUALITY] = 1.0f;
  wait_for_name(&talk, "chandna");
  free(path);
  session_close(rig);
}

struct restorer {
  struct rig *rig;
  const struct session_item *items;
  _Atomic bool done;
};

static void *restore_once(void *argument) {
  struct restorer *restorer = argument;
  session_give(restorer->rig, restorer->items);
  atomic_store(&restorer->done, true);
  return NULL;
}

/* Carla sets the controls and then restores the state, while the plugin runs: what the control
 * asked for comes to the loader before, while or after the session is made. */
static void test_controls_may_come_before_the_file(void **state) {
  (void)state;
  static struct talk talk;
  char *path = file_absolute("tests/data/bandgru-tiny.safetensors");
  for (unsigned i = 0; i < 24; ++i) {
    struct rig *rig = session_open(&talk);
    static const int32_t light = 1;
    const struct session_item items[] = {SESSION_QUALITY(talk, light), SESSION_FOUR(talk, path),
                                         SESSION_END};
    struct restorer restorer = {.rig = rig, .items = items};
    struct timespec nap = {.tv_nsec = 200000 * (i % 12)};
    pthread_t thread;
    assert_true(talk_run(&talk, BLOCK));
    assert_int_equal(pthread_create(&thread, NULL, restore_once, &restorer), 0);
    nanosleep(&nap, NULL);
    rig->controls[PORT_QUALITY] = 1.0f; /* set before, as seen by run() a moment after */
    while (!atomic_load(&restorer.done)) {
      assert_true(talk_run(&talk, BLOCK));
    }
    pthread_join(thread, NULL);
    wait_for_name(&talk, "bandgru-tiny");
    for (unsigned b = 0; b < 60; ++b) { /* and nothing takes its place */
      assert_true(talk_run(&talk, BLOCK));
      nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
    }
    talk.name[SPLIT_FOUR][0] = '\0';
    talk_get(&talk);
    assert_true(talk_run(&talk, BLOCK));
    assert_string_equal(talk.name[SPLIT_FOUR], "bandgru-tiny");
    session_close(rig);
  }
  free(path);
}

static void test_damaged_states_are_refused(void **state) {
  (void)state;
  static struct talk talk;
  struct rig *rig = session_open(&talk);
  const struct uris *u = &talk.uris;
  static const int32_t none = 99, light = 1;
  static const char path[] = "/nowhere/model.safetensors";
  LV2_URID unknown = rig_map()->map(NULL, "urn:unbraid#something-newer");
  const struct {
    struct session_item items[4];
    LV2_State_Status status;
    unsigned latency;
  } cases[] = {
      /* Nothing of ours, as in a preset of controls alone. */
      {{{unknown, u->atom_int, &light, sizeof light}}, LV2_STATE_SUCCESS, LATENCY_BALANCED},
      {{{u->quality, u->atom_int, &light, sizeof light}}, LV2_STATE_SUCCESS, LATENCY_LIGHT},
      {{{0, 0, NULL, 0}}, LV2_STATE_SUCCESS, LATENCY_LIGHT},
      {{{u->quality, u->atom_int, &none, sizeof none}}, LV2_STATE_ERR_BAD_TYPE, LATENCY_BALANCED},
      {{{u->quality, u->atom_path, path, sizeof path}}, LV2_STATE_ERR_BAD_TYPE, LATENCY_BALANCED},
      {{{u->quality, u->atom_int, &light, 1}}, LV2_STATE_ERR_BAD_TYPE, LATENCY_BALANCED},
      {{{u->quality, u->atom_int, &light, sizeof light},
        {u->files[SPLIT_FOUR], u->atom_int, &light, sizeof light}},
       LV2_STATE_ERR_BAD_TYPE,
       LATENCY_LIGHT},
      {{{u->quality, u->atom_int, &light, sizeof light},
        {u->files[SPLIT_FOUR], u->atom_path, path, 0}},
       LV2_STATE_ERR_BAD_TYPE,
       LATENCY_LIGHT},
      {{{u->quality, u->atom_int, &light, sizeof light},
        {u->files[SPLIT_HP], u->atom_path, path, sizeof path},
        {unknown, u->atom_path, path, sizeof path}},
       LV2_STATE_ERR_UNKNOWN,
       LATENCY_LIGHT},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; ++i) {
    print_message("state %zu\n", i);
    assert_int_equal(session_give(rig, cases[i].items), cases[i].status);
    rig->controls[PORT_QUALITY] = cases[i].latency == LATENCY_LIGHT ? 1.0f : 0.0f;
    rig->descriptor->activate(rig->handle);
    assert_true(talk_run(&talk, BLOCK));
    assert_int_equal(rig->controls[PORT_LATENCY], cases[i].latency);
  }
  session_close(rig);
}

struct beside {
  struct rig *rig;
  const struct session_item *items[2];
  _Atomic bool done;
};

static void *restore_all_the_time(void *argument) {
  struct beside *beside = argument;
  for (unsigned i = 0; i < 40; ++i) {
    session_give(beside->rig, beside->items[i % 2]);
  }
  atomic_store(&beside->done, true);
  return NULL;
}

static void test_restores_do_not_disturb_run(void **state) {
  (void)state;
  static struct talk talk;
  struct rig *rig = session_open(&talk);
  static const int32_t light = 1, best = 0;
  char *path = file_absolute("tests/data/bandgru-tiny.safetensors");
  const struct session_item one[] = {SESSION_QUALITY(talk, light), SESSION_END};
  const struct session_item two[] = {SESSION_QUALITY(talk, best), SESSION_FOUR(talk, path),
                                     SESSION_END};
  struct beside beside = {.rig = rig, .items = {one, two}};
  static float in[BLOCK], out[PORT_STEM_CONTROLS][BLOCK];
  rig_connect_audio(rig, in, out[PORT_MAIN_L], BLOCK);
  for (unsigned i = 0; i < BLOCK; ++i) {
    in[i] = 0.25f;
  }
  pthread_t thread;
  unsigned blocks = 0;
  assert_int_equal(pthread_create(&thread, NULL, restore_all_the_time, &beside), 0);
  while (!atomic_load(&beside.done) || blocks < 100) {
    assert_true(talk_run(&talk, BLOCK));
    for (unsigned i = 0; blocks > 20 && i < BLOCK; ++i) {
      assert_true(fabsf(out[PORT_MAIN_L][i] - 0.25f) < 1e-5f);
    }
    ++blocks;
  }
  pthread_join(thread, NULL);
  assert_true(talk.texts > 0);
  assert_string_equal(rig->log, "");
  free(path);
  session_close(rig);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_an_export_begins_with_the_session),
      cmocka_unit_test(test_paths_need_no_end),
      cmocka_unit_test(test_a_quality_moved_while_not_run_is_kept),
      cmocka_unit_test(test_controls_may_come_after_the_file),
      cmocka_unit_test(test_controls_may_come_before_the_file),
      cmocka_unit_test(test_damaged_states_are_refused),
      cmocka_unit_test(test_restores_do_not_disturb_run),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
