/* SPDX-License-Identifier: ISC */
/* The plugin's threads: how deep their stacks get, and which priority they have beside that of the
 * thread that calls run(). */
#define _GNU_SOURCE
#include "engine/thread.h"
#include "tests/support/files.h"
#include "tests/support/rig.h"
#include "tests/support/talk.h"

#include <dirent.h>
#include <errno.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cmocka.h>

enum { RATE = 44100, BLOCK = 256, PAGE = 4096, PAINT = 0xa5, MAX_STACKS = 64 };

/* ---- Stacks: the plugin's are painted before it gets them, unless a sanitizer needs more ---- */

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED true
#else
#define SANITIZED false
#endif

static struct {
  unsigned char *bottom;
  size_t size;
} stacks[MAX_STACKS];
static unsigned n_stacks;

int __real_pthread_create(pthread_t *thread, const pthread_attr_t *attributes,
                          void *(*main)(void *), void *argument);
int __wrap_pthread_create(pthread_t *thread, const pthread_attr_t *attributes,
                          void *(*main)(void *), void *argument);

int __wrap_pthread_create(pthread_t *thread, const pthread_attr_t *attributes,
                          void *(*main)(void *), void *argument) {
  if (SANITIZED) {
    return __real_pthread_create(thread, attributes, main, argument);
  }
  size_t size = 0;
  pthread_attr_t painted = *attributes;
  pthread_attr_getstacksize(attributes, &size);
  void *stack = aligned_alloc(PAGE, size);
  assert_true(stack && n_stacks < MAX_STACKS);
  memset(stack, PAINT, size);
  pthread_attr_setstack(&painted, stack, size);
  stacks[n_stacks].bottom = stack;
  stacks[n_stacks++].size = size;
  return __real_pthread_create(thread, &painted, main, argument);
}

static size_t depth(unsigned i) {
  size_t untouched = 0;
  while (untouched < stacks[i].size && stacks[i].bottom[untouched] == PAINT) {
    ++untouched;
  }
  return stacks[i].size - untouched;
}

/* So that both networks run. */
static void connect_audio(struct rig *rig) {
  static float audio[BLOCK];
  for (unsigned p = PORT_IN_L; p < PORT_STEM_CONTROLS; ++p) {
    rig->descriptor->connect_port(rig->handle, p, audio);
  }
}

/* Every model of the bundle, a damaged file, another network, both splits, at the highest rate. */
static void test_stacks_are_large_enough(void **state) {
  (void)state;
  if (SANITIZED) {
    skip();
  }
  static const double rates[] = {44100.0, 192000.0};
  static struct talk talk;
  for (unsigned r = 0; r < sizeof rates / sizeof *rates; ++r) {
    struct rig rig;
    assert_true(rig_open(&rig, VARIANT_STEMS, rates[r], BLOCK, rig_bundle()));
    rig.controls[PORT_FREEWHEEL] = 1.0f;
    talk_open(&talk, &rig);
    connect_audio(&rig);
    for (unsigned q = 4; q-- > 0;) {
      rig.controls[PORT_QUALITY] = (float)q;
      for (unsigned i = 0; i < 200; ++i) {
        assert_true(talk_run(&talk, BLOCK));
      }
    }
    static const char *const files[] = {"tests/data/chandna-tiny.safetensors",
                                        "tests/data/bandgru-tiny.safetensors", "Makefile", "/"};
    for (unsigned f = 0; f < 4; ++f) {
      char *path = file_absolute(files[f]);
      talk_set(&talk, f % 2 ? SPLIT_HP : SPLIT_FOUR, path);
      for (unsigned i = 0; i < 20; ++i) {
        assert_true(talk_run(&talk, BLOCK));
      }
      free(path);
    }
    rig_close(&rig);
  }
  size_t deepest = 0;
  for (unsigned i = 0; i < n_stacks; ++i) {
    assert_true(stacks[i].size <= 1024 * 1024);
    deepest = depth(i) > deepest ? depth(i) : deepest;
    assert_true(depth(i) <= stacks[i].size / 2);
    free(stacks[i].bottom);
  }
  print_message("%u threads, the deepest stack has %zu of %zu KiB in use\n", n_stacks,
                deepest / 1024, stacks[0].size / 1024);
  assert_true(n_stacks > 10 && deepest > 4096);
  n_stacks = 0;
}

/* ---- Priorities ---- */

struct host {
  int policy, priority, nice;
  bool refused; /* the system gives this thread no such priority */
  int worker;   /* real-time priority of the highest of the plugin's threads; 0: ordinary */
  int niceness; /* of the one that is least nice */
};

static pid_t own_number(void) {
  return (pid_t)syscall(SYS_gettid);
}

static bool has_mark(thread_mark mark, pid_t number) {
  return (pid_t) ~(mark >> 3) == number;
}

/* Looks at all threads of this process but the host's own two. */
static void look(struct host *host) {
  DIR *folder = opendir("/proc/self/task");
  assert_non_null(folder);
  host->worker = 0;
  host->niceness = 20;
  for (struct dirent *entry; (entry = readdir(folder));) {
    pid_t number = (pid_t)atoi(entry->d_name);
    struct sched_param param = {0};
    if (number > 0 && number != getpid() && number != own_number() &&
        sched_getparam(number, &param) == 0) {
      int nice = getpriority(PRIO_PROCESS, (id_t)number);
      host->worker = param.sched_priority > host->worker ? param.sched_priority : host->worker;
      host->niceness = nice < host->niceness ? nice : host->niceness;
    }
  }
  closedir(folder);
}

/* A host's audio thread: a second of audio, so fast that it waits for every mask. */
static void *play(void *argument) {
  struct host *host = argument;
  struct sched_param param = {.sched_priority = host->priority};
  host->refused = sched_setscheduler(0, host->policy, &param) != 0 ||
                  (host->nice && setpriority(PRIO_PROCESS, (id_t)own_number(), host->nice) != 0);
  host->nice = getpriority(PRIO_PROCESS, (id_t)own_number());
  static struct talk talk;
  struct rig rig;
  assert_true(rig_open(&rig, VARIANT_STEMS, RATE, BLOCK, rig_bundle()));
  talk_open(&talk, &rig);
  rig.controls[PORT_FREEWHEEL] = 1.0f;
  connect_audio(&rig);
  for (unsigned i = 0; i < RATE / BLOCK; ++i) {
    assert_true(talk_run(&talk, BLOCK));
  }
  look(host);
  rig_close(&rig);
  return NULL;
}

static void test_the_worker_stays_below_the_audio_thread(void **state) {
  (void)state;
  static const struct {
    struct host host;
    int worker;
  } cases[] = {
      {{.policy = SCHED_OTHER}, 0},
      {{.policy = SCHED_OTHER, .nice = 19}, 0},
      {{.policy = SCHED_BATCH}, 0},
      {{.policy = SCHED_FIFO, .priority = 1}, 0},
      {{.policy = SCHED_FIFO, .priority = 2}, 1},
      {{.policy = SCHED_FIFO, .priority = 70}, 2},
      {{.policy = SCHED_RR | SCHED_RESET_ON_FORK, .priority = 20}, 2},
  };
  for (unsigned i = 0; i < sizeof cases / sizeof *cases; ++i) {
    struct host host = cases[i].host;
    pthread_t thread;
    assert_int_equal(__real_pthread_create(&thread, NULL, play, &host), 0);
    pthread_join(thread, NULL);
    if (host.refused) {
      print_message("SKIP: no right to policy %d, priority %d\n", host.policy, host.priority);
      continue;
    }
    assert_int_equal(host.worker, cases[i].worker);
    /* A real-time thread's own niceness means nothing, and is not always inherited. */
    assert_true(host.priority > 0 || host.niceness >= host.nice);
  }
}

static void *mark(void *argument) {
  thread_mark *mark = argument;
  *mark = thread_self();
  return has_mark(*mark, own_number()) ? mark : NULL;
}

static void test_marks_tell_threads_apart(void **state) {
  (void)state;
  thread_mark other;
  void *good;
  pthread_t thread;
  assert_true(has_mark(thread_self(), own_number()));
  assert_int_equal(__real_pthread_create(&thread, NULL, mark, &other), 0);
  pthread_join(thread, &good);
  assert_non_null(good);
  assert_true(other != thread_self() && other != 0);
  thread_stay_below(other, true); /* it has ended: nothing happens */
  assert_false(thread_is_urgent());
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_marks_tell_threads_apart),
      cmocka_unit_test(test_stacks_are_large_enough),
      cmocka_unit_test(test_the_worker_stays_below_the_audio_thread),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
