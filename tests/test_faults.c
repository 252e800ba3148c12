/* SPDX-License-Identifier: ISC */
/* Memory, threads, semaphores and files that fail, one call after the other: whatever the plugin
 * does at the time either works or fails cleanly, says why, and leaves nothing behind.
 *
 * UNBRAID_FAULTS=all lets every call fail, and takes the models of the bundle as well as the small
 * ones; without it, every fifth call of the small ones. */
#include "nn/safetensors.h"
#include "tests/fault/fault.h"
#include "tests/support/files.h"
#include "tests/support/rig.h"
#include "tests/support/talk.h"

#include <dirent.h>
#include <limits.h>
#include <lv2/state/state.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

enum { RATE = 44100, BLOCK = 256, BLOCKS = 24, QUICK_STEP = 5 };

static char *small_bundle;
static char *good_file, *bad_file, *other_file; /* model files; the bad one is cut short */

static bool all(void) {
  const char *faults = getenv("UNBRAID_FAULTS");
  return faults && strcmp(faults, "all") == 0;
}

static int open_stage(void **state) {
  (void)state;
  /* Of the small networks, so that all of it is read in no time. */
  static const char *const models[][2] = {
      {"balanced.safetensors", "tests/data/bandgru-tiny.safetensors"},
      {"chandna.safetensors", "tests/data/chandna-tiny.safetensors"},
      {"mdensenet3w.safetensors", "tests/data/mdensenet-tiny.safetensors"}};
  small_bundle = file_folder_of_links(models, sizeof models / sizeof *models);
  good_file = file_absolute("tests/data/chandna-tiny-la2.safetensors");
  other_file = file_absolute("tests/data/mdensenet-tiny.safetensors");
  bad_file = file_temporary();
  size_t size;
  unsigned char *bytes = file_read(good_file, &size);
  file_write(bad_file, bytes, size * 9 / 10);
  free(bytes);
  return 0;
}

static int close_stage(void **state) {
  (void)state;
  file_folder_remove(small_bundle);
  free(good_file);
  free(other_file);
  file_remove(bad_file);
  return 0;
}

static unsigned entries(const char *folder) {
  unsigned count = 0;
  DIR *dir = opendir(folder);
  assert_non_null(dir);
  while (readdir(dir)) {
    ++count;
  }
  closedir(dir);
  return count;
}

/* What a failure must not leave behind. */
struct belongings {
  long blocks;
  unsigned descriptors, threads;
};

static struct belongings count_belongings(void) {
  /* The kernel may take a moment to forget a thread that was joined. */
  struct timespec nap = {.tv_nsec = 100000};
  for (unsigned i = 0; i < 10000 && entries("/proc/self/task") > 3; ++i) { /* ".", ".." and this */
    nanosleep(&nap, NULL);
  }
  return (struct belongings){fault_blocks(), entries("/proc/self/fd"), entries("/proc/self/task")};
}

/* Every output is finite and the four stems are the mix: the plugin does all it is there for. */
static void check_works(struct rig *rig) {
  enum { FRAMES = BLOCK * BLOCKS };
  static float in[N_CHANNELS][FRAMES], outs[PORT_STEM_CONTROLS][FRAMES], sum[FRAMES];
  struct rig_audio out = {.frames = FRAMES};
  for (unsigned p = PORT_MAIN_L; p < PORT_STEM_CONTROLS; ++p) {
    out.left_right[p] = outs[p];
  }
  rig_noise(in[0], FRAMES, 1);
  rig_noise(in[1], FRAMES, 2);
  rig_render(rig, in[0], in[1], &out, BLOCK);
  for (unsigned p = PORT_MAIN_L; p < PORT_STEM_CONTROLS; ++p) {
    for (size_t i = 0; i < FRAMES; ++i) {
      assert_true(isfinite(outs[p][i]));
    }
  }
  for (unsigned c = 0; c < N_CHANNELS; ++c) {
    const float *main = outs[PORT_MAIN_L + c];
    double energy = 0.0, difference = 0.0;
    rig_audio_sum(&out, SPLIT_FOUR, c, sum);
    for (size_t i = 0; i < FRAMES; ++i) {
      energy += (double)main[i] * main[i];
      if (i >= FRAMES / 2) {
        difference += pow((double)sum[i] - main[i], 2);
      }
    }
    assert_true(energy > 1.0);
    assert_true(difference < 1e-6 * energy);
  }
}

/* What a case prepares, does while calls fail, and looks at afterwards. */
struct act {
  const char *name;
  void (*prepare)(void);
  void (*perform)(void);
  void (*check)(void);
};

static const char *bundle;
static struct rig rig;
static struct talk talk;

/* Lets the first call fail, then the second ..., until none is left. */
static void check_all(const struct act *act) {
  unsigned long most = 0, tried = 0;
  for (unsigned forever = 0; forever < 2; ++forever) {
    bool struck = true;
    unsigned long step = all() ? 1 : QUICK_STEP;
    for (unsigned long nth = 1 + (forever ? step / 2 : 0); struck; nth += step) {
      struct belongings before = count_belongings();
      act->prepare();
      fault_arm(nth, forever);
      act->perform();
      unsigned long calls = fault_disarm();
      act->check();
      rig_close(&rig);
      struct belongings after = count_belongings();
      if (memcmp(&before, &after, sizeof before) != 0) {
        fail_msg("%s, call %lu%s: %ld blocks, %d descriptors and %d threads left behind", act->name,
                 nth, forever ? " and all after it" : "", after.blocks - before.blocks,
                 (int)(after.descriptors - before.descriptors),
                 (int)(after.threads - before.threads));
      }
      struck = calls >= nth;
      most = calls > most ? calls : most;
      ++tried;
    }
  }
  print_message("%s: %lu calls can fail, %lu runs\n", act->name, most, tried);
}

static void nothing(void) {}

/* ---- Instantiate and activate ---- */

static void open_rig(void) {
  rig_open(&rig, VARIANT_STEMS, RATE, BLOCK, bundle);
}

static void check_opened(void) {
  if (rig.handle) {
    check_works(&rig);
  } else {
    assert_string_not_equal(rig.log, "");
  }
}

static const struct act instantiation = {"instantiate", nothing, open_rig, check_opened};

static void test_instantiate_fails_cleanly(void **state) {
  (void)state;
  check_all(&instantiation);
}

/* ---- Restore ---- */

static const char *restored_file;

static const void *retrieve(LV2_State_Handle handle, uint32_t key, size_t *size, uint32_t *type,
                            uint32_t *flags) {
  (void)handle;
  static const int32_t quality = 1;
  *flags = LV2_STATE_IS_POD;
  if (key == talk.uris.quality) {
    *size = sizeof quality;
    *type = talk.uris.atom_int;
    return &quality;
  }
  if (key == talk.uris.files[SPLIT_FOUR] && restored_file) {
    *size = strlen(restored_file) + 1;
    *type = talk.uris.atom_path;
    return restored_file;
  }
  return NULL;
}

static void prepare_rig(void) {
  talk_open_rig(&talk, &rig, VARIANT_STEMS, bundle);
}

static LV2_State_Status restore_status;

static void restore(void) {
  const LV2_State_Interface *interface = rig.descriptor->extension_data(LV2_STATE__interface);
  restore_status = interface->restore(rig.handle, retrieve, NULL, 0, NULL);
}

static void check_restored(void) {
  assert_true((restore_status == LV2_STATE_SUCCESS) == (rig.log[0] == '\0'));
  check_works(&rig);
}

static const struct act restoring = {"restore", prepare_rig, restore, check_restored};

static void test_restore_fails_cleanly(void **state) {
  (void)state;
  restored_file = good_file;
  check_all(&restoring);
  restored_file = bad_file;
  check_all(&restoring);
  restored_file = NULL;
  check_all(&restoring);
}

/* ---- A model file, and the swap ---- */

static enum split_id loaded_split;
static const char *loaded_file, *answer;

static void load(void) {
  talk_set(&talk, loaded_split, loaded_file);
  answer = talk_answer(&talk, BLOCK);
}

/* The player is always told, and what is said is so. */
static void check_loaded(void) {
  assert_non_null(answer);
  assert_true((strstr(answer, "plays on") != NULL) == (rig.log[0] != '\0'));
  check_works(&rig);
}

static const struct act loading = {"load", prepare_rig, load, check_loaded};

static void test_load_fails_cleanly(void **state) {
  (void)state;
  loaded_split = SPLIT_FOUR;
  loaded_file = good_file;
  check_all(&loading);
  loaded_file = bad_file;
  check_all(&loading);
  loaded_split = SPLIT_HP;
  loaded_file = other_file;
  check_all(&loading);
}

/* ---- What must not fail, because it asks for nothing ---- */

static void test_audio_thread_asks_for_nothing(void **state) {
  (void)state;
  prepare_rig();
  fault_arm(1, true);
  for (unsigned i = 0; i < 20; ++i) {
    rig.descriptor->activate(rig.handle);
    talk_run(&talk, BLOCK);
    rig.descriptor->run(rig.handle, 0);
  }
  assert_int_equal(fault_disarm(), 0);
  rig_close(&rig);
}

/* ---- What is said names what was short, and nothing else ---- */

static void test_errors_tell_memory_from_threads(void **state) {
  (void)state;
  static const char *const texts[] = {"out of memory", "no thread could be started"};
  unsigned said[2] = {0};
  fault_arm(ULONG_MAX, false);
  open_rig();
  const unsigned long calls = fault_disarm();
  rig_close(&rig);
  for (unsigned long nth = calls - 20; nth <= calls; ++nth) {
    fault_arm(nth, false);
    open_rig();
    fault_disarm();
    const bool memory = strstr(rig.log, texts[0]), thread = strstr(rig.log, texts[1]);
    assert_false(memory && thread);
    assert_true(rig.handle || memory || thread);
    said[0] += memory;
    said[1] += thread;
    rig_close(&rig);
  }
  assert_true(said[0] > 0);
  assert_true(said[1] >= 2); /* the worker's and the loader's */
}

static void test_errors_tell_memory_from_files(void **state) {
  (void)state;
  unsigned memory = 0, cut = 0;
  unsigned long calls = 1;
  for (unsigned long nth = 1; nth <= calls; ++nth) {
    char error[512] = "";
    fault_arm(nth, false);
    struct safetensors *file = safetensors_open(good_file, error, sizeof error);
    calls = fault_disarm();
    calls = calls < nth ? 0 : nth + 1; /* whether there was such a call */
    memory += strstr(error, "out of memory") != NULL;
    cut += strstr(error, "to its end") != NULL;
    safetensors_free(file);
  }
  assert_int_equal(memory, 4); /* the file, its path, the header, the rest */
  assert_int_equal(cut, 3);    /* the length, the header, the rest */
}

static int with_small_bundle(void **state) {
  (void)state;
  bundle = small_bundle;
  open_rig(); /* what is made once, as the rig's numbers of URIs and FFTW's lock, is made now */
  assert_non_null(rig.handle);
  rig_close(&rig);
  return 0;
}

static int with_shipped_bundle(void **state) {
  (void)state;
  bundle = rig_bundle();
  return 0;
}

/* The same with the models of the bundle, which takes minutes. */
static void test_shipped_models_fail_cleanly(void **state) {
  if (all()) {
    test_instantiate_fails_cleanly(state);
    test_restore_fails_cleanly(state);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup(test_audio_thread_asks_for_nothing, with_small_bundle),
      cmocka_unit_test_setup(test_instantiate_fails_cleanly, with_small_bundle),
      cmocka_unit_test_setup(test_restore_fails_cleanly, with_small_bundle),
      cmocka_unit_test_setup(test_load_fails_cleanly, with_small_bundle),
      cmocka_unit_test_setup(test_errors_tell_memory_from_threads, with_small_bundle),
      cmocka_unit_test(test_errors_tell_memory_from_files),
      cmocka_unit_test_setup(test_shipped_models_fail_cleanly, with_shipped_bundle),
  };
  return cmocka_run_group_tests(tests, open_stage, close_stage);
}
