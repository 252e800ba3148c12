/* SPDX-License-Identifier: ISC */
/* The atom ports: model files good and bad, hosts with little room, damaged atoms, windows that
 * open. */
#include "interface/limits.h"
#include "interface/plugin_messages.h"
#include "tests/support/files.h"
#include "tests/support/rig.h"
#include "tests/support/talk.h"

#include <lv2/state/state.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

enum { RATE = 44100, BLOCK = 256 };

static const char *answer(struct talk_insert *stage) {
  const char *text = talk_answer(&stage->talk, BLOCK);
  assert_non_null(text);
  return text;
}

static void test_files_are_set_and_got(void **state) {
  struct talk_insert *stage = *state;
  struct talk *talk = &stage->talk;
  char *path = file_absolute("tests/data/bandgru-tiny.safetensors");
  talk_get(talk);
  assert_true(talk_run(talk, BLOCK));
  assert_int_equal(talk->files[SPLIT_FOUR], 1);
  assert_int_equal(talk->files[SPLIT_HP], 1);
  assert_string_equal(talk->file[SPLIT_FOUR], "");
  assert_string_equal(talk->name[SPLIT_FOUR], "balanced");
  assert_string_equal(talk->name[SPLIT_HP], "mdensenet3w");
  talk_set(talk, SPLIT_FOUR, path);
  assert_string_equal(answer(stage), "bandgru-tiny plays");
  assert_string_equal(talk->name[SPLIT_FOUR], "bandgru-tiny");
  assert_string_equal(talk->file[SPLIT_FOUR], path);
  talk_get(talk);
  assert_true(talk_run(talk, BLOCK));
  assert_string_equal(talk->file[SPLIT_FOUR], path);
  /* The quality changes last, and wins; then the file again; then none. */
  stage->rig.controls[PORT_QUALITY] = 1.0f;
  assert_string_equal(answer(stage), "chandna plays");
  assert_string_equal(talk->file[SPLIT_FOUR], "");
  assert_string_equal(talk->name[SPLIT_HP], "chandna");
  talk_set(talk, SPLIT_FOUR, path);
  assert_string_equal(answer(stage), "bandgru-tiny plays");
  talk_set(talk, SPLIT_FOUR, "");
  assert_string_equal(answer(stage), "chandna plays");
  assert_string_equal(talk->file[SPLIT_FOUR], "");
  /* An empty file for the other split is what it has already. */
  talk_set(talk, SPLIT_HP, "");
  assert_non_null(strstr(answer(stage), " plays"));
  assert_string_equal(stage->rig.log, "");
  free(path);
}

/* The old model plays on, and the player is told which file it was and why. */
static void refused(struct talk_insert *stage, enum split_id split, const char *path,
                    const char *reason) {
  unsigned files = stage->talk.files[split];
  talk_set(&stage->talk, split, path);
  const char *text = answer(stage);
  if (!strstr(text, path) || !strstr(text, reason) || !strstr(text, "plays on") ||
      strchr(text, '\n')) {
    fail_msg("%s: %s instead of %s", path, text, reason);
  }
  assert_non_null(strstr(stage->rig.log, reason));
  assert_string_equal(stage->talk.file[split], "");
  assert_int_equal(stage->talk.files[split], files + 1);
}

static void test_bad_files_are_refused(void **state) {
  struct talk_insert *stage = *state;
  char *folder = file_folder(), *missing = file_in(folder, "missing.safetensors"),
       *pipe = file_in(folder, "pipe");
  refused(stage, SPLIT_FOUR, folder, "is a folder");
  refused(stage, SPLIT_FOUR, "/dev/zero", "is not a regular file");
  refused(stage, SPLIT_FOUR, missing, "No such file");
  assert_int_equal(mkfifo(pipe, 0600), 0);
  refused(stage, SPLIT_HP, pipe, "is not a regular file");
  free(missing);
  free(pipe);
  file_folder_remove(folder);

  char *file = file_temporary();
  file_write(file, "no model", 8);
  refused(stage, SPLIT_FOUR, file, "not a safetensors file");
  if (geteuid() != 0) { /* who may read everything */
    assert_int_equal(chmod(file, 0), 0);
    refused(stage, SPLIT_FOUR, file, "Permission denied");
  }
  file_remove(file);
  char *four = file_absolute("tests/data/chandna-tiny.safetensors");
  char *hp = file_absolute("tests/data/mdensenet-tiny.safetensors");
  refused(stage, SPLIT_FOUR, hp, "separates harmonic and percussive, not vocals");
  talk_set(&stage->talk, SPLIT_HP, hp);
  assert_string_equal(answer(stage), "mdensenet-tiny plays");
  assert_string_equal(stage->talk.file[SPLIT_HP], hp);
  free(four);
  free(hp);
}

static void test_bad_paths_are_refused(void **state) {
  struct talk_insert *stage = *state;
  static char path[MAX_PATH + 1];
  memset(path, 'x', MAX_PATH);
  talk_set(&stage->talk, SPLIT_FOUR, path);
  assert_non_null(strstr(answer(stage), "too long"));
  talk_set(&stage->talk, SPLIT_FOUR, "tests/data/chandna-tiny.safetensors");
  assert_non_null(strstr(answer(stage), "does not start with /"));
  path[0] = '/';
  path[MAX_PATH - 1] = '\0'; /* the longest */
  talk_set(&stage->talk, SPLIT_FOUR, path);
  assert_non_null(strstr(answer(stage), "File name too long"));
  assert_string_equal(stage->talk.file[SPLIT_FOUR], "");
}

/* Whatever room there is, what is written is whole; what found none comes later. */
static void test_little_room_delays_messages(void **state) {
  struct talk_insert *stage = *state;
  struct talk *talk = &stage->talk;
  talk_watch(talk);
  for (talk->capacity = 0; talk->capacity < 1200; talk->capacity += 4) {
    talk_get(talk);
    talk_watch(talk);
    assert_true(talk_run(talk, 800));
  }
  assert_true(talk->views > 100 && talk->files[SPLIT_HP] > 100);
  talk->capacity = 40;
  talk_set(talk, SPLIT_FOUR, "");
  for (unsigned i = 0; i < 50; ++i) {
    struct timespec nap = {.tv_nsec = 10000000};
    assert_true(talk_run(talk, BLOCK));
    nanosleep(&nap, NULL);
  }
  assert_int_equal(talk->texts, 0);
  talk->capacity = port_table[PORT_NOTIFY].bytes;
  assert_string_equal(answer(stage), "balanced plays");
}

/* A session's file of one split; the state handle is its path. */
static const void *retrieve(LV2_State_Handle handle, uint32_t key, size_t *size, uint32_t *type,
                            uint32_t *flags, LV2_URID file) {
  static const int32_t quality = 0;
  LV2_URID_Map *map = rig_map();
  *flags = LV2_STATE_IS_POD;
  if (key == map->map(NULL, UNBRAID__quality)) {
    *size = sizeof quality;
    *type = map->map(NULL, LV2_ATOM__Int);
    return &quality;
  }
  *size = strlen(handle) + 1;
  *type = map->map(NULL, LV2_ATOM__Path);
  return key == file ? handle : NULL;
}

static const void *retrieve_four(LV2_State_Handle handle, uint32_t key, size_t *size,
                                 uint32_t *type, uint32_t *flags) {
  return retrieve(handle, key, size, type, flags, rig_map()->map(NULL, UNBRAID__model_four));
}

static const void *retrieve_hp(LV2_State_Handle handle, uint32_t key, size_t *size, uint32_t *type,
                               uint32_t *flags) {
  return retrieve(handle, key, size, type, flags, rig_map()->map(NULL, UNBRAID__model_hp));
}

/* Time passes with no window open: the plugin no longer counts on one. */
static void no_window(struct talk_insert *stage) {
  for (unsigned i = 0; i < 4 * RATE / 8192; ++i) {
    assert_true(talk_run(&stage->talk, 8192));
  }
}

/* A window that opens hears of the file that its session misses, and what plays instead. */
static void test_a_window_that_opens_hears_of_the_session(void **state) {
  struct talk_insert *stage = *state;
  struct talk *talk = &stage->talk;
  static const struct {
    LV2_State_Retrieve_Function retrieve;
    char path[32];
    const char *plays;
  } sessions[] = {{retrieve_four, "/missing/four", "; balanced plays"},
                  {retrieve_hp, "/missing/hp", "; mdensenet3w plays"}};
  const LV2_State_Interface *interface =
      stage->rig.descriptor->extension_data(LV2_STATE__interface);
  for (unsigned i = 0; i < sizeof sessions / sizeof *sessions; ++i) {
    char path[32];
    memcpy(path, sessions[i].path, sizeof path);
    assert_int_not_equal(interface->restore(stage->rig.handle, sessions[i].retrieve, path, 0, NULL),
                         LV2_STATE_SUCCESS);
    no_window(stage);
    unsigned before = talk->texts;
    talk->text[0] = '\0';
    talk_watch(talk);
    assert_true(talk_run(talk, BLOCK));
    assert_int_equal(talk->texts, before + 1);
    assert_non_null(strstr(talk->text, sessions[i].path));
    assert_non_null(strstr(talk->text, "No such file"));
    assert_non_null(strstr(talk->text, sessions[i].plays));
  }
}

/* The newest of what plays and the newest refusal, in the order in which they came, once per
 * window. */
static void test_a_window_that_opens_late_is_told(void **state) {
  struct talk_insert *stage = *state;
  struct talk *talk = &stage->talk;
  char *path = file_absolute("tests/data/bandgru-tiny.safetensors");
  talk_watch(talk);
  assert_true(talk_run(talk, BLOCK));
  assert_int_equal(talk->texts, 0); /* all is as asked */
  talk_set(talk, SPLIT_FOUR, "/missing");
  assert_non_null(strstr(answer(stage), "plays on"));
  talk_set(talk, SPLIT_FOUR, path);
  assert_string_equal(answer(stage), "bandgru-tiny plays");
  no_window(stage);
  assert_int_equal(talk->texts, 2);
  for (unsigned i = 0; i < 100; ++i) {
    talk_watch(talk);
    assert_true(talk_run(talk, BLOCK));
  }
  assert_int_equal(talk->texts, 4);
  assert_string_equal(talk->text, "bandgru-tiny plays");
  talk_set(talk, SPLIT_FOUR, "/missing");
  assert_non_null(strstr(answer(stage), "bandgru-tiny plays on"));
  no_window(stage);
  /* Where there is room for one alone, the older comes first and the newer later. */
  talk->capacity = 100;
  talk_watch(talk);
  assert_true(talk_run(talk, BLOCK));
  assert_int_equal(talk->texts, 6);
  assert_string_equal(talk->text, "bandgru-tiny plays");
  talk->capacity = port_table[PORT_NOTIFY].bytes;
  assert_true(talk_run(talk, BLOCK));
  assert_int_equal(talk->texts, 7);
  assert_non_null(strstr(talk->text, "bandgru-tiny plays on"));
  free(path);
}

static uint32_t draw(uint32_t *random, uint32_t below) {
  *random = *random * 1664525u + 1013904223u;
  return (*random >> 8) % below;
}

/* Damage anywhere: nothing outside of the buffer is read, which the sanitizers tell. */
static void test_damaged_atoms_are_harmless(void **state) {
  struct talk_insert *stage = *state;
  struct talk *talk = &stage->talk;
  struct plugin_messages messages;
  plugin_messages_init(&messages, rig_map());
  uint32_t random = 1;
  for (unsigned i = 0; i < 40000; ++i) {
    lv2_atom_forge_set_buffer(&talk->forge, talk->control, sizeof talk->control);
    lv2_atom_forge_sequence_head(&talk->forge, &talk->sequence, 0);
    talk_watch(talk);
    talk_set(talk, draw(&random, N_SPLITS), "/a/path");
    talk_get(talk);
    uint32_t size = 8 + ((LV2_Atom *)talk->control)->size;
    uint64_t *copy = malloc((size + 7) / 8 * 8);
    assert_non_null(copy);
    memcpy(copy, talk->control, size);
    for (unsigned d = 0; d <= i % 3; ++d) {
      uint32_t at = 8 + draw(&random, size - 8);
      ((unsigned char *)copy)[at] = (unsigned char)draw(&random, draw(&random, 2) ? 256 : 40);
    }
    ((LV2_Atom *)copy)->size = i % 5 ? size - 8 : draw(&random, size - 8);
    struct order order;
    unsigned orders = 0;
    for (uint32_t at = 0;
         plugin_messages_read(&messages, (const LV2_Atom_Sequence *)copy, &at, &order); ++orders) {
      if (order.kind == ORDER_SET || order.kind == ORDER_MISTAKEN) {
        assert_true(strlen(order.path) < MAX_PATH);
      }
    }
    assert_true(orders <= size / sizeof(LV2_Atom_Event));
    free(copy);
  }
}

int main(void) {
#define STAGED(test) cmocka_unit_test_setup_teardown(test, talk_insert_open, talk_insert_close)
  const struct CMUnitTest tests[] = {
      STAGED(test_files_are_set_and_got),
      STAGED(test_bad_files_are_refused),
      STAGED(test_bad_paths_are_refused),
      STAGED(test_little_room_delays_messages),
      STAGED(test_damaged_atoms_are_harmless),
      STAGED(test_a_window_that_opens_late_is_told),
      STAGED(test_a_window_that_opens_hears_of_the_session),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
