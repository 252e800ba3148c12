/* Sessions: what lilv saves of a plugin that plays, and what it brings back, also in another
 * folder, beside run(), or damaged. */
#include "engine/setup.h"
#include "interface/uris.h"
#include "tests/support/files.h"
#include "tests/support/four.h"
#include "tests/support/rig.h"
#include "tests/support/talk.h"

#include <lilv/lilv.h>
#include <lv2/presets/presets.h>
#include <lv2/state/state.h>

#include <limits.h>
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
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

enum { RATE = 44100, BLOCK = 256, LATENCY_BALANCED = 2048, LATENCY_LIGHT = 1536 };

static LilvWorld *world;
static const LilvPlugin *plugin;

static int load_bundle(void **state) {
  (void)state;
  char folder[PATH_MAX];
  snprintf(folder, sizeof folder, "%s/", rig_bundle());
  world = lilv_world_new();
  LilvNode *bundle = lilv_new_file_uri(world, NULL, folder);
  lilv_world_load_bundle(world, bundle);
  lilv_world_load_specifications(world);
  LilvNode *uri = lilv_new_uri(world, UNBRAID_URI);
  plugin = lilv_plugins_get_by_uri(lilv_world_get_all_plugins(world), uri);
  lilv_node_free(bundle);
  lilv_node_free(uri);
  /* lilv saves the ports only after somebody has asked for them. */
  return plugin && lilv_plugin_get_num_ports(plugin) == N_PORTS ? 0 : -1;
}

static int unload_bundle(void **state) {
  (void)state;
  lilv_world_free(world);
  return 0;
}

/* lilv's handle on an instance that the rig made. */
static LilvInstance instance_of(struct rig *rig) {
  return (LilvInstance){rig->descriptor, rig->handle, NULL};
}

static struct rig *open_bundle(struct talk *talk, const char *bundle) {
  struct rig *rig = calloc(1, sizeof *rig);
  assert_non_null(rig);
  assert_true(rig_open(rig, VARIANT_STEMS, RATE, BLOCK, bundle));
  rig->log[0] = '\0'; /* what it says of the bundle */
  talk_open(talk, rig);
  return rig;
}

static struct rig *open_rig(struct talk *talk) {
  return open_bundle(talk, four_bundle());
}

static void close_rig(struct rig *rig) {
  rig_close(rig);
  free(rig);
}

static const void *get_port(const char *symbol, void *data, uint32_t *size, uint32_t *type) {
  struct rig *rig = data;
  for (unsigned p = 0; p < N_PORTS; ++p) {
    if (ports_is_control(p) && strcmp(port_table[p].symbol, symbol) == 0) {
      *size = sizeof(float);
      *type = rig_map()->map(NULL, LV2_ATOM__Float);
      return &rig->controls[p];
    }
  }
  return NULL;
}

static void set_port(const char *symbol, void *data, const void *value, uint32_t size,
                     uint32_t type) {
  struct rig *rig = data;
  assert_int_equal(size, sizeof(float));
  assert_int_equal(type, rig_map()->map(NULL, LV2_ATOM__Float));
  for (unsigned p = 0; p < N_PORTS; ++p) {
    if (port_table[p].kind == KIND_CONTROL_IN && strcmp(port_table[p].symbol, symbol) == 0) {
      memcpy(&rig->controls[p], value, sizeof(float));
    }
  }
}

static LilvState *state_of(struct rig *rig, const char *folder) {
  LilvInstance instance = instance_of(rig);
  char scratch[128];
  snprintf(scratch, sizeof scratch, "%s/scratch", folder);
  LilvState *state =
      lilv_state_new_from_instance(plugin, &instance, rig_map(), scratch, folder, folder, folder,
                                   get_port, rig, LV2_STATE_IS_POD | LV2_STATE_IS_PORTABLE, NULL);
  assert_non_null(state);
  return state;
}

static void save(struct rig *rig, const char *folder) {
  LilvState *saved = state_of(rig, folder);
  assert_int_equal(lilv_state_save(world, rig_map(), rig_unmap(), saved, NULL, folder, "state.ttl"),
                   0);
  lilv_state_free(saved);
}

static void restore(struct rig *rig, const char *folder) {
  LilvInstance instance = instance_of(rig);
  char path[128];
  snprintf(path, sizeof path, "%s/state.ttl", folder);
  LilvState *state = lilv_state_new_from_file(world, rig_map(), NULL, path);
  assert_non_null(state);
  lilv_state_restore(state, &instance, set_port, rig, 0, NULL);
  lilv_state_free(state);
}

static void copy_file(const char *from, const char *to) {
  size_t size;
  unsigned char *bytes = file_read(from, &size);
  FILE *file = fopen(to, "wb");
  assert_non_null(file);
  assert_int_equal(fwrite(bytes, 1, size, file), size);
  fclose(file);
  free(bytes);
}

static void remove_folder(const char *folder) {
  char command[256];
  snprintf(command, sizeof command, "rm -r '%s'", folder);
  assert_int_equal(system(command), 0);
}

/* A model in the session's folder, which is then moved. */
static void test_a_session_that_moves(void **state) {
  (void)state;
  static struct talk talk;
  char folder[64] = "/tmp/unbraid-session-XXXXXX", moved[80], path[128];
  assert_non_null(mkdtemp(folder));
  snprintf(moved, sizeof moved, "%s-moved", folder);
  snprintf(path, sizeof path, "%s/mine.safetensors", folder);
  copy_file("tests/data/bandgru-tiny.safetensors", path);
  struct rig *rig = open_rig(&talk);
  rig->controls[PORT_QUALITY] = 1.0f;
  assert_string_equal(talk_answer(&talk, BLOCK), "chandna plays");
  talk_set(&talk, SPLIT_FOUR, path);
  assert_true(talk_run(&talk, BLOCK));
  save(rig, folder); /* waits for the model */
  close_rig(rig);
  assert_int_equal(rename(folder, moved), 0);

  rig = open_rig(&talk);
  restore(rig, moved);
  assert_true(talk_run(&talk, BLOCK));
  assert_string_equal(talk.text, "mine plays");
  snprintf(path, sizeof path, "%s/mine.safetensors", moved);
  assert_string_equal(talk.file[SPLIT_FOUR], path);
  assert_true(rig->controls[PORT_QUALITY] == 1.0f);
  for (unsigned i = 0; i < 20; ++i) { /* the restored quality does not take the file's place */
    assert_true(talk_run(&talk, BLOCK));
  }
  assert_int_equal(talk.texts, 1);
  rig->controls[PORT_QUALITY] = 0.0f;
  assert_string_equal(talk_answer(&talk, BLOCK), "balanced plays");
  assert_string_equal(rig->log, "");
  close_rig(rig);
  remove_folder(moved);
}

/* Files that went away: the bundle's model plays, and the next save still has the path. */
static void test_a_file_that_is_gone(void **state) {
  (void)state;
  static struct talk talk;
  char folder[64] = "/tmp/unbraid-session-XXXXXX";
  assert_non_null(mkdtemp(folder));
  char *model = file_temporary();
  copy_file("tests/data/bandgru-tiny.safetensors", model);
  struct rig *rig = open_rig(&talk);
  talk_set(&talk, SPLIT_FOUR, model);
  assert_non_null(talk_answer(&talk, BLOCK));
  save(rig, folder);
  close_rig(rig);

  char away[4096];
  snprintf(away, sizeof away, "%s.away", model);
  assert_int_equal(rename(model, away), 0);
  rig = open_rig(&talk);
  restore(rig, folder);
  assert_non_null(strstr(rig->log, "No such file"));
  assert_true(talk_run(&talk, BLOCK));
  assert_non_null(strstr(talk.text, "balanced plays"));
  assert_int_equal(rig->controls[PORT_LATENCY], LATENCY_BALANCED);
  save(rig, folder);
  close_rig(rig);

  assert_int_equal(rename(away, model), 0);
  rig = open_rig(&talk);
  restore(rig, folder);
  assert_true(talk_run(&talk, BLOCK));
  assert_non_null(strstr(talk.text, " plays"));
  assert_null(strstr(talk.text, "balanced"));
  assert_string_equal(rig->log, "");
  close_rig(rig);
  file_remove(model);
  remove_folder(folder);
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
  LilvInstance instance = instance_of(rig);
  lilv_state_restore(preset, &instance, note_value, values, 0, NULL);
  for (unsigned p = 0; p < N_PORTS; ++p) {
    rig->controls[p] = values->has[p] ? values->of[p] : rig->controls[p];
  }
}

/* Every preset through lilv: into an instance, into a state, into a file and back. Presets leave
 * the rest as it was, above all the models. */
static void test_presets_round_trip(void **state) {
  (void)state;
  static struct talk talk, copy_talk;
  char folder[64] = "/tmp/unbraid-session-XXXXXX", path[128];
  assert_non_null(mkdtemp(folder));
  snprintf(path, sizeof path, "%s/mine.safetensors", folder);
  copy_file("tests/data/bandgru-tiny.safetensors", path);
  struct rig *rig = open_rig(&talk), *copy = open_rig(&copy_talk);
  rig->controls[PORT_QUALITY] = 1.0f;
  assert_string_equal(talk_answer(&talk, BLOCK), "chandna plays");
  talk_set(&talk, SPLIT_FOUR, path);
  assert_string_equal(talk_answer(&talk, BLOCK), "mine plays");
  rig->controls[PORT_SHARPNESS] = 1.25f;
  const unsigned texts = talk.texts;

  LilvNode *type = lilv_new_uri(world, LV2_PRESETS__Preset);
  LilvNodes *presets = lilv_plugin_get_related(plugin, type);
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

    LilvState *now = state_of(rig, folder);
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
    char file[128];
    snprintf(file, sizeof file, "%s/p.ttl", folder);
    LilvState *back = lilv_state_new_from_file(world, rig_map(), NULL, file);
    assert_non_null(back);
    /* lilv takes the path in a file for another one than in memory: compared is what a second
     * instance makes of it. */
    LilvInstance instance = instance_of(copy);
    lilv_state_restore(back, &instance, set_port, copy, 0, NULL);
    assert_true(talk_run(&copy_talk, BLOCK));
    LilvState *again = state_of(copy, folder);
    assert_true(lilv_state_equals(now, again));
    copy->controls[PORT_SHARPNESS] = 1.5f;
    LilvState *other = state_of(copy, folder);
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
  close_rig(copy);
  close_rig(rig);
  remove_folder(folder);
}

/* ---- A host's store of our own, to damage it ---- */

struct item {
  LV2_URID key, type;
  const void *value;
  size_t size;
};

static const void *retrieve(LV2_State_Handle handle, uint32_t key, size_t *size, uint32_t *type,
                            uint32_t *flags) {
  for (const struct item *i = handle; i->key != 0; ++i) {
    if (i->key == key) {
      *size = i->size;
      *type = i->type;
      *flags = LV2_STATE_IS_POD;
      return i->value;
    }
  }
  return NULL;
}

static LV2_State_Status give(struct rig *rig, const struct item *items) {
  const LV2_State_Interface *interface = rig->descriptor->extension_data(LV2_STATE__interface);
  assert_non_null(interface);
  union {
    const struct item *items;
    LV2_State_Handle handle;
  } state = {.items = items};
  return interface->restore(rig->handle, retrieve, state.handle, 0, NULL);
}

/* The first block of a restored session is the restored model's; as if it had never been another.
 */
static void test_a_session_opened_for_export(void **state) {
  (void)state;
  static struct talk talk;
  enum { FRAMES = RATE };
  static float left[FRAMES], right[FRAMES];
  rig_music(left, right, FRAMES, RATE);
  static const int32_t light = 1;
  struct rig_audio out[2];
  for (unsigned i = 0; i < 2; ++i) {
    struct rig *rig = open_rig(&talk);
    const struct item items[] = {{talk.uris.quality, talk.uris.atom_int, &light, sizeof light},
                                 {0, 0, NULL, 0}};
    if (i == 0) {
      assert_int_equal(give(rig, items), LV2_STATE_SUCCESS);
    }
    rig->controls[PORT_QUALITY] = 1.0f;
    rig->controls[PORT_FREEWHEEL] = 1.0f;
    rig->controls[ports_stem_control(STEM_VOCALS, CONTROL_MUTE)] = 1.0f;
    out[i] = rig_audio_new(FRAMES, true);
    rig_render(rig, left, right, &out[i], BLOCK);
    assert_int_equal(rig->controls[PORT_LATENCY], LATENCY_LIGHT);
    assert_string_equal(rig->log, "");
    close_rig(rig);
  }
  for (unsigned p = PORT_MAIN_L; p < PORT_STEM_CONTROLS; ++p) {
    assert_memory_equal(out[0].left_right[p], out[1].left_right[p], FRAMES * sizeof(float));
  }
  rig_audio_free(&out[0]);
  rig_audio_free(&out[1]);
}

/* Carla gives paths without counting the zero behind them. */
static void test_paths_without_an_end(void **state) {
  (void)state;
  static struct talk talk;
  struct rig *rig = open_rig(&talk);
  static const int32_t light = 1;
  char *path = file_absolute("tests/data/bandgru-tiny.safetensors"), longer[PATH_MAX];
  snprintf(longer, sizeof longer, "%s and more", path);
  const struct item items[] = {
      {talk.uris.quality, talk.uris.atom_int, &light, sizeof light},
      {talk.uris.files[SPLIT_FOUR], talk.uris.atom_path, longer, strlen(path)},
      {0, 0, NULL, 0}};
  rig->controls[PORT_QUALITY] = 1.0f;
  assert_int_equal(give(rig, items), LV2_STATE_SUCCESS);
  assert_true(talk_run(&talk, BLOCK));
  assert_string_equal(talk.text, "bandgru-tiny plays");
  assert_string_equal(talk.file[SPLIT_FOUR], path);
  free(path);
  close_rig(rig);
}

/* ---- The quality is in the state and in a port ---- */

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
static void test_the_quality_moved_while_not_run(void **state) {
  (void)state;
  static struct talk talk;
  for (int32_t was = 0; was < N_QUALITIES; ++was) {
    for (int32_t is = 0; is < N_QUALITIES; ++is) {
      struct rig *rig = open_bundle(&talk, rig_bundle());
      const struct item items[] = {{talk.uris.quality, talk.uris.atom_int, &was, sizeof was},
                                   {0, 0, NULL, 0}};
      bool port_first = (was + is) % 2;
      rig->controls[PORT_QUALITY] = (float)(port_first ? is : 3 - is);
      assert_int_equal(give(rig, items), LV2_STATE_SUCCESS);
      rig->controls[PORT_QUALITY] = (float)is;
      rig->controls[PORT_FREEWHEEL] = 1.0f;
      talk_get(&talk);
      assert_true(talk_run(&talk, BLOCK)); /* from the first block on */
      assert_string_equal(talk.name[SPLIT_FOUR], qualities[is]);
      assert_string_equal(rig->log, "");
      close_rig(rig);
    }
  }
}

/* Controls that are restored while the plugin runs, after the models. */
static void test_controls_come_after_the_file(void **state) {
  (void)state;
  static struct talk talk;
  static const int32_t light = 1;
  char *path = file_absolute("tests/data/bandgru-tiny.safetensors");
  struct rig *rig = open_rig(&talk);
  const struct item items[] = {
      {talk.uris.quality, talk.uris.atom_int, &light, sizeof light},
      {talk.uris.files[SPLIT_FOUR], talk.uris.atom_path, path, strlen(path) + 1},
      {0, 0, NULL, 0}};
  assert_int_equal(give(rig, items), LV2_STATE_SUCCESS);
  wait_for_name(&talk, "balanced"); /* as the port says */
  rig->controls[PORT_QUALITY] = 1.0f;
  wait_for_name(&talk, "bandgru-tiny");
  /* Later it is the player who moves it, and means what it says. */
  rig->controls[PORT_QUALITY] = 0.0f;
  wait_for_name(&talk, "balanced");
  rig->controls[PORT_QUALITY] = 1.0f;
  wait_for_name(&talk, "chandna");
  free(path);
  close_rig(rig);
}

struct restorer {
  struct rig *rig;
  const struct item *items;
  _Atomic bool done;
};

static void *restore_once(void *argument) {
  struct restorer *restorer = argument;
  give(restorer->rig, restorer->items);
  atomic_store(&restorer->done, true);
  return NULL;
}

/* Carla sets the controls and then restores the state, while the plugin runs: what the control
 * asked for comes to the loader before, while or after the session is made. */
static void test_controls_come_before_the_file(void **state) {
  (void)state;
  static struct talk talk;
  char *path = file_absolute("tests/data/bandgru-tiny.safetensors");
  for (unsigned i = 0; i < 24; ++i) {
    struct rig *rig = open_rig(&talk);
    static const int32_t light = 1;
    const struct item items[] = {
        {talk.uris.quality, talk.uris.atom_int, &light, sizeof light},
        {talk.uris.files[SPLIT_FOUR], talk.uris.atom_path, path, strlen(path) + 1},
        {0, 0, NULL, 0}};
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
    close_rig(rig);
  }
  free(path);
}

static void test_damaged_states(void **state) {
  (void)state;
  static struct talk talk;
  struct rig *rig = open_rig(&talk);
  const struct uris *u = &talk.uris;
  static const int32_t none = 99, light = 1;
  static const char path[] = "/nowhere/model.safetensors";
  LV2_URID unknown = rig_map()->map(NULL, "urn:unbraid#something-newer");
  const struct {
    struct item items[4];
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
    assert_int_equal(give(rig, cases[i].items), cases[i].status);
    rig->controls[PORT_QUALITY] = cases[i].latency == LATENCY_LIGHT ? 1.0f : 0.0f;
    rig->descriptor->activate(rig->handle);
    assert_true(talk_run(&talk, BLOCK));
    assert_int_equal(rig->controls[PORT_LATENCY], cases[i].latency);
  }
  close_rig(rig);
}

/* ---- Beside run() ---- */

struct beside {
  struct rig *rig;
  const struct item *items[2];
  _Atomic bool done;
};

static void *restore_all_the_time(void *argument) {
  struct beside *beside = argument;
  const LV2_State_Interface *interface =
      beside->rig->descriptor->extension_data(LV2_STATE__interface);
  for (unsigned i = 0; i < 40; ++i) {
    union {
      const struct item *items;
      LV2_State_Handle handle;
    } state = {.items = beside->items[i % 2]};
    interface->restore(beside->rig->handle, retrieve, state.handle, 0, NULL);
  }
  atomic_store(&beside->done, true);
  return NULL;
}

static void test_restores_beside_run(void **state) {
  (void)state;
  static struct talk talk;
  struct rig *rig = open_rig(&talk);
  static const int32_t light = 1, best = 0;
  char *path = file_absolute("tests/data/bandgru-tiny.safetensors");
  const struct item one[] = {{talk.uris.quality, talk.uris.atom_int, &light, sizeof light},
                             {0, 0, NULL, 0}};
  const struct item two[] = {
      {talk.uris.quality, talk.uris.atom_int, &best, sizeof best},
      {talk.uris.files[SPLIT_FOUR], talk.uris.atom_path, path, strlen(path) + 1},
      {0, 0, NULL, 0}};
  struct beside beside = {.rig = rig, .items = {one, two}};
  static float in[BLOCK], out[PORT_STEM_CONTROLS][BLOCK];
  for (uint32_t p = 0; p < PORT_STEM_CONTROLS; ++p) {
    rig->descriptor->connect_port(rig->handle, p, p < PORT_MAIN_L ? in : out[p]);
  }
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
  close_rig(rig);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_a_session_that_moves),
      cmocka_unit_test(test_a_file_that_is_gone),
      cmocka_unit_test(test_presets_round_trip),
      cmocka_unit_test(test_a_session_opened_for_export),
      cmocka_unit_test(test_paths_without_an_end),
      cmocka_unit_test(test_the_quality_moved_while_not_run),
      cmocka_unit_test(test_controls_come_after_the_file),
      cmocka_unit_test(test_controls_come_before_the_file),
      cmocka_unit_test(test_damaged_states),
      cmocka_unit_test(test_restores_beside_run),
  };
  return cmocka_run_group_tests(tests, load_bundle, unload_bundle);
}
